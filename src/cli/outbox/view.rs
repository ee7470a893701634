//! Deliveries as people read them, and as JSON.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::super::{terminal::one_line, when};
use crate::{
    delivery_policy::Release,
    model::{ConfigReason, DeferReason, Event, time::elapsed},
    store::{AttemptStatus, DeliveryState, DeliveryStatus, ReceiverStatus, Unreached},
};

/// The columns of [`row`].
pub(super) const HEADING: [&str; 7] = [
    "id",
    "receiver",
    "state",
    "when",
    "tries",
    "what",
    "last answer",
];

/// A delivery as JSON.
#[derive(Serialize)]
pub(in crate::cli) struct DeliveryLine<'a> {
    id: i64,
    key: &'a str,
    receiver: &'a str,
    state: &'a str,
    priority: &'a str,
    r#type: &'a str,
    title: String,
    alert: Option<i64>,
    created: Timestamp,
    settled: Option<Timestamp>,
    next_due: Option<Timestamp>,
    held: Option<HeldLine>,
    /// Whether its receiver takes anything; `None` where the store does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_state: Option<&'static str>,
    folded_into: Option<i64>,
    reason: Option<&'a str>,
    detail: Option<&'a str>,
    /// The recipients of the receiver that have not got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a str>,
    attempts: Vec<AttemptLine<'a>>,
}

/// What a delivery policy defers.
#[derive(Serialize)]
struct HeldLine {
    by: Option<DeferReason>,
    until: Timestamp,
}

#[derive(Serialize)]
struct AttemptLine<'a> {
    number: u32,
    started: Timestamp,
    ended: Option<Timestamp>,
    reason: Option<&'a str>,
    detail: Option<&'a str>,
}

impl<'a> DeliveryLine<'a> {
    /// With what its receiver lets expect: no attempt before the end of its back-off, none at all
    /// while it is off or not in the config.
    pub(in crate::cli) fn of(
        delivery: &'a DeliveryStatus,
        release: Option<Release>,
        receiver: Option<&ReceiverStatus>,
    ) -> Self {
        let held = release.map(|release| HeldLine {
            by: release.reason,
            until: release.at,
        });
        let attempts = delivery.attempts.iter().map(|attempt| AttemptLine {
            number: attempt.number,
            started: attempt.started_at,
            ended: attempt.ended_at,
            reason: attempt.reason.as_deref(),
            detail: attempt.detail.as_deref(),
        });
        Self {
            id: delivery.id.0,
            key: &delivery.key.0,
            receiver: &delivery.receiver,
            state: delivery.state.as_str(),
            priority: delivery.priority.as_str(),
            r#type: &delivery.kind,
            title: title(delivery),
            alert: delivery.alert.map(|alert| alert.0),
            created: delivery.created_at,
            settled: delivery.settled_at,
            next_due: delivery.due.and_then(|due| next(due, receiver)),
            held,
            receiver_state: receiver.map(state),
            folded_into: delivery.folded_into.map(|into| into.0),
            reason: delivery.reason.as_deref(),
            detail: delivery.detail.as_deref(),
            missing: delivery.missing.as_deref(),
            attempts: attempts.collect(),
        }
    }
}

/// When a delivery is attempted that is due then; `None` where its receiver takes nothing.
fn next(due: Timestamp, receiver: Option<&ReceiverStatus>) -> Option<Timestamp> {
    match receiver {
        Some(receiver) => takes(receiver).then(|| due.max(receiver.due)),
        None => Some(due),
    }
}

/// Whether anything will be attempted as it is now.
pub(in crate::cli) const fn takes(receiver: &ReceiverStatus) -> bool {
    receiver.active && !receiver.off
}

pub(in crate::cli) fn state(receiver: &ReceiverStatus) -> &'static str {
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

/// A row of the table.
pub(super) fn row(
    delivery: &DeliveryStatus,
    release: Option<Release>,
    receiver: Option<&ReceiverStatus>,
    now: Timestamp,
) -> Vec<String> {
    let answer = match (
        release.and_then(|release| release.reason),
        delivery.folded_into,
    ) {
        (Some(hold), _) => format!("deferred: {hold}"),
        (None, Some(into)) => format!("part of {into}"),
        (None, None) if delivery.missing.is_some() => {
            let missing = delivery.missing.as_deref().unwrap_or_default();
            one_line(&format!("not to all: {missing}"), 80)
        }
        (None, None) => one_line(delivery.detail.as_deref().unwrap_or_default(), 80),
    };
    vec![
        delivery.id.to_string(),
        delivery.receiver.clone(),
        delivery.state.as_str().to_owned(),
        moment(delivery, release, receiver, now),
        delivery.attempts.len().to_string(),
        one_line(&title(delivery), 60),
        answer,
    ]
}

/// When it is attempted next or, of what does not wait, when that was decided.
pub(in crate::cli) fn moment(
    delivery: &DeliveryStatus,
    release: Option<Release>,
    receiver: Option<&ReceiverStatus>,
    now: Timestamp,
) -> String {
    let Some(due) = delivery.due else {
        let settled = delivery.settled_at.map(|at| when::relative(at, now));
        return settled.unwrap_or_default();
    };
    if is_under_way(delivery) {
        return "being sent".to_owned();
    }
    let due = release.map_or(due, |release| release.at).max(now);
    match (next(due, receiver), receiver) {
        (Some(next), _) => when::relative(next, now),
        (None, Some(ReceiverStatus { active: true, .. })) => "off".to_owned(),
        (None, _) => "never".to_owned(),
    }
}

pub(in crate::cli) fn is_under_way(delivery: &DeliveryStatus) -> bool {
    let last = delivery.attempts.last();
    delivery.state == DeliveryState::Pending && last.is_some_and(|last| last.ended_at.is_none())
}

/// A row under its delivery for each attempt.
pub(super) fn attempts(delivery: &DeliveryStatus, zone: &TimeZone) -> Vec<Vec<String>> {
    let row = |attempt: &AttemptStatus| {
        let took = |ended| format!("{} ms", elapsed(attempt.started_at, ended).as_millis());
        let (end, took) = match attempt.ended_at {
            Some(ended) => ("delivered", took(ended)),
            None => ("being sent", String::new()),
        };
        vec![
            String::new(),
            String::new(),
            attempt.reason.clone().unwrap_or_else(|| end.to_owned()),
            took,
            format!("#{}", attempt.number),
            when::at(attempt.started_at, zone),
            one_line(attempt.detail.as_deref().unwrap_or_default(), 80),
        ]
    };
    delivery.attempts.iter().map(row).collect()
}

/// Why what waits for some receivers is not taken: a line for each.
pub(super) fn troubles(
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
pub(in crate::cli) fn trouble(
    receiver: &ReceiverStatus,
    zone: &TimeZone,
    now: Timestamp,
) -> String {
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

/// What a delivery is about, in a few words.
pub(in crate::cli) fn title(delivery: &DeliveryStatus) -> String {
    let Some(notice) = &delivery.notice else {
        return "unreadable".to_owned();
    };
    match &notice.event {
        Event::Alert(alert) => alert.item.title.clone(),
        Event::DigestReady(digest) => {
            let first = digest.alerts.first().map_or("", |alert| &alert.item.title);
            format!("{} alerts: {first}", digest.count)
        }
        Event::FeedFailing(data) => format!("feed {} fails", data.feed),
        Event::FeedSilent(data) => format!("feed {} brings nothing new", data.feed),
        Event::FeedEmpty(data) => format!("feed {} is empty", data.feed),
        Event::FeedRecovered(data) => format!("feed {} has recovered", data.feed),
        Event::FeedRebased(data) => format!("feed {} renamed its items", data.feed),
        Event::FeedItemsMissed(data) => format!("feed {} may have missed items", data.feed),
        Event::NetworkFailing(_) => "our own network fails".to_owned(),
        Event::NetworkRecovered(_) => "our own network has recovered".to_owned(),
        Event::ReceiverFailing(data) => match &data.through {
            Some(through) => format!("mail for {} goes through {through}", data.receiver),
            None if data.partial => format!("receiver {} does not reach all", data.receiver),
            None => format!("receiver {} fails", data.receiver),
        },
        Event::ReceiverRecovered(data) => format!("receiver {} has recovered", data.receiver),
        Event::ReceiverMissed(data) => format!("receiver {} missed something", data.receiver),
        Event::MuteEnded(data) => format!("mute of {} {} has ended", data.kind, data.name),
        Event::StoreFailing(data) => format!("store in trouble ({})", data.reason.as_str()),
        Event::StoreRecovered(_) => "store has recovered".to_owned(),
        Event::ConfigFailing(data) => match data.reason {
            ConfigReason::Refused => "new config was refused".to_owned(),
            ConfigReason::Tests => "tests of the config fail".to_owned(),
        },
        Event::ConfigRecovered(_) => "config has recovered".to_owned(),
        Event::ReportReady(report) if report.is_well() => "all is well".to_owned(),
        Event::ReportReady(_) => "not all is well".to_owned(),
        Event::TestPing(_) => "test".to_owned(),
    }
}

/// Why `outbox retry` or `drop` does not reach one that was asked for by its number.
pub(super) fn unreached(delivery: &DeliveryStatus) -> Option<String> {
    let why = match (delivery.state, delivery.folded_into) {
        (DeliveryState::Delivered, _) => "is delivered".to_owned(),
        (DeliveryState::Dropped, _) => "is dropped".to_owned(),
        (DeliveryState::Folded, Some(into)) => format!("is part of {into}"),
        _ if is_under_way(delivery) => "is being sent at this moment".to_owned(),
        _ => return None,
    };
    Some(format!("delivery {} {why}", delivery.id))
}
