//! What can go wrong in an SMTP session, and what it means for the notice.

use std::{fmt, io, net::IpAddr, time::Duration};

use super::reply::Reply;
use crate::model::{Retry, SendError, SendReason};

/// A step of a session. Each has its own timeout and its own meaning of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Connect,
    Tls,
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// From the first byte of the message to the answer after its final dot.
    Content,
}

impl Phase {
    /// Whether a reply of this code lets the session go on.
    pub(super) const fn takes(self, code: u16) -> bool {
        match self {
            // Leave to send the text (RFC 5321 §4.1.1.4): without it, its lines would be commands.
            Self::Data => code == 354,
            // Or one more question (RFC 4954 §4).
            Self::Auth => code == 334 || code / 100 == 2,
            _ => code / 100 == 2,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "connect",
            Self::Tls => "TLS handshake",
            Self::Greeting => "greeting",
            Self::Ehlo => "EHLO",
            Self::Helo => "HELO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL FROM",
            Self::Rcpt => "RCPT TO",
            Self::Data => "DATA",
            Self::Content => "end of message",
        })
    }
}

/// A session that ended before the message was taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("{phase}: no answer within {} s", limit.as_secs_f32())]
    Timeout { phase: Phase, limit: Duration },
    #[error("cannot connect: {0}")]
    Connect(#[source] io::Error),
    #[error("the connection needs TLS: {0} is not this machine")]
    NotLoopback(IpAddr),
    #[error("{phase}: connection lost: {source}")]
    Lost {
        phase: Phase,
        #[source]
        source: io::Error,
    },
    /// The handshake was refused by one side, as opposed to cut off.
    #[error("TLS: {0}")]
    Tls(#[source] rustls::Error),
    #[error("the server does not offer STARTTLS")]
    NoStartTls,
    /// Bytes that a man in the middle put before the handshake, to be read as if they came after
    /// it (CVE-2011-0411 and the "NO STARTTLS" family).
    #[error("the server spoke on after STARTTLS, before TLS: somebody may be tampering")]
    Injected,
    #[error("the server offers no {0}")]
    NoMechanism(&'static str),
    /// No token to log in with.
    #[error("{}", .0.detail)]
    Token(Box<SendError>),
    #[error(
        "the server speaks LMTP, which is for a mail server's own use: name one that speaks SMTP"
    )]
    Lmtp,
    #[error("the server does not offer SMTPUTF8, which {0} needs")]
    NoSmtpUtf8(String),
    #[error("{phase}: {reply}")]
    Refused { phase: Phase, reply: Reply },
    #[error("{phase}: {reply}, which is no answer to it")]
    Unexpected { phase: Phase, reply: Reply },
    #[error("{phase}: not an SMTP reply: {detail}")]
    Protocol { phase: Phase, detail: String },
}

impl Fault {
    /// Whether a session that took mails before was closed, or takes no more of them: nothing of
    /// this mail but its addresses was said, and a new session may go better.
    pub(super) fn is_of_a_stale_session(&self) -> bool {
        match self {
            Self::Lost { phase, .. } => *phase == Phase::Mail,
            Self::Refused { phase, reply } => match phase {
                Phase::Mail => reply.code == 421 || self.turns_us_away(),
                Phase::Rcpt => self.turns_us_away(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the server has turned us away, whatever the mail: nothing was taken, so another server
    /// may be asked.
    pub(super) fn turns_us_away(&self) -> bool {
        self.meaning().1 == Retry::ReceiverBroken
    }

    /// Whether the server has refused the login for good.
    pub(super) fn is_of_the_login(&self) -> bool {
        matches!(self, Self::Refused { phase: Phase::Auth, reply } if reply.code >= 500)
    }

    /// What the server said, without the step at which it did.
    pub(super) fn answer(&self) -> String {
        match self {
            Self::Refused { reply, .. } => reply.to_string(),
            other => other.to_string(),
        }
    }

    /// A TLS handshake that failed: rustls's own verdict, or a connection that broke.
    pub(super) fn handshake(error: io::Error) -> Self {
        let verdict = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match verdict {
            Some(verdict) => Self::Tls(verdict.clone()),
            None => Self::Lost {
                phase: Phase::Tls,
                source: error,
            },
        }
    }

    /// Trouble that only the operator can mend breaks the receiver; the rest passes.
    pub(super) fn into_error(self) -> SendError {
        let (reason, retry) = self.meaning();
        SendError {
            reason,
            retry,
            detail: self.to_string(),
            accepted: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn meaning(&self) -> (SendReason, Retry) {
        let later = Retry::Later { after: None };
        match self {
            Self::Timeout { .. } => (SendReason::Timeout, later),
            Self::Connect(_) | Self::Lost { .. } => (SendReason::Connect, later),
            Self::Protocol { .. } | Self::Unexpected { .. } => (SendReason::Protocol, later),
            Self::NotLoopback(_) => (SendReason::Guard, Retry::ReceiverBroken),
            Self::Tls(_) | Self::NoStartTls | Self::Injected => {
                (SendReason::Tls, Retry::ReceiverBroken)
            }
            Self::NoMechanism(_) => (SendReason::Auth, Retry::ReceiverBroken),
            Self::Token(error) => (error.reason, error.retry),
            Self::Lmtp => (SendReason::Protocol, Retry::ReceiverBroken),
            Self::NoSmtpUtf8(_) => (SendReason::Refused, Retry::ReceiverBroken),
            Self::Refused { phase, reply } => refused(*phase, reply),
        }
    }
}

/// 4xx is "not now" everywhere (RFC 5321 §4.2.1). 5xx before the text cannot be this notice's
/// fault, for the server has not seen it: the login, the sender or the machine is not welcome, and
/// no notice would be. After it, it is the notice's unless the status says otherwise.
fn refused(phase: Phase, reply: &Reply) -> (SendReason, Retry) {
    match (phase, reply.code) {
        (_, 400..=499) => (SendReason::Busy, Retry::Later { after: None }),
        (Phase::Auth, _) | (_, 530 | 534 | 535 | 538) => (SendReason::Auth, Retry::ReceiverBroken),
        (Phase::StartTls, _) => (SendReason::Tls, Retry::ReceiverBroken),
        (Phase::Content, _) if is_too_large(reply) => (SendReason::Refused, Retry::TooLarge),
        (Phase::Content, _) if !is_about_us(reply) => (SendReason::Refused, Retry::Unwanted),
        _ => (SendReason::Refused, Retry::ReceiverBroken),
    }
}

/// Whether the text is more than the server takes, or the mailbox (RFC 3463 §3.3, §3.4).
fn is_too_large(reply: &Reply) -> bool {
    matches!(reply.status(), Some([2, 3] | [3, 4]))
}

/// Whether a refusal of the text is about the login, the sender's address or domain, or our address:
/// 5.1.7, 5.1.8 (RFC 3463), 5.7.8 to 14 (RFC 4954), 5.7.20 to 29 (RFC 7372, RFC 7505, RFC 8617), and
/// those of Exchange Online for a client that may not send as this sender, or not at all.
fn is_about_us(reply: &Reply) -> bool {
    matches!(
        reply.status(),
        Some([1, 7 | 8] | [2, 252] | [7, 8..=14 | 20..=29 | 57 | 60 | 64 | 501..=509 | 700..=799])
    )
}
