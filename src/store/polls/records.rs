//! What polls keep of a feed as JSON in its row: what it showed last, how a gap is filled, and where it
//! moves.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    model::{FeedId, ItemId},
    store::{
        StoreError,
        engine::{Row, Tx, values},
        origin,
    },
};

/// What is unreadable where one of these records is.
const LAST: &str = "a feed's last items";
const MOVE: &str = "a feed's move";

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
    /// The latest item from before the gap: a page that has one this old closes it.
    pub until: ItemId,
    /// The last poll before the gap.
    pub since: Timestamp,
    /// Pages read so far.
    pub pages: u32,
}

impl Continuity {
    /// Reads it from the columns of a feed; the pace is with what was learned.
    pub(super) fn read(row: &mut Row) -> Result<Self, StoreError> {
        let last_items: String = row.take("last_items")?;
        let backfill: Option<String> = row.take("fill")?;
        Ok(Self {
            last_items: from_json(LAST, &last_items)?,
            pace: None,
            missed: row.take("missed")?,
            missed_at: row.take("missed_at")?,
            in_gap: row.take("in_gap")?,
            backfill: { backfill.as_deref() }
                .map(|backfill| from_json(LAST, backfill))
                .transpose()?,
        })
    }

    /// Replaces it. `new` are its last items that had no row before.
    pub(super) fn write(
        self,
        tx: &mut dyn Tx,
        feed: FeedId,
        new: Vec<ItemId>,
    ) -> Result<(), StoreError> {
        let mut items = self.last_items;
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
                self.missed,
                self.missed_at,
                self.in_gap,
                self.backfill.as_ref().map(to_json),
            ],
        )
        .map(drop)
    }
}

/// What is known of a feed's move. The config's URL stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moved {
    /// The URL that is asked in the place of the configured one.
    pub to: Option<String>,
    /// Where the feed seems to be moving.
    pub next: Option<Move>,
}

/// A URL that permanent redirects lead to, not yet trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where they end.
    pub to: String,
    /// The first poll that led there.
    pub since: Timestamp,
    /// Polls in a row that did.
    pub polls: u32,
}

impl Moved {
    /// Reads it from the columns of a feed.
    pub(super) fn read(row: &mut Row) -> Result<Self, StoreError> {
        let next: Option<String> = row.take("moving")?;
        let next = next.as_deref();
        Ok(Self {
            to: row.take("moved_to")?,
            next: next.map(|next| from_json(MOVE, next)).transpose()?,
        })
    }

    /// Replaces it. A feed that is asked at another URL from now on belongs to that one's origin; back
    /// at the configured one, its validators are the other URL's and are dropped.
    pub(super) fn write(
        &self,
        tx: &mut dyn Tx,
        feed: FeedId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut row = tx
            .row(
                "SELECT url, moved_to FROM feed WHERE id = ?1",
                values![feed],
            )?
            .expect("its row was written in this transaction");
        let (configured, before): (String, Option<String>) =
            (row.take("url")?, row.take("moved_to")?);
        let next = self.next.as_ref().map(to_json);
        tx.exec(
            "UPDATE feed SET moved_to = ?2, moving = ?3 WHERE id = ?1",
            values![feed, self.to.as_deref(), next],
        )?;
        if self.to == before {
            return Ok(());
        }
        if self.to.is_none() {
            tx.exec(
                "UPDATE feed SET etag = NULL, last_modified = NULL, body_hash = NULL,
                    not_modified_since = NULL
              WHERE id = ?1",
                values![feed],
            )?;
        }
        let url = self.to.as_deref().unwrap_or(&configured);
        let url = Url::parse(url).map_err(|error| unreadable(MOVE, &error))?;
        let origin = origin::at_url(tx, &url)?;
        tx.exec(
            "UPDATE feed SET origin = ?2 WHERE id = ?1",
            values![feed, origin],
        )?;
        origin::free_rested(tx, origin, now)
    }
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data serializes")
}

fn from_json<'a, T: Deserialize<'a>>(what: &'static str, text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

fn unreadable(what: &'static str, error: &dyn std::error::Error) -> StoreError {
    StoreError::Unreadable {
        what,
        detail: error.to_string(),
    }
}
