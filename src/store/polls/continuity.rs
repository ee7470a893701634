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

/// Items of a window that are remembered, the latest: enough to see whether the next one joins.
/// The largest of 301 real feeds held 730.
const MAX_WINDOW: usize = 1_000;

/// Whether the documents of a feed join one another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Continuity {
    /// Items of the last document that was read, by row id; at most 1,000.
    pub window: Vec<ItemId>,
    /// The interval, where gaps have made it shorter than the feed's own.
    pub pace: Option<Duration>,
    /// Gaps so far that nothing filled.
    pub missed: u32,
    /// The last of them.
    pub missed_at: Option<Timestamp>,
    /// Whether there was a gap and no overlap has been seen since.
    pub in_gap: bool,
    /// A gap that is being filled.
    pub fill: Option<Fill>,
}

/// The way back through a feed's archive to what is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The page to read next.
    pub url: String,
    /// The latest item from before the gap: where one this old stands, the gap is closed.
    pub until: ItemId,
    /// The last poll before the gap.
    pub since: Timestamp,
    /// Pages read so far.
    pub pages: u32,
}

/// Reads it from five columns, from `position` on; the pace stands with what was learned.
pub(super) fn read(row: &mut Row, position: usize) -> Result<Continuity, StoreError> {
    let window: String = row.take(position)?;
    let fill: Option<String> = row.take(position + 4)?;
    Ok(Continuity {
        window: from_json(&window)?,
        pace: None,
        missed: row.take(position + 1)?,
        missed_at: row.take(position + 2)?,
        in_gap: row.take(position + 3)?,
        fill: fill.map(|fill| from_json(&fill)).transpose()?,
    })
}

/// Replaces it. `new` are the window's items that had no row before.
pub(super) fn write(
    tx: &mut dyn Tx,
    feed: FeedId,
    continuity: Continuity,
    new: Vec<ItemId>,
) -> Result<(), StoreError> {
    let mut window = continuity.window;
    window.extend(new);
    window.sort_unstable();
    window.dedup();
    let excess = window.len().saturating_sub(MAX_WINDOW);
    tx.exec(
        "UPDATE feed SET last_items = ?2, missed = ?3, missed_at = ?4, in_gap = ?5, fill = ?6
          WHERE id = ?1",
        values![
            feed,
            to_json(&window[excess..]),
            continuity.missed,
            continuity.missed_at,
            continuity.in_gap,
            continuity.fill.as_ref().map(to_json),
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
