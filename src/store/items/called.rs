//! Kept items by a name that a feed gave them.

use std::collections::BTreeSet;

use super::{KeptItem, kept};
use crate::{
    model::ItemId,
    store::{
        SeenItem, Store, StoreError,
        engine::{Tx, values},
        record,
    },
};

/// Items that are looked at where no fingerprint has the name.
const MOST_RECENT: i64 = if cfg!(test) { 5 } else { 2_000 };

const CALLED: &str = select!("WHERE i.id = ?1 AND (i.link = ?2 OR i.guid = ?2)");

pub(in crate::store) const RECENT: &str = select!(
    "WHERE i.id > (SELECT max(id) FROM item) - ?3 AND (i.link = ?1 OR i.guid = ?1)
     ORDER BY i.id DESC LIMIT ?2"
);

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedItems {
    /// Kept items that have it as their link or their feed's id now, the newest first.
    pub called: Vec<KeptItem>,
    /// Where there is none, the items that feeds showed under it, by feed, the latest first.
    pub seen: Vec<SeenItem>,
}

impl Store {
    /// What a name leads to, by the hashes of the name as link and as guid; at most `limit` items are
    /// called so.
    ///
    /// An item may have no such hash: a link that is the site's own names no item, and schema 1 had
    /// none. Where no hash leads to an item, the latest 2,000 are looked at.
    pub async fn named(
        &self,
        name: &str,
        hashes: [i64; 2],
        limit: u32,
    ) -> Result<NamedItems, StoreError> {
        let name = name.to_owned();
        self.read(move |tx| {
            let mut seen: Vec<SeenItem> = Vec::new();
            // Each look goes through all feeds; most names are links, and found by that.
            let looks = [record::SEEN_BY_LINK, record::SEEN_BY_GUID];
            let looks = looks.into_iter().zip(hashes);
            for (sql, hash) in looks.skip(usize::from(!may_be_link(&name))) {
                for item in record::seen(tx, sql, hash)? {
                    if seen.iter().all(|other| other.item != item.item) {
                        seen.push(item);
                    }
                }
                let called = called(tx, &name, &seen, limit)?;
                if !called.is_empty() {
                    let seen = Vec::new();
                    return Ok(NamedItems { called, seen });
                }
            }
            let rows = tx.rows(RECENT, values![name, limit, MOST_RECENT])?;
            let called = rows.into_iter().map(|row| kept(tx, row));
            let called = called.collect::<Result<_, _>>()?;
            Ok(NamedItems { called, seen })
        })
        .await
    }
}

/// Whether it may be the link of an item, with its scheme or without.
fn may_be_link(name: &str) -> bool {
    name.contains('.') && !name.contains(char::is_whitespace)
}

/// Those of these items that have the name, the newest first.
fn called(
    tx: &mut dyn Tx,
    name: &str,
    seen: &[SeenItem],
    limit: u32,
) -> Result<Vec<KeptItem>, StoreError> {
    let ids: BTreeSet<ItemId> = { seen.iter().filter(|it| it.is_kept) }
        .map(|it| it.item)
        .collect();
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
        let link = "https://a.example/9";
        tamper(
            &store,
            &format!("UPDATE item SET link = '{link}' WHERE id = 9"),
        )
        .await;
        for (name, hashes, wanted) in [
            ("same", [7, 7], &[2, 1][..]),
            // No link: its hash as one is not looked for.
            ("same", [9, 7], &[2, 1]),
            (link, [9, 7], &[9]),
            ("guid-3", [0, 3], &[3]),
            // Of another name with that hash.
            ("guid-4", [0, 3], &[]),
            // None has the hash: the latest five are looked at.
            (link, [99, 99], &[9]),
            ("guid-5", [99, 99], &[5]),
            ("guid-3", [99, 99], &[]),
        ] {
            let found = store.named(name, hashes, 5).await.expect("read");
            let ids: Vec<i64> = found.called.iter().map(|kept| kept.stored.id.0).collect();
            assert_eq!(ids, wanted, "{name} {hashes:?}");
        }
        let newest = store
            .named("https://b.example/", [9, 7], 1)
            .await
            .expect("read");
        assert_eq!(newest.called.len(), 0, "{newest:?}");
        let seen: Vec<i64> = newest.seen.iter().map(|seen| seen.item.0).collect();
        assert_eq!(seen, [9, 7, 2, 1], "what feeds showed under it");
    }
}
