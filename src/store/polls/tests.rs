mod outage;
mod rate_limit;

use super::*;
use crate::story::Features;
use crate::{
    model::{Alert, AlertId, Event, HealthIssue},
    store::{AlertFilter, Store, engine::millis, notifications::Notification, testing::*},
};

async fn commit(store: &Store, poll: PollCommit) -> PollCommitted {
    store.commit_poll(poll).await.expect("answered")
}

async fn done(store: &Store, poll: PollCommit) -> Vec<AlertId> {
    match commit(store, poll).await {
        PollCommitted::Done { alerts, .. } => alerts,
        PollCommitted::Fenced => panic!("fenced"),
    }
}

async fn alerts(store: &Store) -> Vec<Alert> {
    let alerts = store.alerts(AlertFilter::default(), 100).await;
    alerts
        .expect("read")
        .into_iter()
        .map(|(alert, _)| alert)
        .collect()
}

/// One origin with feeds `a` and `b`.
async fn two_feeds(temp: &TempStore) -> Store {
    let store = temp.open(at(0)).await;
    let feeds = ["a", "b"].map(|name| feed(name, &format!("https://host.example/{name}")));
    store.sync(&feeds, &[], at(0)).await.expect("synced");
    store
}

#[tokio::test]
async fn one_commit_writes_all_a_poll_came_to() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let claim = claim_one(&store, at(0)).await;
    let items = vec![
        news(1, &["koizumi", "sdf"], &["desk", "phone"]),
        news(2, &[], &[]),
    ];
    let mut poll = poll(&claim, at(0), read(items));
    poll.health.notices = vec![ping("phone")];
    let committed = commit(&store, poll).await;
    let PollCommitted::Done {
        alerts: ids,
        watches,
        receivers,
    } = committed
    else {
        panic!("fenced");
    };
    assert_eq!(
        (ids.len(), receivers),
        (1, vec!["desk".into(), "phone".into()])
    );
    assert_eq!(watches, ["koizumi", "sdf"]);
    for (table, rows) in [
        ("item", 2),
        ("fingerprint", 2),
        ("alert", 1),
        ("alert_watch", 2),
        ("delivery", 3),
    ] {
        assert_eq!(count(&store, table).await, rows, "{table}");
    }
    let known = recalled(&store, &[1, 2, 3]).await;
    let known: Vec<_> = known.iter().map(|it| it.fingerprint).collect();
    assert_eq!(known, [print(1), print(2)]);

    let stored = alerts(&store).await.remove(0);
    assert_eq!(stored.id, ids[0].0.to_string());
    let item = number(&store, "SELECT item FROM alert").await;
    assert_eq!(stored.item.id, item.to_string());
    let sent = claim_for(&store, "desk", at(0)).await.remove(0).notice;
    assert_eq!(sent.timestamp, at(0));
    assert_eq!(
        sent.event,
        Event::Alert(Box::new(stored)),
        "ids are filled in"
    );
}

#[tokio::test]
async fn a_stale_turn_writes_nothing_at_all() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let stale = claim_one(&store, at(0)).await;
    let fresh = claim_one(&store, at(301)).await;
    assert_eq!(
        fresh.feed, stale.feed,
        "the lease ended, another worker has it"
    );
    assert!(fresh.fence > stale.fence);
    let before = image(&store).await;

    let mut late = poll(&stale, at(302), read(vec![news(1, &["w"], &["desk"])]));
    late.health.notices = vec![ping("phone")];
    assert_eq!(commit(&store, late).await, PollCommitted::Fenced);
    assert_eq!(image(&store).await, before);

    let again = poll(&fresh, at(303), read(vec![news(1, &["w"], &["desk"])]));
    assert_eq!(done(&store, again.clone()).await.len(), 1);
    let before = image(&store).await;
    assert_eq!(
        commit(&store, again).await,
        PollCommitted::Fenced,
        "not twice"
    );
    assert_eq!(image(&store).await, before);
}

/// Every row of every table that a poll writes.
async fn image(store: &Store) -> Vec<String> {
    let read = store.read(|tx| {
        let mut rows = Vec::new();
        for table in [
            "origin",
            "feed",
            "item",
            "seen",
            "alert",
            "alert_watch",
            "delivery",
        ] {
            let all = tx.rows(&format!("SELECT * FROM {table}"), &[])?;
            rows.extend(all.into_iter().map(|row| format!("{table} {row:?}")));
        }
        Ok(rows)
    });
    read.await.expect("read")
}

#[tokio::test]
async fn a_claimed_origin_is_nobody_elses_until_the_lease_ends() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    claim_one(&store, at(0)).await;
    let end = millis(LEASE) / 1000;
    assert!(claim(&store, at(end - 1)).await.is_empty());
    assert_eq!(store.next_poll_due().await.expect("read"), Some(at(end)));
    claim_one(&store, at(end)).await;
}

#[tokio::test]
async fn claims_take_the_most_overdue_up_to_the_limit() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let feeds: Vec<_> = (0..5)
        .map(|n| feed(&format!("f{n}"), &format!("https://host{n}.example/")))
        .collect();
    store.sync(&feeds, &[], at(0)).await.expect("synced");
    for table in ["feed", "origin"] {
        tamper(&store, &format!("UPDATE {table} SET due = due - id * 1000")).await;
    }
    let claims = store.claim_origins(at(0), LEASE, 3).await.expect("claimed");
    let names: Vec<_> = claims.into_iter().map(|claim| claim.feed.name).collect();
    assert_eq!(names, ["f4", "f3", "f2"]);
    assert_eq!(claim(&store, at(0)).await.len(), 2, "the rest");
}

#[tokio::test]
async fn an_origin_polls_one_feed_after_the_other_with_a_pause() {
    let temp = TempStore::new();
    let store = two_feeds(&temp).await;
    tamper(&store, "UPDATE feed SET due = due - 1000 WHERE name = 'b'").await;
    let first = claim_one(&store, at(0)).await;
    assert_eq!(first.feed.name, "b", "the most overdue");
    let mut slow = poll(&first, at(0), read(vec![]));
    slow.committed_at = at(3);
    done(&store, slow).await;
    assert_eq!(
        store.next_poll_due().await.expect("read"),
        Some(at(13)),
        "from its end"
    );
    assert!(claim(&store, at(12)).await.is_empty());
    let second = claim_one(&store, at(13)).await;
    assert_eq!(second.feed.name, "a");
    done(&store, poll(&second, at(13), read(vec![]))).await;
    assert_eq!(store.next_poll_due().await.expect("read"), Some(at(900)));
}

#[tokio::test]
async fn retry_after_holds_every_feed_of_the_origin() {
    let temp = TempStore::new();
    let store = two_feeds(&temp).await;
    let claimed = claim_one(&store, at(0)).await;
    let mut busy = poll(&claimed, at(0), failed());
    busy.pause.until = Some(at(600));
    done(&store, busy).await;
    assert!(claim(&store, at(599)).await.is_empty());
    let claimed = claim_one(&store, at(600)).await;
    assert_eq!(claimed.feed.name, "b");
    // One that asks for less than our own pause gets the pause.
    let mut busy = poll(&claimed, at(600), failed());
    busy.pause.until = Some(at(603));
    done(&store, busy).await;
    tamper(&store, "UPDATE feed SET due = 0").await;
    let due = store.next_poll_due().await.expect("read");
    assert_eq!(due, Some(at(900)));
    schedule_now(&store).await;
    let due = store.next_poll_due().await.expect("read");
    assert_eq!(due, Some(at(610)));
}

async fn schedule_now(store: &Store) {
    let write = store.write(|tx| crate::store::origin::free_all(tx, i64::MAX));
    write.await.expect("written");
}

#[tokio::test]
async fn a_lease_that_ran_out_makes_no_feed_due() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    claim_one(&store, at(0)).await;
    let later = format!("UPDATE feed SET due = {}", at(900).as_millisecond());
    tamper(&store, &later).await;
    assert!(
        claim(&store, at(301)).await.is_empty(),
        "its worker died, it is not due"
    );
    assert_eq!(store.next_poll_due().await.expect("read"), Some(at(900)));
}

#[tokio::test]
async fn failures_count_until_a_good_poll() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![]).await;
    let claimed = claim_one(&store, at(900)).await;
    done(&store, poll(&claimed, at(900), failed())).await;
    let claimed = claim_one(&store, at(1800)).await;
    assert_eq!(claimed.feed.failures, 1);
    let timeout = PollResult::Failed {
        reason: "timeout".into(),
        error: "no answer in 30 s".into(),
        status: None,
        gone: false,
    };
    let mut failing = poll(&claimed, at(1800), timeout);
    failing.health.findings = vec![finding(HealthIssue::Failing)];
    done(&store, failing).await;
    let event = &finding(HealthIssue::Failing).event;
    let sent = claim_for(&store, "desk", at(1800)).await;
    assert_eq!(&sent[0].notice.event, event);

    let claimed = claim_one(&store, at(2700)).await;
    let FeedState {
        failures,
        failing_since,
        ref notified,
        last_success,
        ref etag,
        ..
    } = claimed.feed;
    assert_eq!((failures, failing_since), (2, Some(at(900))));
    assert_eq!(notified.failing.of("desk"), Notification::Sent);
    assert_eq!(last_success, Some(at(0)));
    assert_eq!(
        etag.as_deref(),
        Some(&b"\"\xe9\""[..]),
        "kept, byte for byte"
    );
    let mut recovered = poll(&claimed, at(2700), unchanged(false));
    recovered.health.findings = vec![over(HealthIssue::Failing)];
    done(&store, recovered).await;

    let status = store.feed("mofa").await.expect("read").expect("there");
    assert_eq!((status.failures, status.failing_since), (0, None));
    assert_eq!((status.reason, status.error), (None, None));
    let notified = claim_one(&store, at(3600)).await.feed.notified;
    assert_eq!(notified.failing.of("desk"), Notification::EndWaiting);
}

fn unchanged(by_validators: bool) -> PollResult {
    PollResult::Unchanged {
        status: if by_validators { 304 } else { 200 },
        etag: None,
        last_modified: Some(b"later".to_vec()),
        by_validators,
    }
}

#[tokio::test]
async fn a_feed_that_was_put_off_is_as_it_was_and_comes_again() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    for now in [0, 1_000] {
        let claim = claim_one(&store, at(now)).await;
        done(&store, poll(&claim, at(now), failed())).await;
    }
    let before = claim_one(&store, at(9_000)).await;
    let mut put_off = poll(&before, at(9_000), PollResult::PutOff);
    put_off.next.due_at = at(9_060);
    done(&store, put_off).await;
    let shown = store.feed("mofa").await.expect("read").expect("there");
    assert_eq!((shown.failures, shown.polled_at), (2, Some(at(1_000))));
    assert_eq!(shown.due, at(9_060));
    let again = claim_one(&store, at(9_060)).await;
    assert_eq!(again.feed, before.feed);
}

#[tokio::test]
async fn a_run_of_304s_is_dated_from_its_first() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![]).await;
    for (n, result, since) in [
        (1, unchanged(true), Some(at(900))),
        (2, unchanged(true), Some(at(900))),
        (3, failed(), Some(at(900))),
        (4, unchanged(false), None),
        (5, unchanged(true), Some(at(4500))),
        (6, read(vec![]), None),
    ] {
        let claimed = claim_one(&store, at(n * 900)).await;
        done(&store, poll(&claimed, at(n * 900), result)).await;
        let next = claim_one(&store, at((n + 1) * 900)).await.feed;
        assert_eq!(next.not_modified_since, since, "poll {n}");
        tamper(&store, "UPDATE origin SET due = 0, leased_until = 0").await;
    }
}

#[tokio::test]
async fn the_baseline_is_the_first_read_or_the_one_that_says_so() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let claimed = claim_one(&store, at(0)).await;
    assert!(!claimed.feed.baseline.is_done());
    done(&store, poll(&claimed, at(0), failed())).await;
    let claimed = claim_one(&store, at(900)).await;
    assert!(!claimed.feed.baseline.is_done(), "a failure is no baseline");
    done(&store, poll(&claimed, at(900), read(vec![]))).await;
    let claimed = claim_one(&store, at(1800)).await;
    assert!(claimed.feed.baseline.is_done());
    done(&store, poll(&claimed, at(1800), read(vec![]))).await;
    let at_first = store.feed("mofa").await.expect("read").expect("there");
    assert_eq!(at_first.baseline_at, Some(at(900)));

    let claimed = claim_one(&store, at(2700)).await;
    let mut renamed = read(vec![]);
    if let PollResult::Read(read) = &mut renamed {
        read.baseline = true;
    }
    done(&store, poll(&claimed, at(2700), renamed)).await;
    let again = store.feed("mofa").await.expect("read").expect("there");
    assert_eq!(again.baseline_at, Some(at(2700)));
}

#[tokio::test]
async fn one_alert_for_an_item_and_a_watch() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let twice = news(1, &["w", "w"], &["desk"]);
    poll_news(&store, vec![twice]).await;
    assert_eq!(alerts(&store).await[0].watches, ["w"]);
    let sent = claim_for(&store, "desk", at(0)).await;
    assert!(matches!(&sent[0].notice.event, Event::Alert(it) if it.watches == ["w"]));

    // The same item again, with a watch that is done and one that is not.
    let again = news(1, &["w", "late"], &["desk", "phone"])
        .alert
        .expect("an alert");
    let written = again_for_item_1(&store, again.clone()).await;
    assert_eq!(written, 1);
    assert_eq!(alerts(&store).await[1].watches, ["late"]);
    let sent = claim_for(&store, "phone", at(0)).await;
    assert!(matches!(&sent[0].notice.event, Event::Alert(it) if it.watches == ["late"]));
    assert_eq!(
        again_for_item_1(&store, again).await,
        0,
        "nothing is left to say"
    );
    assert_eq!(count(&store, "alert").await, 2);
    assert_eq!(count(&store, "delivery").await, 3);
}

async fn again_for_item_1(store: &Store, alert: NewAlert) -> usize {
    let write = store.write(move |tx| {
        let mut effects = alerts::Effects::default();
        let item = crate::model::ItemId(1);
        let new = (alert, Features::default());
        alerts::insert(tx, FeedId(1), item, new, at(0), &mut effects)?;
        Ok(effects.alerts.len())
    });
    write.await.expect("written")
}

/// A round of `run --once` ends, for each feed is polled once. A page of an archive is a part of its
/// feed's poll, though, and whoever asks for a poll beside the round waits for it.
#[tokio::test]
async fn a_round_takes_what_was_due_by_then_and_pages_and_what_was_asked_for_since() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let [began, later, now] = [at(10), at(11), at(12)];
    for (due, state, is_of_round) in [
        (began, "fill = NULL, asked = 0", true),
        (later, "fill = NULL, asked = 0", false),
        (later, "fill = NULL, asked = 1", true),
        (later, PAGE, true),
        (at(13), PAGE, false),
        (at(13), "fill = NULL, asked = 1", false),
    ] {
        let due = due.as_millisecond();
        tamper(&store, &format!("UPDATE feed SET due = {due}, {state}")).await;
        tamper(&store, "UPDATE origin SET due = 0, leased_until = 0").await;
        let overdue = store.overdue([now, began]).await.expect("read");
        assert_eq!(overdue.is_some(), is_of_round, "{due}, {state}");
        let claims = store.claim_overdue([now, began], LEASE, 10).await;
        assert_eq!(
            claims.expect("claimed").len(),
            usize::from(is_of_round),
            "{due}, {state}"
        );
    }
}

const PAGE: &str = "asked = 0, fill = '{\"url\":\"https://a.example/2\",\"until\":1,\
                    \"since\":\"2026-11-18T11:06:40Z\",\"pages\":1}'";
