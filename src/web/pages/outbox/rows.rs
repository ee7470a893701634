//! Receivers and deliveries as the page shows them.

use serde::Serialize;

use super::super::shown::{Moment, Now, path, query};
use crate::{
    delivery_policy::Release,
    model::Event,
    store::{AttemptStatus, DeliveryState, DeliveryStatus, ReceiverStatus, Unreached},
    view::{outbox, receivers, when, words::one_line},
};

/// A receiver.
#[derive(Debug, Serialize)]
pub(super) struct Receiver {
    name: String,
    path: String,
    test_path: Option<String>,
    state: &'static str,
    class: &'static str,
    since: Option<Moment>,
    error: String,
    waiting: u32,
    dead: u32,
    next: Option<Moment>,
}

impl Receiver {
    /// Those of the config, and those that something waits for.
    pub(super) fn all(receivers: &[ReceiverStatus], now: &Now) -> Vec<Self> {
        let shown = receivers.iter();
        let shown = shown.filter(|it| it.active || it.waiting + it.dead > 0);
        shown.map(|it| Self::of(it, now)).collect()
    }

    fn of(it: &ReceiverStatus, now: &Now) -> Self {
        let state = receivers::state(it);
        let unreached = it.unreached.iter().map(|it| it.since).min();
        let (since, error) = match state {
            "ok" | "unconfigured" => (None, String::new()),
            "partial" => (unreached, Unreached::in_words(&it.unreached, true)),
            _ => (it.failing_since, it.error.clone().unwrap_or_default()),
        };
        let error = match &it.through {
            Some(through) => format!("its mail goes through {through}: {error}"),
            None => error,
        };
        Self {
            name: it.name.clone(),
            path: format!("/outbox{}", query([("receiver", it.name.as_str())])),
            test_path: it
                .active
                .then(|| format!("{}/test", path("receivers", &it.name))),
            state,
            class: match state {
                "ok" => "good",
                "failing" | "off" => "bad",
                _ => "warn",
            },
            since: since.map(|at| now.moment(at)),
            error: one_line(&error, 300),
            waiting: it.waiting,
            dead: it.dead,
            next: (state == "failing" && it.due > now.at).then(|| now.moment(it.due)),
        }
    }
}

/// A delivery.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    number: String,
    receiver: String,
    receiver_path: String,
    title: String,
    /// Of the item that it is about.
    path: Option<String>,
    created: Moment,
    when: String,
    answer: String,
    attempts: Vec<Attempt>,
    retry: Option<String>,
    drop: Option<String>,
}

/// A try to send it.
#[derive(Debug, Serialize)]
struct Attempt {
    number: u32,
    at: Moment,
    outcome: String,
    took: String,
    detail: String,
}

impl Row {
    pub(super) fn of(
        delivery: &DeliveryStatus,
        release: Option<Release>,
        receiver: Option<&ReceiverStatus>,
        now: &Now,
    ) -> Self {
        let number = delivery.id.to_string();
        let item = match delivery.notice.as_ref().map(|notice| &notice.event) {
            Some(Event::Alert(alert)) => Some(format!("/items/{}", alert.item.id)),
            _ => None,
        };
        let is_open = matches!(
            delivery.state,
            DeliveryState::Pending | DeliveryState::Dead | DeliveryState::Muted
        );
        let link = |what: &str| {
            let query = query([("id", number.as_str())]);
            is_open.then(|| format!("/outbox/{what}{query}"))
        };
        Self {
            receiver: delivery.receiver.clone(),
            receiver_path: format!(
                "/outbox{}",
                query([("receiver", delivery.receiver.as_str())])
            ),
            title: one_line(&outbox::title(delivery), 120),
            path: item,
            created: now.moment(delivery.created_at),
            when: outbox::moment(delivery, release, receiver, now.at),
            answer: outbox::answer(delivery, release, &now.zone),
            attempts: delivery
                .attempts
                .iter()
                .map(|it| attempt(it, now))
                .collect(),
            retry: link("retry"),
            drop: link("drop"),
            number,
        }
    }
}

fn attempt(attempt: &AttemptStatus, now: &Now) -> Attempt {
    let took = outbox::took(attempt).map(|took| match took.as_millis() {
        millis @ ..10_000 => format!("{millis} ms"),
        _ => when::exact(took),
    });
    Attempt {
        number: attempt.number,
        at: now.moment(attempt.started_at),
        outcome: outbox::outcome(attempt).to_owned(),
        took: took.unwrap_or_default(),
        detail: one_line(attempt.detail.as_deref().unwrap_or_default(), 120),
    }
}
