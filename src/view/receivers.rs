//! Receivers: their state, and what to do about it.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{when, words::one_line};
use crate::store::{DeliveryState, DeliveryStatus, ReceiverStatus, Store, StoreError, Unreached};

/// A receiver of the config.
#[derive(Debug, Serialize)]
pub(crate) struct ReceiverView<'a> {
    pub(crate) receiver: &'a str,
    /// `ok`, `partial`, `detour`, `failing` or `off`.
    pub(crate) state: &'static str,
    pub(crate) since: Option<Timestamp>,
    pub(crate) error: Option<&'a str>,
    /// The mail server that its mail goes through meanwhile.
    pub(crate) through: Option<&'a str>,
    /// Which of its recipients are not reached.
    pub(crate) unreached: Vec<UnreachedView<'a>>,
    #[serde(skip)]
    pub(crate) status: &'a ReceiverStatus,
}

/// A recipient that is not reached.
#[derive(Debug, Serialize)]
pub(crate) struct UnreachedView<'a> {
    /// `null` where only the answer says who.
    pub(crate) recipient: Option<&'a str>,
    pub(crate) since: Timestamp,
    pub(crate) error: &'a str,
}

/// Those that the config names.
pub(crate) fn views(receivers: &[ReceiverStatus]) -> Vec<ReceiverView<'_>> {
    let active = receivers.iter().filter(|receiver| receiver.active);
    active.map(view).collect()
}

fn view(status: &ReceiverStatus) -> ReceiverView<'_> {
    let state = state(status);
    let unreached = status.unreached.iter().map(|it| UnreachedView {
        recipient: Some(it.recipient.as_str()).filter(|name| !name.is_empty()),
        since: it.since,
        error: &it.answer,
    });
    let since = match state {
        "ok" => None,
        "partial" => status.unreached.iter().map(|it| it.since).min(),
        _ => status.failing_since,
    };
    let is_in_trouble = !matches!(state, "ok" | "partial");
    ReceiverView {
        receiver: &status.name,
        state,
        since,
        error: status.error.as_deref().filter(|_| is_in_trouble),
        through: status.through.as_deref(),
        unreached: unreached.collect(),
        status,
    }
}

/// How many are ok, and a line for each of the others.
pub(crate) fn in_words(views: &[ReceiverView<'_>], zone: &TimeZone, now: Timestamp) -> Vec<String> {
    let troubled: Vec<&ReceiverView<'_>> = views.iter().filter(|it| it.state != "ok").collect();
    let well = views.len() - troubled.len();
    let counts = match troubled.len() {
        0 => format!("{well} ok"),
        count => format!("{well} ok, {count} in trouble:"),
    };
    let mut text = vec![counts];
    let shown = |it: &&ReceiverView<'_>| trouble(it.status, zone, now);
    text.extend(troubled.iter().map(shown));
    text
}

/// What is known of every receiver, by its name.
pub(crate) async fn by_name(store: &Store) -> Result<HashMap<String, ReceiverStatus>, StoreError> {
    let receivers = store.receivers().await?.into_iter();
    Ok(receivers.map(|it| (it.name.clone(), it)).collect())
}

/// Whether anything will be attempted as it is now.
pub(crate) const fn takes(receiver: &ReceiverStatus) -> bool {
    receiver.active && !receiver.off
}

/// In one word; what is `ok`, `partial` or `detour` gets its notices.
pub(crate) fn state(receiver: &ReceiverStatus) -> &'static str {
    match receiver {
        ReceiverStatus { active: false, .. } => "unconfigured",
        ReceiverStatus { off: true, .. } => "off",
        ReceiverStatus {
            through: Some(_), ..
        } => "detour",
        ReceiverStatus { failures, .. } if *failures > 0 => "failing",
        _ if receiver.unreached.is_empty() => "ok",
        _ => "partial",
    }
}

/// Why what waits for some receivers is not taken: a line for each.
pub(crate) fn troubles(
    receivers: &HashMap<String, ReceiverStatus>,
    shown: &[DeliveryStatus],
    zone: &TimeZone,
    now: Timestamp,
) -> Vec<String> {
    let waits = |name: &str| {
        let mut pending = shown.iter().filter(|it| it.state == DeliveryState::Pending);
        pending.any(|it| it.receiver == name)
    };
    let mut troubled: Vec<&ReceiverStatus> = receivers.values().collect();
    troubled.retain(|receiver| match state(receiver) {
        "ok" => false,
        "detour" | "partial" => true,
        _ => waits(&receiver.name),
    });
    troubled.sort_by_key(|receiver| &receiver.name);
    let line = |receiver: &ReceiverStatus| trouble(receiver, zone, now);
    troubled.into_iter().map(line).collect()
}

/// Why what waits for it is not taken, and what to do about that.
pub(crate) fn trouble(receiver: &ReceiverStatus, zone: &TimeZone, now: Timestamp) -> String {
    let ReceiverStatus { name, waiting, .. } = receiver;
    let wait = match waiting {
        1 => "1 delivery waits".to_owned(),
        count => format!("{count} deliveries wait"),
    };
    let error = one_line(receiver.error.as_deref().unwrap_or("no answer"), 120);
    let since = when::at(receiver.failing_since.unwrap_or(now), zone);
    match state(receiver) {
        "unconfigured" => format!(
            "receiver {name} is not in the config: {wait}; \
             `fivebells outbox drop --receiver {name}` drops them"
        ),
        "off" => format!(
            "receiver {name} is off: {error}; {wait}; \
             a restart, a reload or `fivebells outbox retry --receiver {name}` tries again"
        ),
        "detour" => {
            let through = receiver.through.as_deref().unwrap_or_default();
            format!("mail for receiver {name} goes through server {through} since {since}: {error}")
        }
        "partial" => {
            let since = receiver.unreached.iter().map(|it| it.since).min();
            let since = when::at(since.unwrap_or(now), zone);
            let words = one_line(&Unreached::in_words(&receiver.unreached, true), 300);
            format!("receiver {name} is {words}, since {since}")
        }
        _ => {
            // While it is not probed, each delivery has a next try of its own.
            let next = match receiver.due {
                due if due > now => format!(", next try {}", when::relative(due, now)),
                _ => String::new(),
            };
            format!("receiver {name} has failed since {since}{next}; {wait}: {error}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Unreached;

    fn receiver(name: &str) -> ReceiverStatus {
        ReceiverStatus {
            name: name.into(),
            active: true,
            off: false,
            due: Timestamp::UNIX_EPOCH,
            failures: 0,
            failing_since: None,
            reason: None,
            error: None,
            through: None,
            unreached: Vec::new(),
            waiting: 0,
            dead: 0,
        }
    }

    #[test]
    fn a_receiver_that_reaches_some_is_shown_with_those_it_does_not_reach() {
        let mut desk = receiver("desk");
        desk.unreached.push(Unreached {
            recipient: "bob@example.org".into(),
            answer: "550 5.1.1 unknown".into(),
            since: Timestamp::UNIX_EPOCH,
            notified: true,
        });
        let mut failing = receiver("phone");
        (failing.failures, failing.waiting) = (3, 2);
        failing.failing_since = Some(Timestamp::UNIX_EPOCH);
        failing.error = Some("status 503".into());
        let mut gone = receiver("gone");
        gone.active = false;
        let all = [desk, failing, gone, receiver("screen")];
        let lines = views(&all);
        let states: Vec<_> = lines.iter().map(|it| (it.receiver, it.state)).collect();
        let expected = [("desk", "partial"), ("phone", "failing"), ("screen", "ok")];
        assert_eq!(states, expected);
        let text = in_words(&lines, &TimeZone::UTC, Timestamp::UNIX_EPOCH).join("\n");
        insta::assert_snapshot!(text);
        let json = serde_json::to_value(&lines[0]).expect("plain data");
        assert_eq!(json["unreached"][0]["recipient"], "bob@example.org");
        assert_eq!(json["error"], serde_json::Value::Null);
    }
}
