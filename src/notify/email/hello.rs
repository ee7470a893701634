//! What we call ourselves in EHLO: a valid name, or our address (RFC 5321 §4.1.1.1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lettre::transport::smtp::extension::ClientId;

/// The longest domain name in its written form (RFC 1035 §2.3.4).
const MAX_NAME_BYTES: usize = 253;
/// The longest part of one.
const MAX_LABEL_BYTES: usize = 63;

/// How the client introduces itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hello {
    /// By this name, or address in brackets.
    Name(String),
    /// By the address that the connection goes out from.
    Address,
}

impl Hello {
    /// As the config says, else by the machine's own name if that is a full one.
    pub(super) fn new(configured: Option<&str>, hostname: &str) -> Self {
        let hostname = hostname.trim_end_matches('.');
        match configured {
            Some(name) => Self::Name(name.to_owned()),
            None if is_full_name(hostname) => Self::Name(hostname.to_owned()),
            None => Self::Address,
        }
    }

    /// On a connection from this address of ours.
    pub(super) fn client(&self, local: IpAddr) -> ClientId {
        match self {
            Self::Name(name) => ClientId::Domain(name.clone()),
            Self::Address => match local.to_canonical() {
                IpAddr::V4(address) => ClientId::Ipv4(address),
                IpAddr::V6(address) => ClientId::Ipv6(address),
            },
        }
    }
}

/// Whether EHLO may say this: a full domain name, or an address such as `[192.0.2.1]` or
/// `[IPv6:2001:db8::1]`.
pub fn is_hello(text: &str) -> bool {
    match text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
    {
        Some(literal) => is_address(literal),
        None => is_full_name(text),
    }
}

fn is_address(literal: &str) -> bool {
    match literal.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => literal[5..].parse::<Ipv6Addr>().is_ok(),
        _ => literal.parse::<Ipv4Addr>().is_ok(),
    }
}

/// Letters, digits and hyphens in two parts or more, and no name that every machine has.
fn is_full_name(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let is_label = |label: &&str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_number = |label: &&str| label.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= MAX_NAME_BYTES
        && labels.len() > 1
        && labels.iter().all(is_label)
        && !labels.last().is_some_and(is_number)
        && !labels[0].eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stand() {
        for text in [
            "mon.example.org",
            "MON.example.org",
            "a.b",
            "1and1.example",
            "xn--r8jz45g.jp",
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "[ipv6:::1]",
        ] {
            assert!(is_hello(text), "{text}");
        }
        let (long_label, long_name) = (format!("{}.org", "a".repeat(64)), "a.".repeat(127) + "b");
        for text in [
            "",
            "mon",
            "0391926cb167",
            "news_01",
            "news_01.example.org",
            "mon.example.org.",
            "mon..org",
            "-a.org",
            "a-.org",
            "127.0.0.1",
            "例え.jp",
            "a b.org",
            "localhost.localdomain",
            "[127.0.0]",
            "[2001:db8::1]",
            "[mon.example.org]",
            "[]",
            "mon.example.org\r\nMAIL",
            &long_label,
            &long_name,
        ] {
            assert!(!is_hello(text), "{text}");
        }
    }

    #[test]
    fn the_config_then_the_machine_then_the_address() {
        let local = ["127.0.0.1", "::1", "::ffff:192.0.2.1"];
        let local = local.map(|address| address.parse::<IpAddr>().unwrap());
        for (configured, hostname, said) in [
            (
                Some("bells.example.org"),
                "mon.example.org",
                "bells.example.org",
            ),
            (Some("[192.0.2.9]"), "mon.example.org", "[192.0.2.9]"),
            (None, "mon.example.org", "mon.example.org"),
            (None, "mon.example.org.", "mon.example.org"),
            (None, "0391926cb167", "[127.0.0.1]"),
            (None, "news_01", "[127.0.0.1]"),
            (None, "", "[127.0.0.1]"),
        ] {
            let client = Hello::new(configured, hostname).client(local[0]);
            assert_eq!(client.to_string(), said, "{configured:?} {hostname}");
        }
        assert_eq!(Hello::Address.client(local[1]).to_string(), "[IPv6:::1]");
        assert_eq!(Hello::Address.client(local[2]).to_string(), "[192.0.2.1]");
    }
}
