//! The set of everything ever seen: what is added to it.

use std::{sync::LazyLock, time::Duration};

use jiff::Timestamp;

use super::Alias;
use crate::{
    model::{FeedId, Fingerprint, IdentifiedBy, ItemId},
    store::{
        StoreError,
        engine::{Tx, Value, values},
    },
};

/// A fingerprint that its feed still shows is noted again this often, not at every poll. Far
/// below the time that [`prune`](crate::store::Store::prune) lets one rest.
pub const REFRESH_AFTER: Duration = Duration::from_hours(24);

/// Fingerprints of one item. The one that was not shown for longest makes room for another, so
/// that addresses that change at every visit cannot fill the store.
const MAX_ALIASES: usize = 4;

/// Notes that these still stand in the feed.
pub(super) fn refresh(
    tx: &mut dyn Tx,
    feed: FeedId,
    shown: &[(ItemId, i64)],
    now: Timestamp,
) -> Result<(), StoreError> {
    for (item, alias) in shown {
        tx.exec(REFRESH, values![feed, *item, *alias, now])?;
    }
    Ok(())
}

pub(in crate::store) const REFRESH: &str =
    "UPDATE fingerprint SET seen_at = ?4 WHERE feed = ?1 AND item = ?2 AND alias = ?3";

/// Writes what an item is known by from now on too.
pub(super) fn add(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: ItemId,
    alias: &Alias,
    now: Timestamp,
) -> Result<(), StoreError> {
    let number = match alias.replaces {
        Some(number) => number,
        None => make_room(tx, feed, item)?,
    };
    let mut params = values![feed, now].to_vec();
    params.extend(row(item, number, alias.by, &alias.fingerprint));
    tx.exec(&INSERT[2].1, &params).map(drop)
}

/// The number of a further fingerprint: a free one, or that of the one that rested longest, which is
/// forgotten.
fn make_room(tx: &mut dyn Tx, feed: FeedId, item: ItemId) -> Result<i64, StoreError> {
    let taken: Vec<i64> = tx.column(
        "SELECT alias FROM fingerprint WHERE feed = ?1 AND item = ?2 ORDER BY seen_at, alias",
        values![feed, item],
    )?;
    if taken.len() >= MAX_ALIASES {
        let oldest = taken[0];
        tx.exec(
            "DELETE FROM fingerprint WHERE feed = ?1 AND item = ?2 AND alias = ?3",
            values![feed, item, oldest],
        )?;
        return Ok(oldest);
    }
    let numbers = i64::try_from(MAX_ALIASES).expect("a small constant");
    let free = (0..numbers).find(|number| !taken.contains(number));
    Ok(free.expect("fewer are taken than there are"))
}

/// Fingerprints of new items, written many in a statement.
#[derive(Debug, Default)]
pub(super) struct NewFingerprints(Vec<[Value; COLUMNS]>);

impl NewFingerprints {
    pub(super) fn add(&mut self, item: ItemId, by: IdentifiedBy, print: &Fingerprint) {
        self.0.push(row(item, 0, by, print));
    }

    pub(super) fn write(
        self,
        tx: &mut dyn Tx,
        feed: FeedId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut rows = self.0.into_iter();
        for (count, sql) in INSERT.iter() {
            while rows.len() >= *count {
                let mut params = values![feed, now].to_vec();
                params.extend(rows.by_ref().take(*count).flatten());
                tx.exec(sql, &params)?;
            }
        }
        Ok(())
    }
}

/// Columns of a row beside feed and time.
const COLUMNS: usize = 10;

fn row(item: ItemId, alias: i64, by: IdentifiedBy, print: &Fingerprint) -> [Value; COLUMNS] {
    [
        item.into(),
        alias.into(),
        (by as i64).into(),
        print.whole.into(),
        print.guid.into(),
        print.link.into(),
        print.path.into(),
        print.title.into(),
        print.date.into(),
        print.text.into(),
    ]
}

/// Statements for so many rows; the last is for one.
static INSERT: LazyLock<[(usize, String); 3]> =
    LazyLock::new(|| [16, 4, 1].map(|rows| (rows, insert_sql(rows))));

fn insert_sql(rows: usize) -> String {
    let row = |row: usize| {
        let first = COLUMNS * row + 3;
        let params: Vec<String> = (first..first + COLUMNS)
            .map(|at| format!("?{at}"))
            .collect();
        format!("(?1, {}, ?2)", params.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!(
        "INSERT INTO fingerprint (feed, item, alias, recognition, whole, guid, link, path, title,
           date, text, seen_at) VALUES {}
         ON CONFLICT (feed, item, alias) DO UPDATE SET whole = excluded.whole, guid = excluded.guid, link = excluded.link,
           path = excluded.path, title = excluded.title, date = excluded.date,
           text = excluded.text, seen_at = excluded.seen_at",
        rows.join(", ")
    )
}
