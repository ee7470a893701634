//! What one visit to a feed brings too much of.

use tracing::debug;

use super::Deliverer;
use crate::{
    model::{DeferReason, Priority},
    store::StoreError,
};

/// So many alerts go into one digest of a flood, as far as there is room in it.
const MAX_FLOOD: u32 = 500;

impl Deliverer {
    /// Folds what goes out next, and others like it, into a digest, where it is one of too many of
    /// its poll; says whether it did.
    pub(super) async fn fold_flood(
        &self,
        receiver: &str,
        priority: Option<Priority>,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let store = &self.store;
        let ids = store.flood(receiver, priority, MAX_FLOOD, now).await?;
        if ids.is_empty() {
            return Ok(false);
        }
        let into = store.fold(receiver, ids, DeferReason::Flood, now).await?;
        debug!(?into, "receiver {receiver:?}: alerts of a flood folded");
        Ok(true)
    }
}
