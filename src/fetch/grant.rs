//! What is shown to whom.
//!
//! A feed's headers, login and client certificate are for the origin that the operator wrote:
//! scheme, host and port (RFC 6454), as browsers hold it (Fetch standard §4.4). A visit that has
//! once been led elsewhere shows nothing more, not even back at home: by then a stranger chooses
//! what is asked for in our name. From http to https counts as elsewhere.

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::redirect::Trail;
use crate::{
    http::{HeaderMap, HeaderName, HeaderValue, bare_url, header::AUTHORIZATION},
    model::{Access, Login, Transport},
};

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
