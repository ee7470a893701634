//! Items that were read before and edited since.

use jiff::Timestamp;

use super::{
    KnownItem, Revision,
    news::{self, Effects},
    remember,
};
use crate::{
    model::{FeedId, ItemId},
    store::{
        StoreError,
        engine::{Tx, values},
        outbox,
    },
};

/// So many earlier texts of an item are kept: a live blog changes at every poll.
const MAX_REVISIONS: u32 = 20;

/// Writes what is new of a known item: what identifies it, its text, and what the edit set
/// off.
pub(super) fn write(
    tx: &mut dyn Tx,
    feed: FeedId,
    known: KnownItem,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), StoreError> {
    if let Some(alias) = &known.alias {
        remember::add(tx, feed, known.id, alias, now)?;
    }
    let Some(revision) = known.revision else {
        return Ok(());
    };
    if !keep_text(tx, known.id, now)? {
        // Pruned since the poll began.
        return Ok(());
    }
    replace(tx, known.id, &revision)?;
    if let Some(alert) = revision.alert {
        news::insert_alert(tx, feed, known.id, alert, now, effects)?;
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
