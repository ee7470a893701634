//! What an attempt means: for the delivery, for its receiver, for those who should know. Pure.

mod partly;
mod rest;

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    cadence::{
        self, BREAKER_OPENS_AFTER, DELIVERY_EXPIRES_AFTER, MAX_RETRY_AFTER, RECEIVER_TOLD_AFTER,
        retry_delay,
    },
    model::{Detour, Event, Outcome, Receipt, Refusal, Retry, SendError, SendReason},
    store::{DeliveryClaim, ReceiverState, ReceiverUpdate, Reception, SettleTo},
};

/// A receiver that has refused so many in a row, and taken none between them, refuses whatever it gets:
/// no digest is broken up for it. So one has 17 parts at most until the receiver takes one of them.
const MOST_IN_A_ROW: u32 = 16;

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

/// Whom behind the receiver it has reached, and whom not.
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
        Retry::TooLarge if has_parts(claim, &error) => halves(error),
        Retry::Unwanted if has_parts(claim, &error) && claim.receiver.refusals < MOST_IN_A_ROW => {
            parts(claim, error, now)
        }
        Retry::Never | Retry::Unwanted | Retry::TooLarge => never(claim, error, now, jitter),
        Retry::Later { after } if rest::is_of_the_rest(claim, &error) => {
            let is_reached = !error.accepted.is_empty();
            rest::beside(claim, is_reached, later(claim, error, after, now, jitter))
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
    let told = claim.receiver.told_failing;
    let is_time =
        error.retry == Retry::ReceiverBroken || cadence::elapsed(since, now) >= RECEIVER_TOLD_AFTER;
    let trouble = Trouble {
        through: Some(through.clone()),
        ..trouble(&error, since)
    };
    let update = ReceiverUpdate {
        failing_since: Some(since),
        told_failing: told || is_time,
        reason: Some(error.reason),
        error: Some(error.detail),
        through: Some(through),
        ..ReceiverUpdate::default()
    };
    (update, (is_time && !told).then_some(trouble))
}

/// Gives the notice up, for it may be this one's own fault. After another one was refused, and none
/// taken since, it is the receiver's: then this one waits as for any other failure. One that was its
/// own fault all the same is given up once the receiver has taken another.
fn never(claim: &DeliveryClaim, error: SendError, now: Timestamp, jitter: f64) -> Verdict {
    let first = claim.receiver.failing_since;
    let refusals = claim.receiver.refusals.saturating_add(1);
    if let Some(first) = first.filter(|_| refusals > 1) {
        let mut verdict = failing(claim, error, None, first, now, jitter);
        verdict.receiver.refusals = refusals;
        return verdict;
    }
    // Of a trouble that was told, one refusal is no end.
    let told_failing = claim.receiver.told_failing;
    Verdict {
        receiver: ReceiverUpdate {
            failing_since: first.filter(|_| told_failing).or(Some(now)),
            told_failing,
            reason: Some(error.reason),
            error: Some(error.detail.clone()),
            refusals,
            ..ReceiverUpdate::default()
        },
        tell: None,
        to: dead(error.reason, error),
    }
}

/// Whether it is a digest of several alerts, and nobody has it.
fn has_parts(claim: &DeliveryClaim, error: &SendError) -> bool {
    let is_untold = claim.notice.accepted.is_empty() && error.accepted.is_empty();
    is_untold && matches!(&claim.notice.event, Event::DigestReady(digest) if digest.count > 1)
}

/// Something in it is not wanted: each half is tried by itself, until the one story is left that is
/// refused alone. Whether it is that, or the receiver takes nothing, the next answer says.
fn parts(claim: &DeliveryClaim, error: SendError, now: Timestamp) -> Verdict {
    let receiver = &claim.receiver;
    let update = ReceiverUpdate {
        failures: receiver.failures,
        failing_since: receiver.failing_since.or(Some(now)),
        told_failing: receiver.told_failing,
        reason: Some(error.reason),
        error: Some(error.detail.clone()),
        refusals: receiver.refusals.saturating_add(1),
        ..ReceiverUpdate::default()
    };
    Verdict {
        receiver: update,
        ..halves(error)
    }
}

/// A receiver that says so reads what it gets, and is well.
fn halves(error: SendError) -> Verdict {
    Verdict {
        receiver: ReceiverUpdate::default(),
        tell: None,
        to: SettleTo::Halves {
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
    let failing_for = cadence::elapsed(since, now);
    let asked = after.unwrap_or_default().min(MAX_RETRY_AFTER);
    let open = failures >= BREAKER_OPENS_AFTER || after.is_some();
    let probe = retry_delay(
        failures.saturating_sub(BREAKER_OPENS_AFTER) + 1,
        failing_for,
        jitter,
    );
    // From its own first attempt: while nobody tried, nobody failed. So this is the second at least.
    let tried_for = claim
        .failing_since
        .map(|first| cadence::elapsed(first, now));
    let tried_for = tried_for.unwrap_or_default();
    let own_delay = retry_delay(claim.failures.saturating_add(1), tried_for, jitter);
    let tell = !receiver.told_failing && failing_for >= RECEIVER_TOLD_AFTER;
    Verdict {
        receiver: ReceiverUpdate {
            due: open.then(|| cadence::add(now, probe.max(asked))),
            failures,
            failing_since: Some(since),
            told_failing: receiver.told_failing || tell,
            off: false,
            reason: Some(error.reason),
            error: Some(error.detail.clone()),
            through: None,
            refusals: receiver.refusals,
            reception: Reception::default(),
        },
        tell: tell.then(|| trouble(&error, since)),
        to: if tried_for >= DELIVERY_EXPIRES_AFTER {
            dead(SendReason::Expired, error)
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
        told_failing,
        refusals,
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
            through: None,
            refusals,
            reception: Reception::default(),
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
        through: None,
    }
}

#[cfg(test)]
mod tests;
