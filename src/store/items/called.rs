//! Kept items by a name that a feed gave them.

use std::collections::BTreeSet;

use super::{KeptItem, kept};
use crate::store::{
    Store, StoreError,
    engine::{Tx, values},
};

/// Items that bear a name, at most: a feed may give one guid to all of them.
const MOST_NAMED: u32 = 1_000;

/// Items that are looked at where no fingerprint has the name.
const MOST_RECENT: i64 = if cfg!(test) { 5 } else { 2_000 };

/// Feed by feed, for that is how fingerprints are indexed: CROSS JOIN keeps the order.
macro_rules! named {
    ($part:literal) => {
        concat!(
            "SELECT s.item FROM feed f CROSS JOIN fingerprint s WHERE s.feed = f.id AND s.",
            $part,
            " = ?1 ORDER BY s.item DESC LIMIT ?2"
        )
    };
}
pub(in crate::store) const NAMED_BY_LINK: &str = named!("link");
pub(in crate::store) const NAMED_BY_GUID: &str = named!("guid");

const CALLED: &str = select!("WHERE i.id = ?1 AND (i.link = ?2 OR i.guid = ?2)");

pub(in crate::store) const RECENT: &str = select!(
    "WHERE i.id > (SELECT max(id) FROM item) - ?3 AND (i.link = ?1 OR i.guid = ?1)
     ORDER BY i.id DESC LIMIT ?2"
);

impl Store {
    /// Kept items with this link or this id of their feed's, the newest first, at most `limit`. They
    /// are found by the hashes of the name as link and as guid.
    ///
    /// An item may have no such hash: a link that is the site's own names no item, and schema 1 had
    /// none. Where no hash leads to an item, the latest 2,000 are looked at.
    pub async fn items_called(
        &self,
        name: &str,
        hashes: [i64; 2],
        limit: u32,
    ) -> Result<Vec<KeptItem>, StoreError> {
        let name = name.to_owned();
        self.read(move |tx| {
            let found = by_hash(tx, &name, hashes, limit)?;
            if !found.is_empty() {
                return Ok(found);
            }
            let rows = tx.rows(RECENT, values![name, limit, MOST_RECENT])?;
            rows.into_iter().map(|row| kept(tx, row)).collect()
        })
        .await
    }
}

fn by_hash(
    tx: &mut dyn Tx,
    name: &str,
    hashes: [i64; 2],
    limit: u32,
) -> Result<Vec<KeptItem>, StoreError> {
    let mut ids: BTreeSet<i64> = BTreeSet::new();
    for (sql, hash) in [NAMED_BY_LINK, NAMED_BY_GUID].into_iter().zip(hashes) {
        ids.extend(tx.column::<i64>(sql, values![hash, MOST_NAMED])?);
    }
    let mut found = Vec::new();
    for id in ids.into_iter().rev() {
        if found.len() == limit as usize {
            break;
        }
        if let Some(row) = tx.row(CALLED, values![id, name])? {
            found.push(kept(tx, row)?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::store::testing::*;

    #[tokio::test]
    async fn an_item_is_found_by_the_hash_of_its_name_and_must_have_the_name() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let all = (1..=9).map(|n| news(n, &[], &[])).collect();
        poll_news(&store, all).await;
        tamper(
            &store,
            "UPDATE fingerprint SET guid = 7 WHERE item IN (1, 2)",
        )
        .await;
        tamper(&store, "UPDATE item SET guid = 'same' WHERE id IN (1, 2)").await;
        tamper(&store, "UPDATE item SET link = 'same' WHERE id = 9").await;
        for (name, hashes, wanted) in [
            ("same", [7, 7], &[2, 1][..]),
            ("same", [9, 7], &[9, 2, 1]),
            ("guid-3", [0, 3], &[3]),
            // Of another name with that hash.
            ("guid-4", [0, 3], &[]),
            // None has the hash: the latest five are looked at.
            ("same", [99, 99], &[9]),
            ("guid-5", [99, 99], &[5]),
            ("guid-3", [99, 99], &[]),
        ] {
            let found = store.items_called(name, hashes, 5).await.expect("read");
            let ids: Vec<i64> = found.iter().map(|kept| kept.stored.id.0).collect();
            assert_eq!(ids, wanted, "{name} {hashes:?}");
        }
        let newest = store.items_called("same", [9, 7], 1).await.expect("read");
        assert_eq!(newest[0].stored.id.0, 9);
    }
}
