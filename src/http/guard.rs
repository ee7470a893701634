//! Which addresses a request may reach.
//!
//! An address the operator wrote is allowed; one that a stranger chose (a redirect's target, the
//! record behind a name) must be public. Literal addresses are judged here, before anything is
//! sent; names are judged by the [resolver](super::resolve) at the moment they are used, so that
//! a name cannot change between the check and the connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::shown::bare_url;
use crate::model::Proxy;

/// Who chose the address of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The operator, in the config: an IP literal or `localhost` is allowed, a name that turns
    /// out to be private is not.
    Operator,
    /// The operator, with `allow_private = true`: everything is allowed, on later hops too.
    OperatorPrivate,
    /// Someone else, by a redirect: nothing private.
    Stranger,
}

/// The address is private and nobody who may has chosen it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// A name in the config turned out to be private.
    #[error(
        "{host} resolves to {address}, a private address that the config does not name; \
         set allow_private = true to allow it"
    )]
    Name {
        /// The name in the config.
        host: String,
        /// What it resolves to.
        address: IpAddr,
    },
    /// A redirect leads inside.
    #[error(
        "redirect to {url} leads to {address}, a private address; \
         set allow_private = true to allow it"
    )]
    Redirect {
        /// The target, without query and user.
        url: String,
        /// Its address.
        address: IpAddr,
    },
    /// A redirect leads, through a proxy, to the machine the proxy runs on.
    #[error(
        "redirect to {url} leads to the proxy's own machine; \
         set allow_private = true to allow it"
    )]
    Proxy {
        /// The target, without query and user.
        url: String,
    },
    /// Neither `http` nor `https`, or no host.
    #[error("{scheme}: is not an address on the web")]
    Scheme {
        /// The scheme without its colon.
        scheme: String,
    },
}

impl GuardError {
    pub(super) fn private(url: &Url, trust: Trust, address: IpAddr) -> Self {
        match trust {
            Trust::Operator | Trust::OperatorPrivate => Self::Name {
                host: url.host_str().unwrap_or_default().to_owned(),
                address,
            },
            Trust::Stranger => Self::Redirect {
                url: bare_url(url),
                address,
            },
        }
    }
}

/// How names are resolved for an admitted request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// Names resolve to public addresses only.
    Screened,
    /// Names resolve to anything.
    Open,
}

/// Judges the URL's own text; what a name resolves to is the resolver's to judge.
///
/// A proxy resolves the names of hosts itself (all but `socks5`, which is sent the address that the
/// resolver judged). Then a stranger's name is out of our sight; what can be refused is
/// `localhost`, which is the proxy's machine then, and the proxy's own name, which no resolver of
/// ours screens.
///
/// `Url` has already brought every spelling of an address (`2130706433`, `0177.0.0.1`, `127.1`)
/// to one form.
pub(super) fn admit(url: &Url, trust: Trust, proxy: Option<&Proxy>) -> Result<Passage, GuardError> {
    let (true, Some(host)) = (matches!(url.scheme(), "http" | "https"), url.host()) else {
        return Err(GuardError::Scheme {
            scheme: url.scheme().to_owned(),
        });
    };
    let literal = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    match (trust, literal) {
        (Trust::OperatorPrivate, _) | (Trust::Operator, Some(_)) => Ok(Passage::Open),
        (Trust::Operator, None) if is_localhost(url) => Ok(Passage::Open),
        (Trust::Stranger, Some(address)) if !is_public(address) => {
            Err(GuardError::private(url, trust, address))
        }
        (Trust::Stranger, None) if proxy.is_some_and(|proxy| is_at(url, proxy)) => {
            Err(GuardError::Proxy { url: bare_url(url) })
        }
        _ => Ok(Passage::Screened),
    }
}

/// Whether a URL's name means the machine that a proxy runs on.
fn is_at(url: &Url, proxy: &Proxy) -> bool {
    let own = |url: &Url| {
        let name = url.host_str().unwrap_or_default().to_ascii_lowercase();
        name.strip_suffix('.').unwrap_or(&name).to_owned()
    };
    is_localhost(url) || own(url) == own(&proxy.url)
}

/// RFC 6761 §6.3: `localhost` and every name below it mean this machine.
fn is_localhost(url: &Url) -> bool {
    let name = url.host_str().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is a unicast address of the public internet (IANA's special-purpose
/// registries, RFC 6890).
///
/// An IPv4 address inside an IPv6 one counts as itself where a host would really reach it:
/// mapped (`::ffff:0:0/96`) and NAT64 (`64:ff9b::/96`, what every name is behind DNS64). The
/// tunnels 6to4 and Teredo are out of use and never public.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Whether a URL is one of the public web, as far as it can be seen without asking: `http` or
/// `https`, at a public address or at a name that is no machine's or network's own.
pub fn is_public_web(url: &Url) -> bool {
    let is_web = matches!(url.scheme(), "http" | "https");
    is_web
        && match url.host() {
            Some(Host::Domain(name)) => is_public_name(name.trim_end_matches('.')),
            Some(Host::Ipv4(address)) => is_public(address.into()),
            Some(Host::Ipv6(address)) => is_public(address.into()),
            None => false,
        }
}

/// A name without a dot, and those that are kept for a machine or a network (RFC 6761, RFC 6762,
/// RFC 8375, ICANN's `internal`).
fn is_public_name(name: &str) -> bool {
    let Some((_, last)) = name.rsplit_once('.') else {
        return false;
    };
    let own = [
        "localhost",
        "local",
        "internal",
        "lan",
        "intranet",
        "home",
        "corp",
    ];
    !own.contains(&last) && !name.ends_with(".home.arpa")
}

/// Not the public internet: network and prefix length.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this network, unspecified
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared address space (CGNAT)
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // class E, broadcast
];

/// All of the public IPv6 internet: loopback, unspecified, IPv4-compatible, unique local,
/// link-local, site-local and multicast are outside.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Inside [`GLOBAL_V6`] and not the public internet all the same.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // assignments: Teredo, benchmarking, ORCHID
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Wrap an IPv4 address that a host really reaches.
const WRAPPERS_V6: [(Ipv6Addr, u32); 2] = [
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96), // mapped
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96), // NAT64
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |&(network, length): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0
    };
    !SPECIAL_V4.iter().any(within)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |&(network, length): &(Ipv6Addr, u32)| {
        (address.to_bits() ^ network.to_bits()) >> (128 - length) == 0
    };
    if WRAPPERS_V6.iter().any(within) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    within(&GLOBAL_V6) && !SPECIAL_V6.iter().any(within)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_public_web_is_distinguished_from_everything_else() {
        for (url, expected) in [
            ("https://news.example.org/feed", true),
            ("http://93.184.215.14/feed", true),
            ("http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", true),
            ("ftp://news.example.org/feed", false),
            ("file:///etc/hostname", false),
            ("http://127.0.0.1:8000/x", false),
            ("http://0x7f.1/x", false),
            ("http://10.0.0.7/feed", false),
            ("http://[::1]/", false),
            ("http://[::ffff:10.0.0.7]/", false),
            ("http://localhost/", false),
            ("http://a.localhost./", false),
            ("http://wiki/feed", false),
            ("http://printer.local/", false),
            ("http://box.home.arpa/", false),
        ] {
            let url = url::Url::parse(url).expect("a URL");
            assert_eq!(super::is_public_web(&url), expected, "{url}");
        }
    }

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn public(text: &str) -> bool {
        is_public(text.parse().expect("an address"))
    }

    /// First and last address of every block that is not the public internet.
    #[test]
    fn the_edges_of_every_special_block_are_not_public() {
        let addresses = "
            0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0
            127.255.255.255 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0
            172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.255
            192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255
            203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255 :: ::1
            ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::127.0.0.1
            64:ff9b::192.168.1.1 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:2::1
            2001:1ff:ffff::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 3fff:fff::1
            5f00::1 fc00:: fdff:ffff::1 fe80::1 febf::1 fec0::1 feff::1 ff02::1 ffff::1";
        for address in addresses.split_whitespace() {
            assert!(!public(address), "{address}");
        }
    }

    #[test]
    fn their_neighbours_are_public() {
        let addresses = "
            1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255
            128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0
            192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
            198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 ::ffff:8.8.8.8
            64:ff9b::8.8.8.8 2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1
            3ffe::1 3fff:1000::1";
        for address in addresses.split_whitespace() {
            assert!(public(address), "{address}");
        }
    }

    /// Each of these is an address that `Url` normalises; a text filter would let them pass.
    const SPELLINGS: [&str; 14] = [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1./",
        "http://%31%32%37.0.0.1/",
        "http://１２７.0.0.1/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
    ];

    #[test]
    fn a_stranger_reaches_no_private_literal_however_it_is_spelt() {
        for spelling in SPELLINGS {
            let refused = admit(&url(spelling), Trust::Stranger, None);
            assert!(
                matches!(refused, Err(GuardError::Redirect { .. })),
                "{spelling}: {refused:?}"
            );
        }
        assert_eq!(
            admit(&url("https://1.1.1.1/"), Trust::Stranger, None),
            Ok(Passage::Screened)
        );
    }

    #[test]
    fn the_operator_reaches_every_literal_and_localhost() {
        for spelling in SPELLINGS {
            assert_eq!(
                admit(&url(spelling), Trust::Operator, None),
                Ok(Passage::Open)
            );
        }
        for name in [
            "http://localhost:8080/",
            "http://LOCALHOST/",
            "http://localhost./",
            "http://feed.localhost/",
        ] {
            assert_eq!(
                admit(&url(name), Trust::Operator, None),
                Ok(Passage::Open),
                "{name}"
            );
            assert_eq!(
                admit(&url(name), Trust::Stranger, None),
                Ok(Passage::Screened),
                "{name}"
            );
        }
    }

    #[test]
    fn names_are_screened_unless_the_operator_lifts_the_guard() {
        let name = url("http://intra.example.org/");
        assert_eq!(admit(&name, Trust::Operator, None), Ok(Passage::Screened));
        assert_eq!(admit(&name, Trust::Stranger, None), Ok(Passage::Screened));
        assert_eq!(
            admit(&name, Trust::OperatorPrivate, None),
            Ok(Passage::Open)
        );
        assert_eq!(
            admit(&url("http://notlocalhost/"), Trust::Operator, None),
            Ok(Passage::Screened)
        );
    }

    #[test]
    fn other_schemes_are_refused_whoever_asks() {
        for other in [
            "file:///etc/passwd",
            "ftp://example.org/",
            "data:,x",
            "gopher://127.0.0.1/",
        ] {
            for trust in [Trust::Operator, Trust::OperatorPrivate, Trust::Stranger] {
                assert!(matches!(
                    admit(&url(other), trust, None),
                    Err(GuardError::Scheme { .. })
                ));
            }
        }
    }

    #[test]
    fn the_error_says_who_chose_the_address_and_what_to_do() {
        let address = "10.0.0.7".parse().expect("an address");
        let feed = url("https://feed.example.org/a?token=s3cret");
        assert_eq!(
            GuardError::private(&feed, Trust::Operator, address).to_string(),
            "feed.example.org resolves to 10.0.0.7, a private address that the config does not \
             name; set allow_private = true to allow it"
        );
        let target = url("http://user:s3cret@127.0.0.1/admin?token=s3cret#x");
        assert_eq!(
            admit(&target, Trust::Stranger, None)
                .expect_err("private")
                .to_string(),
            "redirect to http://127.0.0.1/admin leads to 127.0.0.1, a private address; \
             set allow_private = true to allow it"
        );
    }
}
