//! What a refusal of one recipient is about: the recipient, or us.
//!
//! Postfix says whatever it has against our name, address or sender only at RCPT TO
//! (`smtpd_delay_reject`), and others do as well. Such an answer comes to every recipient alike,
//! and it is not the alert's fault.

use lettre::Address;

use super::{
    fault::{Fault, Phase},
    reply::Reply,
};

/// What became of one recipient.
#[derive(Debug)]
pub(super) enum Verdict {
    Accepted,
    Deferred(String),
    Refused(String),
}

/// What a server said of one recipient, before the others were heard.
#[derive(Debug)]
pub(super) enum Answer {
    Accepted,
    Deferred(Reply),
    /// Refused, and it is about this recipient.
    Unknown(Reply),
    /// Refused, and it may well be about us.
    Unwelcome(Fault),
}

impl Answer {
    /// Of a refusal; `has_accepted`: another recipient of this mail was taken before.
    pub(super) fn refused(reply: Reply, from: &Address, has_accepted: bool) -> Self {
        match (reply.code, reply.status()) {
            (400..=499, _) | (_, Some([5, 3])) => Self::Deferred(reply),
            // RFC 5321 §4.5.3.1.10: 552 for too many recipients means 452. Alone it is a full
            // mailbox, and so it is wherever the status says so.
            (552, status) if has_accepted && !matches!(status, Some([2, _])) => {
                Self::Deferred(reply)
            }
            // Of the statuses of addresses, two are the sender's (RFC 3463 §3.2); Postfix makes
            // 5.1.0 of others where it looks up the sender.
            (530 | 534 | 535 | 538, _) | (_, Some([1, 7 | 8])) => Self::unwelcome(reply),
            (_, Some([1, 0])) if names(&reply, from) => Self::unwelcome(reply),
            (_, Some([1 | 2, _])) | (551 | 552, None) => Self::Unknown(reply),
            _ => Self::unwelcome(reply),
        }
    }

    fn unwelcome(reply: Reply) -> Self {
        Self::Unwelcome(Fault::Refused {
            phase: Phase::Rcpt,
            reply,
        })
    }

    pub(super) const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted)
    }
}

fn names(reply: &Reply, address: &Address) -> bool {
    let text = reply.text.to_lowercase();
    text.contains(&address.to_string().to_lowercase())
}

/// What the answers to all recipients come to: what may be about us is about a recipient where
/// another one was accepted, is asked again where another one is to be, and else ends the session.
pub(super) fn verdicts(mut answers: Vec<Answer>) -> Result<Vec<Verdict>, Fault> {
    let is_welcome = answers.iter().any(Answer::is_accepted);
    let waits = { answers.iter() }.any(|answer| matches!(answer, Answer::Deferred(_)));
    let unwelcome = { answers.iter() }.position(|answer| matches!(answer, Answer::Unwelcome(_)));
    if let Some(index) = unwelcome
        && !is_welcome
        && !waits
        && let Answer::Unwelcome(fault) = answers.swap_remove(index)
    {
        return Err(fault);
    }
    let verdict = |answer| match answer {
        Answer::Accepted => Verdict::Accepted,
        Answer::Deferred(reply) => Verdict::Deferred(format!("RCPT TO: {reply}")),
        Answer::Unknown(reply) => Verdict::Refused(reply.to_string()),
        Answer::Unwelcome(fault) if is_welcome => Verdict::Refused(fault.answer()),
        Answer::Unwelcome(fault) => Verdict::Deferred(fault.to_string()),
    };
    Ok(answers.into_iter().map(verdict).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str, has_accepted: bool) -> Answer {
        let (code, text) = text.split_once(' ').unwrap_or((text, ""));
        let reply = Reply {
            code: code.parse().unwrap(),
            text: text.to_owned(),
        };
        Answer::refused(reply, &"bells@example.org".parse().unwrap(), has_accepted)
    }

    fn word(answer: &Answer) -> &'static str {
        match answer {
            Answer::Accepted => "accepted",
            Answer::Deferred(_) => "later",
            Answer::Unknown(_) => "recipient",
            Answer::Unwelcome(_) => "us",
        }
    }

    #[test]
    fn a_refusal_is_about_the_recipient_or_about_us() {
        for (reply, about) in [
            ("450 4.2.0 later", "later"),
            ("452 4.5.3 too many", "later"),
            ("552 5.5.3 too many", "later"),
            ("550 5.5.3 too many", "later"),
            ("550 5.1.1 <desk@example.org>: unknown", "recipient"),
            ("553 5.1.3 bad syntax", "recipient"),
            ("550 5.1.0 Address rejected.", "recipient"),
            ("550 5.1.10 RecipientNotFound", "recipient"),
            ("550 sorry, no mailbox here (#5.1.1)", "recipient"),
            ("550 5.2.1 disabled", "recipient"),
            ("552 5.2.2 full", "recipient"),
            ("552 full", "recipient"),
            ("551 gone away", "recipient"),
            ("504 5.5.2 <vm>: Helo command rejected", "us"),
            ("501 5.5.2 <news_01>: Helo command rejected", "us"),
            ("554 5.7.1 Client host rejected", "us"),
            ("550 5.7.1 Helo command rejected", "us"),
            ("554 5.7.1 <desk@example.com>: Relay access denied", "us"),
            ("553 5.7.1 Sender address rejected: not owned", "us"),
            ("553 sorry, not in my list of rcpthosts (#5.7.1)", "us"),
            ("550 5.1.8 Sender address rejected", "us"),
            ("550 5.1.7 bad sender", "us"),
            (
                "550 5.1.0 <Bells@example.org>: Sender address rejected",
                "us",
            ),
            ("530 5.7.0 log in first", "us"),
            ("550 no", "us"),
            ("550", "us"),
            ("553", "us"),
        ] {
            assert_eq!(word(&answer(reply, false)), about, "{reply}");
        }
        for (reply, about) in [
            ("552", "later"),
            ("552 too many recipients", "later"),
            ("552 5.2.2 full", "recipient"),
            ("554 5.7.1 no", "us"),
        ] {
            assert_eq!(word(&answer(reply, true)), about, "{reply}, after others");
        }
    }

    #[test]
    fn what_all_answers_come_to() {
        let words = |replies: &[&str]| {
            let answers = replies.iter().map(|reply| match *reply {
                "250" => Answer::Accepted,
                reply => answer(reply, false),
            });
            match verdicts(answers.collect()) {
                Err(fault) => fault.to_string(),
                Ok(verdicts) => {
                    let words = verdicts.iter().map(|verdict| match verdict {
                        Verdict::Accepted => "accepted",
                        Verdict::Deferred(_) => "later",
                        Verdict::Refused(_) => "refused",
                    });
                    words.collect::<Vec<_>>().join(" ")
                }
            }
        };
        let (unknown, us, later) = ("550 5.1.1 nobody", "554 5.7.1 no", "450 4.2.0 no");
        for (replies, expected) in [
            (&["250", us][..], "accepted refused"),
            (&[us, "250", unknown], "refused accepted refused"),
            (&[us, later], "later later"),
            (&[us], "RCPT TO: 554 5.7.1 no"),
            (&[unknown, us], "RCPT TO: 554 5.7.1 no"),
            (&[unknown, unknown], "refused refused"),
        ] {
            assert_eq!(words(replies), expected, "{replies:?}");
        }
    }
}
