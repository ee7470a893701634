//! How a delivery of a notice ends: a receipt, or an error with a closed reason that says whether
//! another attempt makes sense.

use std::{fmt, time::Duration};

use serde::Serialize;

/// Row id of a delivery in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub i64);

/// As people see and type it: `d17`.
impl fmt::Display for DeliveryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "d{}", self.0)
    }
}

/// The id receivers see: `<store>-<row>`, unique over every store there ever was, constant over
/// all attempts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DeliveryKey(pub String);

impl DeliveryKey {
    /// The store's name.
    pub fn store(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl fmt::Display for DeliveryKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The receiver took the notice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The answer in words, such as `204 No Content` or `250 2.0.0 queued as 4F2`.
    pub answer: String,
    /// Parts (mail addresses) that accepted, now.
    pub accepted: Vec<String>,
    /// Parts that refused for good while others accepted.
    pub refused: Vec<Refusal>,
    /// What is broken, although it has arrived.
    pub detour: Option<Detour>,
}

/// The answer, who refused, and what is broken.
impl fmt::Display for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.answer)?;
        for refusal in &self.refused {
            write!(formatter, "; {refusal}")?;
        }
        match &self.detour {
            Some(detour) => write!(formatter, "; {}", detour.error),
            None => Ok(()),
        }
    }
}

/// A notice that arrived, though not by the way it should have taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// The mail server that it went through.
    pub through: String,
    /// How the one that comes first failed.
    pub error: SendError,
}

/// One mail address that refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The address; empty where only the number of those behind a service is known, if that.
    pub recipient: String,
    /// The server's answer in words.
    pub answer: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recipient, answer } = self;
        if recipient.is_empty() {
            return formatter.write_str(answer);
        }
        write!(formatter, "{recipient} refused: {answer}")
    }
}

/// Whether another attempt makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Later; not before `after`, where the receiver said so.
    Later {
        /// The receiver's own Retry-After.
        after: Option<Duration>,
    },
    /// Later, and apart from the others: some of those behind the receiver have it or may have it,
    /// and hear it again with each attempt. The receiver is well, and takes what comes next.
    Partly {
        /// Whether some have it, so that it may end as delivered.
        is_sure: bool,
    },
    /// Never: this notice is dead, kept and redrivable.
    Never,
    /// Never as it is, for something in it; without that, where it has parts.
    Unwanted,
    /// Never as it is, for it is too large; in parts, where it has some.
    TooLarge,
    /// The receiver itself is broken or gone (410, 535, unknown CA): stop, notify the others, keep
    /// all.
    ReceiverBroken,
}

/// The attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct SendError {
    /// The closed reason, also a metric label.
    pub reason: SendReason,
    /// Whether to try again.
    pub retry: Retry,
    /// The answer in words; no secret, no URL query.
    pub detail: String,
    /// Parts (mail addresses) that accepted all the same, and are not tried again.
    pub accepted: Vec<String>,
    /// Parts that refused for good while others accepted.
    pub refused: Vec<Refusal>,
}

/// Why an attempt failed. Closed: it is a metric label and a filter of `outbox`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SendReason {
    /// Refused, reset, unreachable, or the name does not resolve.
    Connect,
    /// The handshake failed or the certificate is not trusted.
    Tls,
    /// No answer in time.
    Timeout,
    /// The answer was not the protocol's.
    Protocol,
    /// 408, 425, 429, SMTP 4xx: not now.
    Busy,
    /// 5xx.
    ServerError,
    /// 3xx, other 4xx, SMTP 5xx: it does not want it.
    Refused,
    /// 401, 403, SMTP 535.
    Auth,
    /// 410.
    Gone,
    /// The address guard said no.
    Guard,
    /// The template failed.
    Render,
    /// The terminal or pipe is closed.
    Output,
    /// The daemon ended while the attempt ran: nobody knows how it went.
    Lost,
    /// Tried, or waiting, for longer than the outbox keeps trying.
    Expired,
    /// The code panicked.
    Panic,
}

impl SendReason {
    /// Every reason.
    pub const ALL: [Self; 15] = [
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Protocol,
        Self::Busy,
        Self::ServerError,
        Self::Refused,
        Self::Auth,
        Self::Gone,
        Self::Guard,
        Self::Render,
        Self::Output,
        Self::Lost,
        Self::Expired,
        Self::Panic,
    ];

    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Busy => "busy",
            Self::ServerError => "server_error",
            Self::Refused => "refused",
            Self::Auth => "auth",
            Self::Gone => "gone",
            Self::Guard => "guard",
            Self::Render => "render",
            Self::Output => "output",
            Self::Lost => "lost",
            Self::Expired => "expired",
            Self::Panic => "panic",
        }
    }
}

impl fmt::Display for SendReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What one attempt comes to.
pub type Outcome = Result<Receipt, SendError>;
