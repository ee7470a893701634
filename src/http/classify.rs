//! The HTTP library's errors, each turned into one [`HttpError`].
//!
//! What failed is read from the types in an error's source chain, never from its text. Where the
//! error says enough, the message ends with what a person can do about it.

use std::{error::Error as StdError, io, time::Duration};

use rustls::{AlertDescription, CertificateError, Error as Tls};
use url::Url;

use super::{
    error::{HttpError, Phase},
    guard::{GuardError, Trust},
    resolve::PrivateAddress,
    shown::shorten,
};
use crate::model::Proxy;

/// The request that failed: what its error message needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) url: &'a Url,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) trust: Trust,
    pub(super) connect_timeout: Duration,
}

impl Context<'_> {
    /// The host, and by whose way.
    pub(super) fn host(&self) -> String {
        let host = shorten(self.url.host_str().unwrap_or_default().to_owned());
        match self.proxy {
            Some(proxy) => format!("{host} through {proxy}"),
            None => host,
        }
    }

    pub(super) fn timeout(&self, phase: Phase, limit: Duration) -> HttpError {
        HttpError::Timeout {
            phase,
            host: self.host(),
            limit,
        }
    }

    pub(super) fn crowded(&self) -> HttpError {
        HttpError::Crowded { host: self.host() }
    }

    /// The request failed before its answer began.
    pub(super) fn request_failed(&self, error: reqwest::Error) -> HttpError {
        let source = error.without_url();
        if let Some(&PrivateAddress(address)) = find::<PrivateAddress>(&source) {
            return GuardError::private(self.url, self.trust, address).into();
        }
        if source.is_timeout() {
            return self.timeout(Phase::Connection, self.connect_timeout);
        }
        let (host, mut detail) = (self.host(), root_cause(&source));
        if let Some(advice) = advice(&source) {
            detail = format!("{detail}; {advice}");
        }
        let is_connection = source.is_connect() || find::<io::Error>(&source).is_some();
        if source.is_dns() && !self.is_proxys_name() {
            HttpError::Dns {
                host,
                detail,
                source,
            }
        } else if find::<rustls::Error>(&source).is_some() {
            HttpError::Tls {
                host,
                detail,
                source,
            }
        } else if is_connection && self.proxy.is_some() {
            HttpError::Proxy {
                host,
                detail,
                source,
            }
        } else if is_connection {
            HttpError::Connect {
                host,
                detail,
                source,
            }
        } else {
            HttpError::Protocol {
                host,
                detail,
                source,
            }
        }
    }

    /// Whether a name that does not resolve is the proxy's: an HTTP proxy resolves all others
    /// itself. Of a SOCKS proxy's own name the library says no more than that it was not reached.
    fn is_proxys_name(&self) -> bool {
        let scheme = self.proxy.map(|proxy| proxy.url.scheme());
        matches!(scheme, Some("http" | "https"))
    }

    /// The answer began, its body failed: broken framing (the chunk sizes), or else it stopped.
    pub(super) fn body_failed(&self, error: reqwest::Error) -> HttpError {
        let source = error.without_url();
        let host = self.host();
        match find::<io::Error>(&source).map(io::Error::kind) {
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => HttpError::Protocol {
                host,
                detail: root_cause(&source),
                source,
            },
            _ => HttpError::Truncated { host, source },
        }
    }
}

/// Every error in the chain, those that an `io::Error` wraps included: its `source()` skips them.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let io = error.downcast_ref::<io::Error>();
        match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

pub(super) fn find<'a, E: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let cause = chain(error).last().map(ToString::to_string);
    shorten(cause.unwrap_or_default())
}

/// What a person can do about the error, in words that follow its own.
fn advice(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    if let Some(error) = find::<Tls>(error) {
        return of_tls(error);
    }
    let reason = find::<h2::Error>(error).and_then(h2::Error::reason);
    (reason == Some(h2::Reason::HTTP_1_1_REQUIRED))
        .then_some("the server wants HTTP/1.1 here: set `http2 = false` for the feed")
}

fn of_tls(error: &Tls) -> Option<&'static str> {
    match error {
        Tls::AlertReceived(
            AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
            | AlertDescription::ProtocolVersion,
        )
        | Tls::PeerIncompatible(_) => Some(
            "the server may offer only what is unsafe today, such as RSA key exchange or TLS 1.1: \
             its owner must allow TLS 1.2 with ECDHE, or a `proxy` of yours must speak to it",
        ),
        Tls::InvalidCertificate(error) => of_certificate(error),
        _ => None,
    }
}

fn of_certificate(error: &CertificateError) -> Option<&'static str> {
    const OWN: &str = "where the certificate is your own, or of an authority of yours, \
                       name it as `ca_file`";
    match error {
        CertificateError::UnknownIssuer => Some(OWN),
        CertificateError::Other(other) => {
            let is_authority = matches!(
                other.0.downcast_ref(),
                Some(webpki::Error::CaUsedAsEndEntity)
            );
            is_authority.then_some(OWN)
        }
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => Some(
            "the certificate names no host: it must be made anew with a subjectAltName, \
             as by `openssl req -x509 -addext subjectAltName=DNS:…`",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_inside_an_io_error_is_found() {
        let inner = io::Error::other(PrivateAddress([10, 0, 0, 7].into()));
        let outer = io::Error::other(inner);
        assert_eq!(
            find::<PrivateAddress>(&outer),
            Some(&PrivateAddress([10, 0, 0, 7].into()))
        );
        assert_eq!(root_cause(&outer), "10.0.0.7 is a private address");
    }

    #[test]
    fn a_server_that_shares_no_cipher_says_what_its_owner_must_do() {
        for alert in [
            AlertDescription::HandshakeFailure,
            AlertDescription::InsufficientSecurity,
            AlertDescription::ProtocolVersion,
        ] {
            let words = advice(&Tls::AlertReceived(alert)).expect("advice");
            assert!(words.contains("ECDHE"), "{words}");
        }
        assert_eq!(
            advice(&Tls::AlertReceived(AlertDescription::InternalError)),
            None
        );
        assert_eq!(advice(&io::Error::other("closed")), None);
    }
}
