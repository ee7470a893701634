//! What a preset says about a service.

use serde::Serialize;

use super::{fit::Unit, markup::Markup};
use crate::{model::Priority, notify::hook::HookMethod};

/// The presets that come with the program, in the form in which a config defines its own.
pub const BUILTIN_PRESETS: &str = include_str!("../presets.toml");

/// How one service takes a message, and how it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// The key of a receiver.
    pub name: String,
    /// The service, in one line.
    pub about: String,
    /// What a receiver has to say, in the order it is declared.
    pub parameters: Vec<Parameter>,
    /// The method of the request.
    pub method: HookMethod,
    /// Template of the URL.
    pub url: String,
    /// Templates of headers; one that comes out empty is not sent.
    pub headers: Vec<(String, String)>,
    /// Template of the body; none with GET.
    pub body: Option<String>,
    /// What the service reads as markup.
    pub markup: Markup,
    /// What it counts lengths in.
    pub unit: Unit,
    /// Whether its lengths are those of the text alone, without the markup.
    pub is_text_only: bool,
    /// How long things may be.
    pub limits: Limits,
    /// The service's own word or number for each [`Priority`], lowest first.
    pub priority: [Grade; 4],
    /// An expression that is true of the answer to a message that was taken; any 2xx, if not set.
    pub success: Option<String>,
    /// An expression for the seconds that the service asks to be left alone.
    pub retry_after: Option<String>,
    /// An expression that is true of an answer which says that no message will ever be taken.
    pub broken: Option<String>,
    /// An expression that is true of an answer which says that some of those behind the service
    /// have the message and others do not.
    pub partial: Option<String>,
    /// An expression that is true of an answer which does not say whether some have it.
    pub unclear: Option<String>,
    /// An expression for what an answer means in words; shown in the place of its beginning.
    pub hint: Option<String>,
    /// Template of a URL that is asked before each message.
    pub probe: Option<String>,
    /// An expression that is true of its answer where the message would reach nobody.
    pub unread: Option<String>,
}

/// Something a receiver says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its key.
    pub name: String,
    /// What it is, in one line.
    pub about: String,
    /// Whether it must come from a secret. Any other may.
    pub is_secret: bool,
    /// Whether there is none without it.
    pub is_required: bool,
    /// What it is where it is not given.
    pub default: Option<String>,
    /// A regular expression for what it looks like: anything else is most likely a slip.
    pub like: Option<String>,
}

/// How long the parts of a message may be, in the preset's [`Unit`]; without a limit,
/// [`Limits::UNSTATED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// `title`, `heading` and `headline`.
    pub title: Option<usize>,
    /// `text`.
    pub text: Option<usize>,
    /// `message`, `plain` and `lines`.
    pub message: Option<usize>,
    /// `link`: a longer one is left out.
    pub link: Option<usize>,
    /// The whole body, in bytes.
    pub body: Option<usize>,
}

/// A service's own priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Grade {
    /// A number.
    Number(i64),
    /// A word.
    Word(String),
}

impl Limits {
    /// The limit of a text for which a service states none.
    pub const UNSTATED: usize = 32 * 1024;
}

impl Preset {
    /// The priorities' own names.
    pub fn own_priorities() -> [Grade; 4] {
        Priority::ALL.map(|priority| Grade::Word(priority.as_str().to_owned()))
    }

    /// The expressions over an answer, each with its name.
    pub fn expressions(&self) -> [(&'static str, Option<&str>); 7] {
        [
            ("success", self.success.as_deref()),
            ("retry_after", self.retry_after.as_deref()),
            ("broken", self.broken.as_deref()),
            ("partial", self.partial.as_deref()),
            ("unclear", self.unclear.as_deref()),
            ("hint", self.hint.as_deref()),
            ("unread", self.unread.as_deref()),
        ]
    }

    /// The parameter that a bare value sets: the only one that must be there.
    pub fn main_parameter(&self) -> Option<&Parameter> {
        let mut required = self.parameters.iter().filter(|one| one.is_required);
        match (required.next(), required.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }
}
