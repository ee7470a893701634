//! What anybody who reaches an address of `[web] listen` may ask.

use axum::Router;

use super::Context;

/// What may be asked there.
pub(super) fn router(context: Context) -> Router {
    Router::new().with_state(context)
}
