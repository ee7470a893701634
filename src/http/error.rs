//! What can go wrong on one hop. Each error has a closed reason; messages name the host, and never
//! the URL's query, user or password.

use std::{fmt, time::Duration};

use super::{coding::DecodeError, guard::GuardError, tls::TlsSetupError};

/// The client could not be built from its options.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// The User-Agent is no valid header, or the HTTP library refuses its set-up.
    #[error("http client: {0}")]
    Client(#[source] reqwest::Error),
}

/// Why a hop failed. Closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpReason {
    /// The name does not resolve.
    Dns,
    /// Refused, reset or unreachable.
    Connect,
    /// The proxy cannot be reached, or makes no connection.
    Proxy,
    /// The handshake failed or the certificate is not trusted.
    Tls,
    /// Too slow.
    Timeout,
    /// The address guard said no.
    Guard,
    /// The body is longer than its limit.
    TooLarge,
    /// The body ended before its end.
    Truncated,
    /// The body is not in the coding it claims.
    Decode,
    /// The answer was not HTTP's.
    Protocol,
    /// Too many large bodies at once: the failure is ours.
    Crowded,
}

/// What was waited for in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Name, connection and TLS.
    Connection,
    /// Status line and headers.
    Answer,
    /// The next part of the body.
    Body,
    /// The end of it all.
    Whole,
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connection => "no connection to",
            Self::Answer => "no answer from",
            Self::Body => "nothing more of the body from",
            Self::Whole => "no complete answer from",
        })
    }
}

/// One hop failed. Messages name the host, never the URL's query or user.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address guard said no; nothing was sent.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The way there cannot be built; found at set-up where that asked.
    #[error(transparent)]
    Setup(#[from] HttpSetupError),
    /// The name does not resolve.
    #[error("{host} does not resolve: {detail}")]
    Dns {
        /// The name.
        host: String,
        /// The resolver's words.
        detail: String,
        /// The HTTP library's error, without its URL.
        source: reqwest::Error,
    },
    /// Refused, reset or unreachable.
    #[error("connection to {host}: {detail}")]
    Connect {
        /// The host.
        host: String,
        /// The system's words.
        detail: String,
        /// The HTTP library's error, without its URL.
        source: reqwest::Error,
    },
    /// The proxy cannot be reached, or makes no connection. Some proxies refuse what is dead behind
    /// them, which looks the same.
    #[error("connection to {host}: {detail}")]
    Proxy {
        /// The host, and by whose way.
        host: String,
        /// The system's words, or the tunnel's.
        detail: String,
        /// The HTTP library's error, without its URL.
        source: reqwest::Error,
    },
    /// The handshake failed or the certificate is not trusted.
    #[error("TLS with {host}: {detail}")]
    Tls {
        /// The host.
        host: String,
        /// rustls's words.
        detail: String,
        /// The HTTP library's error, without its URL.
        source: reqwest::Error,
    },
    /// Too slow.
    #[error("{phase} {host} within {limit:?}")]
    Timeout {
        /// What was waited for.
        phase: Phase,
        /// The host.
        host: String,
        /// How long.
        limit: Duration,
    },
    /// The connection ended before the body did.
    #[error("body from {host} ends early")]
    Truncated {
        /// The host.
        host: String,
        /// The HTTP library's error, without its URL.
        source: reqwest::Error,
    },
    /// The body is too long, cut inside its coding, or not in it.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The answer was not HTTP's.
    #[error("protocol error with {host}: {detail}")]
    Protocol {
        /// The host.
        host: String,
        /// The HTTP library's words.
        detail: String,
        /// The HTTP library's error, without its URL.
        source: reqwest::Error,
    },
    /// A large body got no memory permit, or was given up by its server while it waited for one.
    #[error("too many large documents at once, that of {host} is put off")]
    Crowded {
        /// The host.
        host: String,
    },
}

impl HttpError {
    /// The closed reason.
    pub fn reason(&self) -> HttpReason {
        match self {
            Self::Guard(_) => HttpReason::Guard,
            Self::Dns { .. } => HttpReason::Dns,
            Self::Connect { .. } => HttpReason::Connect,
            Self::Proxy { .. } => HttpReason::Proxy,
            Self::Tls { .. } | Self::Setup(_) => HttpReason::Tls,
            Self::Timeout { .. } => HttpReason::Timeout,
            Self::Decode(DecodeError::TooLarge { .. }) => HttpReason::TooLarge,
            Self::Truncated { .. } | Self::Decode(DecodeError::Truncated { .. }) => {
                HttpReason::Truncated
            }
            Self::Decode(DecodeError::Corrupt { .. } | DecodeError::TooManyCodings { .. }) => {
                HttpReason::Decode
            }
            Self::Protocol { .. } => HttpReason::Protocol,
            Self::Crowded { .. } => HttpReason::Crowded,
        }
    }
}
