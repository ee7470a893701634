//! A notice that some of those behind a receiver have, and others do not.

use std::time::Duration;

use jiff::Timestamp;

use super::{Verdict, dead};
use crate::{
    model::time,
    model::{Refusal, SendError, SendReason},
    schedule::DELIVERY_EXPIRES_AFTER,
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

/// Tries it again by itself, while the receiver takes what comes next, so it does not fail. Where some
/// have it for sure, it is delivered in the end, and its answer says to whom not.
pub(super) fn partly(
    claim: &DeliveryClaim,
    error: SendError,
    is_sure: bool,
    now: Timestamp,
) -> Verdict {
    let step = usize::try_from(claim.failures).unwrap_or(usize::MAX);
    let delay = STEPS[step.min(STEPS.len() - 1)];
    let tried_since = claim.failing_since.unwrap_or(now);
    let is_old = time::elapsed(tried_since, now) >= DELIVERY_EXPIRES_AFTER;
    let to = if is_sure && (is_old || claim.failures + 1 >= MOST_ATTEMPTS) {
        SettleTo::Delivered {
            answer: format!("to some of them; {}", error.detail),
            missing: Some(error.detail),
        }
    } else if is_old {
        dead(SendReason::Expired, error)
    } else {
        SettleTo::Later {
            due: time::add(now, delay),
            reason: error.reason,
            detail: error.detail,
            accepted: error.accepted,
        }
    };
    Verdict {
        receiver: ReceiverUpdate::default(),
        tell: None,
        to,
    }
}

/// Who has not got it. The service does not say who they are in a form that lasts.
pub(super) fn somebody(error: &SendError) -> Refusal {
    Refusal {
        recipient: String::new(),
        answer: error.detail.clone(),
    }
}

#[cfg(test)]
mod tests;
