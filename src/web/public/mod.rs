//! What anybody who reaches an address of `[web] listen` may ask.

mod doors;

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, VARY, WWW_AUTHENTICATE},
    },
    middleware::{Next, from_fn_with_state, map_response},
    response::{IntoResponse as _, Response},
    routing::get,
};

use super::{
    Context,
    access::{is_same, role_of},
    api, feeds, pages, reply,
    reply::text,
};
use crate::{app::Exposition, config::WebOptions};

pub(super) use doors::Public;

/// What may be asked there. GET and HEAD; what else is asked of a path hears so.
pub(super) fn router(context: Context) -> Router {
    let is_served = |State(context): State<Context>, request: Request, next: Next| async move {
        if context.app.config().web.pages {
            next.run(request).await
        } else if request.uri().path().starts_with("/api") {
            reply::problem(StatusCode::NOT_FOUND, "the API is off: `pages = false`")
        } else {
            text(StatusCode::NOT_FOUND, "not found")
        }
    };
    let faces = context.clone();
    // A reload may turn them on and off.
    let pages = pages::router(context.clone())
        .merge(feeds::router(context.clone()))
        .merge(api::router(context.clone()));
    let pages = pages.layer(from_fn_with_state(context.clone(), is_served));
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(context)
        .merge(pages)
        .fallback(async || text(StatusCode::NOT_FOUND, "not found"))
        .layer(from_fn_with_state(faces, pages::faced))
        .layer(map_response(async |answer: Response| {
            reply::secured(answer)
        }))
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
    if !may_scrape(&headers, &config.web) {
        let refused = text(StatusCode::UNAUTHORIZED, "a bearer token is needed");
        return ([(WWW_AUTHENTICATE, "Bearer")], refused).into_response();
    }
    let exposition = wanted(&headers);
    let body = context.app.scrape(exposition).await;
    let of_what = (CONTENT_TYPE, exposition.content_type());
    ([of_what, (VARY, "accept")], body).into_response()
}

/// Whether a request shows a token of the config, where one has to be shown.
fn may_scrape(headers: &HeaderMap, web: &WebOptions) -> bool {
    if web.token.is_none() && !web.login.is_asked() {
        return true;
    }
    let shown = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let shown = shown.and_then(|value| value.split_at_checked("Bearer ".len()));
    shown.is_some_and(|(scheme, shown)| {
        let is_scraper = web
            .token
            .as_ref()
            .is_some_and(|token| is_same(shown, token));
        let is_right = is_scraper || role_of(shown, &web.login).is_some();
        scheme.eq_ignore_ascii_case(b"Bearer ") && is_right
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
    use axum::http::HeaderName;

    use super::*;
    use crate::model::Secret;

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
        let web = WebOptions {
            token: Some(Secret::new("correct horse")),
            ..WebOptions::default()
        };
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
                may_scrape(&headers(AUTHORIZATION, shown), &web),
                opens,
                "{shown}"
            );
        }
        assert!(!may_scrape(&HeaderMap::new(), &web));
        assert!(may_scrape(&HeaderMap::new(), &WebOptions::default()));
    }
}
