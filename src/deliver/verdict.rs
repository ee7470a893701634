//! What an attempt means: for the delivery, for its receiver, for those who should know. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    cadence::{self, BREAKER_OPENS_AFTER, DELIVERY_EXPIRES_AFTER, MAX_RETRY_AFTER, retry_delay},
    model::{Outcome, Receipt, Retry, SendError, SendReason},
    store::{DeliveryClaim, ReceiverState, ReceiverUpdate, SettleTo},
};

/// How long a receiver may fail before the others are told.
const TOLD_AFTER: Duration = Duration::from_mins(15);

/// How long a receiver may refuse every notice for good before the others are told.
const REFUSED_FOR: Duration = Duration::from_hours(24);

/// How often a broken receiver (login refused, unknown CA) is probed: someone must act first.
const BROKEN_PROBE: Duration = Duration::from_mins(5);

/// What to write down, and what to tell.
#[derive(Debug)]
pub(super) struct Verdict {
    /// The delivery's new state.
    pub(super) to: SettleTo,
    /// The receiver's new state.
    pub(super) receiver: ReceiverUpdate,
    /// What the other receivers should hear.
    pub(super) tell: Option<Trouble>,
}

/// A receiver that takes nothing.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Why.
    pub(super) reason: SendReason,
    /// The last answer.
    pub(super) detail: String,
    /// Since when.
    pub(super) since: Timestamp,
}

/// The verdict on an attempt that ended at `now`.
pub(super) fn of(claim: &DeliveryClaim, outcome: Outcome, now: Timestamp, jitter: f64) -> Verdict {
    let error = match outcome {
        Ok(receipt) => return delivered(&receipt),
        Err(error) => error,
    };
    match error.retry {
        Retry::Never => never(claim, error, now),
        Retry::Later { after } => later(claim, error, after, now, jitter),
        Retry::ReceiverBroken => broken(claim, error, now),
    }
}

fn delivered(receipt: &Receipt) -> Verdict {
    let refused = receipt.refused.iter();
    let refused =
        refused.map(|refusal| format!("{} refused: {}", refusal.recipient, refusal.answer));
    let answers: Vec<String> = std::iter::once(receipt.answer.clone())
        .chain(refused)
        .collect();
    Verdict {
        to: SettleTo::Delivered {
            answer: answers.join("; "),
        },
        receiver: ReceiverUpdate::default(),
        tell: None,
    }
}

/// Gives the notice up. The receiver answered, so the next one may be taken; but one that has
/// refused everything for a day, such as a webhook whose path is gone, is broken all the same.
fn never(claim: &DeliveryClaim, error: SendError, now: Timestamp) -> Verdict {
    let receiver = &claim.receiver;
    // With failures, `failing_since` is of another trouble, which this answer has ended.
    let before = receiver.failing_since.filter(|_| receiver.failures == 0);
    let since = before.unwrap_or(now);
    let knew = before.is_some() && receiver.told_failing;
    let tell = !knew && cadence::elapsed(since, now) >= REFUSED_FOR;
    let update = ReceiverUpdate {
        failing_since: Some(since),
        told_failing: knew || tell,
        reason: Some(error.reason),
        error: Some(error.detail.clone()),
        ..ReceiverUpdate::default()
    };
    Verdict {
        tell: tell.then(|| trouble(&error, since)),
        receiver: update,
        to: SettleTo::Dead {
            reason: error.reason,
            detail: error.detail,
        },
    }
}

fn later(
    claim: &DeliveryClaim,
    error: SendError,
    after: Option<Duration>,
    now: Timestamp,
    jitter: f64,
) -> Verdict {
    let receiver = &claim.receiver;
    let failures = receiver.failures.saturating_add(1);
    // Without failures it is the first refusal's time, see `never`.
    let since = receiver.failing_since.filter(|_| receiver.failures > 0);
    let since = since.unwrap_or(now);
    let failing_for = cadence::elapsed(since, now);
    let asked = after.unwrap_or_default().min(MAX_RETRY_AFTER);
    let open = failures >= BREAKER_OPENS_AFTER || after.is_some();
    let probe = retry_delay(
        failures.saturating_sub(BREAKER_OPENS_AFTER) + 1,
        failing_for,
        jitter,
    );
    let age = cadence::elapsed(claim.waiting_since, now);
    let own_delay = retry_delay(claim.failures.saturating_add(1), age, jitter);
    let tell = !receiver.told_failing && failing_for >= TOLD_AFTER;
    Verdict {
        receiver: ReceiverUpdate {
            due: open.then(|| cadence::add(now, probe.max(asked))),
            failures,
            failing_since: Some(since),
            told_failing: receiver.told_failing || tell,
            off: false,
            reason: Some(error.reason),
            error: Some(error.detail.clone()),
        },
        tell: tell.then(|| trouble(&error, since)),
        to: if age >= DELIVERY_EXPIRES_AFTER {
            SettleTo::Dead {
                reason: SendReason::Expired,
                detail: error.detail,
            }
        } else {
            SettleTo::Later {
                due: cadence::add(now, own_delay.max(asked)),
                reason: error.reason,
                detail: error.detail,
                accepted: error.accepted,
            }
        },
    }
}

/// Keeps everything, tells at once; a receiver that is gone is not even probed.
fn broken(claim: &DeliveryClaim, error: SendError, now: Timestamp) -> Verdict {
    let ReceiverState {
        failures,
        failing_since,
        told_failing,
        ..
    } = claim.receiver;
    let since = failing_since.unwrap_or(now);
    let probe_at = cadence::add(now, BROKEN_PROBE);
    Verdict {
        receiver: ReceiverUpdate {
            due: Some(probe_at),
            failures: failures.saturating_add(1),
            failing_since: Some(since),
            told_failing: true,
            off: error.reason == SendReason::Gone,
            reason: Some(error.reason),
            error: Some(error.detail.clone()),
        },
        tell: (!told_failing).then(|| trouble(&error, since)),
        to: SettleTo::Later {
            due: probe_at,
            reason: error.reason,
            detail: error.detail,
            accepted: error.accepted,
        },
    }
}

fn trouble(error: &SendError, since: Timestamp) -> Trouble {
    Trouble {
        reason: error.reason,
        detail: error.detail.clone(),
        since,
    }
}

#[cfg(test)]
mod tests;
