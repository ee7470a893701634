//! The end of a mute in words.

use jiff::tz::TimeZone;

use super::phrase::{Trouble, at, count};
use crate::model::MuteEnded;

pub(super) fn mute_ended(event: &MuteEnded, timezone: &TimeZone) -> Trouble {
    let (kind, name) = (event.kind, &event.name);
    let (since, until) = (at(event.since, timezone), at(event.until, timezone));
    let by = by(event.by.as_deref());
    let mut facts = vec![("Muted", format!("from {since} until {until}{by}"))];
    facts.extend(event.comment.clone().map(|comment| ("Comment", comment)));
    facts.push(("To see it", "fivebells outbox --state muted".to_owned()));
    facts.push((
        "To send it",
        format!("fivebells outbox retry --mute {}", event.id),
    ));
    facts.push((
        "Meaning",
        "it is kept and not sent; what comes from now on is sent again".to_owned(),
    ));
    Trouble {
        sentence: format!(
            "The {kind} {name} is no longer muted: {} {} held",
            held(event),
            if event.alerts + event.notices == 1 {
                "was"
            } else {
                "were"
            }
        ),
        feed: None,
        url: None,
        facts,
    }
}

/// `, by mai`, or nothing where nobody knows.
pub(super) fn by(name: Option<&str>) -> String {
    name.map_or(String::new(), |name| format!(", by {name}"))
}

fn held(event: &MuteEnded) -> String {
    match (event.alerts, event.notices) {
        (alerts, 0) => count(alerts, "alert"),
        (0, notices) => count(notices, "other notice"),
        (alerts, notices) => {
            let (alerts, notices) = (count(alerts, "alert"), count(notices, "other notice"));
            format!("{alerts} and {notices}")
        }
    }
}
