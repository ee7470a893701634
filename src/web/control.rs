//! What the command line may ask at the socket beside the store.
//!
//! Commands write to the store themselves; here they only tell the daemon to look at once, and wait.
//! So nothing is lost where the daemon, or the socket, is not there. Whoever may open the socket may
//! ask all of it.

use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Serialize;

use super::{
    Context,
    wire::{Polled, Reloaded, Wait},
};
use crate::{app::config_counts, store::StoreError};

/// How long a request waits before it says that it is not done yet.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What may be asked there.
pub(super) fn router(context: Context) -> Router {
    Router::new()
        .route("/wake", post(wake))
        .route("/polled", post(polled))
        .route("/reload", post(reload))
        .route("/status", get(status))
        .with_state(context)
}

/// A command has written to the store.
async fn wake(State(context): State<Context>) -> StatusCode {
    context.app.wake();
    StatusCode::NO_CONTENT
}

/// A command has asked for polls in the store and waits until they are done.
async fn polled(State(context): State<Context>, body: Bytes) -> Response {
    let Ok(wait) = serde_json::from_slice::<Wait>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let patience = Duration::from_millis(wait.patience_ms);
    let app = &context.app;
    let polled = async {
        let polled = app.until_polled(&wait.feeds, patience);
        let done = match tokio::time::timeout(LONGEST_WAIT, polled).await {
            Ok(polled) => polled.map(|()| true)?,
            Err(_) => false,
        };
        let left = app.store().asked().await?.len();
        Ok::<_, StoreError>(Polled { done, left })
    };
    let polled = tokio::select! {
        polled = polled => polled,
        () = context.stop.cancelled() => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    match polled {
        Ok(polled) => json(&polled),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

/// Reads the config again, and says what it came to.
async fn reload(State(context): State<Context>) -> Response {
    match context.app.ask_for_reload().await {
        Some(Ok(())) => {
            let config = config_counts(&context.app.config());
            json(&Reloaded::Done(config))
        }
        Some(Err(refusal)) => json(&Reloaded::Refused(refusal.report)),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// What only the daemon knows of itself.
async fn status(State(context): State<Context>) -> Response {
    json(&context.app.live())
}

fn json<T: Serialize>(value: &T) -> Response {
    let body = serde_json::to_vec(value).expect("plain data serializes");
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
