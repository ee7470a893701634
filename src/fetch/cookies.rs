//! The cookies of one visit (RFC 6265).
//!
//! Some servers set a cookie, redirect, and give the document to whoever brings it back. So a
//! cookie that a redirect sets goes along to the later hops it is for, and is forgotten when the
//! visit ends: no visit can be linked to an earlier one.

use jiff::Timestamp;
use url::Url;

use crate::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, DATE, SET_COOKIE},
    http_date,
};

/// Cookies of one visit; the later ones are left out.
const MAX_COOKIES: usize = 50;

/// A cookie's name, value and attributes (RFC 6265 §6.1).
const MAX_COOKIE_BYTES: usize = 4096;

/// All that goes along on one hop.
const MAX_SENT_BYTES: usize = 8 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Cookie {
    name: String,
    value: String,
    /// The host that set it, or a domain that it belongs to.
    domain: String,
    /// Whether hosts below the domain get it too.
    is_wide: bool,
    path: String,
    is_secure: bool,
}

/// What was set so far.
#[derive(Debug, Default)]
pub(super) struct Cookies(Vec<Cookie>);

impl Cookies {
    /// Takes what an answer sets; says whether anything is different now.
    pub(super) fn take(&mut self, from: &Url, headers: &HeaderMap) -> bool {
        let now = headers
            .get(DATE)
            .and_then(|date| http_date(date.as_bytes()));
        let mut is_news = false;
        for line in headers.get_all(SET_COOKIE) {
            let line = line.as_bytes();
            if line.len() > MAX_COOKIE_BYTES {
                continue;
            }
            if let Ok(line) = std::str::from_utf8(line)
                && let Some((cookie, ends)) = read(line, from, now)
            {
                is_news |= self.set(cookie, ends);
            }
        }
        is_news
    }

    /// Replaces the one of that name and place, or ends it.
    fn set(&mut self, cookie: Cookie, ends: bool) -> bool {
        let is_same = |other: &Cookie| {
            (&other.name, &other.domain, &other.path)
                == (&cookie.name, &cookie.domain, &cookie.path)
        };
        match self.0.iter().position(is_same) {
            Some(at) if ends => drop(self.0.remove(at)),
            Some(at) if self.0[at] == cookie => return false,
            Some(at) => self.0[at] = cookie,
            None if ends || self.0.len() == MAX_COOKIES => return false,
            None => self.0.push(cookie),
        }
        true
    }

    /// Adds what is for this address; no config sets a cookie of its own.
    pub(super) fn show(&self, to: &Url, headers: &mut HeaderMap) {
        let mut line = String::new();
        for Cookie { name, value, .. } in self.0.iter().filter(|cookie| cookie.is_for(to)) {
            let separator = if line.is_empty() { "" } else { "; " };
            let pair = format!("{separator}{name}={value}");
            if line.len() + pair.len() > MAX_SENT_BYTES {
                break;
            }
            line.push_str(&pair);
        }
        if let (false, Ok(mut value)) = (line.is_empty(), HeaderValue::from_str(&line)) {
            value.set_sensitive(true);
            headers.insert(COOKIE, value);
        }
    }
}

impl Cookie {
    fn is_for(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let is_host = host == self.domain || (self.is_wide && is_below(host, &self.domain));
        is_host && covers(&self.path, url.path()) && (!self.is_secure || url.scheme() == "https")
    }
}

/// One line of Set-Cookie, and whether it ends the cookie. `None` for what must be ignored.
fn read(line: &str, from: &Url, now: Option<Timestamp>) -> Option<(Cookie, bool)> {
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let host = from.host_str()?;
    let mut cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: host.to_owned(),
        is_wide: false,
        path: default_path(from.path()).to_owned(),
        is_secure: false,
    };
    let (mut expired, mut aged) = (None, None);
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "secure" => cookie.is_secure = true,
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "max-age" => aged = value.parse::<i64>().ok().map(|seconds| seconds <= 0),
            "expires" => expired = http_date(value.as_bytes()).map(|at| at <= past(now)),
            "domain" if !value.is_empty() => {
                cookie.domain = domain(value, from)?;
                cookie.is_wide = from.domain().is_some();
            }
            _ => {}
        }
    }
    let is_sent = !name.is_empty() && (!cookie.is_secure || from.scheme() == "https");
    is_sent.then_some((cookie, aged.or(expired).unwrap_or(false)))
}

/// Where the answer does not say when it was given: servers end a cookie in 1970.
fn past(now: Option<Timestamp>) -> Timestamp {
    now.unwrap_or_else(|| Timestamp::constant(86_400, 0))
}

/// A domain that the host may speak for: itself, or one above it that is nobody else's too.
fn domain(value: &str, from: &Url) -> Option<String> {
    let domain = value.trim_start_matches('.').to_ascii_lowercase();
    let host = from.host_str()?;
    if domain == host {
        return Some(domain);
    }
    let owner = psl2::lookup(host)?.registrable_domain()?;
    let is_owned = domain == owner || is_below(&domain, owner);
    (from.domain().is_some() && is_owned && is_below(host, &domain)).then_some(domain)
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.ends_with('.'))
}

/// RFC 6265 §5.1.4.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(last) => &path[..last],
    }
}

fn covers(path: &str, asked: &str) -> bool {
    asked
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn set(cookies: &mut Cookies, from: &str, lines: &[&str]) -> bool {
        let line = |line: &&str| (SET_COOKIE, HeaderValue::from_str(line).expect("a value"));
        let headers: HeaderMap = lines.iter().map(line).collect();
        cookies.take(&url(from), &headers)
    }

    fn sent(cookies: &Cookies, to: &str) -> String {
        let mut headers = HeaderMap::new();
        cookies.show(&url(to), &mut headers);
        let value = headers
            .get(COOKIE)
            .map(|value| value.to_str().expect("ASCII"));
        value.unwrap_or_default().to_owned()
    }

    #[test]
    fn a_cookie_goes_where_it_is_for() {
        for (from, line, to, expected) in [
            ("http://e.org/a", "c=1", "http://e.org/b", "c=1"),
            ("http://e.org/a", "c=1", "http://e.org:81/b", "c=1"),
            (
                "http://e.org/a",
                " c = \"1 2\" ; HttpOnly",
                "http://e.org/b",
                "c=\"1 2\"",
            ),
            ("http://e.org/a", "c=1", "http://www.e.org/b", ""),
            ("http://www.e.org/a", "c=1", "http://e.org/b", ""),
            (
                "http://www.e.org/a",
                "c=1; Domain=.E.org",
                "http://e.org/b",
                "c=1",
            ),
            (
                "http://www.e.org/a",
                "c=1; domain=e.org",
                "http://feeds.e.org/",
                "c=1",
            ),
            ("http://e.org/a", "c=1; Domain=e.org", "http://xe.org/", ""),
            ("http://e.org/a", "c=1; Domain=f.org", "http://f.org/", ""),
            (
                "http://e.org/a",
                "c=1; Domain=www.e.org",
                "http://www.e.org/",
                "",
            ),
            (
                "http://a.co.uk/",
                "c=1; Domain=co.uk",
                "http://b.co.uk/",
                "",
            ),
            (
                "http://a.github.io/",
                "c=1; Domain=github.io",
                "http://b.github.io/",
                "",
            ),
            (
                "http://127.0.0.1/",
                "c=1; Domain=127.0.0.1",
                "http://127.0.0.1/",
                "c=1",
            ),
            ("http://1.2.0.1/", "c=1; Domain=0.1", "http://9.9.0.1/", ""),
            ("http://localhost/", "c=1", "http://localhost/", "c=1"),
            ("http://e.org/a/b", "c=1", "http://e.org/a/c", "c=1"),
            ("http://e.org/a/b", "c=1", "http://e.org/ab", ""),
            ("http://e.org/a/b", "c=1; Path=/", "http://e.org/ab", "c=1"),
            ("http://e.org/a", "c=1; Path=/x", "http://e.org/x/y", "c=1"),
            ("http://e.org/a", "c=1; Path=/x", "http://e.org/xy", ""),
            ("https://e.org/a", "c=1; Secure", "https://e.org/", "c=1"),
            ("https://e.org/a", "c=1; Secure", "http://e.org/", ""),
            ("http://e.org/a", "c=1; Secure", "https://e.org/", ""),
            ("http://e.org/a", "no cookie", "http://e.org/", ""),
            ("http://e.org/a", "=1", "http://e.org/", ""),
        ] {
            let mut cookies = Cookies::default();
            set(&mut cookies, from, &[line]);
            assert_eq!(sent(&cookies, to), expected, "{from} {line} {to}");
        }
    }

    #[test]
    fn a_cookie_is_replaced_and_ended() {
        let mut cookies = Cookies::default();
        let home = "http://e.org/";
        assert!(set(&mut cookies, home, &["a=1", "b=2"]));
        assert!(!set(&mut cookies, home, &["a=1"]), "nothing new");
        assert!(set(&mut cookies, home, &["a=3"]));
        assert_eq!(sent(&cookies, home), "a=3; b=2");
        assert!(set(&mut cookies, home, &["a=; Max-Age=0"]));
        let epoch = "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert!(set(&mut cookies, home, &[epoch]));
        assert_eq!(sent(&cookies, home), "");
        let later = "c=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=60";
        assert!(set(&mut cookies, home, &[later]));
        assert_eq!(sent(&cookies, home), "c=1");
    }

    #[test]
    fn number_and_size_are_bounded() {
        let mut cookies = Cookies::default();
        let home = "http://e.org/";
        let many: Vec<String> = (0..60)
            .map(|n| format!("c{n}={}", "x".repeat(300)))
            .collect();
        let lines: Vec<&str> = many.iter().map(String::as_str).collect();
        set(&mut cookies, home, &lines);
        assert_eq!(cookies.0.len(), MAX_COOKIES);
        let line = sent(&cookies, home);
        assert!(line.len() <= MAX_SENT_BYTES && line.len() > MAX_SENT_BYTES - 400);
        let mut cookies = Cookies::default();
        let large = format!("c={}", "x".repeat(MAX_COOKIE_BYTES));
        assert!(!set(&mut cookies, home, &[&large]));
    }
}
