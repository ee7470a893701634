//! What a receiver missed in words.

use jiff::tz::TimeZone;

use super::phrase::{Trouble, at, count};
use crate::model::ReceiverMissed;

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
