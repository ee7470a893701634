//! What is on record of one item, for those who ask why it alerted or did not.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::{
    DeliveryStatus, Store, StoreError,
    engine::{Row, Tx, values},
    outbox,
};
use crate::model::{AlertId, IdentifiedBy, ItemId, Priority};

/// What an item came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// Whether it was the feed's baseline: remembered, and shown to no watch.
    pub is_baseline: bool,
    /// Whether an earlier item of the feed had its guid.
    pub reuses_guid: bool,
    /// What it said before it was edited, the oldest first; the latest 20.
    pub earlier: Vec<EarlierText>,
    /// Its alerts, the oldest first.
    pub alerts: Vec<AlertRecord>,
}

/// What an item said until it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierText {
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub summary: String,
    /// Plain text.
    pub content: String,
    /// When the edit was read.
    pub replaced_at: Timestamp,
}

/// An alert and its way to its receivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRecord {
    /// Row id.
    pub id: AlertId,
    /// Watches that it counts for.
    pub watches: Vec<String>,
    /// Its grade.
    pub priority: Priority,
    /// When it was made.
    pub created_at: Timestamp,
    /// One a receiver, with all attempts.
    pub deliveries: Vec<DeliveryStatus>,
}

/// An item by a name it was shown under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenItem {
    /// Its feed's name.
    pub feed: String,
    /// Its row, which may be gone.
    pub item: ItemId,
    /// When the feed last showed it, to a day.
    pub seen_at: Timestamp,
    /// Whether the item is still kept.
    pub is_kept: bool,
    /// By what it was known under that name.
    pub identified_by: IdentifiedBy,
}

/// A watch as the service runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchInForce {
    /// What it asks, in the words of whoever wrote it here.
    pub definition: String,
    /// Since when it has asked that.
    pub since: Timestamp,
}

/// Fingerprints by a part of theirs, feed by feed, for that is how they are indexed: CROSS JOIN keeps
/// the order. Only what the index holds is read: for more than that, SQLite would read all
/// fingerprints of each feed.
macro_rules! seen {
    ($part:literal) => {
        concat!(
            "SELECT f.id, f.name, s.item, s.alias FROM feed f CROSS JOIN fingerprint s
              WHERE s.feed = f.id AND s.",
            $part,
            " = ?1 LIMIT ?2"
        )
    };
}

pub(super) const SEEN_BY_LINK: &str = seen!("link");
pub(super) const SEEN_BY_GUID: &str = seen!("guid");
pub(super) const SEEN_AS: &str = seen!("item");

/// Fingerprints that share a name, at most: a feed may give one guid to all its items.
const MOST_SEEN: u32 = 1_000;

const SHOWN: &str = "
    SELECT s.seen_at, s.recognition,
           CASE WHEN EXISTS (SELECT 1 FROM item i WHERE i.id = s.item) THEN 1 ELSE 0 END AS is_kept
      FROM fingerprint s WHERE s.feed = ?1 AND s.item = ?2 AND s.alias = ?3";

impl Store {
    /// What is on record of an item; `None` where it is not kept.
    pub async fn item_record(&self, item: ItemId) -> Result<Option<ItemRecord>, StoreError> {
        let store = Arc::clone(&self.identity);
        self.read(move |tx| {
            let sql = "SELECT baseline FROM item WHERE id = ?1";
            let Some(is_baseline) = tx.value(sql, values![item])? else {
                return Ok(None);
            };
            Ok(Some(ItemRecord {
                is_baseline,
                reuses_guid: reuses_guid(tx, item)?,
                earlier: earlier(tx, item)?,
                alerts: alerts(tx, &store, item)?,
            }))
        })
        .await
    }

    /// What an item said before it was edited, the oldest first; the latest 20.
    pub async fn earlier_texts(&self, item: ItemId) -> Result<Vec<EarlierText>, StoreError> {
        self.read(move |tx| earlier(tx, item)).await
    }

    /// The items that feeds showed under a name that has these hashes as link and as guid, by feed,
    /// the latest first.
    pub async fn seen_under(&self, name: [i64; 2]) -> Result<Vec<SeenItem>, StoreError> {
        self.read(move |tx| {
            let mut found = Vec::new();
            for (sql, hash) in [SEEN_BY_LINK, SEEN_BY_GUID].into_iter().zip(name) {
                for item in seen(tx, sql, hash)? {
                    if found.iter().all(|other: &SeenItem| other.item != item.item) {
                        found.push(item);
                    }
                }
            }
            Ok(found)
        })
        .await
    }

    /// The item of this number, if any feed ever showed it.
    pub async fn seen_as(&self, item: ItemId) -> Result<Option<SeenItem>, StoreError> {
        self.read(move |tx| {
            let found = seen(tx, SEEN_AS, item.0)?;
            Ok(found.into_iter().next())
        })
        .await
    }

    /// The watches that the service runs, by name.
    pub async fn watches_in_force(&self) -> Result<HashMap<String, WatchInForce>, StoreError> {
        self.read(|tx| watches(tx)).await
    }
}

/// By feed, the latest first.
pub(super) fn seen(tx: &mut dyn Tx, sql: &str, value: i64) -> Result<Vec<SeenItem>, StoreError> {
    let mut found = Vec::new();
    for row in tx.rows(sql, values![value, MOST_SEEN])? {
        found.extend(seen_item(tx, row)?);
    }
    found.sort_by(|one: &SeenItem, other| {
        let by_feed = one.feed.cmp(&other.feed);
        by_feed.then((other.item, other.seen_at).cmp(&(one.item, one.seen_at)))
    });
    Ok(found)
}

fn seen_item(tx: &mut dyn Tx, mut row: Row) -> Result<Option<SeenItem>, StoreError> {
    let (feed, item, alias): (i64, ItemId, i64) =
        (row.take("id")?, row.take("item")?, row.take("alias")?);
    let Some(mut shown) = tx.row(SHOWN, values![feed, item, alias])? else {
        return Ok(None);
    };
    Ok(Some(SeenItem {
        feed: row.take("name")?,
        item,
        seen_at: shown.take("seen_at")?,
        is_kept: shown.take("is_kept")?,
        identified_by: IdentifiedBy::from_number(shown.take("recognition")?),
    }))
}

fn reuses_guid(tx: &mut dyn Tx, item: ItemId) -> Result<bool, StoreError> {
    let row = tx.row(
        "SELECT 1 FROM fingerprint WHERE feed = (SELECT feed FROM item WHERE id = ?1)
            AND item = ?1 AND recognition = ?2",
        values![item, IdentifiedBy::GuidReused as i64],
    )?;
    Ok(row.is_some())
}

fn earlier(tx: &mut dyn Tx, item: ItemId) -> Result<Vec<EarlierText>, StoreError> {
    let rows = tx.rows(
        "SELECT title, summary, content, replaced_at FROM revision WHERE item = ?1 ORDER BY id",
        values![item],
    )?;
    let text = |mut row: Row| {
        Ok(EarlierText {
            title: row.take("title")?,
            summary: row.take("summary")?,
            content: row.take("content")?,
            replaced_at: row.take("replaced_at")?,
        })
    };
    rows.into_iter().map(text).collect()
}

fn alerts(tx: &mut dyn Tx, store: &str, item: ItemId) -> Result<Vec<AlertRecord>, StoreError> {
    let rows = tx.rows(
        "SELECT id, priority, created_at FROM alert WHERE item = ?1 ORDER BY id",
        values![item],
    )?;
    let mut alerts = Vec::with_capacity(rows.len());
    for mut row in rows {
        let id = row.take("id")?;
        alerts.push(AlertRecord {
            id,
            watches: tx.column(
                "SELECT watch FROM alert_watch WHERE alert = ?1 ORDER BY watch",
                values![id],
            )?,
            priority: Priority::from_rank(row.take("priority")?),
            created_at: row.take("created_at")?,
            deliveries: outbox::of_alert(tx, store, id)?,
        });
    }
    Ok(alerts)
}

pub(super) fn watches(tx: &mut dyn Tx) -> Result<HashMap<String, WatchInForce>, StoreError> {
    let rows = tx.rows("SELECT name, definition, since FROM watch", &[])?;
    let watch = |mut row: Row| {
        let in_force = WatchInForce {
            definition: row.take("definition")?,
            since: row.take("since")?,
        };
        Ok((row.take("name")?, in_force))
    };
    rows.into_iter().map(watch).collect()
}

#[cfg(test)]
mod tests;
