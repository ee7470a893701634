//! The pages: what is wrong, what alerted and what did not, for people with a browser.
//!
//! Rendered here, without a script: a page is what the store says at one moment, every state of it
//! has an address, and what changes something is a form. Text of feeds is escaped by the templates,
//! which take no markup from anywhere but `charts`.

mod alerts;
mod charts;
mod engine;
mod faced;
mod feeds;
mod items;
mod login;
mod marks;
mod mutes;
mod now;
mod outbox;
mod report;
mod shown;
mod stories;
mod trying;
mod watches;

use axum::{
    Router,
    extract::FromRequestParts,
    http::{StatusCode, header::CACHE_CONTROL, request::Parts},
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Serialize;

use super::{
    Context,
    access::{Visitor, guard},
    params::Params,
    reply,
};

pub(super) use faced::faced;

/// The pages, each behind the question of who asks.
pub(super) fn router(context: Context) -> Router {
    Router::new()
        .route("/", get(now::show))
        .route("/alerts", get(alerts::show))
        .route("/feeds", get(feeds::list))
        .route("/feeds/{name}", get(feeds::sheet))
        .route("/feeds/{name}/poll", post(feeds::poll))
        .route("/items", get(items::find))
        .route("/items/{id}", get(items::why))
        .route("/mutes", get(mutes::show).post(mutes::mute))
        .route("/mutes/{id}/lift", post(mutes::lift))
        .route("/try", get(trying::show))
        .route("/outbox", get(outbox::list))
        .route("/outbox/{act}", get(outbox::ask).post(outbox::act))
        .route("/receivers/{name}/test", post(outbox::test))
        .route("/report", get(report::show))
        .route("/stories", get(stories::list))
        .route("/stories/{id}", get(stories::sheet))
        .route("/watches", get(watches::list))
        .route("/watches/{name}", get(watches::sheet))
        .route("/login", get(login::show).post(login::enter))
        .route("/logout", post(login::leave))
        .route("/style.css", get(style))
        .route("/icon.svg", get(icon))
        .layer(from_fn_with_state(context.clone(), guard))
        .with_state(context)
}

/// What a page is made from beside its own matter: who asks, and for what.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Who.
    pub(super) visitor: Visitor,
    /// The path, for the navigation.
    pub(super) path: String,
    /// The fields of the query.
    pub(super) params: Params,
    /// Whether a browser asks.
    pub(super) takes_pages: bool,
}

impl FromRequestParts<Context> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Context) -> Result<Self, Response> {
        let Some(visitor) = parts.extensions.get::<Visitor>().cloned() else {
            // The guard puts it there; without it nobody gets in.
            return Err(StatusCode::UNAUTHORIZED.into_response());
        };
        Ok(Self {
            visitor,
            path: parts.uri.path().to_owned(),
            params: Params::read(parts.uri.query().unwrap_or_default().as_bytes()),
            takes_pages: faced::takes_pages(&parts.headers),
        })
    }
}

/// The page of this title with this matter, by the template of that name.
pub(super) fn page<T: Serialize>(
    context: &Context,
    asked: &Asked,
    (title, template): (&str, &str),
    matter: T,
) -> Response {
    let page = engine::render(context, asked, (title, template), matter);
    reply::html(StatusCode::OK, page)
}

async fn style() -> Response {
    kept(
        "text/css; charset=utf-8",
        include_str!("templates/style.css"),
    )
}

async fn icon() -> Response {
    kept("image/svg+xml", include_str!("templates/icon.svg"))
}

/// What is the same until the program is another one.
fn kept(media_type: &'static str, body: &'static str) -> Response {
    let answer = reply::typed(StatusCode::OK, media_type, body);
    ([(CACHE_CONTROL, "public, max-age=3600")], answer).into_response()
}
