//! Who is left of a mail that others have.

use super::Verdict;
use crate::{
    model::{SendError, SendReason},
    store::{DeliveryClaim, ReceiverUpdate, Reception, SettleTo},
};

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
