use super::*;
use crate::model::{ItemId, SendReason};
use crate::store::{KnownItem, PollResult, Revision, SettleTo, testing::*};

const ITEMS: i64 = 7 * DAY;
const ALERTS: i64 = 90 * DAY;
const SEEN: i64 = 30 * DAY;

/// Reads a body at `seconds`.
async fn poll_at(store: &Store, seconds: i64, result: PollResult) {
    tamper(store, "UPDATE feed SET due = 0").await;
    tamper(store, "UPDATE origin SET due = 0, leased_until = 0").await;
    let claim = claim_one(store, at(seconds)).await;
    let poll = poll(&claim, at(seconds), result);
    store.commit_poll(poll).await.expect("committed");
}

/// One that holds these items as they were.
fn body(items: &[i64]) -> PollResult {
    let mut result = read(vec![]);
    if let PollResult::Read(read) = &mut result {
        read.seen = items.iter().map(|&item| (ItemId(item), 0)).collect();
    }
    result
}

#[tokio::test]
async fn items_without_an_alert_go_first() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &["w"], &["desk"]), news(2, &[], &[])]).await;
    let kept = store.prune(at(ITEMS)).await.expect("pruned");
    assert_eq!(kept, Pruned::default(), "at the bound");
    let pruned = store.prune(at(ITEMS + 1)).await.expect("pruned");
    assert_eq!(
        pruned,
        Pruned {
            items: 1,
            ..Pruned::default()
        }
    );
    assert_eq!(
        count(&store, "fingerprint").await,
        2,
        "they are still known"
    );
}

#[tokio::test]
async fn an_item_takes_its_revisions_along() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &[], &[])]).await;
    let edited = news(2, &[], &[]);
    let mut result = read(vec![]);
    if let PollResult::Read(read) = &mut result {
        read.known = vec![KnownItem {
            id: ItemId(1),
            alias: None,
            revision: Some(Revision {
                item: edited.item,
                text_hash: edited.text_hash,
                alert: None,
            }),
        }];
    }
    poll_at(&store, 900, result).await;
    assert_eq!(
        number(
            &store,
            "SELECT count(*) FROM revision WHERE title = 'title 1'"
        )
        .await,
        1
    );
    assert_eq!(
        number(&store, "SELECT count(*) FROM item WHERE title = 'title 2'").await,
        1
    );
    assert_eq!(store.prune(at(8 * DAY)).await.expect("pruned").items, 1);
    assert_eq!(count(&store, "revision").await, 0);
}

#[tokio::test]
async fn a_pending_delivery_keeps_all_that_it_tells() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &["w"], &["desk", "phone"])]).await;
    let claim = claim_for(&store, "desk", at(0)).await.remove(0);
    let dead = SettleTo::Dead {
        reason: SendReason::Refused,
        detail: "422".into(),
        accepted: vec![],
    };
    assert!(
        store
            .settle(settlement(&claim, at(0), dead))
            .await
            .expect("settled")
    );
    let kept = store.prune(at(ALERTS)).await.expect("pruned");
    assert_eq!(
        kept,
        Pruned::default(),
        "at the bound; the dead are kept as long"
    );

    let pruned = store.prune(at(ALERTS + 1)).await.expect("pruned");
    assert_eq!(
        pruned,
        Pruned {
            deliveries: 1,
            attempts: 1,
            ..Pruned::default()
        }
    );
    let claim = claim_for(&store, "phone", at(ALERTS + 1)).await.remove(0);
    let settled = settlement(&claim, at(ALERTS + 1), delivered());
    assert!(store.settle(settled).await.expect("settled"));
    let pruned = store.prune(at(2 * ALERTS + 2)).await.expect("pruned");
    let all = Pruned {
        items: 1,
        alerts: 1,
        deliveries: 1,
        attempts: 1,
        ..Pruned::default()
    };
    assert_eq!(pruned, all);
    assert_eq!(count(&store, "alert_watch").await, 0);
}

#[tokio::test]
async fn a_fingerprint_goes_long_after_it_left_its_feed() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &[], &[]), news(2, &[], &[])]).await;
    poll_at(&store, SEEN, body(&[2])).await;
    assert_eq!(
        store.prune(at(SEEN)).await.expect("pruned").seen,
        0,
        "at the bound"
    );
    poll_at(&store, SEEN + 1, body(&[2])).await;
    assert_eq!(store.prune(at(SEEN + 1)).await.expect("pruned").seen, 1);
    let known = recalled(&store, &[1, 2]).await;
    let known: Vec<ItemId> = known.into_iter().map(|it| it.item).collect();
    assert_eq!(known, [ItemId(2)]);
}

/// Without this, nobody who has only its link would find what became of it.
#[tokio::test]
async fn a_fingerprint_stays_with_an_item_that_is_kept() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &["w"], &[]), news(2, &[], &[])]).await;
    poll_at(&store, SEEN + 1, body(&[])).await;
    assert_eq!(store.prune(at(SEEN + 1)).await.expect("pruned").seen, 1);
    let found = store.named("guid-1", [0, 1], 5).await;
    assert_eq!(found.expect("read").called.len(), 1);
    assert_eq!(store.prune(at(ALERTS + 1)).await.expect("pruned").seen, 1);
}

/// Without this, every item of a feed that was quiet for a month would be news again.
#[tokio::test]
async fn a_feed_that_stands_still_forgets_nothing() {
    for quiet in [
        failed(),
        PollResult::Unchanged {
            status: 304,
            etag: None,
            last_modified: None,
            by_validators: true,
        },
    ] {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        poll_news(&store, vec![news(1, &[], &[])]).await;
        poll_at(&store, 365 * DAY, quiet).await;
        assert_eq!(store.prune(at(365 * DAY)).await.expect("pruned").seen, 0);
    }
}

#[tokio::test]
async fn more_than_is_found_at_once_goes_too() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let many = u64::from(FOUND) * 2 + 1;
    let notices = (0..many).map(|_| ping("desk")).collect();
    store.enqueue(notices, at(0)).await.expect("enqueued");
    tamper(
        &store,
        "UPDATE delivery SET state = 'dropped', settled_at = due",
    )
    .await;
    let pruned = store.prune(at(ALERTS + 1)).await.expect("pruned");
    assert_eq!(pruned.deliveries, many);
    assert_eq!(count(&store, "delivery").await, 0);
}

#[tokio::test]
async fn what_somebody_needs_since_it_was_found_stays() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &["w"], &["desk"])]).await;
    let before = at(DAY).as_millisecond();
    let deleted = store.write(move |tx| delivery(tx, 1, before)).await;
    assert_eq!(deleted.expect("done"), Pruned::default());
    for delete in [kept::delete_alerts, kept::delete_items] {
        let deleted = store.write(move |tx| delete(tx, &(FeedId(1), vec![1])));
        assert_eq!(deleted.await.expect("done"), Pruned::default());
    }
    for table in ["delivery", "alert", "item"] {
        assert_eq!(count(&store, table).await, 1, "{table}");
    }
}

#[tokio::test]
async fn rounds_delete_old_rows_once_a_day() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &[], &[])]).await;
    let (week, hour) = (7 * DAY, 60 * 60);
    for (seconds, items) in [
        (week, Some(0)),
        // One more is old enough by now, and waits for its day.
        (week + hour, None),
        (week + DAY, Some(1)),
        (week + DAY + 1, None),
        (week + 2 * DAY, Some(0)),
        // The clock was set back.
        (week, Some(0)),
    ] {
        let pruned = store.prune_daily(at(seconds)).await.expect("pruned");
        assert_eq!(pruned.map(|it| it.items), items, "at {seconds}");
    }
}
