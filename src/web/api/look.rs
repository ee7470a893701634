//! A look through stored items: one at a time, and bounded.

use std::time::Duration;

use tokio::sync::SemaphorePermit;

use super::fault::Fault;
use crate::{app::App, web::budget::Budget};

/// How long one request looks through items.
const LONGEST: Duration = Duration::from_millis(500);

/// How long one request waits for those before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The turn, which ends when it is dropped, and the time from now on.
pub(super) async fn look(app: &App) -> Result<(SemaphorePermit<'_>, Budget), Fault> {
    let turn = app.turn(PATIENCE).await;
    let busy = || Fault::not_now("others look through the items at the moment");
    Ok((turn.ok_or_else(busy)?, Budget::of(LONGEST)))
}
