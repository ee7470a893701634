//! What an attempt means: for the delivery, for its receiver, for those who should know. Pure.

mod partly;
mod refused;

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    model::time,
    model::{Detour, Outcome, Receipt, Refusal, Retry, SendError, SendReason},
    schedule::{
        BREAKER_OPENS_AFTER, DELIVERY_EXPIRES_AFTER, MAX_RETRY_AFTER, RECEIVER_FAILING_AFTER,
        retry_delay,
    },
    store::{DeliveryClaim, ReceiverState, ReceiverUpdate, Reception, SettleTo},
};

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

impl Verdict {
    /// When the receiver is tried again with this notice; `None` where it is not.
    pub(super) fn next_try(&self) -> Option<Timestamp> {
        match &self.to {
            SettleTo::Later { due, .. } if !self.receiver.off => {
                Some(self.receiver.due.map_or(*due, |pause| pause.max(*due)))
            }
            _ => None,
        }
    }
}

/// A receiver that takes nothing, or not by its first way.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Why.
    pub(super) reason: SendReason,
    /// The last answer.
    pub(super) detail: String,
    /// Since when.
    pub(super) since: Timestamp,
    /// The mail server that its mail goes through, so that it takes everything all the same.
    pub(super) through: Option<String>,
}

/// The verdict on an attempt that ended at `now`.
pub(super) fn of(claim: &DeliveryClaim, outcome: Outcome, now: Timestamp, jitter: f64) -> Verdict {
    let reception = reception(&outcome);
    let mut verdict = match outcome {
        Ok(receipt) => delivered(claim, receipt, now),
        Err(error) => failed(claim, error, now, jitter),
    };
    verdict.receiver.reception = reception;
    verdict
}

/// Who behind the receiver has got it, and who has not.
fn reception(outcome: &Outcome) -> Reception {
    match outcome {
        Ok(receipt) => Reception {
            is_whole: true,
            accepted: receipt.accepted.clone(),
            refused: receipt.refused.clone(),
        },
        Err(error) => Reception {
            is_whole: false,
            accepted: error.accepted.clone(),
            refused: match error.retry {
                Retry::Partly { .. } => vec![partly::somebody(error)],
                _ => error.refused.clone(),
            },
        },
    }
}

fn failed(claim: &DeliveryClaim, error: SendError, now: Timestamp, jitter: f64) -> Verdict {
    match error.retry {
        Retry::TooLarge if refused::has_parts(claim, &error) => refused::halves(claim, error),
        Retry::Unwanted if refused::may_break_up(claim, &error) => {
            refused::parts(claim, error, now)
        }
        Retry::Never | Retry::Unwanted | Retry::TooLarge => {
            refused::never(claim, error, now, jitter)
        }
        Retry::Later { after } if partly::is_of_the_rest(claim, &error) => {
            let is_reached = !error.accepted.is_empty();
            partly::beside(claim, is_reached, later(claim, error, after, now, jitter))
        }
        Retry::Later { after } => later(claim, error, after, now, jitter),
        Retry::Partly { is_sure } => partly::partly(claim, error, is_sure, now),
        Retry::ReceiverBroken => broken(claim, error, now),
    }
}

fn delivered(claim: &DeliveryClaim, receipt: Receipt, now: Timestamp) -> Verdict {
    let answer = receipt.to_string();
    let missing = receipt.refused.iter().map(Refusal::to_string);
    let missing: Vec<String> = missing.collect();
    let (receiver, tell) = receipt
        .detour
        .map(|detour| arrived_by(claim, detour, now))
        .unwrap_or_default();
    Verdict {
        to: SettleTo::Delivered {
            answer,
            missing: (!missing.is_empty()).then(|| missing.join("; ")),
        },
        receiver,
        tell,
    }
}

/// Its first mail server fails and another one takes its mail. Nothing has to wait, but someone has
/// to know: the other one may be slower, dearer, or the last.
fn arrived_by(
    claim: &DeliveryClaim,
    detour: Detour,
    now: Timestamp,
) -> (ReceiverUpdate, Option<Trouble>) {
    let Detour { through, error } = detour;
    let since = claim.receiver.failing_since.unwrap_or(now);
    let is_notified = claim.receiver.notified_failing;
    let is_time =
        error.retry == Retry::ReceiverBroken || time::elapsed(since, now) >= RECEIVER_FAILING_AFTER;
    let trouble = Trouble {
        through: Some(through.clone()),
        ..trouble(&error, since)
    };
    let update = ReceiverUpdate {
        failing_since: Some(since),
        notified_failing: is_notified || is_time,
        reason: Some(error.reason),
        error: Some(error.detail),
        through: Some(through),
        ..ReceiverUpdate::default()
    };
    (update, (is_time && !is_notified).then_some(trouble))
}

fn later(
    claim: &DeliveryClaim,
    error: SendError,
    after: Option<Duration>,
    now: Timestamp,
    jitter: f64,
) -> Verdict {
    let receiver = &claim.receiver;
    // Without failures it is the first refusal's time, see `never`.
    let since = receiver.failing_since.filter(|_| receiver.failures > 0);
    failing(claim, error, after, since.unwrap_or(now), now, jitter)
}

/// Tries again after the back-off, or `after` what the receiver asked for; it fails since then.
fn failing(
    claim: &DeliveryClaim,
    error: SendError,
    after: Option<Duration>,
    since: Timestamp,
    now: Timestamp,
    jitter: f64,
) -> Verdict {
    let receiver = &claim.receiver;
    let failures = receiver.failures.saturating_add(1);
    let failing_for = time::elapsed(since, now);
    let asked = after.unwrap_or_default().min(MAX_RETRY_AFTER);
    let open = failures >= BREAKER_OPENS_AFTER || after.is_some();
    let probe = retry_delay(
        failures.saturating_sub(BREAKER_OPENS_AFTER) + 1,
        failing_for,
        jitter,
    );
    // From its own first attempt: while nobody tried, nobody failed. So this is the second at least.
    let tried_for = claim.failing_since.map(|first| time::elapsed(first, now));
    let tried_for = tried_for.unwrap_or_default();
    let own_delay = retry_delay(claim.failures.saturating_add(1), tried_for, jitter);
    let tell = !receiver.notified_failing && failing_for >= RECEIVER_FAILING_AFTER;
    Verdict {
        receiver: ReceiverUpdate {
            due: open.then(|| time::add(now, probe.max(asked))),
            failures,
            failing_since: Some(since),
            notified_failing: receiver.notified_failing || tell,
            off: false,
            reason: Some(error.reason),
            error: Some(error.detail.clone()),
            through: None,
            refusals: receiver.refusals,
            reception: Reception::default(),
        },
        tell: tell.then(|| trouble(&error, since)),
        to: if claim.may_expire && tried_for >= DELIVERY_EXPIRES_AFTER {
            dead(SendReason::Expired, error)
        } else {
            SettleTo::Later {
                due: time::add(now, own_delay.max(asked)),
                reason: error.reason,
                detail: error.detail,
                accepted: error.accepted,
            }
        },
    }
}

fn dead(reason: SendReason, error: SendError) -> SettleTo {
    SettleTo::Dead {
        reason,
        detail: error.detail,
        accepted: error.accepted,
    }
}

/// Keeps everything, tells at once; a receiver that is gone is not even probed.
fn broken(claim: &DeliveryClaim, error: SendError, now: Timestamp) -> Verdict {
    let ReceiverState {
        failures,
        failing_since,
        notified_failing,
        refusals,
        ..
    } = claim.receiver;
    let since = failing_since.unwrap_or(now);
    let probe_at = time::add(now, BROKEN_PROBE);
    Verdict {
        receiver: ReceiverUpdate {
            due: Some(probe_at),
            failures: failures.saturating_add(1),
            failing_since: Some(since),
            notified_failing: true,
            off: error.reason == SendReason::Gone,
            reason: Some(error.reason),
            error: Some(error.detail.clone()),
            through: None,
            refusals,
            reception: Reception::default(),
        },
        tell: (!notified_failing).then(|| trouble(&error, since)),
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
        through: None,
    }
}

#[cfg(test)]
mod tests;
