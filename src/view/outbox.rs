//! Deliveries: what they are about, and when they are attempted.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    receivers::{state, takes},
    when,
    words::one_line,
};
use crate::{
    delivery_policy::Release,
    model::{ConfigReason, DeferReason, Event, time::elapsed},
    store::{AttemptStatus, DeliveryState, DeliveryStatus, Folded, ReceiverStatus},
};

/// A delivery.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryView<'a> {
    pub(crate) id: i64,
    pub(crate) key: &'a str,
    pub(crate) receiver: &'a str,
    pub(crate) state: &'a str,
    pub(crate) priority: &'a str,
    pub(crate) r#type: &'a str,
    pub(crate) title: String,
    pub(crate) alert: Option<i64>,
    pub(crate) created: Timestamp,
    pub(crate) settled: Option<Timestamp>,
    pub(crate) next_due: Option<Timestamp>,
    pub(crate) held: Option<HeldView>,
    /// Whether its receiver takes anything; `None` where the store does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receiver_state: Option<&'static str>,
    pub(crate) folded_into: Option<i64>,
    /// What it is to that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folded_as: Option<&'static str>,
    /// Both in words.
    #[serde(skip)]
    pub(crate) folded: Option<String>,
    /// What of its story it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) awaits: Option<AwaitsView<'a>>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) detail: Option<&'a str>,
    /// The recipients of the receiver that have not got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<&'a str>,
    pub(crate) attempts: Vec<AttemptView<'a>>,
}

/// What a delivery policy defers.
#[derive(Debug, Serialize)]
pub(crate) struct HeldView {
    pub(crate) by: Option<DeferReason>,
    pub(crate) until: Timestamp,
}

/// What of its story an alert waits for.
#[derive(Debug, Serialize)]
pub(crate) struct AwaitsView<'a> {
    pub(crate) r#for: &'a str,
    pub(crate) until: Timestamp,
}

/// One try to send it.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptView<'a> {
    pub(crate) number: u32,
    pub(crate) started: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) detail: Option<&'a str>,
}

impl<'a> DeliveryView<'a> {
    /// With what its receiver lets expect: no attempt before the end of its back-off, none at all
    /// while it is off or not in the config.
    pub(crate) fn of(
        delivery: &'a DeliveryStatus,
        release: Option<Release>,
        receiver: Option<&ReceiverStatus>,
    ) -> Self {
        let held = release.map(|release| HeldView {
            by: release.reason,
            until: release.at,
        });
        let attempts = delivery.attempts.iter().map(|attempt| AttemptView {
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
            folded_as: delivery.folded_as.map(Folded::as_str),
            folded: folded(delivery),
            awaits: awaits(delivery),
            reason: delivery.reason.as_deref(),
            detail: delivery.detail.as_deref(),
            missing: delivery.missing.as_deref(),
            attempts: attempts.collect(),
        }
    }
}

fn awaits(delivery: &DeliveryStatus) -> Option<AwaitsView<'_>> {
    Some(AwaitsView {
        r#for: delivery.awaits.as_deref()?,
        until: delivery.due?,
    })
}

/// How many deliveries something that was done to the outbox reached.
#[derive(Debug, Serialize)]
pub(crate) struct Reached {
    pub(crate) deliveries: u64,
    /// Why it did not reach some that were named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) remarks: Vec<String>,
}

/// When a delivery is attempted that is due then; `None` where its receiver takes nothing.
fn next(due: Timestamp, receiver: Option<&ReceiverStatus>) -> Option<Timestamp> {
    match receiver {
        Some(receiver) => takes(receiver).then(|| due.max(receiver.due)),
        None => Some(due),
    }
}

/// The last answer to it, or why there is none yet.
pub(crate) fn answer(
    delivery: &DeliveryStatus,
    release: Option<Release>,
    zone: &TimeZone,
) -> String {
    if let (Some(awaits), Some(due)) = (&delivery.awaits, delivery.due) {
        let until = when::at(due, zone);
        return one_line(&format!("waits until {until} for {awaits}"), 200);
    }
    let deferred_by = release.and_then(|release| release.reason);
    match (deferred_by, folded(delivery), &delivery.missing) {
        (Some(hold), _, _) => format!("deferred: {hold}"),
        (None, Some(folded), _) => folded,
        (None, None, Some(missing)) => one_line(&format!("not to all: {missing}"), 80),
        (None, None, None) => one_line(delivery.detail.as_deref().unwrap_or_default(), 80),
    }
}

/// What it is to the one that it is folded into: "a copy of d17".
fn folded(delivery: &DeliveryStatus) -> Option<String> {
    let into = delivery.folded_into?;
    let how = delivery.folded_as.unwrap_or(Folded::Part);
    Some(format!("{} {into}", how.in_words()))
}

/// How an attempt ended, or that it has not.
pub(crate) fn outcome(attempt: &AttemptStatus) -> &str {
    match (&attempt.reason, attempt.ended_at) {
        (Some(reason), _) => reason,
        (None, Some(_)) => "delivered",
        (None, None) => "being sent",
    }
}

/// How long an attempt took; `None` while it is under way.
pub(crate) fn took(attempt: &AttemptStatus) -> Option<Duration> {
    let ended_at = attempt.ended_at?;
    Some(elapsed(attempt.started_at, ended_at))
}

/// When it is attempted next or, of what does not wait, when that was decided.
pub(crate) fn moment(
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

pub(crate) fn is_under_way(delivery: &DeliveryStatus) -> bool {
    let last = delivery.attempts.last();
    delivery.state == DeliveryState::Pending && last.is_some_and(|last| last.ended_at.is_none())
}

/// What a delivery is about, in a few words.
pub(crate) fn title(delivery: &DeliveryStatus) -> String {
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
        Event::StorySources(data) => format!("more sources of story s{}", data.story),
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
pub(crate) fn unreached(delivery: &DeliveryStatus) -> Option<String> {
    let why = match (delivery.state, folded(delivery)) {
        (DeliveryState::Delivered, _) => "is delivered".to_owned(),
        (DeliveryState::Dropped, _) => "is dropped".to_owned(),
        (DeliveryState::Folded, Some(folded)) => format!("is {folded}"),
        _ if is_under_way(delivery) => "is being sent at this moment".to_owned(),
        _ => return None,
    };
    Some(format!("delivery {} {why}", delivery.id))
}
