//! What waits too long is given up, and what was given up is reported.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Scheduler;
use crate::store::{Missed, StoreError, ToldUnreached};

/// How often to look.
const LOOK_EVERY: Duration = Duration::from_mins(1);

impl Scheduler {
    pub(super) async fn run_outbox(&self, soft: &CancellationToken) {
        while soft
            .run_until_cancelled(tokio::time::sleep(LOOK_EVERY))
            .await
            .is_some()
        {
            self.look_after_outbox_in_service().await;
        }
    }

    pub(super) async fn look_after_outbox_in_service(&self) {
        if let Err(error) = self.look_after_outbox().await {
            warn!("cannot look after what waits to be delivered: {error}");
        }
    }

    /// Gives up what has waited too long, and tells what was given up and who is not reached; says
    /// whether anybody is notified something.
    pub(super) async fn look_after_outbox(&self) -> Result<bool, StoreError> {
        let (work, now) = (self.work(), self.clock.now());
        let given_up = self.store.give_up_old(now).await?;
        if given_up > 0 {
            info!("deliveries given up after `[keep] alerts`: {given_up}");
        }
        let told = work.deliverer().told().to_vec();
        let mut is_told = false;
        for missed in self.store.tell_missed(told.clone(), now).await? {
            log(&missed);
            work.wake(&missed.told);
            is_told |= !missed.told.is_empty();
        }
        for unreached in self.store.tell_unreached(told, now).await? {
            log_unreached(&unreached);
            work.wake(&unreached.told);
            is_told |= !unreached.told.is_empty();
        }
        Ok(is_told)
    }
}

fn log_unreached(unreached: &ToldUnreached) {
    let ToldUnreached { event, told } = unreached;
    let (receiver, error) = (&event.receiver, &event.error);
    if told.is_empty() {
        error!("receiver {receiver:?} does not reach all, and nobody can be notified: {error}");
    } else {
        warn!("receiver {receiver:?} does not reach all of those behind it: {error}");
    }
}

fn log(missed: &Missed) {
    let Missed { event, told } = missed;
    let (receiver, reason, error) = (&event.receiver, &event.reason, &event.error);
    let (alerts, notices) = (event.alerts, event.notices);
    if told.is_empty() {
        error!(
            alerts,
            notices,
            reason,
            "receiver {receiver:?} missed something and nobody can be notified: {error}"
        );
    } else {
        warn!(
            alerts,
            notices, reason, "receiver {receiver:?} missed something, alerts {alerts}: {error}"
        );
    }
}
