//! Who a request comes from, and what they may do.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use super::{
    role::Role,
    session::{Session, feed_key},
    single,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::{ProxyPeer, TrustedProxy, WebLogin, WebOptions},
    model::Secret,
    web::listener::Peer,
};

/// Who sent a request that was let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Visitor {
    /// What they may do.
    pub(in crate::web) role: Role,
    /// Their name, where a proxy has said it.
    pub(in crate::web) name: Option<String>,
    /// Whether they are in by a cookie, and can leave.
    pub(in crate::web) has_session: bool,
    /// Whether they are known at all; only the login is shown to others.
    pub(in crate::web) is_known: bool,
}

impl Visitor {
    const fn of(role: Role) -> Self {
        Self {
            role,
            name: None,
            has_session: false,
            is_known: true,
        }
    }

    /// Somebody who has shown nothing yet.
    pub(super) fn stranger() -> Self {
        Self {
            is_known: false,
            ..Self::of(Role::Read)
        }
    }

    /// Whether they may act.
    pub(in crate::web) fn may_act(&self) -> bool {
        self.is_known && self.role == Role::Act
    }

    /// How a mute says who made it.
    pub(in crate::web) fn by(&self) -> String {
        self.name.clone().unwrap_or_else(|| "page".to_owned())
    }
}

/// What a request shows of its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum Shown {
    /// Who they are.
    Known(Visitor),
    /// Nothing, or nothing that is right.
    Nothing,
    /// Two names.
    Ambiguous,
}

/// Who sent it.
pub(super) fn of(web: &WebOptions, request: &Request) -> Shown {
    let (login, headers) = (&web.login, request.headers());
    if !login.is_asked() {
        return Shown::Known(Visitor::of(Role::Act));
    }
    if let Some(role) = by_token(headers, login) {
        return Shown::Known(Visitor::of(role));
    }
    if let Some(proxy) = &login.proxy
        && is_of_proxy(request, proxy)
    {
        match single(headers, &proxy.header) {
            Err(()) => return Shown::Ambiguous,
            Ok(Some(name)) if !name.trim().is_empty() => {
                return Shown::Known(named(name.trim(), proxy));
            }
            Ok(_) => {}
        }
    }
    if let Some(role) = Session::shown(headers, login, now()) {
        let has_session = true;
        return Shown::Known(Visitor {
            has_session,
            ..Visitor::of(role)
        });
    }
    if request.uri().path().starts_with("/alerts.") && shows_feed_key(request, login) {
        return Shown::Known(Visitor::of(Role::Read));
    }
    Shown::Nothing
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn named(name: &str, proxy: &TrustedProxy) -> Visitor {
    let may_act = proxy.act.iter().any(|it| it == "*" || it == name);
    let role = if may_act { Role::Act } else { Role::Read };
    Visitor {
        name: Some(name.chars().take(100).collect()),
        ..Visitor::of(role)
    }
}

fn is_of_proxy(request: &Request, proxy: &TrustedProxy) -> bool {
    let Some(peer) = request.extensions().get::<Peer>() else {
        return false;
    };
    proxy.from.iter().any(|from| match (from, peer) {
        (ProxyPeer::Unix, Peer::Unix) => true,
        (ProxyPeer::Ip(address), Peer::Tcp(from)) => address.to_canonical() == from.to_canonical(),
        _ => false,
    })
}

/// The role of the token in `Authorization`: as a bearer, or as the password of Basic, whatever the
/// user is called.
fn by_token(headers: &HeaderMap, login: &WebLogin) -> Option<Role> {
    let shown = headers.get(header::AUTHORIZATION)?.as_bytes();
    let space = shown.iter().position(|byte| *byte == b' ')?;
    let (scheme, shown) = (&shown[..space], &shown[space + 1..]);
    if scheme.eq_ignore_ascii_case(b"Bearer") {
        return role_of(shown, login);
    }
    if scheme.eq_ignore_ascii_case(b"Basic") {
        let pair = STANDARD.decode(shown).ok()?;
        let colon = pair.iter().position(|byte| *byte == b':')?;
        return role_of(&pair[colon + 1..], login);
    }
    None
}

/// The role that a token gives.
pub(in crate::web) fn role_of(shown: &[u8], login: &WebLogin) -> Option<Role> {
    let is = |token: &Option<Secret>| token.as_ref().is_some_and(|it| is_same(shown, it));
    match (is(&login.act_token), is(&login.read_token)) {
        (true, _) => Some(Role::Act),
        (_, true) => Some(Role::Read),
        _ => None,
    }
}

/// Digests are compared: how long that takes says nothing of the token.
pub(in crate::web) fn is_same(shown: &[u8], token: &Secret) -> bool {
    let [shown, token] = [shown, token.expose().as_bytes()].map(|it| digest(&SHA256, it));
    shown.as_ref() == token.as_ref()
}

fn shows_feed_key(request: &Request, login: &WebLogin) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let shown = pairs
        .find(|(name, _)| name == "key")
        .map(|(_, value)| value);
    let (Some(shown), Some(key)) = (shown, feed_key(login)) else {
        return false;
    };
    is_same(shown.as_bytes(), &Secret::new(key))
}
