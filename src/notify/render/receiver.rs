//! What is reported of a receiver, in words.

use jiff::tz::TimeZone;

use super::phrase::{Trouble, at, count, next_try, receiver_advice, recipients_advice};
use crate::model::{ReceiverFailing, ReceiverMissed, ReceiverRecovered};

/// Recipients that a sentence names; the fact with the answers has more.
const MAX_NAMED: usize = 3;

pub(super) fn receiver_failing(event: &ReceiverFailing, timezone: &TimeZone) -> Trouble {
    let (name, since) = (&event.receiver, at(event.since, timezone));
    if let Some(through) = &event.through {
        return trouble(
            event,
            format!("Mail for receiver {name} goes through server {through} since {since}"),
            "with the next mail, after five minutes at the earliest".to_owned(),
            "the server that comes first fails; nothing waits and nothing is lost",
        );
    }
    if !event.recipients.is_empty() {
        let who = named(&event.recipients);
        return trouble(
            event,
            format!("Receiver {name} is reached, but refuses {who} since {since}"),
            "with the next mail".to_owned(),
            "the others of the receiver get every mail; who is refused gets none of them",
        );
    }
    if event.partial {
        return trouble(
            event,
            format!("Receiver {name} does not reach all of those behind it since {since}"),
            "with the next notice; what some have not got is tried again a few times".to_owned(),
            "the others have it; who is not reached within an hour may miss what comes meanwhile",
        );
    }
    let waiting = match event.waiting {
        1 => "1 notice waits".to_owned(),
        waiting => format!("{waiting} notices wait"),
    };
    trouble(
        event,
        format!("Receiver {name} takes nothing since {since}: {waiting} for it"),
        next_try(event.next_try, timezone),
        "nothing is lost; it is all kept",
    )
}

fn trouble(event: &ReceiverFailing, sentence: String, next: String, meaning: &str) -> Trouble {
    let advice = if event.recipients.is_empty() {
        receiver_advice(&event.receiver, &event.reason)
    } else {
        recipients_advice(&event.receiver)
    };
    Trouble {
        sentence,
        feed: None,
        url: None,
        facts: vec![
            ("Reason", event.reason.clone()),
            ("Answer", event.error.clone()),
            ("Next try", next),
            ("To do", advice),
            ("Meaning", meaning.to_owned()),
        ],
    }
}

pub(super) fn receiver_recovered(event: &ReceiverRecovered, timezone: &TimeZone) -> Trouble {
    let (name, since) = (&event.receiver, at(event.since, timezone));
    let who = match named(&event.recipients) {
        nobody if nobody.is_empty() => "all of those behind it".to_owned(),
        who => who,
    };
    let (sentence, meaning) = match (event.partial, event.removed) {
        (true, false) => (
            format!("Receiver {name} reaches {who} again, for the first time since {since}"),
            "who was not reached has missed what came meanwhile; `fivebells alerts` shows it",
        ),
        (true, true) => (
            format!("Receiver {name} has {who} no more, who was not reached since {since}"),
            "the config names that address no more",
        ),
        (false, false) => (
            format!("Receiver {name} is well again, after trouble since {since}"),
            "what waited for it goes out now, in the order in which it came",
        ),
        (false, true) => (
            format!("Receiver {name}, in trouble since {since}, is not in the config any more"),
            "what waits for it is kept, `fivebells outbox` shows it",
        ),
    };
    let mut facts = Vec::new();
    if !event.still.is_empty() {
        facts.push(("Still refused", event.still.join(", ")));
    }
    if event.waiting > 0 {
        facts.push(("Waiting", count(event.waiting, "notice")));
    }
    facts.push(("Meaning", meaning.to_owned()));
    Trouble {
        sentence,
        feed: None,
        url: None,
        facts,
    }
}

fn named(recipients: &[String]) -> String {
    let named = recipients[..recipients.len().min(MAX_NAMED)].join(", ");
    let more = recipients.len().saturating_sub(MAX_NAMED);
    match u32::try_from(more).unwrap_or(u32::MAX) {
        0 => named,
        more => format!("{named} and {}", count(more, "other")),
    }
}

pub(super) fn receiver_missed(event: &ReceiverMissed, timezone: &TimeZone) -> Trouble {
    let ReceiverMissed {
        receiver,
        alerts,
        notices,
        named,
        ..
    } = event;
    let (what, verb) = match (*alerts, *notices) {
        (alerts, 0) => (count(alerts, "alert"), alerts),
        (0, notices) => (count(notices, "notice"), notices),
        (alerts, notices) => {
            let (alerts, others) = (count(alerts, "alert"), count(notices, "other notice"));
            (format!("{alerts} and {others}"), 2)
        }
    };
    let were = if verb == 1 { "was" } else { "were" };
    let mut facts = vec![
        ("Reason", event.reason.clone()),
        ("Answer", event.error.clone()),
        ("Since", at(event.since, timezone)),
    ];
    facts.extend(named.iter().map(|title| ("Story", title.clone())));
    let unnamed = usize::try_from(*alerts).unwrap_or(usize::MAX);
    let unnamed = unnamed.saturating_sub(named.len());
    if unnamed > 0 && !named.is_empty() {
        facts.push(("And", format!("{unnamed} more")));
    }
    facts.extend([
        (
            "To see it",
            format!("fivebells outbox --state dead --receiver {receiver}"),
        ),
        (
            "To send it",
            format!("fivebells outbox retry --receiver {receiver}"),
        ),
        (
            "Meaning",
            "nobody tries to deliver it any more; it is kept until `[keep] alerts` deletes it"
                .to_owned(),
        ),
    ]);
    Trouble {
        sentence: format!("Receiver {receiver} missed something: {what} {were} given up"),
        feed: None,
        url: None,
        facts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_three_recipients_and_counts_the_rest() {
        let all: Vec<String> = (1..=5).map(|number| format!("r{number}@e.org")).collect();
        assert_eq!(named(&all[..1]), "r1@e.org");
        assert_eq!(named(&all), "r1@e.org, r2@e.org, r3@e.org and 2 others");
    }
}
