//! The API: what the command line prints with `--format json`, as JSON over HTTP, for other programs.
//!
//! Each answer is made of the objects of `view`. Every list is read page by page; what must look
//! through items does that for a bounded time and says how far it came. `docs/openapi.json`
//! describes all of it; a test holds its paths and methods equal to those here.

mod alerts;
mod answer;
mod asked;
mod fault;
mod feeds;
mod items;
mod look;
mod mutes;
mod outbox;
mod status;
mod stories;
mod trying;
mod watches;

use axum::{
    Router,
    http::Uri,
    middleware::{from_fn_with_state, map_response},
    routing::{MethodRouter, delete, get, post},
};

use super::{Context, access::guard};
use crate::suggest::closest;
use fault::{Fault, as_problem};

/// What may be asked there, below `/api/v1`.
fn routes() -> Vec<(&'static str, MethodRouter<Context>)> {
    vec![
        ("/alerts", get(alerts::list)),
        ("/alerts/{id}", get(alerts::show)),
        ("/deliveries/{id}", get(outbox::show)),
        ("/explain", get(items::explain_any)),
        ("/feeds", get(feeds::list)),
        ("/feeds/{name}", get(feeds::show)),
        ("/feeds/{name}/poll", post(feeds::poll)),
        ("/items/{id}", get(items::show)),
        ("/items/{id}/explain", get(items::explain_one)),
        ("/mutes", get(mutes::list).post(mutes::add)),
        ("/mutes/{id}", delete(mutes::lift)),
        ("/openapi.json", get(status::openapi)),
        ("/outbox", get(outbox::list)),
        ("/outbox/drop", post(outbox::drop_them)),
        ("/outbox/retry", post(outbox::retry)),
        ("/receivers", get(status::receivers)),
        ("/receivers/{name}/test", post(status::test)),
        ("/report", get(status::report)),
        ("/status", get(status::show)),
        ("/stories", get(stories::list)),
        ("/stories/{id}", get(stories::show)),
        ("/try", get(trying::try_out)),
        ("/watches", get(watches::list)),
        ("/watches/{name}", get(watches::show)),
    ]
}

/// `/api/v1`, each path behind the question of who asks.
pub(super) fn router(context: Context) -> Router {
    let mut router = Router::new();
    for (path, methods) in routes() {
        router = router.route(&format!("/api/v1{path}"), methods);
    }
    for path in ["/api", "/api/", "/api/{*rest}"] {
        router = router.route(path, axum::routing::any(unknown));
    }
    router
        .layer(map_response(as_problem_of))
        .layer(from_fn_with_state(context.clone(), guard))
        .with_state(context)
}

async fn as_problem_of(answer: axum::response::Response) -> axum::response::Response {
    as_problem(answer)
}

/// That there is no such path, and which was probably meant.
async fn unknown(uri: Uri) -> Fault {
    let path = uri.path();
    let routes = routes();
    let paths = routes.iter().map(|(path, _)| *path);
    let below = path.strip_prefix("/api/v1");
    let meant = below.and_then(|path| closest(path, paths));
    let instead = meant.map(|meant| format!(", did you mean /api/v1{meant}?"));
    let instead = instead.unwrap_or_else(|| "; /api/v1/openapi.json names all".to_owned());
    Fault::not_there(format!("there is no {path}{instead}"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_description_has_the_paths_that_there_are() {
        let description = include_str!("../../../docs/openapi.json");
        let description: Value = serde_json::from_str(description).expect("JSON");
        let described = description["paths"].as_object().expect("paths").keys();
        let mut described: Vec<&str> = described.map(String::as_str).collect();
        described.sort_unstable();
        let there_are = routes();
        let there_are = there_are.iter().map(|(path, _)| format!("/api/v1{path}"));
        assert_eq!(described, there_are.collect::<Vec<_>>());
    }
}
