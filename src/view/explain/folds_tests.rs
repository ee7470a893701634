//! What is said of deliveries that are folded into others.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};

use super::{context::DeliveryContext, deliveries::WatchDeliveries};
use crate::{
    model::{DeliveryId, DeliveryKey, Event},
    notify::sample_notice,
    store::{DeliveryState, DeliveryStatus, Folded, ReceiverStatus},
};

/// A delivery of an alert with this title, for `desk`.
fn delivery(id: i64, title: &str, state: DeliveryState) -> DeliveryStatus {
    let mut notice = sample_notice(Timestamp::UNIX_EPOCH);
    if let Event::Alert(alert) = &mut notice.event {
        alert.item.title = title.to_owned();
    }
    DeliveryStatus {
        id: DeliveryId(id),
        receiver: "desk".to_owned(),
        alert: None,
        key: DeliveryKey(format!("k-{id}")),
        kind: "alert.matched".to_owned(),
        priority: notice.event.priority(),
        notice: Some(notice),
        state,
        due: (state == DeliveryState::Pending).then_some(Timestamp::UNIX_EPOCH),
        folded_into: None,
        folded_as: None,
        awaits: None,
        created_at: Timestamp::UNIX_EPOCH,
        waiting_since: Timestamp::UNIX_EPOCH,
        settled_at: Some(Timestamp::UNIX_EPOCH),
        reason: None,
        detail: None,
        missing: None,
        attempts: Vec::new(),
    }
}

fn folded(id: i64, title: &str, into: i64, how: Folded) -> DeliveryStatus {
    DeliveryStatus {
        folded_into: Some(DeliveryId(into)),
        folded_as: Some(how),
        ..delivery(id, title, DeliveryState::Folded)
    }
}

fn desk(off: bool) -> ReceiverStatus {
    ReceiverStatus {
        name: "desk".to_owned(),
        active: true,
        off,
        due: Timestamp::UNIX_EPOCH,
        failures: 0,
        failing_since: None,
        reason: None,
        error: Some("410 Gone".to_owned()),
        through: None,
        unreached: Vec::new(),
        waiting: 0,
        dead: 0,
    }
}

/// What is said of the first of these, whether it reaches its receiver, and what sends it.
fn said(all: Vec<DeliveryStatus>, off: bool) -> (String, bool, Option<String>) {
    let first = all[0].clone();
    let zone = TimeZone::UTC;
    let receivers = HashMap::from([("desk".to_owned(), desk(off))]);
    let context = DeliveryContext::with(&zone, Timestamp::UNIX_EPOCH, all, receivers);
    let own = WatchDeliveries { all: vec![&first] };
    (
        own.in_words(&context),
        own.reach(&context),
        own.to_retry(&context),
    )
}

#[test]
fn a_copy_of_what_a_dead_digest_holds_reaches_nobody_and_can_be_sent() {
    let digest = delivery(3, "", DeliveryState::Dead);
    let all = vec![
        folded(2, "Again", 1, Folded::Copy),
        folded(1, "First", 3, Folded::Part),
        digest.clone(),
    ];
    let (words, reaches, retry) = said(all.clone(), false);
    let expected = "a copy of First (d1): in digest d3: given up for desk 1970-01-01 00:00:00 UTC";
    assert_eq!((words.as_str(), reaches), (expected, false));
    let expected = "`fivebells outbox retry d3` sends it all the same";
    assert_eq!(retry.as_deref(), Some(expected));

    let delivered = DeliveryStatus {
        state: DeliveryState::Delivered,
        ..digest.clone()
    };
    let (words, reaches, retry) = said([&all[..2], &[delivered]].concat(), false);
    assert!(words.contains("in digest d3: desk has it since"), "{words}");
    assert_eq!((reaches, retry), (true, None));

    let dropped = DeliveryStatus {
        state: DeliveryState::Dropped,
        ..digest
    };
    let (_, reaches, retry) = said([&all[..2], &[dropped]].concat(), false);
    assert_eq!((reaches, retry), (false, None), "a person dropped it");
}

#[test]
fn what_is_no_longer_kept_was_sent_and_a_circle_brings_nothing() {
    let gone = vec![folded(2, "Again", 1, Folded::Copy)];
    let (words, reaches, _) = said(gone, false);
    assert_eq!(words, "desk has it in d1, which is no longer kept");
    assert!(reaches);

    let circle = vec![
        folded(2, "Again", 1, Folded::Copy),
        folded(1, "First", 2, Folded::Copy),
    ];
    let (words, reaches, retry) = said(circle, false);
    assert!(words.contains("does not bring it to desk"), "{words}");
    assert_eq!((reaches, retry), (false, None));
}

#[test]
fn an_independent_report_is_counted_with_the_alert_and_called_no_copy() {
    let all = vec![
        folded(2, "Other", 1, Folded::Report),
        delivery(1, "First", DeliveryState::Delivered),
    ];
    let (words, ..) = said(all, false);
    assert!(
        words.starts_with("counted with First (d1): desk has it since"),
        "{words}"
    );
}

#[test]
fn what_its_watch_dropped_says_why_and_what_a_person_dropped_says_no_failure() {
    let dropped = DeliveryStatus {
        detail: Some("1 of 3: bbc".to_owned()),
        ..delivery(1, "First", DeliveryState::Dropped)
    };
    let (words, ..) = said(vec![dropped.clone()], false);
    assert_eq!(
        words,
        "dropped for desk 1970-01-01 00:00:00 UTC, for too few publishers had it: 1 of 3: bbc"
    );
    let failed = DeliveryStatus {
        reason: Some("refused".to_owned()),
        ..dropped
    };
    let (words, ..) = said(vec![failed], false);
    assert_eq!(words, "dropped for desk 1970-01-01 00:00:00 UTC");
}

#[test]
fn what_waits_for_publishers_and_for_a_receiver_that_is_off_says_that_it_is_off() {
    let waits = DeliveryStatus {
        awaits: Some("publishers, as watch k asks: 1 of 3: bbc".to_owned()),
        ..delivery(1, "First", DeliveryState::Pending)
    };
    let (words, reaches, _) = said(vec![waits.clone()], false);
    let expected = "it waits for desk until 1970-01-01 00:00:00 UTC for publishers, as watch k \
                    asks: 1 of 3: bbc";
    assert_eq!((words.as_str(), reaches), (expected, true));
    let (words, reaches, retry) = said(vec![waits], true);
    assert!(words.contains("410 Gone"), "{words}");
    assert!(!words.contains("until"), "{words}");
    assert!(!reaches && retry.is_some());
}
