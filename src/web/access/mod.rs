//! Who may ask, and from where: before a request for a page, the API or a feed of alerts reaches
//! what answers it.
//!
//! In this order: the name in `Host` is one of ours, so that no site can make its own name mean this
//! machine (DNS rebinding); what changes something comes from our own pages or from a program, not
//! from another site; and the request shows who sends it, where the config asks for that.

mod cross_site;
mod host;
mod role;
mod session;
mod visitor;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use self::cross_site::is_from_elsewhere;
use super::{Context, reply};
use crate::config::WebOptions;

use role::Role;
pub(super) use session::{Session, feed_key};
use visitor::Shown;
pub(super) use visitor::{Visitor, is_same, role_of};

/// Lets a request through with its [`Visitor`], or answers why not.
pub(super) async fn guard(
    State(context): State<Context>,
    mut request: Request,
    next: Next,
) -> Response {
    let web = &context.app.config().web;
    match admit(web, &request) {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Err(refusal) => refusal.answer(&request),
    }
}

/// Why a request is not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refusal {
    /// Its `Host` is none of ours.
    Host(String),
    /// Another site sent it.
    CrossSite,
    /// It shows nothing, or nothing that is right.
    Unknown,
    /// Who sent it may see, and not act.
    ReadOnly,
    /// Two users are named.
    Ambiguous,
}

fn admit(web: &WebOptions, request: &Request) -> Result<Visitor, Refusal> {
    let headers = request.headers();
    host::check(headers, web).map_err(Refusal::Host)?;
    let is_safe = is_safe(request.method());
    if !is_safe && is_from_elsewhere(headers) {
        return Err(Refusal::CrossSite);
    }
    let path = request.uri().path();
    let visitor = match visitor::of(web, request) {
        Shown::Known(visitor) => visitor,
        Shown::Ambiguous => return Err(Refusal::Ambiguous),
        // These show how to get in.
        Shown::Nothing if is_open(path) => Visitor::stranger(),
        Shown::Nothing => return Err(Refusal::Unknown),
    };
    if !is_safe && visitor.role == Role::Read && !is_open(path) {
        return Err(Refusal::ReadOnly);
    }
    Ok(visitor)
}

/// Who sent a request that may not have been let through: a stranger, if nobody known.
pub(super) fn known(web: &WebOptions, request: &Request) -> Visitor {
    match visitor::of(web, request) {
        Shown::Known(visitor) if host::check(request.headers(), web).is_ok() => visitor,
        _ => Visitor::stranger(),
    }
}

/// Whether a method changes nothing: RFC 9110, 9.2.1.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// What everyone may ask for, and send: the login and what it looks like.
fn is_open(path: &str) -> bool {
    matches!(path, "/login" | "/logout" | "/style.css" | "/icon.svg")
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Host(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite | Self::ReadOnly => StatusCode::FORBIDDEN,
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::Ambiguous => StatusCode::BAD_REQUEST,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Host(host) => format!(
                "this service does not know itself as {host:?}; \
                 if that is its name, write it into the config: [web] hosts = [{host:?}]"
            ),
            Self::CrossSite => "the request comes from another site".to_owned(),
            Self::Unknown => "show a token: `Authorization: Bearer TOKEN`".to_owned(),
            Self::ReadOnly => "you may see everything here, and change nothing".to_owned(),
            Self::Ambiguous => "the proxy's header names two users".to_owned(),
        }
    }

    fn answer(&self, request: &Request) -> Response {
        let path = request.uri().path();
        if *self == Self::Unknown && is_page(path) {
            return reply::see_other(&login_for(request));
        }
        let mut answer = if path.starts_with("/api/") {
            reply::problem(self.status(), self.words())
        } else {
            reply::text(self.status(), &self.words())
        };
        if *self == Self::Unknown {
            // Readers of feeds know Basic, programs Bearer.
            let scheme = if path.starts_with("/api/") {
                "Bearer"
            } else {
                "Basic realm=\"fivebells\", charset=\"UTF-8\""
            };
            let scheme = header::HeaderValue::from_static(scheme);
            answer
                .headers_mut()
                .append(header::WWW_AUTHENTICATE, scheme);
        }
        answer.into_response()
    }
}

/// Whether people look at it, in a browser.
fn is_page(path: &str) -> bool {
    !path.starts_with("/api/") && !path.starts_with("/alerts.")
}

/// The login, which leads back to what was asked for.
fn login_for(request: &Request) -> String {
    let asked = request.uri().path_and_query().map_or("/", |it| it.as_str());
    if !is_safe(request.method()) || asked == "/" {
        return "/login".to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", asked)
        .finish();
    format!("/login?{query}")
}

/// A place of ours that a visitor goes on to. Nothing else is one: an address that names a host,
/// however it is written.
pub(super) fn place(next: &str) -> &str {
    let is_ours = || {
        let base = url::Url::parse("http://ours.invalid/").ok()?;
        let url = base.join(next).ok()?;
        Some(url.origin() == base.origin())
    };
    if next.starts_with('/') && is_ours() == Some(true) {
        next
    } else {
        "/"
    }
}

/// The one value of a header; `Err` where there are several. Names of people are UTF-8, as proxies
/// pass them on.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match values.next() {
        Some(_) => Err(()),
        None => Ok(first.and_then(|value| std::str::from_utf8(value.as_bytes()).ok())),
    }
}

#[cfg(test)]
mod tests;
