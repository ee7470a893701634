//! Notices to receivers: rendered, sent once, and the answer as data.
//!
//! **In:** a [`Notice`], frozen in the outbox. **Out:** a [`Receipt`](crate::model::Receipt), or a
//! [`SendError`] that says whether another attempt makes sense. Every attempt of a notice has the
//! same content (only a webhook's `webhook-timestamp` and signature are the attempt's own), so a
//! receiver that took one whose answer was lost can drop the repeat by its id. Nothing here retries, sleeps, spawns or stores; every wait has a bound, and
//! [`Notifier::timeout`] is the sum of them.

mod email;
mod engine;
mod exec;
mod hidden;
mod hook;
mod incident;
mod options;
mod preset;
mod render;
mod sample;
#[cfg(test)]
#[path = "../../tests/it/servers/smtp.rs"]
mod smtp_server;
mod terminal;
mod webhook;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::tz::TimeZone;

use crate::{
    clock::Clock,
    http::Http,
    model::{Notice, Outcome, SendError},
};

use hidden::{Discreet, Hidden};

#[cfg(fuzzing)]
pub use email::read_reply_for_fuzzing;
pub use email::{
    MailPart, MailServer, MailServerError, check_mail_template, is_hello, is_recipient, is_sender,
};
pub use engine::TemplateError;
pub use hook::HookMethod;
pub use options::{
    EmailOptions, ExecInput, ExecOptions, MailAuth, MailLogin, MailOAuth, MailOptions,
    MailSecurity, MailTemplates, PresetOptions, PresetValue, ReceiverKind, ReceiverOptions,
    WebhookOptions,
};
pub use preset::{
    BUILTIN_PRESETS, Grade, Limits, Markup, Parameter, Preset, PresetError, PresetPart, Unit,
    check_preset,
};
#[cfg(test)]
pub(crate) use sample::every_kind;
pub use sample::{sample_kinds, sample_notice, samples};
pub use terminal::Screen;
pub use webhook::{WebhookError, check_template};

/// One way to reach one receiver.
pub trait Notifier: Send + Sync {
    /// Sends one notice once. Never retries, never sleeps: the outbox does that.
    ///
    /// Ends within [`timeout`](Self::timeout). Dropping the future abandons the attempt, and nobody
    /// knows how it went.
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a>;

    /// Ends what a send has left open for the next one: there is none for now.
    fn close_idle(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    /// Connects to where a send would go, and sends nothing; `None` where there is no such place.
    fn reach(&self) -> Reaching<'_> {
        Box::pin(std::future::ready(None))
    }

    /// What would be sent, in labelled parts.
    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError>;

    /// The longest that one [`send`](Self::send) can take: what a lease must outlast.
    fn timeout(&self) -> Duration;
}

/// An attempt under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A connection under way.
pub type Reaching<'a> = Pin<Box<dyn Future<Output = Option<Result<(), SendError>>> + Send + 'a>>;

/// One part of what a receiver would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewPart {
    /// What it is, such as `text/html`.
    pub label: &'static str,
    /// As sent, before any transfer encoding; secrets hidden.
    pub content: String,
    /// How to show it.
    pub kind: PartKind,
}

/// How a part of a preview is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Lines of text.
    Text,
    /// A document.
    Html,
    /// JSON.
    Json,
    /// The fields of a form, percent-encoded.
    Form,
    /// `Name: value` lines.
    Headers,
}

/// A notice could not be put into the receiver's form.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The receiver's own template failed.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A template of the receiver's preset failed.
    #[error(transparent)]
    Preset(#[from] PresetError),
    /// The mail could not be put together.
    #[error("mail cannot be built")]
    Mail(#[from] lettre::error::Error),
}

/// What receivers are built with.
#[derive(Clone)]
pub struct NotifyContext {
    /// The one HTTP client.
    pub http: Http,
    /// The mail servers, set up.
    pub mail: Vec<MailServer>,
    /// Where the terminal receiver writes.
    pub screen: Screen,
    /// The zone that people read times in.
    pub timezone: TimeZone,
    /// The time of an attempt.
    pub clock: Arc<dyn Clock>,
}

/// A receiver that cannot be built from its options.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// `email` through a server that is not there.
    #[error("receiver {receiver:?} sends mail, but there is no mail server {server:?}")]
    NoMailServer {
        /// The receiver's name.
        receiver: String,
        /// The server's name, or that of the one its way begins with.
        server: String,
    },
    /// Not one address.
    #[error("receiver {receiver:?}: {address:?} is not a mail address")]
    Address {
        /// The receiver's name.
        receiver: String,
        /// The address as written.
        address: String,
    },
    /// A template of a mail does not compile.
    #[error("receiver {receiver:?}: {error}")]
    Template {
        /// The receiver's name.
        receiver: String,
        /// What is wrong with it.
        #[source]
        error: TemplateError,
    },
    /// A webhook option is unusable.
    #[error("receiver {receiver:?}: {error}")]
    Webhook {
        /// The receiver's name.
        receiver: String,
        /// What is wrong with it.
        #[source]
        error: WebhookError,
    },
    /// A preset does not work with what it is given.
    #[error("receiver {receiver:?}: {error}")]
    Preset {
        /// The receiver's name.
        receiver: String,
        /// What is wrong.
        #[source]
        error: PresetError,
    },
}

/// A stranger's text on one line, without anything that acts on a terminal, and with `open` and
/// `close` around each range. Ranges count Unicode scalar values and may overlap.
pub fn marked(text: &str, ranges: &[[usize; 2]], [open, close]: [&str; 2]) -> String {
    render::marked(text, ranges, open, close)
}

/// The same cut where hits begin and end: each stretch with whether it is a hit.
pub fn runs(text: &str, ranges: &[[usize; 2]]) -> impl Iterator<Item = (String, bool)> {
    render::runs(text, ranges)
}

/// A notice as the terminal receiver writes it, for `alerts`.
pub fn terminal_block(notice: &Notice, timezone: &TimeZone, colour: bool) -> String {
    render::terminal(notice, timezone, colour)
}

/// Builds the way to a receiver. Opens no connection.
///
/// # Errors
/// [`BuildError`]: nothing that a send could mend.
pub fn build(
    options: &ReceiverOptions,
    context: &NotifyContext,
) -> Result<Box<dyn Notifier>, BuildError> {
    let inner = way(options, context)?;
    let mail = context.mail.iter().flat_map(MailServer::secrets);
    let hidden = Hidden::of(&options.kind, &mail.collect::<Vec<_>>());
    Ok(if hidden.is_empty() {
        inner
    } else {
        Box::new(Discreet { inner, hidden })
    })
}

fn way(
    options: &ReceiverOptions,
    context: &NotifyContext,
) -> Result<Box<dyn Notifier>, BuildError> {
    let name = &options.name;
    Ok(match &options.kind {
        ReceiverKind::Email(email) => Box::new(email::Email::new(name, email, context)?),
        ReceiverKind::Webhook(webhook) => {
            Box::new(webhook::Webhook::new(webhook, context).map_err(|error| {
                BuildError::Webhook {
                    receiver: name.clone(),
                    error,
                }
            })?)
        }
        ReceiverKind::Preset(preset) => Box::new(preset::Service::new(preset, context).map_err(
            |error| BuildError::Preset {
                receiver: name.clone(),
                error,
            },
        )?),
        ReceiverKind::Exec(exec) => Box::new(exec::Exec::new(exec, context)),
        ReceiverKind::Terminal => Box::new(terminal::Terminal::new(context)),
    })
}
