//! What a feed showed last, and what may have been missed since the document before.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    model::{FeedId, ItemId},
    store::{
        StoreError,
        engine::{Row, Tx, values},
    },
};

/// Items of a document that are remembered, the latest: enough to see whether the next one joins.
/// The largest of 301 real feeds held 730.
const MAX_LAST_ITEMS: usize = 1_000;

/// Whether the documents of a feed join one another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Continuity {
    /// Items of the last document that was read, by row id; at most 1,000.
    pub last_items: Vec<ItemId>,
    /// The interval, where gaps have made it shorter than the feed's own.
    pub pace: Option<Duration>,
    /// Gaps so far that nothing filled.
    pub missed: u32,
    /// The last of them.
    pub missed_at: Option<Timestamp>,
    /// Whether there was a gap and no overlap has been seen since.
    pub in_gap: bool,
    /// How far a gap is filled from the feed's archive.
    pub backfill: Option<Backfill>,
}

/// The way back through a feed's archive to what is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// The page to read next.
    pub url: String,
    /// The latest item from before the gap: where one this old stands, the gap is closed.
    pub until: ItemId,
    /// The last poll before the gap.
    pub since: Timestamp,
    /// Pages read so far.
    pub pages: u32,
}

/// Reads it from the columns of a feed; the pace is with what was learned.
pub(super) fn read(row: &mut Row) -> Result<Continuity, StoreError> {
    let last_items: String = row.take("last_items")?;
    let backfill: Option<String> = row.take("fill")?;
    Ok(Continuity {
        last_items: from_json(&last_items)?,
        pace: None,
        missed: row.take("missed")?,
        missed_at: row.take("missed_at")?,
        in_gap: row.take("in_gap")?,
        backfill: backfill.map(|backfill| from_json(&backfill)).transpose()?,
    })
}

/// Replaces it. `new` are its last items that had no row before.
pub(super) fn write(
    tx: &mut dyn Tx,
    feed: FeedId,
    continuity: Continuity,
    new: Vec<ItemId>,
) -> Result<(), StoreError> {
    let mut items = continuity.last_items;
    items.extend(new);
    items.sort_unstable();
    items.dedup();
    let excess = items.len().saturating_sub(MAX_LAST_ITEMS);
    tx.exec(
        "UPDATE feed SET last_items = ?2, missed = ?3, missed_at = ?4, in_gap = ?5, fill = ?6
          WHERE id = ?1",
        values![
            feed,
            to_json(&items[excess..]),
            continuity.missed,
            continuity.missed_at,
            continuity.in_gap,
            continuity.backfill.as_ref().map(to_json),
        ],
    )
    .map(drop)
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data serializes")
}

fn from_json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable {
        what: "a feed's last items",
        detail: error.to_string(),
    })
}
