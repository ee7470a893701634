//! The items that are kept, for those who read them: nothing here writes.
//!
//! Pages are read one transaction each, so that a reader of all items keeps the daemon from
//! nothing and holds no more than one page. What a poll adds or an edit changes between two pages
//! may or may not be seen; no item is seen twice.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Row, Tx, values},
    outbox,
};
use crate::model::{Item, ItemId};

/// An item as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    /// Row id.
    pub id: ItemId,
    /// The story as the feed last showed it.
    pub item: Item,
    /// When it was first read.
    pub seen_at: Timestamp,
    /// Watches that have alerted it.
    pub alerted: HashSet<String>,
}

/// A kept item and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptItem {
    /// The name of its feed.
    pub feed: String,
    /// Whether it came with the feed's first window, or its first after all ids were renamed:
    /// such items come all at once, whenever they were published.
    pub in_baseline: bool,
    /// The item.
    pub stored: StoredItem,
}

/// Which items to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemFilter {
    /// Only those first read at this moment or later.
    pub since: Option<Timestamp>,
    /// Only those of this feed.
    pub feed: Option<String>,
}

/// Where a page of items ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemCursor {
    /// When its last item was first read.
    pub seen_at: Timestamp,
    /// The number of its last item.
    pub id: ItemId,
}

/// How many items a filter lets through, and when they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemCount {
    /// How many.
    pub items: u64,
    /// When the oldest was first read; `None` where there is none.
    pub oldest: Option<Timestamp>,
}

/// The columns of an item, as [`stored`] takes them.
macro_rules! columns {
    () => {
        "i.id, i.guid, i.title, i.link, i.authors, i.categories, i.published, i.updated,
         i.date_text, i.summary, i.content, i.language, i.source, i.seen_at"
    };
}

/// The columns of an item and of its feed, as [`kept`] takes them.
macro_rules! select {
    ($rest:expr) => {
        concat!(
            "SELECT ",
            columns!(),
            ", f.name, CASE WHEN i.seen_at = f.baseline_at THEN 1 ELSE 0 END AS in_baseline
               FROM item i JOIN feed f ON f.id = i.feed ",
            $rest
        )
    };
}

// Behind the macros, which it uses.
mod called;

pub use called::NamedItems;
mod page;

#[cfg(test)]
pub(super) use called::RECENT;
#[cfg(test)]
pub(super) use page::{EARLIER, EARLIER_OF_FEED, MOMENT, MOMENT_OF_FEED};

impl KeptItem {
    /// Where a page goes on whose last item this is.
    pub fn cursor(&self) -> ItemCursor {
        ItemCursor {
            seen_at: self.stored.seen_at,
            id: self.stored.id,
        }
    }
}

impl Store {
    /// How many items a filter lets through.
    pub async fn count_items(&self, filter: &ItemFilter) -> Result<ItemCount, StoreError> {
        let ItemFilter { since, feed } = filter.clone();
        self.read(move |tx| {
            let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
            let row = match feed {
                None => tx.row(
                    "SELECT count(*) AS items, min(seen_at) AS oldest FROM item WHERE seen_at >= ?1",
                    values![since],
                ),
                Some(feed) => tx.row(
                    "SELECT count(*) AS items, min(seen_at) AS oldest FROM item
                      WHERE seen_at >= ?1 AND feed = (SELECT id FROM feed WHERE name = ?2)",
                    values![since, feed],
                ),
            };
            let mut row = row?.expect("an aggregate has a row");
            Ok(ItemCount {
                items: row.take("items")?,
                oldest: row.take("oldest")?,
            })
        })
        .await
    }

    /// One kept item.
    pub async fn kept_item(&self, id: ItemId) -> Result<Option<KeptItem>, StoreError> {
        self.read(move |tx| {
            let row = tx.row(select!("WHERE i.id = ?1"), values![id])?;
            row.map(|row| kept(tx, row)).transpose()
        })
        .await
    }

    /// Those of these items that are still kept.
    pub async fn items(&self, ids: Vec<ItemId>) -> Result<Vec<StoredItem>, StoreError> {
        self.read(move |tx| {
            let mut items = Vec::new();
            for id in ids {
                let sql = concat!("SELECT ", columns!(), " FROM item i WHERE i.id = ?1");
                if let Some(mut row) = tx.row(sql, values![id])? {
                    items.push(stored(tx, &mut row)?);
                }
            }
            Ok(items)
        })
        .await
    }
}

fn kept(tx: &mut dyn Tx, mut row: Row) -> Result<KeptItem, StoreError> {
    Ok(KeptItem {
        stored: stored(tx, &mut row)?,
        feed: row.take("name")?,
        in_baseline: row.take("in_baseline")?,
    })
}

fn stored(tx: &mut dyn Tx, row: &mut Row) -> Result<StoredItem, StoreError> {
    let list = |json: String| outbox::parse_list(&json);
    let id = row.take("id")?;
    Ok(StoredItem {
        id,
        item: Item {
            guid: row.take("guid")?,
            title: row.take("title")?,
            link: row.take("link")?,
            authors: list(row.take("authors")?)?,
            categories: list(row.take("categories")?)?,
            published: row.take("published")?,
            updated: row.take("updated")?,
            date_text: row.take("date_text")?,
            summary: row.take("summary")?,
            content: row.take("content")?,
            language: row.take("language")?,
            source: row.take("source")?,
        },
        seen_at: row.take("seen_at")?,
        alerted: alerted(tx, id)?,
    })
}

/// Watches that have alerted the item.
pub(super) fn alerted(tx: &mut dyn Tx, item: ItemId) -> Result<HashSet<String>, StoreError> {
    let watches = tx.column(
        "SELECT DISTINCT watch FROM alert_watch WHERE item = ?1",
        values![item],
    )?;
    Ok(watches.into_iter().collect())
}

#[cfg(test)]
mod tests;
