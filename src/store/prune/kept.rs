//! Items and alerts, which their feeds count.

use std::collections::BTreeMap;

use super::{FOUND, Pruned};
use crate::{
    model::{FeedId, ItemId},
    store::{
        StoreError,
        engine::{Tx, values},
        stories,
    },
};

/// Rows of one feed that are deleted together, so that its count is written once: at most this many,
/// for no transaction may be long.
const TOGETHER: usize = 50;

/// Rows of a feed.
pub(super) type OfFeed = (FeedId, Vec<i64>);

/// Alerts that no delivery needs any more.
const ALERTS: &str = "
    SELECT a.id, a.feed FROM alert a
     WHERE a.created_at < ?1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.alert = a.id)
     ORDER BY a.created_at, a.id LIMIT ?2";

/// Items without an alert.
const ITEMS: &str = "
    SELECT i.id, i.feed FROM item i
     WHERE i.seen_at < ?1 AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.item = i.id)
     ORDER BY i.seen_at, i.id LIMIT ?2";

pub(super) fn find_alerts(tx: &mut dyn Tx, before: i64) -> Result<Vec<OfFeed>, StoreError> {
    find(tx, ALERTS, before)
}

pub(super) fn find_items(tx: &mut dyn Tx, before: i64) -> Result<Vec<OfFeed>, StoreError> {
    find(tx, ITEMS, before)
}

fn find(tx: &mut dyn Tx, sql: &str, before: i64) -> Result<Vec<OfFeed>, StoreError> {
    let mut of_feeds: BTreeMap<FeedId, Vec<i64>> = BTreeMap::new();
    for mut row in tx.rows(sql, values![before, FOUND])? {
        let id = row.take("id")?;
        of_feeds.entry(row.take("feed")?).or_default().push(id);
    }
    let parts = of_feeds.iter().flat_map(|(feed, ids)| {
        let parts = ids.chunks(TOGETHER);
        parts.map(|part| (*feed, part.to_vec()))
    });
    Ok(parts.collect())
}

pub(super) fn delete_alerts(tx: &mut dyn Tx, (feed, ids): &OfFeed) -> Result<Pruned, StoreError> {
    let mut alerts = 0;
    for id in ids {
        alerts += alert(tx, *id)?;
    }
    let fewer = "UPDATE feed SET kept_alerts = kept_alerts - ?2 WHERE id = ?1";
    count_off(tx, fewer, *feed, alerts)?;
    Ok(Pruned {
        alerts,
        ..Pruned::default()
    })
}

pub(super) fn delete_items(tx: &mut dyn Tx, (feed, ids): &OfFeed) -> Result<Pruned, StoreError> {
    let mut items = 0;
    for id in ids {
        items += item(tx, *id)?;
    }
    let fewer = "UPDATE feed SET kept_items = kept_items - ?2 WHERE id = ?1";
    count_off(tx, fewer, *feed, items)?;
    Ok(Pruned {
        items,
        ..Pruned::default()
    })
}

fn count_off(tx: &mut dyn Tx, sql: &str, feed: FeedId, deleted: u64) -> Result<(), StoreError> {
    if deleted == 0 {
        return Ok(());
    }
    let deleted = i64::try_from(deleted).expect("no more than there is room for together");
    tx.exec(sql, values![feed, deleted]).map(drop)
}

/// How many were deleted: one, or none where it is needed by now.
fn alert(tx: &mut dyn Tx, id: i64) -> Result<u64, StoreError> {
    let needed = "SELECT id FROM delivery WHERE alert = ?1 LIMIT 1";
    if tx.row(needed, values![id])?.is_some() {
        return Ok(0);
    }
    tx.exec("DELETE FROM alert_watch WHERE alert = ?1", values![id])?;
    let sql = "DELETE FROM alert WHERE id = ?1 RETURNING item";
    let item: Option<ItemId> = tx.value(sql, values![id])?;
    let Some(item) = item else {
        return Ok(0);
    };
    stories::leave(tx, item)?;
    Ok(1)
}

/// The same of an item, with what it said before.
fn item(tx: &mut dyn Tx, id: i64) -> Result<u64, StoreError> {
    let needed = "SELECT id FROM alert WHERE item = ?1 LIMIT 1";
    if tx.row(needed, values![id])?.is_some() {
        return Ok(0);
    }
    tx.exec("DELETE FROM revision WHERE item = ?1", values![id])?;
    tx.exec("DELETE FROM item WHERE id = ?1", values![id])
}

#[cfg(test)]
mod tests {
    use crate::store::{PollResult, Store, testing::*};

    /// What the feeds count, and what there is.
    async fn counts(store: &Store) -> [[i64; 2]; 2] {
        [
            [
                number(store, "SELECT sum(kept_items) FROM feed").await,
                number(store, "SELECT sum(kept_alerts) FROM feed").await,
            ],
            [count(store, "item").await, count(store, "alert").await],
        ]
    }

    async fn poll_of(store: &Store, name: &str, result: PollResult, seconds: i64) {
        let now = at(seconds);
        store.ask(vec![name.into()], now).await.expect("asked");
        tamper(store, "UPDATE origin SET not_before = 0").await;
        let claims = store.claim_asked(now, LEASE, 1).await;
        let claim = claims.expect("claimed").remove(0);
        let commit = poll(&claim, now, result);
        store.commit_poll(commit).await.expect("committed");
    }

    /// Without this, pages would show what was deleted long ago, or negative numbers.
    #[tokio::test]
    async fn feeds_count_what_is_kept_of_them() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let feeds = [
            feed("mofa", "https://mofa.example/feed"),
            feed("nhk", "https://nhk.example/feed"),
        ];
        store.sync(&feeds, &[], at(0)).await.expect("synced");
        let many = (0..120).map(|n| news(n, &["w"][..usize::from(n < 3)], &[]));
        poll_of(&store, "mofa", read(many.collect()), 0).await;
        let missed = PollResult::Backfilled(vec![news(200, &[], &[]), news(201, &["w"], &[])]);
        poll_of(&store, "mofa", missed, 60).await;
        // An alert that is known already is not made again.
        let others = vec![news(1, &["w"], &["desk"]), news(2, &[], &[])];
        poll_of(&store, "nhk", read(others), 120).await;
        poll_of(&store, "nhk", failed(), 180).await;
        let [counted, kept] = counts(&store).await;
        assert_eq!((counted, kept), ([124, 5], [124, 5]));
        let mofa = store.feed("mofa").await.expect("read").expect("there");
        assert_eq!((mofa.items, mofa.alerts), (122, 4));

        // Removal from the config keeps them, and so does coming back.
        store.sync(&feeds[1..], &[], at(200)).await.expect("synced");
        store.sync(&feeds, &[], at(300)).await.expect("synced");
        assert_eq!(counts(&store).await, [[124, 5]; 2]);

        store.prune(at(8 * DAY)).await.expect("pruned");
        let [counted, kept] = counts(&store).await;
        assert_eq!((counted, kept), ([5, 5], [5, 5]), "items without an alert");
        store.prune(at(91 * DAY)).await.expect("pruned");
        let [counted, kept] = counts(&store).await;
        assert_eq!((counted, kept), ([1, 1], [1, 1]), "one is to be delivered");
        let nhk = store.feed("nhk").await.expect("read").expect("there");
        assert_eq!((nhk.items, nhk.alerts), (1, 1));
    }
}
