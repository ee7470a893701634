//! Coming in with a token, and going out.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use tracing::warn;

use super::{Asked, engine};
use crate::{
    clock::{Clock as _, SystemClock},
    web::{
        Context,
        access::{Session, place, role_of},
        params::Params,
        reply,
    },
};

#[derive(Debug, Serialize)]
struct Login<'a> {
    next: &'a str,
    is_wrong: bool,
    /// Whether there is any token to show; otherwise a proxy says who everyone is.
    takes_token: bool,
}

/// The form.
pub(super) async fn show(State(context): State<Context>, asked: Asked) -> Response {
    let next = place(asked.params.get("next").unwrap_or("/"));
    if asked.visitor.is_known {
        return reply::see_other(next);
    }
    form(&context, &asked, next, false)
}

fn form(context: &Context, asked: &Asked, next: &str, is_wrong: bool) -> Response {
    let login = &context.app.config().web.login;
    let matter = Login {
        next,
        is_wrong,
        takes_token: login.read_token.is_some() || login.act_token.is_some(),
    };
    let status = if is_wrong {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::OK
    };
    reply::html(
        status,
        engine::render(context, asked, ("Log in", "login.html"), matter),
    )
}

/// The form, sent.
pub(super) async fn enter(
    State(context): State<Context>,
    asked: Asked,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = Params::read(&body);
    let next = place(params.get("next").unwrap_or("/"));
    let config = context.app.config();
    let login = &config.web.login;
    let role = params
        .get("token")
        .and_then(|token| role_of(token.as_bytes(), login));
    let is_secure = headers
        .get("x-forwarded-proto")
        .is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"));
    let session = role.map(|role| Session::begin(role, SystemClock.now()));
    let cookie = session.and_then(|session| session.cookie(login, is_secure));
    if let Some(cookie) = cookie {
        return ([(SET_COOKIE, cookie)], reply::see_other(next)).into_response();
    }
    warn_of_wrong_token();
    form(&context, &asked, next, true)
}

/// Says it at most once a minute: who guesses must not fill the log.
fn warn_of_wrong_token() {
    static LAST: AtomicI64 = AtomicI64::new(i64::MIN);
    static SINCE: AtomicU64 = AtomicU64::new(0);
    let now = SystemClock.now().as_second();
    let count = SINCE.fetch_add(1, Ordering::Relaxed) + 1;
    let last = LAST.load(Ordering::Relaxed);
    let is_time = now.saturating_sub(last) >= 60;
    if is_time
        && LAST
            .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    {
        SINCE.fetch_sub(count, Ordering::Relaxed);
        warn!("wrong tokens were shown at the login of the pages: {count}");
    }
}

/// Ends the session of the browser.
pub(super) async fn leave() -> Response {
    ([(SET_COOKIE, Session::end())], reply::see_other("/login")).into_response()
}
