//! Items that were read before and edited since.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{KnownItem, Revision, StoredItem, commit::Told, known, news};
use crate::{
    model::{FeedId, Item, ItemId},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
        outbox,
    },
};

/// So many earlier texts of an item are kept: a live blog changes at every poll.
const MAX_REVISIONS: u32 = 20;

impl Store {
    /// Those of these items that are still kept.
    pub async fn items(&self, ids: Vec<ItemId>) -> Result<Vec<StoredItem>, StoreError> {
        self.read(move |tx| {
            let mut items = Vec::new();
            for id in ids {
                let row = tx.row(
                    "SELECT guid, title, link, authors, categories, published, updated, summary,
                            content, language, seen_at, date_text
                       FROM item WHERE id = ?1",
                    values![id],
                )?;
                if let Some(row) = row {
                    items.push(stored(id, row, news::alerted(tx, id)?)?);
                }
            }
            Ok(items)
        })
        .await
    }
}

fn stored(id: ItemId, mut row: Row, alerted: HashSet<String>) -> Result<StoredItem, StoreError> {
    let list = |json: String| outbox::parse_list(&json);
    Ok(StoredItem {
        id,
        item: Item {
            guid: row.take(0)?,
            title: row.take(1)?,
            link: row.take(2)?,
            authors: list(row.take(3)?)?,
            categories: list(row.take(4)?)?,
            published: row.take(5)?,
            updated: row.take(6)?,
            summary: row.take(7)?,
            content: row.take(8)?,
            language: row.take(9)?,
            date_text: row.take(11)?,
        },
        seen_at: row.take(10)?,
        alerted,
    })
}

/// Writes what is new of a known item: its keys, its text, and what the edit set off.
pub(super) fn write(
    tx: &mut dyn Tx,
    feed: FeedId,
    known: KnownItem,
    now: Timestamp,
    told: &mut Told,
) -> Result<(), StoreError> {
    known::insert(tx, feed, &known.keys, known.id, now)?;
    let Some(revision) = known.revision else {
        return Ok(());
    };
    if !keep_text(tx, known.id, now)? {
        // Pruned since the poll began.
        return Ok(());
    }
    replace(tx, known.id, &revision)?;
    if let Some(alert) = revision.alert {
        news::insert_alert(tx, feed, known.id, alert, now, told)?;
    }
    Ok(())
}

/// Keeps the item's text as its latest revision; false where there is no such item.
fn keep_text(tx: &mut dyn Tx, item: ItemId, now: Timestamp) -> Result<bool, StoreError> {
    let kept = tx.exec(
        "INSERT INTO revision (item, title, summary, content, replaced_at)
         SELECT id, title, summary, content, CAST(?2 AS BIGINT) FROM item WHERE id = ?1",
        values![item, now],
    )?;
    tx.exec(
        "DELETE FROM revision WHERE item = ?1 AND id NOT IN (
           SELECT id FROM revision WHERE item = ?1 ORDER BY id DESC LIMIT ?2)",
        values![item, MAX_REVISIONS],
    )?;
    Ok(kept == 1)
}

fn replace(tx: &mut dyn Tx, id: ItemId, revision: &Revision) -> Result<(), StoreError> {
    let item = &revision.item;
    tx.exec(
        "UPDATE item SET text_hash = ?2, guid = ?3, title = ?4, link = ?5, authors = ?6,
                categories = ?7, published = ?8, updated = ?9, summary = ?10, content = ?11,
                language = ?12, date_text = ?13
          WHERE id = ?1",
        values![
            id,
            revision.text_hash,
            item.guid.as_deref(),
            item.title.as_str(),
            item.link.as_deref(),
            outbox::list(&item.authors),
            outbox::list(&item.categories),
            item.published,
            item.updated,
            item.summary.as_str(),
            item.content.as_str(),
            item.language.as_deref(),
            item.date_text.as_deref(),
        ],
    )
    .map(drop)
}
