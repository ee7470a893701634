//! News of the service itself in words: its store, its config, and the mutes that end.

use jiff::tz::TimeZone;

use super::phrase::{Trouble, at, count, store_advice};
use crate::model::{
    ConfigFailing, ConfigReason, ConfigRecovered, MuteEnded, StoreFailing, StoreReason,
    StoreRecovered, TestPing,
};

pub(super) fn store_failing(event: &StoreFailing, timezone: &TimeZone) -> Trouble {
    let (what, meaning) = match event.reason {
        StoreReason::Low => (
            "has little room left",
            "no feed is polled until there is room; deliveries go on, nothing is lost",
        ),
        StoreReason::Full => (
            "is full",
            "no feed is polled until there is room; deliveries go on as far as they can be recorded",
        ),
        StoreReason::ReadOnly => (
            "can only be read",
            "nothing is polled or delivered until it can be written again; nothing is lost",
        ),
        StoreReason::Io => (
            "refuses to be written",
            "nothing is polled or delivered until it can be written again",
        ),
        StoreReason::Damaged => (
            "holds a damaged file",
            "no feed is polled until the service is started again on a whole one; deliveries go on \
             as far as they can be read",
        ),
        StoreReason::Gone => (
            "has lost its file",
            "the service ends, so that it starts on the file that is there then",
        ),
    };
    let subject = match event.reason {
        StoreReason::Gone => "The store",
        _ => "The disk of the store",
    };
    let since = at(event.since, timezone);
    let mut facts = vec![
        ("Reason", event.reason.as_str().to_owned()),
        ("Error", event.error.clone()),
    ];
    facts.extend(room(event.free_bytes));
    if event.reason != StoreReason::Gone {
        facts.push(("Next try", "every ten seconds".to_owned()));
    }
    facts.push(("To do", store_advice(event.reason).to_owned()));
    facts.push(("Meaning", meaning.to_owned()));
    Trouble {
        sentence: format!("{subject} {what}, since {since}"),
        feed: None,
        url: None,
        facts,
    }
}

pub(super) fn store_recovered(event: &StoreRecovered, timezone: &TimeZone) -> Trouble {
    let since = at(event.since, timezone);
    Trouble {
        sentence: format!("The disk of the store is well again, after trouble since {since}"),
        feed: None,
        url: None,
        facts: room(event.free_bytes)
            .into_iter()
            .chain([("Meaning", "feeds are polled again".to_owned())])
            .collect(),
    }
}

fn room(free_bytes: Option<u64>) -> Option<(&'static str, String)> {
    free_bytes.map(|bytes| ("Room", format!("{} MiB", bytes >> 20)))
}

pub(super) fn config_failing(event: &ConfigFailing, timezone: &TimeZone) -> Trouble {
    let since = at(event.since, timezone);
    let (sentence, meaning) = match event.reason {
        ConfigReason::Refused => (
            format!("The new config was refused at {since}: the old one stays in force"),
            "`fivebells check` shows each fault with its place; mend them and reload",
        ),
        ConfigReason::Tests => (
            format!("Tests of the config fail since {since}; it is in force all the same"),
            "a watch or an example line is wrong: `fivebells test` says which; a reload will be \
             refused until they pass",
        ),
    };
    Trouble {
        sentence,
        feed: None,
        url: None,
        facts: vec![
            ("Config", event.path.clone()),
            ("Error", event.error.clone()),
            ("Meaning", meaning.to_owned()),
        ],
    }
}

pub(super) fn config_recovered(event: &ConfigRecovered, timezone: &TimeZone) -> Trouble {
    let since = at(event.since, timezone);
    Trouble {
        sentence: format!("The config is well again, after it was wrong since {since}"),
        feed: None,
        url: None,
        facts: vec![
            ("Config", event.path.clone()),
            ("Meaning", "what it says now is in force".to_owned()),
        ],
    }
}

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
            "The {kind} {name} is no longer muted: {} {} suppressed",
            suppressed(event),
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

pub(super) fn test_ping(event: &TestPing) -> Trouble {
    Trouble {
        sentence: event.message.clone(),
        feed: None,
        url: None,
        facts: vec![("Receiver", event.receiver.clone())],
    }
}

/// `, by mai`, or nothing where nobody knows.
pub(super) fn by(name: Option<&str>) -> String {
    name.map_or(String::new(), |name| format!(", by {name}"))
}

fn suppressed(event: &MuteEnded) -> String {
    match (event.alerts, event.notices) {
        (alerts, 0) => count(alerts, "alert"),
        (0, notices) => count(notices, "other notice"),
        (alerts, notices) => {
            let (alerts, notices) = (count(alerts, "alert"), count(notices, "other notice"));
            format!("{alerts} and {notices}")
        }
    }
}
