//! A named expression over items: what it reads and which receivers it notifies.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Corroborate, Escalate, Priority, Stories};

/// A part of an item that a term can hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The headline.
    Title,
    /// The feed's short text.
    Summary,
    /// The feed's full text, media descriptions included.
    Content,
    /// Author names, one a line.
    Author,
    /// Category labels, one a line.
    Category,
    /// The story's URL.
    Link,
}

impl Field {
    /// Every field, in the order they are searched and shown.
    pub const ALL: [Self; 6] = [
        Self::Title,
        Self::Summary,
        Self::Content,
        Self::Author,
        Self::Category,
        Self::Link,
    ];

    /// The fields a watch reads when it does not say: the story's own text, not its URL.
    pub const DEFAULT: [Self; 5] = [
        Self::Title,
        Self::Summary,
        Self::Content,
        Self::Author,
        Self::Category,
    ];

    /// The name as written in the config and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Content => "content",
            Self::Author => "author",
            Self::Category => "category",
            Self::Link => "link",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A name that is no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a field (title, summary, content, author, category, link)")]
pub struct ParseFieldError(pub String);

impl FromStr for Field {
    type Err = ParseFieldError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|field| field.as_str() == name)
            .ok_or_else(|| ParseFieldError(name.to_owned()))
    }
}

/// What a watch does about an item that was edited after it was first read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUpdate {
    /// Nothing: only new items alert.
    Never,
    /// Alerts if it matches the new text and did not match the old.
    #[default]
    Match,
    /// Alerts, also again, if it hits where no earlier text had anything to hit.
    Every,
}

impl OnUpdate {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Never, Self::Match, Self::Every];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Match => "match",
            Self::Every => "every",
        }
    }
}

impl fmt::Display for OnUpdate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A watch as the operator configured it, its selectors already resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The key in `[watch]`: unique, stable, what people see.
    pub name: String,
    /// The expression as written (docs/matching.md).
    pub expression: String,
    /// The fields it reads, in [`Field::ALL`] order, never empty.
    pub fields: Vec<Field>,
    /// Names of the feeds it reads, tags resolved; `None` is every feed.
    pub feeds: Option<Vec<String>>,
    /// How urgent its alerts are.
    pub priority: Priority,
    /// What it does about an item that was edited.
    pub on_update: OnUpdate,
    /// Names of the receivers it notifies; never empty.
    pub notify: Vec<String>,
    /// What is folded of its alerts; `None` as the receiver says.
    pub stories: Option<Stories>,
    /// How many publishers its alerts wait for.
    pub corroborate: Option<Corroborate>,
    /// How many publishers make it send again, at a higher priority.
    pub escalate: Option<Escalate>,
}
