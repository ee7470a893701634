//! What can go wrong in an SMTP session, and what it means for the notice.

use std::{fmt, io, net::IpAddr, time::Duration};

use crate::model::{Retry, SendError, SendReason};

/// A step of a session. Each has its own timeout and its own meaning of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Connect,
    Tls,
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// From the first byte of the message to the answer after its final dot.
    Content,
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "connect",
            Self::Tls => "TLS handshake",
            Self::Greeting => "greeting",
            Self::Ehlo => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL FROM",
            Self::Rcpt => "RCPT TO",
            Self::Data => "DATA",
            Self::Content => "end of message",
        })
    }
}

/// A server's reply: its code and its text on one clean line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) text: String,
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code, self.text)
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
    #[error("the server offers neither AUTH PLAIN nor AUTH LOGIN")]
    NoMechanism,
    #[error("{phase}: {reply}")]
    Refused { phase: Phase, reply: Reply },
    #[error("{phase}: not an SMTP reply: {detail}")]
    Protocol { phase: Phase, detail: String },
}

impl Fault {
    /// Whether a session that took mails before was closed, or is to be: nothing of this mail but
    /// its sender was said.
    pub(super) fn is_of_a_stale_session(&self) -> bool {
        match self {
            Self::Lost { phase, .. } => *phase == Phase::Mail,
            Self::Refused { phase, reply } => *phase == Phase::Mail && reply.code == 421,
            _ => false,
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
        }
    }

    fn meaning(&self) -> (SendReason, Retry) {
        let later = Retry::Later { after: None };
        match self {
            Self::Timeout { .. } => (SendReason::Timeout, later),
            Self::Connect(_) | Self::Lost { .. } => (SendReason::Connect, later),
            Self::Protocol { .. } => (SendReason::Protocol, later),
            Self::NotLoopback(_) => (SendReason::Guard, Retry::ReceiverBroken),
            Self::Tls(_) | Self::NoStartTls | Self::Injected => {
                (SendReason::Tls, Retry::ReceiverBroken)
            }
            Self::NoMechanism => (SendReason::Auth, Retry::ReceiverBroken),
            Self::Refused { phase, reply } => refused(*phase, reply.code),
        }
    }
}

/// 4xx is "not now" everywhere (RFC 5321 §4.2.1). 5xx before the recipients cannot be this notice's
/// fault: the login, the sender or the machine is not welcome, and no notice would be. After them
/// it is the message.
fn refused(phase: Phase, code: u16) -> (SendReason, Retry) {
    match (phase, code) {
        (_, 400..=499) => (SendReason::Busy, Retry::Later { after: None }),
        (Phase::Auth, _) | (_, 530 | 534 | 535 | 538) => (SendReason::Auth, Retry::ReceiverBroken),
        (Phase::StartTls, _) => (SendReason::Tls, Retry::ReceiverBroken),
        (Phase::Rcpt | Phase::Data | Phase::Content, _) => (SendReason::Refused, Retry::Never),
        _ => (SendReason::Refused, Retry::ReceiverBroken),
    }
}
