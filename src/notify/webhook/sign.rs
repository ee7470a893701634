//! Standard Webhooks 1.0 signatures: `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;

use crate::model::{DeliveryKey, Secret};

/// What a symmetric key starts with. Required: a pass phrase may happen to be base64, and would
/// then sign with other bytes than its owner thinks.
const PREFIX: &str = "whsec_";

/// A key that signs; several while they rotate.
#[derive(Debug)]
pub(super) struct SigningKey(hmac::Key);

impl SigningKey {
    /// Reads a `whsec_…` key; `None` if it is no such key. White space around it is dropped: files
    /// end with a line break.
    pub(super) fn read(secret: &Secret) -> Option<Self> {
        let encoded = secret.expose().trim().strip_prefix(PREFIX)?;
        let bytes = STANDARD.decode(encoded).ok()?;
        (!bytes.is_empty()).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }
}

/// The `webhook-signature` header: one signature per key, separated by spaces.
pub(super) fn signatures(
    keys: &[SigningKey],
    id: &DeliveryKey,
    timestamp: i64,
    body: &[u8],
) -> String {
    let signatures: Vec<String> = keys
        .iter()
        .map(|SigningKey(key)| {
            let mut context = hmac::Context::with_key(key);
            context.update(format!("{id}.{timestamp}.").as_bytes());
            context.update(body);
            format!("v1,{}", STANDARD.encode(context.sign()))
        })
        .collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const OTHER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"type":"alert.matched"}"#;
    const SIGNATURE: &str = "v1,BmqHa43OdLOHB1Pc/EzrW5RwhkMijvbD/PQ6RrV7/ic=";

    fn key(text: &str) -> Option<SigningKey> {
        SigningKey::read(&Secret::new(text))
    }

    fn id() -> DeliveryKey {
        DeliveryKey("msg_1".to_owned())
    }

    #[test]
    fn the_published_test_vector() {
        let keys = [key(KEY).unwrap()];
        assert_eq!(signatures(&keys, &id(), 1_674_087_231, BODY), SIGNATURE);
    }

    #[test]
    fn agrees_with_the_official_library() {
        let official = standardwebhooks::Webhook::new(OTHER).unwrap();
        let body = "小泉進次郎 \"quoted\"".as_bytes();
        assert_eq!(
            signatures(&[key(OTHER).unwrap()], &id(), 1_800_000_000, body),
            official.sign("msg_1", 1_800_000_000, body).unwrap()
        );
    }

    #[test]
    fn two_keys_both_sign() {
        let keys = [key(OTHER).unwrap(), key(KEY).unwrap()];
        let header = signatures(&keys, &id(), 1_674_087_231, BODY);
        let parts: Vec<&str> = header.split(' ').collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[1], SIGNATURE);
        assert_ne!(parts[0], parts[1]);
    }

    #[test]
    fn only_symmetric_keys_are_keys() {
        assert!(key(&format!(" {KEY}\n")).is_some());
        for wrong in [
            "",
            "whsec_",
            "whsec_not base64!",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
            "whsk_AAEC",
        ] {
            assert!(key(wrong).is_none(), "{wrong}");
        }
    }
}
