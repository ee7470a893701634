use super::*;
use crate::{
    model::HealthIssue,
    store::{
        DeliveryState, OutboxFilter,
        testing::{TempStore, at, feed, one_feed, ping},
    },
};

/// The reports in the outbox, the newest first.
async fn reports(store: &Store) -> Vec<ReportReady> {
    let filter = OutboxFilter {
        receiver: None,
        state: Some(DeliveryState::Pending),
        limit: 100,
    };
    let rows = store.outbox(filter).await.expect("rows").into_iter();
    rows.filter_map(|row| match row.notice?.event {
        Event::ReportReady(report) => Some(*report),
        _ => None,
    })
    .collect()
}

async fn exec(store: &Store, sql: &'static str) {
    let done = store.write(move |tx| tx.exec(sql, &[])).await;
    done.expect("run");
}

#[tokio::test]
async fn a_plan_outlives_a_crash_and_keeps_what_it_counts_from() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    assert_eq!(store.report_plan().await.unwrap(), None);
    store.plan_report(Some(at(100)), at(1)).await.unwrap();
    store.plan_report(Some(at(200)), at(2)).await.unwrap();
    let plan = ReportPlan {
        due: at(200),
        since: at(1),
    };
    assert_eq!(store.report_plan().await.unwrap(), Some(plan));
    let reopened = temp.crash().open(at(3)).await;
    assert_eq!(reopened.report_plan().await.unwrap(), Some(plan));
    store.plan_report(None, at(4)).await.unwrap();
    assert_eq!(store.report_plan().await.unwrap(), None);
}

#[tokio::test]
async fn a_report_is_made_once_for_each_receiver_and_the_next_is_planned() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    store.plan_report(Some(at(100)), at(0)).await.unwrap();
    let plan = store.report_plan().await.unwrap().expect("a plan");
    let receivers = || vec!["desk".to_owned(), "phone".to_owned()];
    let so_far = store.report_so_far(plan.since, at(101)).await.unwrap();
    assert_eq!(reports(&store).await, []);
    assert!(
        store
            .report(plan, at(200), receivers(), at(101))
            .await
            .unwrap()
    );
    assert!(
        !store
            .report(plan, at(200), receivers(), at(101))
            .await
            .unwrap()
    );
    let next = ReportPlan {
        due: at(200),
        since: at(101),
    };
    assert_eq!(store.report_plan().await.unwrap(), Some(next));
    assert_eq!(reports(&store).await, [so_far.clone(), so_far]);
}

#[tokio::test]
async fn it_counts_from_the_last_report_and_names_what_fails() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let names: Vec<String> = (0..=MAX_NAMED_FEEDS).map(|n| format!("f{n:02}")).collect();
    let url = |name: &String| format!("https://{name}.example/feed");
    let mut feeds: Vec<_> = names.iter().map(|name| feed(name, &url(name))).collect();
    feeds.push(feed("fine", "https://fine.example/feed"));
    let receivers = ["desk".to_owned(), "phone".to_owned(), "quiet".to_owned()];
    store.sync(&feeds, &receivers, at(0)).await.unwrap();
    // Each fails since a time of its own, the last one longest.
    exec(
        &store,
        "UPDATE feed SET polled_at = 1795000000000, failures = 3, reason = 'timeout',
                failing_since = 1795000000000 - id, error = 'no answer' WHERE name LIKE 'f__'",
    )
    .await;
    exec(
        &store,
        "UPDATE feed SET missed_at = 1795000200000 WHERE name = 'fine'",
    )
    .await;
    let pings = vec![ping("desk"), ping("desk"), ping("phone"), ping("phone")];
    store.enqueue(pings, at(1)).await.unwrap();
    // One died before the last report, one since.
    exec(
        &store,
        "UPDATE delivery SET state = 'dead', settled_at = 1795000000000 + id * 50000
          WHERE receiver = (SELECT id FROM receiver WHERE name = 'phone')",
    )
    .await;
    // The config no longer names this one, which failed to the last.
    exec(
        &store,
        "INSERT INTO receiver (name, active, due, failing_since) VALUES ('old', 0, 0, 1)",
    )
    .await;
    store.plan_report(Some(at(300)), at(150)).await.unwrap();
    let plan = store.report_plan().await.unwrap().expect("a plan");
    let receivers = vec!["desk".to_owned()];
    assert!(
        store
            .report(plan, at(600), receivers, at(300))
            .await
            .unwrap()
    );
    let report = reports(&store).await.remove(0);
    assert_eq!(report.since, at(150));
    assert_eq!((report.feeds, report.feeds_failing), (22, 21));
    assert_eq!((report.feeds_unpolled, report.feeds_missed), (1, 1));
    assert_eq!(report.failing.len(), 20);
    assert_eq!(report.failing[0].feed, "f20", "the longest first");
    assert_eq!(report.failing[0].error.as_deref(), Some("no answer"));
    let outbox: Vec<_> = report
        .outbox
        .iter()
        .map(|it| (it.receiver.as_str(), it.waiting, it.died))
        .collect();
    assert_eq!(outbox, [("desk", 2, 0), ("phone", 0, 1)]);
    assert!(!report.is_well());
}

#[tokio::test]
async fn it_counts_alerts_per_watch_since_the_last_report_the_most_first() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    exec(
        &store,
        "INSERT INTO item (id, feed, text_hash, title, authors, categories, summary, content, seen_at)
         SELECT 1, id, x'', '', '[]', '[]', '', '', 0 FROM feed LIMIT 1",
    )
    .await;
    // 1 is of before; 2 and 3 are of two watches each, 4 to 26 of one each.
    exec(
        &store,
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 26)
         INSERT INTO alert (id, item, feed, priority, created_at, data)
         SELECT i, 1, (SELECT feed FROM item), 0, 1795000000000 + i * 100000, '{}' FROM n",
    )
    .await;
    exec(
        &store,
        "INSERT INTO alert_watch (item, watch, alert)
         SELECT 1, 'koizumi', id FROM alert WHERE id <= 3
         UNION ALL SELECT 1, 'hegseth', id FROM alert WHERE id IN (2, 3, 4)
         UNION ALL SELECT 1, 'w' || id, id FROM alert WHERE id > 4",
    )
    .await;
    store.plan_report(Some(at(9000)), at(150)).await.unwrap();
    let plan = store.report_plan().await.unwrap().expect("a plan");
    let receivers = vec!["desk".to_owned()];
    assert!(
        store
            .report(plan, at(9600), receivers, at(9000))
            .await
            .unwrap()
    );
    let report = reports(&store).await.remove(0);
    assert_eq!((report.alerts, report.watches_alerting), (25, 24));
    let named = report.watches.iter();
    let named: Vec<_> = named.map(|it| (it.watch.as_str(), it.alerts)).collect();
    assert_eq!(named[..3], [("hegseth", 3), ("koizumi", 2), ("w10", 1)]);
    assert_eq!(named.len(), MAX_NAMED_WATCHES);
}

#[tokio::test]
async fn it_names_the_feeds_that_were_reported_silent_or_empty_and_read_well() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let feeds = ["calm", "empty", "failing", "silent"];
    let feeds = feeds.map(|name| feed(name, &format!("https://{name}.example/feed")));
    store
        .sync(&feeds, &["desk".to_owned()], at(0))
        .await
        .unwrap();
    for sql in [
        "UPDATE feed SET polled_at = 1795000000000, health = '{\"told_silent\":true}'",
        "UPDATE feed SET health = '{\"empty\":{\"since\":\"2026-11-18T11:06:40Z\",\"polls\":9,\"told\":true}}'
          WHERE name = 'empty'",
        // Nobody is notified yet.
        "UPDATE feed SET health = '{\"empty\":{\"since\":\"2026-11-18T11:06:40Z\",\"polls\":1,\"told\":false}}'
          WHERE name = 'calm'",
        "UPDATE feed SET failures = 3, error = 'no answer' WHERE name = 'failing'",
        "INSERT INTO meta (key, value) VALUES ('outage_since', '1795000000000')",
    ] {
        exec(&store, sql).await;
    }
    store.plan_report(Some(at(300)), at(150)).await.unwrap();
    let plan = store.report_plan().await.unwrap().expect("a plan");
    let receivers = vec!["desk".to_owned()];
    assert!(
        store
            .report(plan, at(600), receivers, at(300))
            .await
            .unwrap()
    );
    let report = reports(&store).await.remove(0);
    assert_eq!((report.feeds_failing, report.feeds_silent), (1, 2));
    let named = report.silent.iter();
    let named: Vec<_> = named.map(|it| (it.feed.as_str(), it.state)).collect();
    assert_eq!(
        named,
        [
            ("empty", HealthIssue::Empty),
            ("silent", HealthIssue::Silent)
        ]
    );
    let since = report.silent[0]
        .since
        .expect("the first poll without items");
    assert_eq!(since.to_string(), "2026-11-18T11:06:40Z");
    assert_eq!(report.network_failing_since, Some(at(0)));
    let silent_alone = ReportReady {
        feeds_failing: 0,
        network_failing_since: None,
        ..report.clone()
    };
    assert!(!silent_alone.is_well());
    let network_alone = ReportReady {
        feeds_failing: 0,
        feeds_silent: 0,
        ..report
    };
    assert!(!network_alone.is_well());
}
