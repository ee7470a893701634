//! New items, their keys, their alerts and the deliveries of those.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{NewAlert, NewItem, Tells, commit::Told, remember::NewFingerprints};
use crate::{
    model::{Alert, AlertId, FeedId, Item, ItemId, Priority, TextHash},
    store::{
        StoreError,
        engine::{Tx, values},
        items,
        mutes::Mutes,
        outbox::{self, Part},
    },
};

/// Writes one new item and what hangs on it, but for its fingerprint, which is added to `prints`;
/// gives its row.
pub(super) fn insert(
    tx: &mut dyn Tx,
    feed: FeedId,
    new: NewItem,
    now: Timestamp,
    prints: &mut NewFingerprints,
    told: &mut Told,
) -> Result<ItemId, StoreError> {
    let item = insert_item(tx, feed, new.item, new.text_hash, new.is_baseline, now)?;
    prints.add(item, new.identified_by, &new.fingerprint);
    if let Some(alert) = new.alert {
        insert_alert(tx, feed, item, alert, now, told)?;
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
                               baseline)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
        ],
    )?;
    Ok(ItemId(id))
}

/// Writes an alert for those of its watches that have none for this item yet, or may alert it
/// again; for none of them, nothing.
pub(super) fn insert_alert(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: ItemId,
    new: NewAlert,
    now: Timestamp,
    told: &mut Told,
) -> Result<(), StoreError> {
    let NewAlert {
        mut alert,
        priorities,
        again,
        tells,
    } = new;
    let priorities: Priorities = alert.watches.iter().cloned().zip(priorities).collect();
    let mut done = items::alerted(tx, item)?;
    done.retain(|watch| !again.contains(watch));
    alert.keep_watches(|watch| !done.contains(watch));
    if alert.watches.is_empty() {
        return Ok(());
    }
    alert.feed.name = told.name_of(tx, feed)?;
    alert.priority = highest(&priorities, &alert.watches).unwrap_or(alert.priority);
    let id = insert_row(tx, feed, item, &mut alert, now)?;
    told.alerts.push(id);
    told.watches.extend(alert.watches.iter().cloned());
    let mutes = Mutes::in_force(tx, now)?;
    for Tells { receiver, watches } in tells {
        let all = alert.watches.iter().filter(|it| watches.contains(it));
        let all: Vec<String> = all.cloned().collect();
        let watches = all.iter().filter(|watch| !mutes.leaves_out(&all, watch));
        let watches: Vec<String> = watches.cloned().collect();
        if watches.is_empty() {
            continue;
        }
        let part = Part {
            alert: id.0,
            priority: highest(&priorities, &watches).unwrap_or(alert.priority),
            watches,
        };
        let nth = told.receivers.entry(receiver.clone()).or_default();
        outbox::insert_alert(tx, &receiver, &alert, &part, *nth, &mutes, now)?;
        *nth += 1;
    }
    Ok(())
}

/// Of each watch of an alert.
type Priorities = HashMap<String, Priority>;

fn highest(priorities: &Priorities, watches: &[String]) -> Option<Priority> {
    watches
        .iter()
        .filter_map(|it| priorities.get(it))
        .max()
        .copied()
}

/// Inserts the alert, with its id and its item's in the data, and books its watches.
fn insert_row(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: ItemId,
    alert: &mut Alert,
    now: Timestamp,
) -> Result<AlertId, StoreError> {
    let id = AlertId(tx.insert(
        "INSERT INTO alert (item, feed, priority, created_at, data)
         VALUES (?1, ?2, ?3, ?4, '')",
        values![item, feed, alert.priority.rank(), now],
    )?);
    alert.id = id.0.to_string();
    alert.item.id = item.0.to_string();
    let data = serde_json::to_string(alert).expect("an alert has string keys only");
    tx.exec(
        "UPDATE alert SET data = ?2 WHERE id = ?1",
        values![id, data],
    )?;
    for watch in &alert.watches {
        tx.exec(
            "INSERT INTO alert_watch (item, watch, alert) VALUES (?1, ?2, ?3)",
            values![item, watch.as_str(), id],
        )?;
    }
    Ok(id)
}
