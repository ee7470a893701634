//! What the command line may ask at the socket beside the store.

use axum::{Router, extract::State, http::StatusCode, routing::post};

use super::Context;

/// What may be asked there.
pub(super) fn router(context: Context) -> Router {
    Router::new().route("/wake", post(wake)).with_state(context)
}

/// A command has written to the store.
async fn wake(State(context): State<Context>) -> StatusCode {
    context.app.wake();
    StatusCode::NO_CONTENT
}
