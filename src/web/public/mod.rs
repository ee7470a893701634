//! What anybody who reaches an address of `[web] listen` may ask.

mod doors;

use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, VARY, WWW_AUTHENTICATE},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use ring::digest::{SHA256, digest};

use super::Context;
use crate::{app::Exposition, model::Secret};

pub(super) use doors::Public;

const TEXT: (HeaderName, &str) = (CONTENT_TYPE, "text/plain; charset=utf-8");
const NOT_KEPT: (HeaderName, &str) = (CACHE_CONTROL, "no-store");

/// What may be asked there. GET and HEAD; what else is asked of a path hears so.
pub(super) fn router(context: Context) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .fallback(async || text(StatusCode::NOT_FOUND, "not found"))
        .with_state(context)
}

async fn healthz(State(context): State<Context>) -> Response {
    verdict(context.app.dead().await)
}

async fn readyz(State(context): State<Context>) -> Response {
    verdict(context.app.unready().await)
}

/// The answer, where something may be wrong.
fn verdict(fault: Option<String>) -> Response {
    match fault {
        None => text(StatusCode::OK, "ok"),
        Some(fault) => text(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

async fn metrics(State(context): State<Context>, headers: HeaderMap) -> Response {
    let config = context.app.config();
    if let Some(token) = &config.web.token
        && !shows(&headers, token)
    {
        let refused = text(StatusCode::UNAUTHORIZED, "a bearer token is needed");
        return ([(WWW_AUTHENTICATE, "Bearer")], refused).into_response();
    }
    let exposition = wanted(&headers);
    let body = context.app.scrape(exposition).await;
    let of_what = (CONTENT_TYPE, exposition.content_type());
    ([of_what, NOT_KEPT, (VARY, "accept")], body).into_response()
}

fn text(status: StatusCode, line: &str) -> Response {
    (status, [TEXT, NOT_KEPT], format!("{line}\n")).into_response()
}

/// Whether a request shows the token. Digests are compared: how long that takes tells nothing of it.
fn shows(headers: &HeaderMap, token: &Secret) -> bool {
    let shown = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let shown = shown.and_then(|value| value.split_at_checked("Bearer ".len()));
    shown.is_some_and(|(scheme, shown)| {
        let [shown, token] = [shown, token.expose().as_bytes()].map(|it| digest(&SHA256, it));
        scheme.eq_ignore_ascii_case(b"Bearer ") && shown.as_ref() == token.as_ref()
    })
}

/// `OpenMetrics` for who asks for it; Prometheus' own text for all others: a browser, `promtool`.
fn wanted(headers: &HeaderMap) -> Exposition {
    let accepted = headers.get_all(ACCEPT).iter();
    let mut ranges = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let is_open = ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let is_refused = |part: &str| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        kind.eq_ignore_ascii_case("application/openmetrics-text") && !parts.any(is_refused)
    });
    if is_open {
        Exposition::OpenMetrics
    } else {
        Exposition::Classic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn open_metrics_is_for_those_who_ask_for_it() {
        const PROMETHEUS: &str = "application/openmetrics-text;version=1.0.0,\
             application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        for (accept, wanted_is) in [
            (PROMETHEUS, Exposition::OpenMetrics),
            ("text/html,*/*;q=0.8", Exposition::Classic),
            ("text/plain;version=0.0.4", Exposition::Classic),
            ("application/openmetrics-text;q=0, */*", Exposition::Classic),
            ("Application/OpenMetrics-Text", Exposition::OpenMetrics),
        ] {
            assert_eq!(wanted(&headers(ACCEPT, accept)), wanted_is, "{accept}");
        }
        assert_eq!(wanted(&HeaderMap::new()), Exposition::Classic);
    }

    #[test]
    fn only_the_token_itself_opens() {
        let token = Secret::new("correct horse");
        for (shown, opens) in [
            ("Bearer correct horse", true),
            ("bearer correct horse", true),
            ("Bearer correct hors", false),
            ("Bearer correct horses", false),
            ("Bearer  correct horse", false),
            ("Basic correct horse", false),
            ("correct horse", false),
            ("Bearer ", false),
            ("", false),
        ] {
            assert_eq!(
                shows(&headers(AUTHORIZATION, shown), &token),
                opens,
                "{shown}"
            );
        }
        assert!(!shows(&HeaderMap::new(), &token));
    }
}
