//! What is on record of a document's items.

use std::collections::{HashMap, HashSet};

use crate::{
    model::{FeedId, Fingerprint, IdentityKey, ItemId, Remembered},
    store::{
        Store, StoreError,
        engine::{Row, Tx, Value, values},
    },
};

/// Values asked for in one statement, of many and of few. A last, shorter list is filled up with its
/// first value, so that there are two statements to prepare, not 32.
const MANY: usize = 32;
pub(super) const FEW: usize = 4;

/// Rows of one such question, the latest items': a feed may give one guid to all its items.
const MAX_ROWS: i64 = 512;

/// One question for few values and for many: ?1 is the feed, ?2 how many rows at most.
pub(in crate::store) type Question = [&'static str; 2];

macro_rules! by {
    ($part:literal, $order:literal) => {
        [
            by!($part, $order, "?3, ?4, ?5, ?6"),
            by!(
                $part,
                $order,
                "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                 ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34"
            ),
        ]
    };
    ($part:literal, $order:literal, $values:literal) => {
        concat!(
            "SELECT item, alias, whole, guid, link, path, title, date, text, seen_at
               FROM fingerprint WHERE feed = ?1 AND ",
            $part,
            " IN (",
            $values,
            ")",
            $order,
            " LIMIT ?2"
        )
    };
}

/// What is exactly the same is rarely more than one; of the others the latest count.
pub(in crate::store) const BY_WHOLE: Question = by!("whole", "");
pub(in crate::store) const BY_GUID: Question = by!("guid", " ORDER BY item DESC");
pub(in crate::store) const BY_LINK: Question = by!("link", " ORDER BY item DESC");
pub(in crate::store) const BY_TITLE: Question = by!("title", " ORDER BY item DESC");
pub(in crate::store) const BY_ITEM: Question = by!("item", " ORDER BY item DESC");

/// Items by what identified them in schema 1; ?1 is the feed.
pub(in crate::store) const BEFORE: &str =
    "SELECT key, item FROM seen WHERE feed = ?1 AND key IN (?2, ?3, ?4, ?5, ?6)";

/// Keys of one item, at most.
const KEYS: usize = 5;

impl Store {
    /// What is on record of these items of a feed: for each the record that is exactly the same;
    /// where there is none, those that share its guid, link or title, the latest 512, and those of
    /// the last document's items that none of these is.
    pub async fn recall(
        &self,
        feed: FeedId,
        shown: Vec<Fingerprint>,
        last_items: Vec<ItemId>,
    ) -> Result<Recalled, StoreError> {
        self.read(move |tx| recall(tx, feed, &shown, &last_items))
            .await
    }

    /// For each item, by its keys of schema 1, whether a store of that schema had seen it: the row.
    pub async fn known_before(
        &self,
        feed: FeedId,
        items: Vec<Vec<IdentityKey>>,
    ) -> Result<Vec<Option<ItemId>>, StoreError> {
        self.read(move |tx| {
            let item = |keys: &Vec<IdentityKey>| before(tx, feed, keys);
            items.iter().map(item).collect()
        })
        .await
    }
}

fn recall(
    tx: &mut dyn Tx,
    feed: FeedId,
    shown: &[Fingerprint],
    last_items: &[ItemId],
) -> Result<Recalled, StoreError> {
    let mut found = Found::default();
    let wholes = shown.iter().map(|print| print.whole).collect();
    found.ask(tx, feed, BY_WHOLE, wholes)?;
    let open: Vec<&Fingerprint> = { shown.iter() }
        .filter(|print| !found.wholes.contains(&print.whole))
        .collect();
    if open.is_empty() {
        return Ok(Recalled {
            records: found.into_vec(),
            has_schema_1: false,
        });
    }
    let known: HashSet<ItemId> = found.items.values().map(|it| it.item).collect();
    let parts = |part: fn(&Fingerprint) -> Option<i64>| -> Vec<i64> {
        open.iter().filter_map(|print| part(print)).collect()
    };
    found.ask(tx, feed, BY_GUID, parts(|it| it.guid))?;
    found.ask(tx, feed, BY_LINK, parts(|it| it.link))?;
    found.ask(tx, feed, BY_TITLE, parts(|it| it.title))?;
    let gone = last_items.iter().filter(|item| !known.contains(item));
    found.ask(tx, feed, BY_ITEM, gone.map(|item| item.0).collect())?;
    let before = tx.row("SELECT 1 FROM seen WHERE feed = ?1 LIMIT 1", values![feed])?;
    Ok(Recalled {
        records: found.into_vec(),
        has_schema_1: before.is_some(),
    })
}

/// What is on record of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recalled {
    /// In the order of the items.
    pub records: Vec<Remembered>,
    /// Whether what has no record may be known by what identified it in schema 1.
    pub has_schema_1: bool,
}

/// Records, each once.
#[derive(Default)]
struct Found {
    items: HashMap<(ItemId, i64), Remembered>,
    wholes: HashSet<i64>,
}

impl Found {
    fn ask(
        &mut self,
        tx: &mut dyn Tx,
        feed: FeedId,
        question: Question,
        mut of: Vec<i64>,
    ) -> Result<(), StoreError> {
        of.sort_unstable();
        of.dedup();
        for (sql, parts) in chunks(question, &of) {
            let params: Vec<Value> = [Value::from(feed), Value::from(MAX_ROWS)]
                .into_iter()
                .chain(parts.map(Value::from))
                .collect();
            for row in tx.rows(sql, &params)? {
                let record = remembered(row)?;
                self.wholes.insert(record.fingerprint.whole);
                self.items.insert((record.item, record.alias), record);
            }
        }
        Ok(())
    }

    /// In the order of the items.
    fn into_vec(self) -> Vec<Remembered> {
        let mut records: Vec<Remembered> = self.items.into_values().collect();
        records.sort_unstable_by_key(|record| (record.item, record.alias));
        records
    }
}

/// Statements, each with as many of the values as it has room for.
pub(super) fn chunks(
    question: Question,
    values: &[i64],
) -> impl Iterator<Item = (&'static str, impl Iterator<Item = i64> + '_)> + '_ {
    values.chunks(MANY).map(move |chunk| {
        let (sql, size) = match question {
            [few, _] if chunk.len() <= FEW => (few, FEW),
            [_, many] => (many, MANY),
        };
        let filler = std::iter::repeat(&chunk[0]);
        (sql, chunk.iter().chain(filler).take(size).copied())
    })
}

fn remembered(mut row: Row) -> Result<Remembered, StoreError> {
    Ok(Remembered {
        item: row.take("item")?,
        alias: row.take("alias")?,
        fingerprint: Fingerprint {
            whole: row.take("whole")?,
            guid: row.take("guid")?,
            link: row.take("link")?,
            path: row.take("path")?,
            title: row.take("title")?,
            date: row.take("date")?,
            text: row.take("text")?,
        },
        seen_at: row.take("seen_at")?,
    })
}

fn before(
    tx: &mut dyn Tx,
    feed: FeedId,
    keys: &[IdentityKey],
) -> Result<Option<ItemId>, StoreError> {
    let Some(first) = keys.first() else {
        return Ok(None);
    };
    let filled = keys.iter().chain(std::iter::repeat(first)).take(KEYS);
    let params: Vec<Value> = std::iter::once(Value::from(feed))
        .chain(filled.map(|key| Value::from(*key)))
        .collect();
    let mut items = HashMap::new();
    for mut row in tx.rows(BEFORE, &params)? {
        items.insert(IdentityKey(row.take("key")?), row.take("item")?);
    }
    Ok(keys.iter().find_map(|key| items.get(key).copied()))
}

#[cfg(test)]
mod tests;
