//! Mail addresses as they go on the wire.

use lettre::{Address, message::Mailbox};
use url::Host;

/// Whether mail can be sent to an address as the config writes it.
pub fn is_recipient(written: &str) -> bool {
    recipient(written).is_some()
}

/// Whether mail can be sent from a sender as the config writes it.
pub fn is_sender(written: &str) -> bool {
    sender(written).is_some()
}

/// A bare address, its domain in its ASCII form (RFC 5890). A local part in other scripts needs a
/// server that offers SMTPUTF8.
pub(super) fn recipient(written: &str) -> Option<Address> {
    let address: Address = written.trim().parse().ok()?;
    in_ascii(address)
}

/// An address with or without a name.
pub(super) fn sender(written: &str) -> Option<Mailbox> {
    let mailbox: Mailbox = written.trim().parse().ok()?;
    Some(Mailbox::new(mailbox.name, in_ascii(mailbox.email)?))
}

fn in_ascii(address: Address) -> Option<Address> {
    if address.domain().is_ascii() {
        return Some(address);
    }
    let domain = Host::parse(address.domain()).ok()?.to_string();
    Address::new(address.user(), domain).ok()
}

/// Whether every server takes it.
pub(super) fn is_plain(address: &Address) -> bool {
    address.to_string().is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_they_go_on_the_wire() {
        for (written, sent) in [
            ("desk@example.org", "desk@example.org"),
            (" desk@example.org ", "desk@example.org"),
            ("desk@例え.jp", "desk@xn--r8jz45g.jp"),
            ("jürgen@example.org", "jürgen@example.org"),
            ("小泉@例え.jp", "小泉@xn--r8jz45g.jp"),
            ("\"john doe\"@example.org", "\"john doe\"@example.org"),
            ("desk@[127.0.0.1]", "desk@[127.0.0.1]"),
            ("desk@localhost", "desk@localhost"),
        ] {
            let sent_to = recipient(written).map(|address| address.to_string());
            assert_eq!(sent_to.as_deref(), Some(sent), "{written}");
        }
        for written in [
            "",
            "desk",
            "@example.org",
            "a b@example.org",
            "desk@exa mple.org",
            "Desk <desk@example.org>",
            "\"a\r\nDATA\"@example.org",
        ] {
            assert!(!is_recipient(written), "{written}");
        }
    }

    #[test]
    fn senders_with_and_without_a_name() {
        for written in [
            "bells@example.org",
            "Bells <bells@example.org>",
            "鐘 <鐘@例え.jp>",
        ] {
            assert!(is_sender(written), "{written}");
        }
        for written in ["", "Bells", "Bells <bells>", "\"a b\"@example.org"] {
            assert!(!is_sender(written), "{written}");
        }
    }
}
