use std::collections::BTreeMap;

use crate::{
    model::{Feed, HealthIssue},
    store::{
        PollCommitted, PollResult, Store, StoreError, notifications::Notification, testing::*,
    },
};

async fn sync(store: &Store, feeds: &[Feed], seconds: i64) {
    store.sync(feeds, &[], at(seconds)).await.expect("synced");
}

async fn names(store: &Store) -> Vec<(String, bool)> {
    let feeds = store.feeds().await.expect("read");
    feeds.into_iter().map(|it| (it.name, it.active)).collect()
}

/// Polls what is due first and finds item `n`.
async fn poll_first(store: &Store, seconds: i64, n: u8) {
    let claim = claim(store, at(seconds)).await.remove(0);
    let poll = poll(&claim, at(seconds), read(vec![news(n, &[], &[])]));
    let committed = store.commit_poll(poll).await.expect("committed");
    assert!(matches!(committed, PollCommitted::Done { .. }));
}

async fn knows(store: &Store, name: &str, n: u8) -> bool {
    let id = number(store, &format!("SELECT id FROM feed WHERE name = '{name}'")).await;
    let feed = crate::model::FeedId(id);
    let recalled = store.recall(feed, vec![print(n)], Vec::new()).await;
    !recalled.expect("read").records.is_empty()
}

#[tokio::test]
async fn new_feeds_are_due_now_and_unnamed_ones_rest() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let (a, b) = (
        feed("a", "https://a.example/"),
        feed("b", "https://b.example/"),
    );
    sync(&store, &[a.clone(), b], 0).await;
    assert_eq!(store.next_poll_due().await.expect("read"), Some(at(0)));
    assert_eq!(claim(&store, at(0)).await.len(), 2);

    let store = temp.crash().open(at(1)).await;
    sync(&store, &[a], 1).await;
    assert_eq!(
        names(&store).await,
        [("a".into(), true), ("b".into(), false)]
    );
    assert_eq!(claim_one(&store, at(11)).await.feed.name, "a");

    let store = temp.crash().open(at(12)).await;
    sync(&store, &[], 12).await;
    assert!(claim(&store, at(1_000_000)).await.is_empty());
    assert_eq!(store.next_poll_due().await.expect("read"), None);
}

#[tokio::test]
async fn a_feed_that_comes_back_remembers() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let a = feed("a", "https://a.example/");
    sync(&store, std::slice::from_ref(&a), 0).await;
    poll_first(&store, 0, 1).await;
    sync(&store, &[], 10).await;
    sync(&store, &[a], 20).await;
    assert!(knows(&store, "a", 1).await);
    let feed = claim_one(&store, at(900)).await.feed;
    assert!(feed.baseline.is_done() && feed.etag.is_some());
}

#[tokio::test]
async fn the_same_feed_at_another_address_is_due_now_without_the_first_ones_validators() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    sync(&store, &[feed("a", "http://a.example/rss")], 0).await;
    poll_first(&store, 0, 1).await;

    sync(&store, &[feed("a", "https://www.a.example/rss/")], 20).await;
    let claim = claim_one(&store, at(20)).await;
    assert_eq!(claim.feed.url, "https://www.a.example/rss/");
    assert_eq!(claim.feed.etag, None);
    assert_eq!(claim.feed.last_modified, None);
    assert_eq!(claim.feed.body_hash, None);
    assert!(claim.feed.baseline.is_done() && !claim.feed.baseline.is_inherited());
    assert!(knows(&store, "a", 1).await);
}

#[tokio::test]
async fn where_the_feed_has_moved_its_validators_stay() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    sync(&store, &[feed("a", "https://a.example/")], 0).await;
    poll_first(&store, 0, 1).await;
    tamper(&store, "UPDATE feed SET moved_to = 'https://b.example/'").await;
    sync(&store, &[feed("b", "https://b.example/")], 20).await;
    let claim = claim_one(&store, at(20)).await.feed;
    assert_eq!((claim.name.as_str(), claim.moved.to), ("b", None));
    assert!(claim.etag.is_some() && claim.baseline.is_done());
    assert!(knows(&store, "b", 1).await);
}

#[tokio::test]
async fn another_feed_under_a_name_begins_anew_and_the_first_one_waits_for_its_url() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    sync(&store, &[feed("a", "https://a.example/")], 0).await;
    poll_first(&store, 0, 1).await;

    sync(&store, &[feed("a", "https://b.example/")], 20).await;
    let claim = claim_one(&store, at(20)).await;
    assert_eq!(claim.feed.url, "https://b.example/");
    assert!(!claim.feed.baseline.is_done() && claim.feed.baseline.is_inherited());
    assert!(knows(&store, "a", 1).await, "what the name has shown");
    assert_eq!(
        names(&store).await,
        [("#1 a".into(), false), ("a".into(), true)]
    );

    sync(&store, &[feed("old", "https://a.example/")], 1_000).await;
    let feed = claim_one(&store, at(1_000)).await.feed;
    assert_eq!(feed.name, "old");
    assert!(feed.baseline.is_done() && feed.etag.is_some(), "as it was");
}

#[tokio::test]
async fn a_url_that_comes_back_knows_what_the_other_one_has_shown_since() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let (a, c) = ("https://a.example/", "https://c.example/");
    sync(&store, &[feed("one", a)], 0).await;
    poll_first(&store, 0, 1).await;
    sync(&store, &[feed("one", c)], 1000).await;
    poll_first(&store, 1000, 2).await;
    // Under the same name, or under another one at the same time.
    sync(&store, &[feed("two", a)], 2000).await;
    assert!(knows(&store, "two", 1).await && knows(&store, "two", 2).await);
    sync(&store, &[feed("two", c)], 3000).await;
    poll_first(&store, 3000, 3).await;
    sync(&store, &[feed("two", a)], 4000).await;
    assert!(knows(&store, "two", 3).await);
    // Where the other one stays, each keeps its own.
    sync(&store, &[feed("two", a), feed("one", c)], 5000).await;
    assert!(claim(&store, at(9000)).await.len() > 1);
}

#[tokio::test]
async fn reported_trouble_of_a_name_goes_on_under_another_url() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    sync(&store, &[feed("a", "https://a.example/")], 0).await;
    poll_first(&store, 0, 1).await;
    tamper(
        &store,
        "UPDATE feed SET failures = 3, failing_since = 1795000000000",
    )
    .await;
    notified(&store, HealthIssue::Failing).await;
    sync(&store, &[feed("a", "https://b.example/")], 20).await;
    let claim = claim_one(&store, at(20)).await.feed;
    assert_eq!(
        (claim.failures, claim.notified.failing.of("desk")),
        (3, Notification::Sent)
    );
    assert_eq!(claim.failing_since, Some(at(0)));
    assert_eq!(
        count(&store, "notification").await,
        1,
        "its end is sent once"
    );
}

/// Polls both feeds, so that each knows a number of its own.
async fn two_feeds(store: &Store) {
    let both = [
        feed("a", "https://a.example/"),
        feed("b", "https://b.example/"),
    ];
    sync(store, &both, 0).await;
    for (n, claim) in (1..).zip(claim(store, at(0)).await) {
        let n = if claim.feed.name == "a" { 1 } else { n.max(2) };
        let poll = poll(&claim, at(0), read(vec![news(n, &[], &[])]));
        store.commit_poll(poll).await.expect("committed");
    }
}

#[tokio::test]
async fn names_that_change_places_take_nothing_from_their_feeds() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    two_feeds(&store).await;
    let swapped = [
        feed("b", "https://a.example/"),
        feed("a", "https://b.example/"),
        feed("c", "https://c.example/"),
    ];
    sync(&store, &swapped, 10).await;
    assert!(knows(&store, "b", 1).await && !knows(&store, "a", 1).await);
    assert!(knows(&store, "a", 2).await && !knows(&store, "b", 2).await);
    let new = claim_one(&store, at(10)).await.feed;
    assert_eq!(
        (new.name.as_str(), new.baseline.is_inherited()),
        ("c", false)
    );
}

#[tokio::test]
async fn a_name_of_a_feed_that_has_another_one_now_inherits_nothing() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    two_feeds(&store).await;
    let shifted = [
        feed("b", "https://a.example/"),
        feed("a", "https://c.example/"),
    ];
    sync(&store, &shifted, 10).await;
    assert!(knows(&store, "b", 1).await);
    let new = claim_one(&store, at(10)).await.feed;
    assert_eq!(
        (new.name.as_str(), new.baseline.is_inherited()),
        ("a", false)
    );
    assert_eq!(
        names(&store).await,
        [
            ("#2 b".into(), false),
            ("a".into(), true),
            ("b".into(), true)
        ]
    );
}

/// More than one transaction holds, all of them renamed in a circle.
#[tokio::test]
async fn many_names_may_change_places() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let named = |shift: usize| -> Vec<Feed> {
        let feed = |n: usize| {
            let url = format!("https://h.example/{n}");
            feed(&format!("f{}", (n + shift) % 700), &url)
        };
        (0..700).map(feed).collect()
    };
    sync(&store, &named(0), 0).await;
    sync(&store, &named(1), 10).await;
    let wrong = number(
        &store,
        "SELECT count(*) FROM feed WHERE active = 0
            OR name <> 'f' || ((CAST(substr(url, 19) AS BIGINT) + 1) % 700)",
    );
    assert_eq!(wrong.await, 0);
    assert_eq!(count(&store, "feed").await, 700);
}

#[tokio::test]
async fn a_poll_of_the_url_before_the_reload_is_dropped() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    sync(&store, &[feed("a", "https://a.example/")], 0).await;
    let claim = claim_one(&store, at(0)).await;
    sync(&store, &[feed("a", "http://a.example/")], 1).await;
    let late = poll(&claim, at(0), read(vec![news(1, &["w"], &["desk"])]));
    let committed = store.commit_poll(late).await.expect("answered");
    assert_eq!(committed, PollCommitted::Fenced);
    for table in ["item", "seen", "alert", "delivery"] {
        assert_eq!(count(&store, table).await, 0, "{table}");
    }
    // The origin is free again after its pause, not at the end of the lease.
    let next = claim_one(&store, at(10)).await.feed;
    assert_eq!((next.url.as_str(), next.etag), ("http://a.example/", None));
}

#[tokio::test]
async fn a_new_name_for_the_same_url_is_a_rename() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    sync(&store, &[feed("old", "https://a.example/")], 0).await;
    poll_first(&store, 0, 1).await;
    sync(&store, &[feed("new", "https://a.example/")], 10).await;
    assert_eq!(names(&store).await, [("new".into(), true)]);
    assert!(knows(&store, "new", 1).await);
    let due = store.next_poll_due().await.expect("read");
    assert_eq!(due, Some(at(900)), "a rename is no reason to poll");
}

#[tokio::test]
async fn two_names_for_one_url_are_two_feeds() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let both = [
        feed("a", "https://a.example/"),
        feed("b", "https://a.example/"),
    ];
    sync(&store, &both, 0).await;
    poll_first(&store, 0, 1).await;
    let (a, b) = (knows(&store, "a", 1).await, knows(&store, "b", 1).await);
    assert!(a != b, "one was polled, the other knows nothing of it");
    // Both at once renamed: each new name takes one history.
    let renamed = [
        feed("c", "https://a.example/"),
        feed("d", "https://a.example/"),
    ];
    sync(&store, &renamed, 10).await;
    assert_eq!(
        names(&store).await,
        [("c".into(), true), ("d".into(), true)]
    );
}

#[tokio::test]
async fn a_reload_does_not_poll_an_origin_twice_at_once() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let a = feed("a", "https://host.example/a");
    sync(&store, std::slice::from_ref(&a), 0).await;
    let running = claim_one(&store, at(0)).await;
    let both = [a, feed("b", "https://host.example/b")];
    sync(&store, &both, 1).await;
    assert!(claim(&store, at(1)).await.is_empty(), "one is under way");
    let poll = poll(&running, at(0), read(vec![]));
    let committed = store.commit_poll(poll).await.expect("committed");
    assert!(matches!(committed, PollCommitted::Done { .. }));
    assert!(claim(&store, at(9)).await.is_empty(), "the pause holds");
    assert_eq!(claim_one(&store, at(10)).await.feed.name, "b");
}

#[tokio::test]
async fn a_gone_feed_rests_until_its_url_changes() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let old = feed("a", "https://a.example/");
    sync(&store, std::slice::from_ref(&old), 0).await;
    let claimed = claim_one(&store, at(0)).await;
    let gone = PollResult::Failed {
        reason: "gone".into(),
        error: "status 410".into(),
        status: Some(410),
        gone: true,
    };
    let mut poll = poll(&claimed, at(0), gone);
    poll.health.findings = vec![finding(HealthIssue::Failing)];
    store.commit_poll(poll).await.expect("committed");
    sync(&store, &[old], 10).await;
    assert_eq!(store.next_poll_due().await.expect("read"), None);
    assert!(claim(&store, at(100 * DAY)).await.is_empty());

    sync(&store, &[feed("a", "https://a.example/new")], 100).await;
    let feed = claim_one(&store, at(100)).await.feed;
    assert_eq!(
        (feed.failures, feed.notified.failing.of("desk")),
        (1, Notification::Sent)
    );
}

#[tokio::test]
async fn a_receiver_that_was_off_is_on_again() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    store
        .enqueue(vec![ping("desk")], at(0))
        .await
        .expect("enqueued");
    tamper(&store, "UPDATE receiver SET off = 1, due = 4000000000000").await;
    // What was answered with 410 has its own next try.
    let gone = "UPDATE delivery SET reason = 'gone', due = 4000000000000";
    tamper(&store, gone).await;
    assert_eq!(store.next_delivery_due("desk").await.expect("read"), None);
    let both = ["desk".to_owned(), "phone".to_owned()];
    store.sync(&[], &both, at(5)).await.expect("synced");
    assert_eq!(
        store.next_delivery_due("desk").await.expect("read"),
        Some(at(5))
    );

    // One that only backs off goes on doing so.
    tamper(&store, "UPDATE receiver SET due = 1795000060000").await;
    store.sync(&[], &both, at(6)).await.expect("synced");
    assert_eq!(
        store.next_delivery_due("desk").await.expect("read"),
        Some(at(60))
    );

    store.sync(&[], &both[1..], at(7)).await.expect("synced");
    assert_eq!(store.next_delivery_due("desk").await.expect("read"), None);
    assert!(claim_for(&store, "desk", at(100)).await.is_empty());
}

/// Else a reload that is refused in the middle leaves receivers and feeds switched off that the config in
/// force has.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_config_asks_is_written_however_long_another_process_writes() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let rival = rusqlite::Connection::open(&temp.options.path).expect("opened");
    rival.execute_batch("BEGIN IMMEDIATE").expect("begun");
    let following = tokio::spawn({
        let store = store.clone();
        async move {
            let feeds = [feed("other", "https://other.example/feed")];
            let receivers = ["desk".to_owned()];
            let watches = vec![("w".to_owned(), "koizumi".to_owned())];
            tokio::join!(
                store.sync(&feeds, &receivers, at(1)),
                store.follow_recipients(BTreeMap::new(), Vec::new(), at(1)),
                store.sync_watches(watches, at(1)),
            )
        }
    });
    for _ in 0..2 {
        assert!(matches!(store.ping().await, Err(StoreError::Busy)));
    }
    rival.execute_batch("ROLLBACK").expect("ended");
    let followed = following.await.expect("no panic");
    assert!(matches!(followed, (Ok(()), Ok(()), Ok(()))), "{followed:?}");
}

/// It was not polled for as long as it rested, so that says nothing of how long it fails.
#[tokio::test]
async fn a_feed_that_comes_back_counts_its_failures_and_empty_polls_anew() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let own = feed("a", "https://a.example/");
    sync(&store, std::slice::from_ref(&own), 0).await;
    tamper(
        &store,
        "UPDATE feed SET failures = 3, failing_since = 1795000000000, health =
           '{\"empty\":{\"since\":\"2026-11-18T10:40:00Z\",\"polls\":9,\"is_lasting\":true}}'",
    )
    .await;
    sync(&store, &[], 10).await;
    sync(&store, &[own], DAY).await;
    let claim = claim_one(&store, at(DAY)).await.feed;
    assert_eq!((claim.failures, claim.failing_since), (0, None));
    let empty = claim.health.empty.expect("it had items before");
    assert_eq!(
        (empty.polls, empty.since, empty.is_lasting),
        (0, at(DAY), false)
    );
}
