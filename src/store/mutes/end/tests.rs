//! What receivers are notified of after a mute.

use super::super::{
    Store,
    tests::{ends, failing, mute, outbox as deliveries},
};
use crate::{
    model::{FeedId, HealthIssue, MuteKind},
    store::{
        DeliveryState, Finding, PollClaim, PollCommit, PollCommitted, PollResult, Selection,
        engine::Tx,
        notifications::{self, Notification},
        testing::*,
    },
};

/// What `desk` has got of the issues of a feed.
fn of_desk(claim: &PollClaim) -> [Notification; 3] {
    HealthIssue::ALL.map(|issue| claim.feed.notified.of(issue).of("desk"))
}

/// That for failing and empty.
fn both(notification: Notification) -> [Notification; 3] {
    HealthIssue::ALL.map(|issue| match issue {
        HealthIssue::Silent => Notification::None,
        HealthIssue::Failing | HealthIssue::Empty => notification,
    })
}

/// A poll that failed; the feed had lost its items before.
fn ill(claim: &PollClaim, second: i64) -> PollCommit {
    let findings = [HealthIssue::Failing, HealthIssue::Empty].map(finding);
    with(findings, poll(claim, at(second), failed()))
}

async fn commit(store: &Store, poll: PollCommit) {
    let committed = store.commit_poll(poll).await.expect("committed");
    assert!(matches!(committed, PollCommitted::Done { .. }));
}

/// How many deliveries of this kind are due.
async fn pending(store: &Store, kind: &str) -> usize {
    let mut all = deliveries(store).await;
    all.retain(|row| row.kind == kind && row.state == DeliveryState::Pending);
    all.len()
}

/// A failure that was suppressed would never be heard of.
#[tokio::test]
async fn of_what_still_ails_a_feed_after_its_mute_receivers_are_notified() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Feed, "mofa", 60, 0).await;
    commit(&store, ill(&claim_one(&store, at(0)).await, 0)).await;
    store.end_mutes(at(60)).await.expect("done");
    assert_eq!(ends(&deliveries(&store).await)["desk"].notices, 2);
    let claim = claim_one(&store, at(900)).await;
    assert_eq!(of_desk(&claim), both(Notification::Unsent));
    assert_eq!(pending(&store, "feed.failing").await, 0);
    commit(&store, ill(&claim, 900)).await;
    assert_eq!(pending(&store, "feed.failing").await, 1);
    let claim = claim_one(&store, at(1800)).await;
    assert_eq!(of_desk(&claim), both(Notification::Sent));
    commit(&store, ill(&claim, 1800)).await;
    assert_eq!(pending(&store, "feed.failing").await, 1, "once");
}

/// It began before the end, when all of it counted as sent.
#[tokio::test]
async fn a_poll_under_way_at_the_end_of_a_mute_does_not_hide_what_ails_the_feed() {
    for is_ended in [true, false] {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let until = if is_ended { 901 } else { 10_000 };
        mute(&store, MuteKind::Feed, "mofa", until, 0).await;
        commit(&store, ill(&claim_one(&store, at(0)).await, 0)).await;

        let under_way = claim_one(&store, at(900)).await;
        assert_eq!(of_desk(&under_way), both(Notification::Suppressed));
        if is_ended {
            store.end_mutes(at(901)).await.expect("done");
        }
        // Of what it took for known it made no notice.
        commit(&store, poll(&under_way, at(902), failed())).await;
        let claim = claim_one(&store, at(9_000)).await;
        let known = if is_ended {
            Notification::Unsent
        } else {
            Notification::Suppressed
        };
        assert_eq!(
            of_desk(&claim),
            both(known),
            "the mute has ended: {is_ended}"
        );
    }
}

/// Nobody has heard that it was ill: not where the mute's end was sent while the poll ran, nor where
/// it had not been yet.
#[tokio::test]
async fn a_poll_under_way_at_the_end_of_a_mute_does_not_say_that_the_feed_has_recovered() {
    for is_ended in [true, false] {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        mute(&store, MuteKind::Feed, "mofa", 901, 0).await;
        commit(&store, ill(&claim_one(&store, at(0)).await, 0)).await;

        let under_way = claim_one(&store, at(900)).await;
        if is_ended {
            store.end_mutes(at(901)).await.expect("done");
        }
        let read_well = PollResult::Unchanged {
            status: 304,
            etag: None,
            last_modified: None,
            by_validators: true,
        };
        let well = with(
            HealthIssue::ALL.map(over),
            poll(&under_way, at(902), read_well),
        );
        commit(&store, well).await;
        assert_eq!(pending(&store, "feed.recovered").await, 0, "{is_ended}");
        assert_eq!(
            count(&store, "notification").await,
            0,
            "nothing is left of it"
        );
    }
}

/// Two feeds of an origin fail, one notice stands for both, and the mute that ends last holds it.
#[tokio::test]
async fn of_two_feeds_that_one_notice_names_each_is_unheard_of_at_the_end_of_its_own_mute() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let urls = ["mofa", "nhk"].map(|name| feed(name, &format!("https://mofa.example/{name}")));
    let receivers = ["desk".to_owned()];
    store.sync(&urls, &receivers, at(0)).await.expect("synced");
    mute(&store, MuteKind::Feed, "nhk", 50, 0).await;
    mute(&store, MuteKind::Feed, "mofa", 100, 0).await;
    let claim = claim_one(&store, at(0)).await;
    let [mofa, nhk] = [id_of(&store, "mofa").await, id_of(&store, "nhk").await];
    let both = Finding {
        event: failing("mofa", &["nhk"]).event,
        also: vec![if claim.feed.id == mofa { nhk } else { mofa }],
        ..finding(HealthIssue::Failing)
    };
    let both = with([both], poll(&claim, at(0), failed()));
    commit(&store, both).await;
    for (second, of_mofa, of_nhk) in [
        (49, Notification::Suppressed, Notification::Suppressed),
        (50, Notification::Suppressed, Notification::Unsent),
        (100, Notification::Unsent, Notification::Unsent),
    ] {
        store.end_mutes(at(second)).await.expect("done");
        let of = async |feed| {
            let read = move |tx: &mut dyn Tx| notifications::read(tx, feed, at(second));
            store.read(read).await.expect("read").failing.of("desk")
        };
        assert_eq!(
            (of(mofa).await, of(nhk).await),
            (of_mofa, of_nhk),
            "{second}"
        );
    }
}

async fn id_of(store: &Store, name: &str) -> FeedId {
    let sql = format!("SELECT id FROM feed WHERE name = '{name}'");
    FeedId(number(store, &sql).await)
}

/// What someone had sent all the same was received.
#[tokio::test]
async fn a_failure_that_was_sent_on_request_is_not_sent_again() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let muted = mute(&store, MuteKind::Feed, "mofa", 50, 0).await;
    commit(&store, ill(&claim_one(&store, at(0)).await, 0)).await;
    let held = Selection {
        mute: Some(muted.mute.id),
        ..Selection::default()
    };
    assert_eq!(store.retry(held, at(2)).await.expect("done"), 2);
    store.end_mutes(at(50)).await.expect("done");
    let claim = claim_one(&store, at(900)).await;
    assert_eq!(of_desk(&claim), both(Notification::Sent));
}

/// Of two receivers, one has it already: the other one is notified, and both of the end.
#[tokio::test]
async fn whoever_was_not_sent_a_suppressed_failure_is_notified_after_the_mute() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let to_both = |mut finding: Finding| {
        finding.receivers.push("phone".into());
        finding
    };
    let of = async |receiver: &str, kind: &str| {
        let mut all = deliveries(&store).await;
        all.retain(|row| row.receiver == receiver && row.kind == kind);
        all.retain(|row| row.state == DeliveryState::Pending);
        all.len()
    };
    let muted = mute(&store, MuteKind::Feed, "mofa", 50, 0).await;
    let ill = |claim: &PollClaim, second| {
        let findings = [to_both(finding(HealthIssue::Failing))];
        with(findings, poll(claim, at(second), failed()))
    };
    commit(&store, ill(&claim_one(&store, at(0)).await, 0)).await;
    let desks = Selection {
        mute: Some(muted.mute.id),
        receiver: Some("desk".into()),
        ..Selection::default()
    };
    assert_eq!(store.retry(desks, at(2)).await.expect("done"), 1);
    store.end_mutes(at(50)).await.expect("done");
    for (second, phones) in [(900, 1), (1800, 1)] {
        commit(&store, ill(&claim_one(&store, at(second)).await, second)).await;
        let pending = (
            of("desk", "feed.failing").await,
            of("phone", "feed.failing").await,
        );
        assert_eq!(pending, (1, phones), "at {second}");
    }
    let claim = claim_one(&store, at(2700)).await;
    assert_eq!(of_desk(&claim)[0], Notification::Sent);
    let over = Finding {
        is_over: true,
        ..to_both(finding(HealthIssue::Failing))
    };
    commit(&store, with([over], poll(&claim, at(2700), failed()))).await;
    let pending = (
        of("desk", "feed.failing").await,
        of("phone", "feed.failing").await,
    );
    assert_eq!(pending, (2, 2), "both hear of its end");
}
