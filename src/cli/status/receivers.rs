//! The state of the receivers of the config.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::super::outbox;
use crate::store::ReceiverStatus;

/// A receiver, as JSON.
#[derive(Serialize)]
pub(super) struct ReceiverLine<'a> {
    receiver: &'a str,
    /// `ok`, `partial`, `detour`, `failing` or `off`.
    state: &'static str,
    since: Option<Timestamp>,
    error: Option<&'a str>,
    /// The mail server that its mail goes through meanwhile.
    through: Option<&'a str>,
    /// Which of its recipients are not reached.
    unreached: Vec<UnreachedLine<'a>>,
    #[serde(skip)]
    status: &'a ReceiverStatus,
}

/// A recipient of a receiver, as JSON.
#[derive(Serialize)]
struct UnreachedLine<'a> {
    /// `null` where only the answer says who.
    recipient: Option<&'a str>,
    since: Timestamp,
    error: &'a str,
}

/// Those that the config names.
pub(super) fn lines(receivers: &[ReceiverStatus]) -> Vec<ReceiverLine<'_>> {
    let active = receivers.iter().filter(|receiver| receiver.active);
    active.map(line).collect()
}

fn line(status: &ReceiverStatus) -> ReceiverLine<'_> {
    let state = outbox::state(status);
    let unreached = status.unreached.iter().map(|it| UnreachedLine {
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
    ReceiverLine {
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
pub(super) fn text(lines: &[ReceiverLine<'_>], zone: &TimeZone, now: Timestamp) -> Vec<String> {
    let troubled: Vec<&ReceiverLine<'_>> = lines.iter().filter(|it| it.state != "ok").collect();
    let well = lines.len() - troubled.len();
    let counts = match troubled.len() {
        0 => format!("{well} ok"),
        count => format!("{well} ok, {count} in trouble:"),
    };
    let mut text = vec![counts];
    let shown = |it: &&ReceiverLine<'_>| outbox::trouble(it.status, zone, now);
    text.extend(troubled.iter().map(shown));
    text
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
        let lines = lines(&all);
        let states: Vec<_> = lines.iter().map(|it| (it.receiver, it.state)).collect();
        let expected = [("desk", "partial"), ("phone", "failing"), ("screen", "ok")];
        assert_eq!(states, expected);
        let text = text(&lines, &TimeZone::UTC, Timestamp::UNIX_EPOCH).join("\n");
        insta::assert_snapshot!(text);
        let json = serde_json::to_value(&lines[0]).expect("plain data");
        assert_eq!(json["unreached"][0]["recipient"], "bob@example.org");
        assert_eq!(json["error"], serde_json::Value::Null);
    }
}
