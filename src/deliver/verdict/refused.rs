//! A notice that the receiver refuses: whose fault that is, and what of it is wanted.

use jiff::Timestamp;

use super::{Verdict, dead, failing};
use crate::{
    model::{Event, SendError},
    store::{DeliveryClaim, ReceiverUpdate, SettleTo},
};

/// A receiver that has refused so many in a row, and taken none between them, refuses whatever it gets:
/// no digest is broken up for it. So one has 17 parts at most until the receiver takes one of them.
const MOST_IN_A_ROW: u32 = 16;

/// Gives the notice up, for it may be this one's own fault. After another one was refused, and none
/// taken since, it is the receiver's: then this one waits as for any other failure. One that was its
/// own fault all the same is given up once the receiver has taken another.
pub(super) fn never(
    claim: &DeliveryClaim,
    error: SendError,
    now: Timestamp,
    jitter: f64,
) -> Verdict {
    let first = claim.receiver.failing_since;
    let refusals = claim.receiver.refusals.saturating_add(1);
    if let Some(first) = first.filter(|_| refusals > 1) {
        let mut verdict = failing(claim, error, None, first, now, jitter);
        verdict.receiver.refusals = refusals;
        return verdict;
    }
    // A failure that was notified does not end with one refusal.
    let notified_failing = claim.receiver.notified_failing;
    Verdict {
        receiver: ReceiverUpdate {
            failing_since: first.filter(|_| notified_failing).or(Some(now)),
            notified_failing,
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
pub(super) fn has_parts(claim: &DeliveryClaim, error: &SendError) -> bool {
    let is_unnotified = claim.notice.accepted.is_empty() && error.accepted.is_empty();
    is_unnotified && matches!(&claim.notice.event, Event::DigestReady(digest) if digest.count > 1)
}

/// The same, where the receiver may want the parts.
pub(super) fn may_break_up(claim: &DeliveryClaim, error: &SendError) -> bool {
    has_parts(claim, error) && claim.receiver.refusals < MOST_IN_A_ROW
}

/// Something in it is not wanted: each half is tried by itself, until the one story is left that is
/// refused alone. Whether it is that, or the receiver takes nothing, the next answer says.
pub(super) fn parts(claim: &DeliveryClaim, error: SendError, now: Timestamp) -> Verdict {
    let update = ReceiverUpdate {
        failing_since: claim.receiver.failing_since.or(Some(now)),
        reason: Some(error.reason),
        error: Some(error.detail.clone()),
        refusals: claim.receiver.refusals.saturating_add(1),
        ..as_it_was(claim, &error)
    };
    Verdict {
        receiver: update,
        ..halves(claim, error)
    }
}

/// It is too large, which says nothing of the receiver: one that has refused what came before, and
/// takes nothing, may say so of everything. So it ends no trouble and is none.
pub(super) fn halves(claim: &DeliveryClaim, error: SendError) -> Verdict {
    Verdict {
        receiver: as_it_was(claim, &error),
        tell: None,
        to: SettleTo::Halves {
            reason: error.reason,
            detail: error.detail,
        },
    }
}

fn as_it_was(claim: &DeliveryClaim, error: &SendError) -> ReceiverUpdate {
    let receiver = &claim.receiver;
    let fails = receiver.failing_since.is_some();
    ReceiverUpdate {
        failures: receiver.failures,
        failing_since: receiver.failing_since,
        notified_failing: receiver.notified_failing,
        reason: fails.then_some(error.reason),
        error: fails.then(|| error.detail.clone()),
        through: receiver.through.clone(),
        refusals: receiver.refusals,
        ..ReceiverUpdate::default()
    }
}
