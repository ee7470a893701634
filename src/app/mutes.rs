//! The end of mutes that run out by themselves.
//!
//! What is made after its time no mute holds, whether or not anyone looked; to look only tells the
//! receivers what was held from them. What ended while the program was not running is reported at its
//! start.

use std::time::Duration;

use tracing::{info, warn};

use super::App;
use crate::store::StoreError;

/// How often to look whether one has ended.
const LOOK_EVERY: Duration = Duration::from_secs(10);

impl App {
    /// Tells the end of every mute, for ever.
    pub(super) async fn end_mutes_regularly(&self) {
        loop {
            if let Err(error) = self.end_mutes().await {
                warn!("cannot tell which mutes have ended: {error}");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Ends the mutes whose time has come, and tells those that held something; returns how many
    /// ended.
    ///
    /// # Errors
    /// The store's; they end at the next look then.
    pub async fn end_mutes(&self) -> Result<usize, StoreError> {
        let ended = self.store.end_mutes(self.clock.now()).await?;
        for mute in &ended {
            let (kind, name, alerts) = (mute.kind, &mute.name, mute.alerts);
            info!(
                alerts,
                "mute of {kind} {name:?} has ended, alerts held: {alerts}"
            );
        }
        Ok(ended.len())
    }
}
