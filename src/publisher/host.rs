//! Hosts as they are compared, and as people read them.

use url::Host;

/// The longest host that DNS allows.
const MAX_HOST: usize = 253;

/// Platforms where every name below is somebody else's, and which the Public Suffix List does not
/// have.
const PLATFORMS: [&str; 8] = [
    "beehiiv.com",
    "hashnode.dev",
    "livejournal.com",
    "medium.com",
    "over-blog.com",
    "seesaa.net",
    "substack.com",
    "typepad.com",
];

/// The host in the form in which hosts are compared: lower case, ASCII, no dot at its end. `None`
/// where it is no host.
pub fn ascii_host(host: &str) -> Option<String> {
    match Host::parse(host.trim_end_matches('.')).ok()? {
        Host::Domain(name) if name.is_empty() || name.len() > MAX_HOST => None,
        host => Some(host.to_string()),
    }
}

/// The part of a host that one owner has; `None` where it has none: an address, a name of one word,
/// a public suffix such as `co.uk` itself.
pub(super) fn registrable(host: &str) -> Option<&str> {
    let is_name = matches!(Host::parse(host), Ok(Host::Domain(_))) && host.contains('.');
    let domain = is_name.then(|| psl2::lookup(host)?.registrable_domain())??;
    Some(blog_of(host, domain).unwrap_or(domain))
}

/// The blog that the host is, on a platform at this domain.
fn blog_of<'a>(host: &'a str, domain: &str) -> Option<&'a str> {
    let before = host.strip_suffix(domain)?.strip_suffix('.')?;
    let start = before.rfind('.').map_or(0, |dot| dot + 1);
    let is_blog = PLATFORMS.contains(&domain) && &before[start..] != "www";
    is_blog.then_some(&host[start..])
}

/// The host as people read it: labels in their own letters. One that mixes letters which look alike
/// stays as it is, so that nobody takes it for another.
pub fn shown_host(host: &str) -> String {
    let labels = host.split('.').map(|label| {
        let (shown, read) = idna::domain_to_unicode(label);
        match read {
            Ok(()) if !mixes(&shown) => shown,
            _ => label.to_owned(),
        }
    });
    labels.collect::<Vec<_>>().join(".")
}

fn mixes(label: &str) -> bool {
    let has = |test: fn(char) -> bool| label.chars().any(test);
    let looks_latin =
        |letter: char| matches!(letter, '\u{370}'..='\u{52f}' | '\u{1f00}'..='\u{1fff}');
    has(|letter| letter.is_ascii_alphabetic()) && has(looks_latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_in_one_form_and_shown_in_their_own_letters() {
        for (host, ascii, shown) in [
            ("BBC.co.uk.", "bbc.co.uk", "bbc.co.uk"),
            ("例え.jp", "xn--r8jz45g.jp", "例え.jp"),
            ("почта.рф", "xn--80a1acny.xn--p1ai", "почта.рф"),
            ("[::1]", "[::1]", "[::1]"),
            // The second letter is Cyrillic.
            ("bаnk.example", "xn--bnk-6cd.example", "xn--bnk-6cd.example"),
        ] {
            let read = ascii_host(host).expect(host);
            assert_eq!((&*read, &*shown_host(&read)), (ascii, shown), "{host}");
        }
        for host in ["", ".", "a b", "https://e.org"] {
            assert_eq!(ascii_host(host), None, "{host:?}");
        }
    }

    #[test]
    fn a_blog_of_a_platform_has_an_owner_of_its_own() {
        for (host, expected) in [
            ("feeds.example.co.uk", Some("example.co.uk")),
            ("one.blogspot.com", Some("one.blogspot.com")),
            ("two.github.io", Some("two.github.io")),
            ("news.one.substack.com", Some("one.substack.com")),
            ("www.substack.com", Some("substack.com")),
            ("substack.com", Some("substack.com")),
            ("co.uk", None),
            ("localhost", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(registrable(host), expected, "{host}");
        }
    }
}
