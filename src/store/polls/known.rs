//! The set of everything ever seen.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use jiff::{SignedDuration, Timestamp};

use super::KnownKey;
use crate::{
    model::{FeedId, IdentityKey, ItemId},
    store::{
        Store, StoreError,
        engine::{Tx, Value, values},
    },
};

/// Keys asked for in one statement. A last, shorter list is filled up with its first key, so that
/// there is one statement to prepare, not 32.
const CHUNK: usize = 32;

/// A key that still stands in its feed is written again this often, not at every poll. Far below
/// the time that [`prune`](Store::prune) lets a key rest.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The placeholders of one chunk: ?1 is the feed, ?34 and ?35 are free.
macro_rules! chunk {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " seen.feed = ?1 AND seen.key IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
              ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31,
              ?32, ?33)",
            $after
        )
    };
}

pub(in crate::store) const KNOWN: &str = chunk!(
    "SELECT seen.key, seen.item, item.text_hash
       FROM seen LEFT JOIN item ON item.id = seen.item WHERE",
    ""
);

pub(in crate::store) const REFRESH: &str =
    chunk!("UPDATE seen SET seen_at = ?34 WHERE", " AND seen_at < ?35");

impl Store {
    /// Which of these keys the feed has ever shown, and of what.
    pub async fn known(
        &self,
        feed: FeedId,
        keys: Vec<IdentityKey>,
    ) -> Result<HashMap<IdentityKey, KnownKey>, StoreError> {
        self.read(move |tx| {
            let mut known = HashMap::new();
            for chunk in keys.chunks(CHUNK) {
                for mut row in tx.rows(KNOWN, &chunk_of(feed, chunk))? {
                    let (item, text) = (row.take(1)?, row.take(2)?);
                    known.insert(IdentityKey(row.take(0)?), KnownKey { item, text });
                }
            }
            Ok(known)
        })
        .await
    }
}

/// Notes that these keys still stand in the feed.
pub(super) fn refresh(
    tx: &mut dyn Tx,
    feed: FeedId,
    keys: &[IdentityKey],
    now: Timestamp,
) -> Result<(), StoreError> {
    let stale = now.as_millisecond() - millis_of(REFRESH_AFTER);
    for chunk in keys.chunks(CHUNK) {
        let mut params = chunk_of(feed, chunk);
        params.extend([Value::from(now), Value::from(stale)]);
        tx.exec(REFRESH, &params)?;
    }
    Ok(())
}

/// Keys that a poll adds, each with the item that had it first.
#[derive(Debug, Default)]
pub(super) struct NewKeys(BTreeMap<IdentityKey, ItemId>);

impl NewKeys {
    /// Adds keys of an item. One that another item had before stays that item's.
    pub(super) fn add(&mut self, item: ItemId, keys: &[IdentityKey]) {
        for key in keys {
            self.0.entry(*key).or_insert(item);
        }
    }

    /// Writes them, many in a statement and in the order of the table. One that another item of
    /// the feed has already stays that item's.
    pub(super) fn write(
        self,
        tx: &mut dyn Tx,
        feed: FeedId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut keys = self.0.into_iter();
        for (rows, sql) in INSERT.iter() {
            while keys.len() >= *rows {
                let mut params = values![feed, now].to_vec();
                for (key, item) in keys.by_ref().take(*rows) {
                    params.extend([Value::from(key), Value::from(item)]);
                }
                tx.exec(sql, &params)?;
            }
        }
        Ok(())
    }
}

/// Statements for so many rows.
static INSERT: LazyLock<[(usize, String); 3]> =
    LazyLock::new(|| [CHUNK, 8, 1].map(|rows| (rows, insert_sql(rows))));

fn insert_sql(rows: usize) -> String {
    let rows: Vec<String> = (0..rows)
        .map(|row| format!("(?1, ?{}, ?{}, ?2)", 2 * row + 3, 2 * row + 4))
        .collect();
    let rows = rows.join(", ");
    format!(
        "INSERT INTO seen (feed, key, item, seen_at) VALUES {rows}
         ON CONFLICT (feed, key) DO UPDATE SET seen_at = excluded.seen_at"
    )
}

fn chunk_of(feed: FeedId, keys: &[IdentityKey]) -> Vec<Value> {
    let filled = keys.iter().chain(std::iter::repeat(&keys[0])).take(CHUNK);
    std::iter::once(Value::from(feed))
        .chain(filled.map(|key| Value::from(*key)))
        .collect()
}

fn millis_of(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).expect("a constant of a day")
}
