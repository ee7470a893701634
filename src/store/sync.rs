//! The config's feeds and receivers, brought into the store.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use url::Url;

use super::{
    Store, StoreError,
    engine::{Tx, values},
    schedule,
};
use crate::model::{Feed, FeedId, Origin, OriginId};

impl Store {
    /// Makes the store follow the config. Everything known stays: what the config no longer names
    /// rests until it does again.
    ///
    /// - A new feed is due now.
    /// - A feed whose URL changed is due now, keeps what it has seen, and drops its validators,
    ///   which are the other URL's.
    /// - A new name with the URL of a feed that is no longer named is that feed, renamed.
    /// - A receiver that was off is on again: a restart or a reload is how an operator says that
    ///   it is repaired.
    pub async fn sync(
        &self,
        feeds: &[Feed],
        receivers: &[String],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let feeds = feeds.to_vec();
        let receivers = receivers.to_vec();
        self.write(move |tx| {
            sync_feeds(tx, &feeds, now)?;
            schedule::free_all(tx, now.as_millisecond())?;
            sync_receivers(tx, &receivers, now)
        })
        .await
    }
}

/// A feed's row as it was before.
struct Known {
    id: FeedId,
    name: String,
    url: String,
    moved_to: Option<String>,
}

fn sync_feeds(tx: &mut dyn Tx, feeds: &[Feed], now: Timestamp) -> Result<(), StoreError> {
    let known = known_feeds(tx)?;
    let by_name: HashMap<&str, &Known> = known.iter().map(|row| (row.name.as_str(), row)).collect();
    let named: HashSet<&str> = feeds.iter().map(|feed| feed.name.as_str()).collect();
    let mut unnamed: Vec<&Known> = known
        .iter()
        .filter(|row| !named.contains(row.name.as_str()))
        .collect();

    tx.exec("UPDATE feed SET active = 0 WHERE active = 1", &[])?;
    for feed in feeds {
        let origin = origin(tx, &feed.url)?;
        let url = feed.url.as_str();
        let renamed = || unnamed.iter().position(|row| row.url == url);
        match by_name.get(feed.name.as_str()) {
            Some(row) if row.url == url => keep(tx, row, feed, origin)?,
            Some(row) => move_to(tx, row.id, feed, origin, now)?,
            None => match renamed() {
                Some(position) => keep(tx, unnamed.swap_remove(position), feed, origin)?,
                None => insert(tx, feed, origin, now)?,
            },
        }
    }
    Ok(())
}

/// All feeds, those in use first: a rename continues the history that is alive.
fn known_feeds(tx: &mut dyn Tx) -> Result<Vec<Known>, StoreError> {
    let rows = tx.rows(
        "SELECT id, name, url, moved_to FROM feed ORDER BY active DESC, id DESC",
        &[],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Known {
                id: row.take(0)?,
                name: row.take(1)?,
                url: row.take(2)?,
                moved_to: row.take(3)?,
            })
        })
        .collect()
}

/// The origin of a feed at this URL; a new one is due when its feeds are scheduled.
pub(super) fn origin(tx: &mut dyn Tx, url: &Url) -> Result<OriginId, StoreError> {
    let Origin { host, domain } = Origin::of(url);
    tx.exec(
        "INSERT INTO origin (host, domain, due) VALUES (?1, ?2, ?3)
         ON CONFLICT (host) DO UPDATE SET domain = excluded.domain",
        values![host.as_str(), domain, schedule::NEVER],
    )?;
    tx.row("SELECT id FROM origin WHERE host = ?1", values![host])?
        .expect("it was just inserted or there before")
        .take(0)
}

/// One that has moved stays where it is.
fn keep(tx: &mut dyn Tx, row: &Known, feed: &Feed, configured: OriginId) -> Result<(), StoreError> {
    let moved_to = row.moved_to.as_deref().map(Url::parse);
    let origin = match moved_to {
        Some(Ok(url)) => origin(tx, &url)?,
        _ => configured,
    };
    tx.exec(
        "UPDATE feed SET active = 1, name = ?2, origin = ?3 WHERE id = ?1",
        values![row.id, feed.name.as_str(), origin],
    )
    .map(drop)
}

fn move_to(
    tx: &mut dyn Tx,
    id: FeedId,
    feed: &Feed,
    origin: OriginId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE feed SET active = 1, url = ?2, origin = ?3, due = ?4, due_reason = 'new url',
                gone = 0, etag = NULL, last_modified = NULL, body_hash = NULL,
                not_modified_since = NULL, last_items = '[]', fill = NULL, learned = '{}',
                moved_to = NULL, moving = NULL, health = '{}'
          WHERE id = ?1",
        values![id, feed.url.as_str(), origin, now],
    )
    .map(drop)
}

fn insert(
    tx: &mut dyn Tx,
    feed: &Feed,
    origin: OriginId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO feed (name, url, origin, due, due_reason) VALUES (?1, ?2, ?3, ?4, 'new')",
        values![feed.name.as_str(), feed.url.as_str(), origin, now],
    )
    .map(drop)
}

fn sync_receivers(tx: &mut dyn Tx, receivers: &[String], now: Timestamp) -> Result<(), StoreError> {
    tx.exec("UPDATE receiver SET active = 0 WHERE active = 1", &[])?;
    for name in receivers.iter().collect::<BTreeSet<_>>() {
        tx.exec(
            "INSERT INTO receiver (name, due) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET active = 1, off = 0,
               due = CASE WHEN receiver.off = 1 THEN excluded.due ELSE receiver.due END",
            values![name.as_str(), now],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
