//! Sessions of browsers, and keys of feeds: signed with the tokens, so that they outlive a restart,
//! need no memory here, and end where their token is changed.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use ring::hmac;

use super::role::Role;
use crate::{
    config::WebLogin,
    model::Secret,
    web::hex::{hex, unhex},
};

/// The cookie's name.
const NAME: &str = "fivebells_session";

/// How long a browser stays in.
const LASTS: Duration = Duration::from_hours(30 * 24);

/// What a browser has in its cookie: a role, and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Session {
    role: Role,
    ends: i64,
}

impl Session {
    /// That begins now.
    pub(in crate::web) fn begin(role: Role, now: Timestamp) -> Self {
        let lasts = i64::try_from(LASTS.as_secs()).unwrap_or(i64::MAX);
        let ends = now.as_second().saturating_add(lasts);
        Self { role, ends }
    }

    /// The session that a request shows, if it is one of ours and has not ended.
    pub(super) fn shown(headers: &HeaderMap, login: &WebLogin, now: Timestamp) -> Option<Role> {
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut sessions = pairs.by_ref().filter(|(name, _)| *name == NAME);
        sessions.find_map(|(_, value)| Self::verify(value, login, now))
    }

    fn verify(value: &str, login: &WebLogin, now: Timestamp) -> Option<Role> {
        let (claim, signature) = value.rsplit_once('.')?;
        let (role, ends) = claim.split_once('.')?;
        let role = Role::read(role)?;
        let ends: i64 = ends.parse().ok()?;
        let key = key(token(login, role)?);
        hmac::verify(&key, signed(claim).as_bytes(), &unhex(signature)?).ok()?;
        (now.as_second() < ends).then_some(role)
    }

    /// The header that gives it to the browser; `None` where its role has no token.
    pub(in crate::web) fn cookie(self, login: &WebLogin, is_secure: bool) -> Option<HeaderValue> {
        let claim = format!("{}.{}", self.role.as_str(), self.ends);
        let tag = hmac::sign(&key(token(login, self.role)?), signed(&claim).as_bytes());
        let value = format!("{claim}.{}", hex(tag.as_ref()));
        HeaderValue::from_str(&set(&value, LASTS.as_secs(), is_secure)).ok()
    }

    /// The header that ends it.
    pub(in crate::web) fn end() -> HeaderValue {
        HeaderValue::from_str(&set("", 0, false)).expect("ASCII of ours")
    }
}

/// `Lax`, so that a link in a mail finds who follows it logged in; what changes something asks where
/// it comes from by itself.
fn set(value: &str, seconds: u64, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// The key that opens the feeds of alerts and nothing else, for readers that send no headers. It
/// ends where the token is changed.
pub(in crate::web) fn feed_key(login: &WebLogin) -> Option<String> {
    let token = login.read_token.as_ref().or(login.act_token.as_ref())?;
    let tag = hmac::sign(&key(token), b"fivebells feeds of alerts");
    Some(hex(&tag.as_ref()[..16]))
}

fn token(login: &WebLogin, role: Role) -> Option<&Secret> {
    match role {
        Role::Read => login.read_token.as_ref(),
        Role::Act => login.act_token.as_ref(),
    }
}

fn key(token: &Secret) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, token.expose().as_bytes())
}

/// Not the claim alone: what else is signed with the key is never one.
fn signed(claim: &str) -> String {
    format!("fivebells session {claim}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(read: &str, act: &str) -> WebLogin {
        WebLogin {
            read_token: Some(Secret::new(read)),
            act_token: Some(Secret::new(act)),
            proxy: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn shown(cookie: &str, login: &WebLogin, second: i64) -> Option<Role> {
        let value = HeaderValue::from_str(cookie).expect("ASCII");
        Session::shown(
            &HeaderMap::from_iter([(header::COOKIE, value)]),
            login,
            at(second),
        )
    }

    #[test]
    fn a_session_is_what_its_token_signed_until_it_ends() {
        let ours = login("read-token-read-token", "act-token-act-token");
        let cookie = |role| {
            let cookie = Session::begin(role, at(0))
                .cookie(&ours, false)
                .expect("tokens");
            let cookie = cookie.to_str().expect("ASCII").to_owned();
            cookie.split(';').next().expect("a pair").to_owned()
        };
        let (read, act) = (cookie(Role::Read), cookie(Role::Act));
        let month = 30 * 24 * 3600;
        assert_eq!(shown(&act, &ours, month - 1), Some(Role::Act));
        assert_eq!(shown(&read, &ours, month - 1), Some(Role::Read));
        assert_eq!(shown(&act, &ours, month), None);
        assert_eq!(
            shown(&format!("theme=dark; {act}"), &ours, 1),
            Some(Role::Act)
        );
        assert_eq!(shown(&read.replace("read.", "act."), &ours, 1), None);
        assert_eq!(shown(&act.replace("2592000", "9592000"), &ours, 1), None);
        assert_eq!(shown(&act[..act.len() - 2], &ours, 1), None);
        assert_eq!(shown("fivebells_session=", &ours, 1), None);
        let changed = login("read-token-read-token", "another-token-another");
        assert_eq!(shown(&act, &changed, 1), None);
        assert_eq!(shown(&read, &changed, 1), Some(Role::Read));
    }

    #[test]
    fn a_feed_key_belongs_to_its_token_and_is_no_token() {
        let ours = login("read-token-read-token", "act-token-act-token");
        let key = feed_key(&ours).expect("a token");
        assert_eq!(key.len(), 32);
        assert_eq!(feed_key(&ours), Some(key.clone()));
        assert_ne!(feed_key(&login("another-token-anothr", "x")), Some(key));
        assert_eq!(feed_key(&WebLogin::default()), None);
    }
}
