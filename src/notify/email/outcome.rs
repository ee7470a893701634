//! What the answers to all addresses come to for the notice.

use super::{Recipient, recipient::Verdict, route::Passed};
use crate::model::{Outcome, Receipt, Refusal, Retry, SendError, SendReason};

/// A mail to some of the addresses that were left, and what came of it.
pub(super) struct Sent<'a> {
    pub(super) group: Vec<&'a Recipient>,
    pub(super) outcome: Result<Passed, SendError>,
}

/// What all mails come to. `has_accepted`: some address took the notice on an earlier attempt.
pub(super) fn conclude(sent: Vec<Sent<'_>>, has_accepted: bool) -> Outcome {
    let mut receipt = Receipt::default();
    let (mut deferred, mut failed) = (None, Vec::new());
    for Sent { group, outcome } in sent {
        let passed = match outcome {
            Ok(passed) => passed,
            Err(error) => {
                failed.push((group, error));
                continue;
            }
        };
        receipt.detour = receipt.detour.or(passed.detour);
        if let Some(reply) = passed.delivery.taken {
            receipt.answer = reply.to_string();
        }
        for (one, verdict) in group.into_iter().zip(passed.delivery.verdicts) {
            let recipient = one.written.clone();
            match verdict {
                Verdict::Accepted => receipt.accepted.push(recipient),
                Verdict::Deferred(answer) => deferred = deferred.or(Some(answer)),
                Verdict::Refused(answer) => receipt.refused.push(Refusal { recipient, answer }),
            }
        }
    }
    for (group, error) in failed {
        let is_of_the_mail = matches!(
            error.retry,
            Retry::Never | Retry::Unwanted | Retry::TooLarge
        );
        if receipt.accepted.is_empty() || !(is_refusal(&error) || is_of_the_mail) {
            return Err(put_off(error, receipt, has_accepted));
        }
        // The server has taken the other mail, so it does not refuse us.
        let refuse = |one: &Recipient| Refusal {
            recipient: one.written.clone(),
            answer: error.detail.clone(),
        };
        receipt.refused.extend(group.into_iter().map(refuse));
    }
    if let Some(detail) = deferred {
        let error = SendError {
            reason: SendReason::Busy,
            retry: Retry::Later { after: None },
            detail,
            accepted: Vec::new(),
            refused: Vec::new(),
        };
        return Err(put_off(error, receipt, has_accepted));
    }
    let is_taken = !receipt.accepted.is_empty();
    match (receipt.refused.first(), is_taken || has_accepted) {
        // The whole receiver has refused it, so no recipient of it in particular.
        (Some(first), false) => Err(SendError {
            reason: SendReason::Refused,
            retry: Retry::Never,
            detail: format!("RCPT TO: {}", first.answer),
            accepted: Vec::new(),
            refused: Vec::new(),
        }),
        (Some(_), true) if !is_taken => Ok(Receipt {
            answer: "every address left has refused it".to_owned(),
            ..receipt
        }),
        (None, _) if !is_taken => Ok(Receipt {
            answer: "every address has accepted it before".to_owned(),
            ..receipt
        }),
        _ => Ok(receipt),
    }
}

/// Whether the servers would have none of it, and it may be about the recipients after all.
fn is_refusal(error: &SendError) -> bool {
    error.reason == SendReason::Refused && error.retry == Retry::ReceiverBroken
}

/// The error for whoever has not got it. Where somebody has, on this attempt or before, the others'
/// refusal does not make the receiver broken: its next notice goes to all again.
fn put_off(error: SendError, receipt: Receipt, has_accepted: bool) -> SendError {
    let Receipt {
        accepted, refused, ..
    } = receipt;
    let is_partly_notified = has_accepted || !accepted.is_empty();
    let retry = if is_partly_notified && is_refusal(&error) {
        Retry::Later { after: None }
    } else {
        error.retry
    };
    SendError {
        retry,
        accepted,
        refused,
        ..error
    }
}
