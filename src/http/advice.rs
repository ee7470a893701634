//! What a person can do about a connection that fails, where the error says enough to know.

use std::error::Error as StdError;

use rustls::{AlertDescription, CertificateError, Error as Tls};

use super::classify::find;

/// The advice, in words that go behind the error's own.
pub(super) fn of(error: &(dyn StdError + 'static)) -> Option<&'static str> {
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
    fn a_server_that_shares_no_cipher_says_what_its_owner_must_do() {
        for alert in [
            AlertDescription::HandshakeFailure,
            AlertDescription::InsufficientSecurity,
            AlertDescription::ProtocolVersion,
        ] {
            let advice = of(&Tls::AlertReceived(alert)).expect("advice");
            assert!(advice.contains("ECDHE"), "{advice}");
        }
        assert_eq!(
            of(&Tls::AlertReceived(AlertDescription::InternalError)),
            None
        );
        assert_eq!(of(&std::io::Error::other("closed")), None);
    }
}
