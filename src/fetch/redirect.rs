//! Where a redirect leads, and whether it is followed (RFC 9110 §15.4).
//!
//! A trail never has more hops than allowed and never asks the same URL twice, but where a cookie
//! was set on the way. Whether an address may be reached is the HTTP client's to judge.

use url::Url;

use crate::http::{HttpResponse, StatusCode, bare_url, header::LOCATION};

use super::{FetchError, FetchReason};

/// One redirect that was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// Where it led.
    pub to: Url,
}

impl Hop {
    /// Whether the server says that the move is for good (301, 308).
    pub const fn is_permanent(&self) -> bool {
        matches!(self.status, 301 | 308)
    }
}

/// The way from the configured URL to where the document is.
#[derive(Debug)]
pub(super) struct Trail {
    start: Url,
    hops: Vec<Hop>,
    /// Of the URLs, those that were asked without a cookie that is there now.
    outdated: usize,
    max_hops: usize,
}

impl Trail {
    pub(super) fn new(start: Url, max_hops: usize) -> Self {
        Self {
            start,
            hops: Vec::new(),
            outdated: 0,
            max_hops,
        }
    }

    /// The URL to ask next, or that answered last.
    pub(super) fn here(&self) -> &Url {
        self.hops.last().map_or(&self.start, |hop| &hop.to)
    }

    pub(super) fn is_at_start(&self) -> bool {
        self.hops.is_empty()
    }

    /// Every URL of the way, the configured one first.
    pub(super) fn urls(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.start).chain(self.hops.iter().map(|hop| &hop.to))
    }

    /// Whether everyone on the way says that its move is for good.
    pub(super) fn is_permanent(&self) -> bool {
        self.hops.iter().all(Hop::is_permanent)
    }

    pub(super) fn into_parts(self) -> (Url, Vec<Hop>) {
        (self.here().clone(), self.hops)
    }

    /// Follows a redirect; `false` where the answer is not a redirect.
    ///
    /// Where it `set_cookie`, all that was asked so far may be asked again: a server that wants one
    /// leads back to where it was missing.
    pub(super) fn follow(
        &mut self,
        response: &HttpResponse,
        set_cookie: bool,
    ) -> Result<bool, FetchError> {
        if !is_redirect(response.status) {
            return Ok(false);
        }
        if set_cookie {
            self.outdated = self.urls().count();
        }
        let refused = |message| FetchError::of_answer(FetchReason::Redirect, response, message);
        let to = self.target(response).map_err(refused)?;
        if self.hops.len() == self.max_hops {
            return Err(refused(format!("more than {} redirects", self.max_hops)));
        }
        if self.has_seen(&to) {
            return Err(refused(format!(
                "redirects in a circle to {}",
                bare_url(&to)
            )));
        }
        self.hops.push(Hop {
            status: response.status.as_u16(),
            to,
        });
        Ok(true)
    }

    fn target(&self, response: &HttpResponse) -> Result<Url, String> {
        let status = response.status;
        let location = response
            .headers
            .get(LOCATION)
            .ok_or_else(|| format!("status {status} without a Location"))?;
        let here = self.here();
        let mut to = here
            .join(&percent_encode_high_bytes(location.as_bytes()))
            .map_err(|error| format!("status {status} with an unreadable Location: {error}"))?;
        match (here.scheme(), to.scheme()) {
            (_, "https") | ("http", "http") => {}
            ("https", "http") => {
                return Err(format!("redirect from https down to {}", bare_url(&to)));
            }
            (_, other) => return Err(format!("redirect to a {other:.32}: address")),
        }
        if to.fragment().is_none() {
            to.set_fragment(here.fragment()); // RFC 9110 §10.2.2
        }
        carry_user(here, &mut to);
        Ok(to)
    }

    fn has_seen(&self, url: &Url) -> bool {
        self.urls()
            .skip(self.outdated)
            .any(|seen| without_fragment(seen) == without_fragment(url))
    }
}

/// 300 leaves the choice to a reader, 304 is not a redirect, 305 and 306 are history.
const fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The user and password of the config go no further than their origin, and nobody else's are
/// sent at all.
fn carry_user(from: &Url, to: &mut Url) {
    let (user, password) = if from.origin() == to.origin() {
        (from.username(), from.password())
    } else {
        ("", None)
    };
    // Both fail only for URLs without a host; http and https always have one.
    let _ = to.set_username(user);
    let _ = to.set_password(password);
}

/// Locations in raw UTF-8 or Latin-1 are meant as the bytes they are, as browsers send them.
fn percent_encode_high_bytes(location: &[u8]) -> String {
    let mut encoded = String::with_capacity(location.len());
    for &byte in location {
        if byte.is_ascii() {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(url::form_urlencoded::byte_serialize(&[byte]));
        }
    }
    encoded
}

fn without_fragment(url: &Url) -> &str {
    &url[..url::Position::AfterQuery]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HeaderMap, HeaderValue};

    fn answer(status: u16, location: &[u8]) -> HttpResponse {
        let location = HeaderValue::from_bytes(location).expect("a value");
        HttpResponse {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::from_iter([(LOCATION, location)]),
            url: Url::parse("http://example.org/").expect("a URL"),
            body: vec![],
            permit: None,
        }
    }

    fn trail(start: &str) -> Trail {
        Trail::new(Url::parse(start).expect("a URL"), 10)
    }

    fn follow(start: &str, location: &str) -> Result<String, String> {
        let mut trail = trail(start);
        match trail.follow(&answer(302, location.as_bytes()), false) {
            Ok(_) => Ok(trail.here().to_string()),
            Err(error) => Err(error.message),
        }
    }

    #[test]
    fn only_five_statuses_redirect() {
        for status in [301, 302, 303, 307, 308] {
            let mut trail = trail("http://example.org/a");
            assert_eq!(trail.follow(&answer(status, b"/b"), false), Ok(true));
            assert_eq!(trail.is_permanent(), matches!(status, 301 | 308));
        }
        for status in [200, 300, 304, 305, 306, 404] {
            let mut trail = trail("http://example.org/a");
            assert_eq!(
                trail.follow(&answer(status, b"/b"), false),
                Ok(false),
                "{status}"
            );
            assert!(trail.is_at_start());
        }
    }

    #[test]
    fn locations_are_relative_to_where_they_are() {
        for (start, location, expected) in [
            ("http://e.org/a/b", "c", "http://e.org/a/c"),
            ("http://e.org/a/b", "/c?d", "http://e.org/c?d"),
            ("http://e.org/a", "//f.org/c", "http://f.org/c"),
            ("http://e.org/a", "https://e.org/a", "https://e.org/a"),
            ("http://e.org/a?b", "?c", "http://e.org/a?c"),
            ("http://e.org/a", "/新", "http://e.org/%E6%96%B0"),
        ] {
            assert_eq!(follow(start, location), Ok(expected.to_owned()));
        }
        let mut latin1 = trail("http://e.org/");
        latin1
            .follow(&answer(302, b"/caf\xe9"), false)
            .expect("followed");
        assert_eq!(latin1.here().as_str(), "http://e.org/caf%E9");
    }

    #[test]
    fn the_fragment_is_inherited_unless_the_location_has_its_own() {
        assert_eq!(
            follow("http://e.org/a#x", "/b"),
            Ok("http://e.org/b#x".into())
        );
        assert_eq!(
            follow("http://e.org/a#x", "/b#y"),
            Ok("http://e.org/b#y".into())
        );
    }

    #[test]
    fn users_stay_at_their_origin_and_strangers_bring_none() {
        for (location, expected) in [
            ("/b", "http://u:p@e.org/b"),
            ("http://e.org/b", "http://u:p@e.org/b"),
            ("http://x:y@e.org/b", "http://u:p@e.org/b"),
            ("http://e.org:81/b", "http://e.org:81/b"),
            ("https://e.org/b", "https://e.org/b"),
            ("http://f.org/b", "http://f.org/b"),
            ("//x:y@f.org/b", "http://f.org/b"),
        ] {
            assert_eq!(follow("http://u:p@e.org/a", location), Ok(expected.into()));
        }
    }

    #[test]
    fn what_is_not_followed_says_why() {
        for (start, location, expected) in [
            (
                "https://e.org/a",
                "http://e.org/b?key=s3cret",
                "redirect from https down to http://e.org/b",
            ),
            (
                "http://e.org/a",
                "file:///etc/passwd",
                "redirect to a file: address",
            ),
            (
                "https://e.org/a",
                "javascript:alert(1)",
                "redirect to a javascript: address",
            ),
            (
                "http://e.org/a",
                "http://",
                "status 302 Found with an unreadable Location: empty host",
            ),
            (
                "http://e.org/a",
                "/a",
                "redirects in a circle to http://e.org/a",
            ),
            (
                "http://e.org/a",
                "/a#b",
                "redirects in a circle to http://e.org/a",
            ),
        ] {
            assert_eq!(follow(start, location), Err(expected.into()));
        }
        let mut nowhere = answer(301, b"");
        nowhere.headers.clear();
        let error = trail("http://e.org/")
            .follow(&nowhere, false)
            .expect_err("no Location");
        assert_eq!(
            error.message,
            "status 301 Moved Permanently without a Location"
        );
        assert_eq!(
            (error.reason, error.status),
            (FetchReason::Redirect, Some(301))
        );
    }

    #[test]
    fn the_number_of_redirects_has_a_bound() {
        let mut trail = Trail::new(Url::parse("http://e.org/0").expect("a URL"), 2);
        assert_eq!(trail.follow(&answer(302, b"/1"), false), Ok(true));
        assert_eq!(trail.follow(&answer(302, b"/2"), false), Ok(true));
        let error = trail
            .follow(&answer(302, b"/3"), false)
            .expect_err("one too many");
        assert_eq!(error.message, "more than 2 redirects");
    }
}
