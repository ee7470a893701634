//! Items page by page, the newest first.

use jiff::Timestamp;

use super::{ItemCursor, ItemFilter, KeptItem, kept};
use crate::store::{
    Store, StoreError,
    engine::{Row, Tx, values},
};

/// The items of one moment, ?1, before the item ?2, and those of all earlier moments: a page is
/// both in turn. Each is found by an index, to the row. One comparison of both columns is not:
/// SQLite then walks over all items of the moment again for every page, and a first poll gives
/// thousands of one moment.
pub(in crate::store) const MOMENT: &str = select!(
    "WHERE i.seen_at = ?1 AND i.id < ?2
     ORDER BY i.id DESC LIMIT ?3"
);

/// Since ?1, before the moment ?2.
pub(in crate::store) const EARLIER: &str = select!(
    "WHERE i.seen_at >= ?1 AND i.seen_at < ?2
     ORDER BY i.seen_at DESC, i.id DESC LIMIT ?3"
);

/// [`MOMENT`] of the feed ?4.
pub(in crate::store) const MOMENT_OF_FEED: &str = select!(
    "WHERE i.seen_at = ?1 AND i.id < ?2
       AND i.feed = (SELECT id FROM feed WHERE name = ?4)
     ORDER BY i.id DESC LIMIT ?3"
);

/// [`EARLIER`] of the feed ?4.
pub(in crate::store) const EARLIER_OF_FEED: &str = select!(
    "WHERE i.seen_at >= ?1 AND i.seen_at < ?2
       AND i.feed = (SELECT id FROM feed WHERE name = ?4)
     ORDER BY i.seen_at DESC, i.id DESC LIMIT ?3"
);

impl Store {
    /// A page of kept items, the newest first: those before the cursor, at most `limit`.
    pub async fn item_page(
        &self,
        filter: &ItemFilter,
        before: Option<ItemCursor>,
        limit: u32,
    ) -> Result<Vec<KeptItem>, StoreError> {
        let filter = filter.clone();
        self.read(move |tx| {
            let rows = page(tx, filter, before, limit)?;
            rows.into_iter().map(|row| kept(tx, row)).collect()
        })
        .await
    }
}

fn page(
    tx: &mut dyn Tx,
    filter: ItemFilter,
    before: Option<ItemCursor>,
    limit: u32,
) -> Result<Vec<Row>, StoreError> {
    let since = filter.since.map_or(i64::MIN, Timestamp::as_millisecond);
    let until = before.map_or(i64::MAX, |before| before.seen_at.as_millisecond());
    let feed = filter.feed;
    let mut rows = match (before, &feed) {
        (None, _) => Vec::new(),
        (Some(before), None) => tx.rows(MOMENT, values![until, before.id, limit])?,
        (Some(before), Some(feed)) => tx.rows(
            MOMENT_OF_FEED,
            values![until, before.id, limit, feed.as_str()],
        )?,
    };
    let rest = limit - u32::try_from(rows.len()).expect("no more than the limit");
    if rest > 0 {
        rows.extend(match feed {
            None => tx.rows(EARLIER, values![since, until, rest])?,
            Some(feed) => tx.rows(EARLIER_OF_FEED, values![since, until, rest, feed])?,
        });
    }
    Ok(rows)
}
