//! What is looked at every few seconds: whether a report is due, and which mutes have run out.
//!
//! Silence has two meanings, that nothing happened and that nothing works; a report at a known
//! time (`[health] report`) tells them apart. The store has the time of the next one and moves it on in
//! the transaction that makes this one: no restart repeats or loses one, and what was due while the
//! program was not running comes once, at its start.
//!
//! A mute suppresses nothing that is made after its end, whether or not anyone looked; the look only
//! notifies the receivers of what it suppressed. A mute that ended while the program was not running is
//! reported at its start.

use std::time::Duration;

use jiff::SignedDuration;
use tracing::{info, warn};

use super::App;
use crate::store::StoreError;

/// How often to look. A reload may have changed when the next report is due.
const LOOK_EVERY: Duration = Duration::from_secs(10);

impl App {
    /// Reports whenever it is time, for ever.
    pub(super) async fn report_regularly(&self) {
        loop {
            if let Err(error) = self.report_if_due().await {
                warn!("cannot make the report of [health]: {error}");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Puts a report into the outbox if one is due, and plans the next under the config in force;
    /// says whether there was one.
    ///
    /// # Errors
    /// The store's; it is still due then.
    pub async fn report_if_due(&self) -> Result<bool, StoreError> {
        let (config, now) = (self.config(), self.clock.now());
        let planned = self.store.report_plan().await?;
        // A clock that steps back does not bring a time back that was reported.
        let last = planned.map_or(now, |plan| plan.since.max(now));
        let after = last
            .saturating_add(SignedDuration::from_millis(1))
            .expect("a signed duration is always in units that add");
        let times = config.health.report.iter();
        let next = times.map(|it| it.next(after, &config.timezone)).min();
        match (planned, next) {
            (Some(plan), Some(next)) if plan.due <= now => {
                let notify = config.health.notify.clone();
                let made = self.store.report(plan, next, notify, now).await?;
                if made {
                    info!(next_due_at = %next, "report of [health] made");
                }
                Ok(made)
            }
            (planned, next) => {
                if planned.map(|plan| plan.due) != next {
                    self.store.plan_report(next, now).await?;
                }
                Ok(false)
            }
        }
    }

    /// Notifies of the end of every mute, for ever.
    pub(super) async fn end_mutes_regularly(&self) {
        loop {
            if let Err(error) = self.end_mutes().await {
                warn!("cannot tell which mutes have ended: {error}");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Ends the mutes whose time has come, and notifies of those that suppressed something; returns how
    /// many ended.
    ///
    /// # Errors
    /// The store's; they end at the next look then.
    pub async fn end_mutes(&self) -> Result<usize, StoreError> {
        let ended = self.store.end_mutes(self.clock.now()).await?;
        for mute in &ended {
            let (kind, name, alerts) = (mute.kind, &mute.name, mute.alerts);
            info!(
                alerts,
                "mute of {kind} {name:?} has ended, alerts suppressed: {alerts}"
            );
        }
        Ok(ended.len())
    }
}
