//! The items of a poll: those that are new, and those that were edited.

use jiff::Timestamp;

use super::{
    KnownItem, NewItem, PollResult, Revision,
    alerts::{self, Effects},
    remember::{self, NewFingerprints},
};
use crate::{
    model::{FeedId, Item, ItemId, TextHash},
    store::{
        StoreError,
        engine::{Tx, values},
        outbox,
    },
};

/// So many earlier texts of an item are kept: a live blog changes at every poll.
const MAX_REVISIONS: u32 = 20;

/// Writes the items that were read; gives the rows of the new ones that the feed shows now.
pub(super) fn write(
    tx: &mut dyn Tx,
    feed: FeedId,
    result: PollResult,
    now: Timestamp,
) -> Result<(Effects, Vec<ItemId>), StoreError> {
    let (mut effects, mut shown) = (Effects::default(), Vec::new());
    let mut prints = NewFingerprints::default();
    match result {
        PollResult::Read(read) => {
            remember::refresh(tx, feed, &read.seen, now)?;
            for item in read.known {
                edit(tx, feed, item, now, &mut effects)?;
            }
            for new in read.news {
                shown.push(insert(tx, feed, new, now, &mut prints, &mut effects)?);
            }
        }
        PollResult::Backfilled(missed) => {
            for new in missed {
                insert(tx, feed, new, now, &mut prints, &mut effects)?;
            }
        }
        PollResult::Unchanged { .. } | PollResult::PutOff | PollResult::Failed { .. } => {}
    }
    prints.write(tx, feed, now)?;
    Ok((effects, shown))
}

/// Writes one new item and what hangs on it, but for its fingerprint, which is added to `prints`;
/// gives its row.
fn insert(
    tx: &mut dyn Tx,
    feed: FeedId,
    new: NewItem,
    now: Timestamp,
    prints: &mut NewFingerprints,
    effects: &mut Effects,
) -> Result<ItemId, StoreError> {
    let features = alerts::features(&new.item, new.alert.as_ref());
    let item = insert_item(tx, feed, new.item, new.text_hash, new.is_baseline, now)?;
    prints.add(item, new.identified_by, &new.fingerprint);
    if let Some(alert) = new.alert {
        alerts::insert(tx, feed, item, (alert, features), now, effects)?;
    }
    Ok(item)
}

fn insert_item(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: Item,
    text_hash: TextHash,
    is_baseline: bool,
    now: Timestamp,
) -> Result<ItemId, StoreError> {
    let id = tx.insert(
        "INSERT INTO item (feed, text_hash, guid, title, link, authors, categories, published,
                               updated, date_text, summary, content, language, seen_at,
                               baseline, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        values![
            feed,
            text_hash,
            item.guid,
            item.title,
            item.link,
            outbox::list(&item.authors),
            outbox::list(&item.categories),
            item.published,
            item.updated,
            item.date_text,
            item.summary,
            item.content,
            item.language,
            now,
            is_baseline,
            item.source,
        ],
    )?;
    Ok(ItemId(id))
}

/// Writes what is new of a known item: what identifies it, its text, and what the edit set off.
fn edit(
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
        let features = alerts::features(&revision.item, Some(&alert));
        alerts::insert(tx, feed, known.id, (alert, features), now, effects)?;
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
                language = ?12, date_text = ?13, source = ?14
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
            item.source.as_deref(),
        ],
    )
    .map(drop)
}
