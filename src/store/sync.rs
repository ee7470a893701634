//! The config's feeds and receivers, brought into the store.

mod apply;
mod plan;

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use self::{
    apply::{Change, apply},
    plan::{Fate, Known, MOST_COST, fates},
};
use super::{
    Store, StoreError,
    engine::{Row, Tx, values},
};
use crate::model::{Feed, FeedId, SendReason};

impl Store {
    /// Makes the store follow the config. Everything known stays: what the config no longer names
    /// rests until it does again.
    ///
    /// - A feed is followed by its URL: under another name it is the same one, with all that it has
    ///   shown, and its mute. So it is where the URL is spelt otherwise, or is the one to which the
    ///   feed has moved.
    /// - A new feed is due now, and so is one whose URL changed, without the validators, which are
    ///   the other URL's.
    /// - A name that is given to a URL that no feed has is another feed, which begins with a
    ///   baseline. What the one before has shown is known to it, and the other way round where the
    ///   first URL comes back.
    /// - A receiver that was off is on again: a restart or a reload is how an operator says that
    ///   it is repaired.
    ///
    /// One transaction, but where hundreds of feeds change: then several, each of which leaves a
    /// store to go on from. Waits for as long as another process writes: half a config is none.
    pub async fn sync(
        &self,
        feeds: &[Feed],
        receivers: &[String],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let feeds = feeds.to_vec();
        let receivers = receivers.to_vec();
        let mut changes = self.read(move |tx| changes(tx, &feeds)).await?.into_iter();
        loop {
            let part = part_of(&mut changes);
            if changes.len() > 0 {
                self.record(move |tx| apply(tx, &part, now)).await?;
                continue;
            }
            let last = move |tx: &mut dyn Tx| {
                apply(tx, &part, now)?;
                sync_receivers(tx, &receivers, now)
            };
            return self.record(last).await;
        }
    }
}

/// The next changes that go into one transaction.
fn part_of(changes: &mut std::vec::IntoIter<Change>) -> Vec<Change> {
    let (mut part, mut cost) = (Vec::new(), 0);
    while let Some(next) = changes.as_slice().first() {
        cost += next.cost();
        if cost > MOST_COST && !part.is_empty() {
            break;
        }
        part.extend(changes.next());
    }
    part
}

/// What is to be done, feeds that rest first: they make room for others' names.
fn changes(tx: &mut dyn Tx, feeds: &[Feed]) -> Result<Vec<Change>, StoreError> {
    let known = known_feeds(tx)?;
    let fates = fates(feeds, &known);
    let used: HashSet<FeedId> = { fates.iter() }
        .filter_map(|fate| match fate {
            Fate::Same(row) | Fate::Moved { row, .. } => Some(row.id),
            Fate::Successor(_) | Fate::New => None,
        })
        .collect();
    let rest = known.iter().filter(|row| row.active);
    let rest = rest.filter(|row| !used.contains(&row.id));
    let rest = rest.map(|row| Change::Rest(row.id));
    let named = |feed: &Feed| (feed.name.clone(), feed.url.clone());
    let back = feeds
        .iter()
        .zip(&fates)
        .filter_map(|(feed, fate)| match fate {
            Fate::Same(row) | Fate::Moved { row, .. } if !row.active => {
                let given_up = known
                    .iter()
                    .filter(|it| it.active && !used.contains(&it.id));
                let place = { given_up }.find(|it| it.name == feed.name || it.name == row.called());
                Some(Change::Return {
                    row: row.id,
                    place: place.map(|it| it.id),
                })
            }
            _ => None,
        });
    let back: Vec<Change> = back.collect();
    let changed = feeds.iter().zip(&fates).filter_map(|(feed, fate)| {
        let (name, url) = named(feed);
        Some(match *fate {
            Fate::Same(row) if row.is(feed) => return None,
            Fate::Same(row) => Change::Keep(row.id, name, url),
            Fate::Moved {
                row,
                keeps_validators,
            } => Change::Move {
                row: row.id,
                name,
                url,
                keeps_validators,
            },
            Fate::Successor(row) => Change::Succeed {
                row: row.id,
                was_active: row.active,
                name,
                url,
            },
            Fate::New => Change::Insert(name, url),
        })
    });
    Ok(rest.chain(back).chain(changed).collect())
}

/// All feeds. Those in use come first, then those that were last: a history that is alive goes on.
fn known_feeds(tx: &mut dyn Tx) -> Result<Vec<Known>, StoreError> {
    let rows = tx.rows(
        "SELECT f.id, f.name, f.url, f.moved_to, f.moving, f.active, o.host, o.domain
           FROM feed f JOIN origin o ON o.id = f.origin
          ORDER BY f.active DESC, coalesce(f.polled_at, 0) DESC, f.id DESC",
        &[],
    )?;
    let known = |mut row: Row| {
        let moving: Option<String> = row.take("moving")?;
        let moving = moving.and_then(|json| serde_json::from_str::<super::Move>(&json).ok());
        Ok(Known {
            id: row.take("id")?,
            name: row.take("name")?,
            url: row.take("url")?,
            moved_to: row.take("moved_to")?,
            moving_to: moving.map(|moving| moving.to),
            active: row.take("active")?,
            host: row.take("host")?,
            domain: row.take("domain")?,
        })
    };
    rows.into_iter().map(known).collect()
}

fn sync_receivers(tx: &mut dyn Tx, receivers: &[String], now: Timestamp) -> Result<(), StoreError> {
    tx.exec("UPDATE receiver SET active = 0 WHERE active = 1", &[])?;
    for name in receivers.iter().collect::<BTreeSet<_>>() {
        tx.exec(
            // The notice that it answered with 410 too, which else waits for its own next try.
            "UPDATE delivery SET due = ?2
              WHERE state = 'pending' AND reason = ?3 AND due > ?2 AND receiver = (
                SELECT id FROM receiver WHERE name = ?1 AND off = 1)
                AND NOT EXISTS (
                SELECT 1 FROM attempt a WHERE a.delivery = delivery.id AND a.ended_at IS NULL)",
            values![name.as_str(), now, SendReason::Gone.as_str()],
        )?;
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
