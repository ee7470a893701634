//! What is told after a mute.

use super::super::{
    Store,
    tests::{ends, failing, mute, outbox as deliveries},
};
use super::*;
use crate::{
    model::{FeedEmpty, FeedRecovered, FeedSilent, HealthIssue},
    store::{Empty, FeedTold, PollCommit, PollCommitted, PollResult, testing::*},
};

/// A failure that was told into the mute would never be heard of.
#[tokio::test]
async fn what_still_ails_a_feed_after_its_mute_is_told_again() {
    let place = Place::new();
    let store = one_feed(&place).await;
    mute(&store, MuteKind::Feed, "mofa", 60, 0).await;
    let claimed = claim_one(&store, at(0)).await;
    let mut poll = poll(&claimed, at(0), failed());
    poll.notices = vec![failing("mofa", &[]), silent("mofa")];
    poll.health.told_silent = true;
    let committed = store.commit_poll(poll).await.expect("committed");
    assert!(matches!(committed, PollCommitted::Done { .. }));
    tamper(&store, "UPDATE feed SET told_failing = 1").await;
    store.end_mutes(at(60)).await.expect("done");
    let state = claim_one(&store, at(900)).await.feed;
    assert!(!state.told_failing && !state.health.told_silent);
    assert_eq!(state.health, Health::default());
    let ended = &ends(&deliveries(&store).await)["desk"];
    assert_eq!((ended.notices, ended.by.as_deref()), (2, Some("mai")));
}

/// It began before the end, when all of it had been told.
#[tokio::test]
async fn a_poll_under_way_at_the_end_of_a_mute_does_not_hide_what_ails_the_feed() {
    for is_ended in [true, false] {
        let place = Place::new();
        let store = one_feed(&place).await;
        let until = if is_ended { 901 } else { 10_000 };
        mute(&store, MuteKind::Feed, "mofa", until, 0).await;
        let claimed = claim_one(&store, at(0)).await;
        let told = PollCommit {
            notices: vec![failing("mofa", &[]), silent("mofa"), empty("mofa")],
            health: all_told(),
            ..poll(&claimed, at(0), failed_and_told())
        };
        store.commit_poll(told).await.expect("committed");

        let under_way = claim_one(&store, at(900)).await;
        if is_ended {
            store.end_mutes(at(901)).await.expect("done");
        }
        let same = PollCommit {
            health: all_told(),
            ..poll(&under_way, at(902), failed_and_told())
        };
        store.commit_poll(same).await.expect("committed");
        let state = claim_one(&store, at(9_000)).await.feed;
        let told = FeedTold {
            failing: !is_ended,
            silent: !is_ended,
            empty: !is_ended,
        };
        assert_eq!(state.told(), told, "the mute has ended: {is_ended}");
    }
}

fn silent(feed: &str) -> NewDelivery {
    NewDelivery {
        receiver: "desk".into(),
        event: Event::FeedSilent(FeedSilent {
            feed: feed.into(),
            url: "https://mofa.example/feed".into(),
            last_news: at(0),
            expected_by: at(0),
            learned: true,
        }),
    }
}

fn empty(feed: &str) -> NewDelivery {
    NewDelivery {
        receiver: "desk".into(),
        event: Event::FeedEmpty(FeedEmpty {
            feed: feed.into(),
            url: "https://mofa.example/feed".into(),
            since: at(0),
            polls: 3,
        }),
    }
}

fn all_told() -> Health {
    Health {
        told_silent: true,
        empty: Some(Empty {
            since: at(0),
            polls: 3,
            told: true,
        }),
        ..Health::default()
    }
}

fn failed_and_told() -> PollResult {
    let mut result = failed();
    if let PollResult::Failed { told_failing, .. } = &mut result {
        *told_failing = true;
    }
    result
}

/// Nobody has heard that it was ill: not where the mute's end was told while the poll ran, nor where
/// it had not been told yet.
#[tokio::test]
async fn a_poll_under_way_at_the_end_of_a_mute_does_not_tell_that_the_feed_is_well_again() {
    for is_ended in [true, false] {
        let place = Place::new();
        let store = one_feed(&place).await;
        mute(&store, MuteKind::Feed, "mofa", 901, 0).await;
        let claimed = claim_one(&store, at(0)).await;
        let told = PollCommit {
            notices: vec![failing("mofa", &[]), silent("mofa"), empty("mofa")],
            health: all_told(),
            ..poll(&claimed, at(0), failed_and_told())
        };
        store.commit_poll(told).await.expect("committed");

        let under_way = claim_one(&store, at(900)).await;
        if is_ended {
            store.end_mutes(at(901)).await.expect("done");
        }
        let ailments = [
            HealthIssue::Failing,
            HealthIssue::Silent,
            HealthIssue::Empty,
        ];
        let read_well = PollResult::Unchanged {
            status: 304,
            etag: None,
            last_modified: None,
            by_validators: true,
        };
        let well = PollCommit {
            notices: ailments.map(|was| recovered("mofa", was)).into(),
            ..poll(&under_way, at(902), read_well)
        };
        store.commit_poll(well).await.expect("committed");
        let sent = deliveries(&store).await;
        let sent = sent.iter().filter(|it| it.kind == "feed.recovered");
        let pending = sent.filter(|it| it.state == outbox::DeliveryState::Pending);
        assert_eq!(pending.count(), 0, "the end was told: {is_ended}");
    }
}

/// It waits for the others of its origin to be told with it.
#[tokio::test]
async fn a_recovery_that_waits_at_the_end_of_a_mute_is_not_told_of_a_failure_nobody_heard_of() {
    let place = Place::new();
    let store = one_feed(&place).await;
    mute(&store, MuteKind::Feed, "mofa", 60, 0).await;
    let held = vec![failing("mofa", &[])];
    store.enqueue(held, at(1)).await.expect("kept");
    tamper(&store, "UPDATE feed SET told_failing = 1, failures = 0").await;
    store.end_mutes(at(60)).await.expect("done");
    assert!(!is_told(&store, "mofa").await, "nobody has heard of it");
}

fn recovered(feed: &str, was: HealthIssue) -> NewDelivery {
    NewDelivery {
        receiver: "desk".into(),
        event: Event::FeedRecovered(FeedRecovered {
            feed: feed.into(),
            url: "https://mofa.example/feed".into(),
            was,
            since: None,
            last_success: None,
            failures: 3,
            also: vec![],
            still: Vec::new(),
            removed: false,
        }),
    }
}

async fn is_told(store: &Store, name: &str) -> bool {
    let sql = format!("SELECT told_failing FROM feed WHERE name = '{name}'");
    number(store, &sql).await == 1
}

/// Two feeds of an origin fail, one notice stands for both, and the mute that ends last holds it.
#[tokio::test]
async fn what_one_notice_told_of_two_feeds_is_told_again_of_each_at_the_end_of_its_own_mute() {
    let place = Place::new();
    let store = one_feed(&place).await;
    let urls = ["mofa", "nhk"].map(|name| feed(name, &format!("https://mofa.example/{name}")));
    let receivers = ["desk".to_owned()];
    store.sync(&urls, &receivers, at(0)).await.expect("synced");
    mute(&store, MuteKind::Feed, "nhk", 50, 0).await;
    mute(&store, MuteKind::Feed, "mofa", 100, 0).await;
    let both = vec![failing("mofa", &["nhk"])];
    store.enqueue(both, at(1)).await.expect("kept");
    tamper(&store, "UPDATE feed SET told_failing = 1, failures = 3").await;

    store.end_mutes(at(50)).await.expect("done");
    assert!(!is_told(&store, "nhk").await, "nobody has heard of it");
    assert!(is_told(&store, "mofa").await, "muted yet");
    store.end_mutes(at(100)).await.expect("done");
    assert!(!is_told(&store, "mofa").await);
}

/// What someone had sent all the same was heard.
#[tokio::test]
async fn a_failure_that_was_sent_on_request_is_not_told_again() {
    let place = Place::new();
    let store = one_feed(&place).await;
    let muted = mute(&store, MuteKind::Feed, "mofa", 50, 0).await;
    let held = vec![failing("mofa", &[])];
    store.enqueue(held, at(1)).await.expect("kept");
    tamper(&store, "UPDATE feed SET told_failing = 1, failures = 3").await;
    let held = outbox::Selection {
        mute: Some(muted.mute.id),
        ..outbox::Selection::default()
    };
    assert_eq!(store.retry(held, at(2)).await.expect("done"), 1);
    store.end_mutes(at(50)).await.expect("done");
    assert!(is_told(&store, "mofa").await);
}
