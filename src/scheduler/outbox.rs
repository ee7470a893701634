//! What waits too long is given up, and what was given up is reported.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Scheduler;
use crate::store::{Missed, NotifiedUnreached, StoreError};

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

    /// Gives up what has waited too long, and notifies of what was given up and of who is not reached; says
    /// whether anybody is notified.
    pub(super) async fn look_after_outbox(&self) -> Result<bool, StoreError> {
        let (work, now) = (self.work(), self.clock.now());
        let given_up = self.store.give_up_old(now).await?;
        if given_up > 0 {
            info!("deliveries given up after `[keep] alerts`: {given_up}");
        }
        let escalation = work.deliverer().escalation().to_vec();
        let mut is_notified = false;
        for missed in self.store.notify_missed(escalation.clone(), now).await? {
            log(&missed);
            work.wake(&missed.receivers);
            is_notified |= !missed.receivers.is_empty();
        }
        for unreached in self.store.notify_unreached(escalation, now).await? {
            log_unreached(&unreached);
            work.wake(&unreached.receivers);
            is_notified |= !unreached.receivers.is_empty();
        }
        Ok(is_notified)
    }
}

fn log_unreached(unreached: &NotifiedUnreached) {
    let NotifiedUnreached { event, receivers } = unreached;
    let (receiver, error) = (&event.receiver, &event.error);
    if receivers.is_empty() {
        error!("receiver {receiver:?} does not reach all, and nobody can be notified: {error}");
    } else {
        warn!("receiver {receiver:?} does not reach all of those behind it: {error}");
    }
}

fn log(missed: &Missed) {
    let Missed { event, receivers } = missed;
    let (receiver, reason, error) = (&event.receiver, &event.reason, &event.error);
    let (alerts, notices) = (event.alerts, event.notices);
    if receivers.is_empty() {
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
