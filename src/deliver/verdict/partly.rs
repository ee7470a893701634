//! A notice that some of those behind a receiver have, and others do not.

use std::time::Duration;

use jiff::Timestamp;

use super::{TOLD_AFTER, Trouble, Verdict, dead, trouble};
use crate::{
    cadence::{self, DELIVERY_EXPIRES_AFTER},
    model::{SendError, SendReason},
    store::{DeliveryClaim, ReceiverUpdate, SettleTo},
};

/// Waits before the second, third, … attempt; the last one repeats. Whoever has it hears it again
/// each time, so they grow fast: six repeats in the three days that the outbox tries.
const STEPS: [Duration; 5] = [
    Duration::from_mins(15),
    Duration::from_mins(45),
    Duration::from_hours(3),
    Duration::from_hours(12),
    Duration::from_hours(28),
];

/// So many attempts are made where some are known to have it: the last one an hour after the first.
const MOST_ATTEMPTS: u32 = 3;

/// Tries it again by itself, while the receiver takes what comes next; tells the others once that
/// has gone on for [`TOLD_AFTER`]. Where some have it for sure, it is delivered in the end, and its
/// answer says to whom not.
pub(super) fn partly(
    claim: &DeliveryClaim,
    error: SendError,
    is_sure: bool,
    now: Timestamp,
) -> Verdict {
    let receiver = &claim.receiver;
    // With failures, a detour or a refusal it is the time of another trouble, which this answer has
    // ended.
    let is_of_this = receiver.failures == 0 && receiver.through.is_none() && !receiver.has_refused;
    let before = receiver.failing_since.filter(|_| is_of_this);
    let since = before.unwrap_or(now);
    let knew = before.is_some() && receiver.told_failing;
    let tell = !knew && cadence::elapsed(since, now) >= TOLD_AFTER;
    let step = usize::try_from(claim.failures).unwrap_or(usize::MAX);
    let delay = STEPS[step.min(STEPS.len() - 1)];
    let tried_since = claim.failing_since.unwrap_or(now);
    let is_old = cadence::elapsed(tried_since, now) >= DELIVERY_EXPIRES_AFTER;
    Verdict {
        receiver: ReceiverUpdate {
            failing_since: Some(since),
            told_failing: knew || tell,
            reason: Some(error.reason),
            error: Some(error.detail.clone()),
            ..ReceiverUpdate::default()
        },
        tell: tell.then(|| Trouble {
            is_partial: true,
            ..trouble(&error, since)
        }),
        to: if is_sure && (is_old || claim.failures + 1 >= MOST_ATTEMPTS) {
            let answer = format!("to some of them; {}", error.detail);
            SettleTo::Delivered { answer }
        } else if is_old {
            dead(SendReason::Expired, error)
        } else {
            SettleTo::Later {
                due: cadence::add(now, delay),
                reason: error.reason,
                detail: error.detail,
                accepted: error.accepted,
            }
        },
    }
}

#[cfg(test)]
mod tests;
