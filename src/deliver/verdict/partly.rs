//! A notice that some of those behind a receiver have, and others do not: who is left is tried again.

use std::time::Duration;

use jiff::Timestamp;

use super::{Verdict, dead};
use crate::{
    model::{Refusal, SendError, SendReason, time},
    schedule::DELIVERY_EXPIRES_AFTER,
    store::{DeliveryClaim, ReceiverUpdate, Reception, SettleTo},
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
/// have it for sure, it is delivered in the end, and its answer says who misses it.
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

/// Whether only those are put off who are left of a mail that others have, from before or from now:
/// one full mailbox, say, or the fourth recipient of a server that takes three.
pub(super) fn is_of_the_rest(claim: &DeliveryClaim, error: &SendError) -> bool {
    let is_answer = matches!(error.reason, SendReason::Busy | SendReason::Refused);
    is_answer && !(claim.notice.accepted.is_empty() && error.accepted.is_empty())
}

/// Puts the delivery off and leaves the receiver as it was: were it taken for failing, this delivery,
/// its oldest, would be its only probe, and the others would miss all that comes after it. Where it
/// has taken the mail for some just now, it is well, if by its first way.
pub(super) fn beside(claim: &DeliveryClaim, is_reached: bool, verdict: Verdict) -> Verdict {
    let receiver = &claim.receiver;
    let ends = matches!(verdict.to, SettleTo::Dead { .. });
    if ends && claim.notice.accepted.is_empty() {
        // It has failed for days, and this was one answer: the next one says whether it is well.
        return verdict;
    }
    if is_reached && receiver.through.is_none() {
        return Verdict {
            receiver: ReceiverUpdate::default(),
            tell: None,
            to: verdict.to,
        };
    }
    let fails = receiver.failing_since.is_some();
    Verdict {
        receiver: ReceiverUpdate {
            due: None,
            failures: receiver.failures,
            failing_since: receiver.failing_since,
            notified_failing: receiver.notified_failing,
            through: receiver.through.clone(),
            reason: verdict.receiver.reason.filter(|_| fails),
            error: verdict.receiver.error.filter(|_| fails),
            off: false,
            refusals: receiver.refusals,
            reception: Reception::default(),
        },
        tell: None,
        to: verdict.to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        deliver::verdict::of,
        model::{DeliveryId, DeliveryKey, Event, Notice, Retry, TestPing},
        store::{ReceiverState, Reception},
    };

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).expect("in range")
    }

    /// A delivery that waits since 0 min, after so many failures.
    fn claim(failures: u32, failing_since: Option<i64>, notified_failing: bool) -> DeliveryClaim {
        DeliveryClaim {
            id: DeliveryId(7),
            fence: 3,
            attempt: failures + 1,
            failures,
            failing_since: (failures > 0).then(|| at(0)),
            may_expire: true,
            waiting_since: at(0),
            receiver: ReceiverState {
                name: "all".into(),
                failures: 0,
                failing_since: failing_since.map(at),
                notified_failing,
                through: None,
                refusals: 0,
            },
            notice: Notice {
                key: DeliveryKey("store-7".into()),
                timestamp: at(0),
                event: Event::TestPing(TestPing {
                    receiver: "all".into(),
                    message: String::new(),
                }),
                accepted: Vec::new(),
                thread: None,
            },
        }
    }

    fn answered(claim: &DeliveryClaim, is_sure: bool, minute: i64) -> Verdict {
        let error = SendError {
            reason: SendReason::Refused,
            retry: Retry::Partly { is_sure },
            detail: "424: Failed to send".into(),
            accepted: Vec::new(),
            refused: Vec::new(),
        };
        of(claim, Err(error), at(minute), 0.5)
    }

    /// Minutes until the next attempt; `None` where there is none.
    fn wait(verdict: &Verdict, minute: i64) -> Option<u64> {
        match &verdict.to {
            SettleTo::Later { due, .. } => Some(time::elapsed(at(minute), *due).as_secs() / 60),
            _ => None,
        }
    }

    #[test]
    fn the_healthy_ones_hear_it_again_seldom_and_never_for_ever() {
        let waits = |is_sure| {
            let verdict = |failures| answered(&claim(failures, Some(0), true), is_sure, 1);
            [0, 1, 2, 3, 4, 9].map(|failures| wait(&verdict(failures), 1))
        };
        let unsure = [15, 45, 180, 720, 1680, 1680].map(Some);
        assert_eq!(waits(false), unsure);
        // Some have it: after an hour it is delivered, and its answer says who misses it.
        assert_eq!(waits(true), [Some(15), Some(45), None, None, None, None]);
        let last = answered(&claim(2, Some(0), true), true, 60);
        let expected = SettleTo::Delivered {
            answer: "to some of them; 424: Failed to send".into(),
            missing: Some("424: Failed to send".into()),
        };
        assert_eq!(last.to, expected);
    }

    #[test]
    fn what_perhaps_nobody_has_ends_like_any_other_after_three_days() {
        let old = 72 * 60;
        let reason = SendReason::Expired;
        let unsure = answered(&claim(4, Some(0), true), false, old);
        assert!(
            matches!(unsure.to, SettleTo::Dead { reason: is, .. } if is == reason),
            "{unsure:?}"
        );
        let sure = answered(&claim(1, Some(0), true), true, old);
        assert!(matches!(sure.to, SettleTo::Delivered { .. }), "{sure:?}");
        let untried = answered(&claim(0, Some(0), true), true, old);
        assert!(
            matches!(untried.to, SettleTo::Later { .. }),
            "one attempt is no end: {untried:?}"
        );
    }

    #[test]
    fn the_lane_stays_open_and_somebody_is_noted_as_not_reached() {
        // Its connections failed until now: that trouble is over.
        for (failures, is_notified) in [(0, false), (5, true)] {
            let mut claim = claim(0, (failures > 0).then_some(0), is_notified);
            claim.receiver.failures = failures;
            let verdict = answered(&claim, true, 15);
            assert!(verdict.tell.is_none());
            let expected = ReceiverUpdate {
                reception: Reception {
                    is_whole: false,
                    accepted: Vec::new(),
                    refused: vec![Refusal {
                        recipient: String::new(),
                        answer: "424: Failed to send".into(),
                    }],
                },
                ..ReceiverUpdate::default()
            };
            assert_eq!(verdict.receiver, expected);
        }
    }
}
