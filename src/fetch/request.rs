//! What a visit asks for, and what it may show on the way.
//!
//! A feed's headers, login and client certificate are for the origin that the operator wrote:
//! scheme, host and port (RFC 6454), as in browsers (Fetch standard §4.4). A visit that was
//! redirected to another origin once shows nothing more, not even back at home: from then on a
//! stranger chooses what is asked for in our name. From http to https counts as another origin.

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::redirect::Trail;
use crate::{
    http::{HeaderMap, HeaderName, HeaderValue, bare_url, header::AUTHORIZATION},
    model::{Access, Feed, Login, Transport},
};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct FetchRequest<'a> {
    /// As configured: `http`, `https` or `file`.
    pub url: &'a Url,
    /// The ETag of the last document, byte for byte.
    pub etag: Option<&'a [u8]>,
    /// The Last-Modified of the last document, byte for byte.
    pub last_modified: Option<&'a [u8]>,
    /// Whether names and redirects may lead to private addresses.
    pub allow_private: bool,
    /// Whether the URL was found in a document or behind a redirect: then it is no more trusted
    /// than one of those, unless it is of the origin that the operator wrote.
    pub from_stranger: bool,
    /// How the feed is reached and what is shown there; directly and nothing, if not set.
    pub grant: Option<Grant<'a>>,
}

impl<'a> FetchRequest<'a> {
    /// The first request for a feed, of which nothing is known.
    pub const fn first(feed: &'a Feed) -> Self {
        Self {
            url: &feed.url,
            etag: None,
            last_modified: None,
            allow_private: feed.allow_private,
            from_stranger: false,
            grant: Some(Grant {
                access: &feed.access,
                home: &feed.url,
            }),
        }
    }
}

/// A feed's access, and the address it was written beside.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// How the feed is reached, and what is shown there.
    pub access: &'a Access,
    /// As configured, whatever the visit asks for: its origin alone sees credentials.
    pub home: &'a Url,
}

impl Grant<'_> {
    /// Whether what is for the feed's own origin may be shown at the trail's end.
    fn holds(&self, trail: &Trail) -> bool {
        let home = self.home.origin();
        trail.urls().all(|url| url.origin() == home)
    }

    /// The way to the trail's end.
    pub(super) fn transport(&self, trail: &Trail) -> Transport {
        let transport = &self.access.transport;
        if transport.certificate.is_none() || self.holds(trail) {
            transport.clone()
        } else {
            transport.without_certificate()
        }
    }

    /// What is shown at the trail's end. The config has seen to it that a header can hold it; what
    /// none could hold is left out.
    pub(super) fn show(&self, trail: &Trail, headers: &mut HeaderMap) {
        if !self.access.has_credentials() || !self.holds(trail) {
            return;
        }
        let login = self.access.login.as_ref().map(authorization);
        let login = login.map(|value| (AUTHORIZATION, value));
        let others = self.access.headers.iter().filter_map(|(name, value)| {
            let name = name.parse::<HeaderName>().ok()?;
            Some((name, value.expose().to_owned()))
        });
        for (name, value) in others.chain(login) {
            if let Ok(mut value) = HeaderValue::from_str(&value) {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
    }

    /// What to do about an answer that wants to know who asks.
    pub(super) fn hint(&self, trail: &Trail) -> Option<String> {
        let home = bare_url(self.home);
        match (self.access.has_credentials(), self.holds(trail)) {
            (false, _) => None,
            (true, true) => Some("the server does not take the feed's credentials".to_owned()),
            (true, false) => Some(format!(
                "the feed's credentials are for the origin of {home} alone: \
                 set `url` to where the feed is now"
            )),
        }
    }
}

fn authorization(login: &Login) -> String {
    match login {
        Login::Basic { username, password } => {
            let pair = format!("{username}:{}", password.expose());
            format!("Basic {}", STANDARD.encode(pair))
        }
        Login::Bearer(token) => format!("Bearer {}", token.expose()),
    }
}
