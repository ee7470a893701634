//! What is on record where only a document's new items were read.

use std::collections::{HashMap, HashSet};

use super::recall::{FEW, Question, chunks};
use crate::{
    model::{FeedId, Fingerprint, ItemId},
    store::{
        Store, StoreError,
        engine::{Tx, Value, values},
    },
};

/// Items by exactly what was shown, out of the index alone: ?1 is the feed.
pub(in crate::store) const ROWS: Question = [
    "SELECT whole, item FROM fingerprint WHERE feed = ?1 AND whole IN (?2, ?3, ?4, ?5)",
    "SELECT whole, item FROM fingerprint WHERE feed = ?1 AND whole IN (?2, ?3, ?4, ?5, ?6, ?7, ?8,
       ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27,
       ?28, ?29, ?30, ?31, ?32, ?33)",
];

/// Whether anything bears one of these guids, links or titles, and whether schema 1 knew the feed;
/// ?1 is the feed.
pub(in crate::store) const BEARERS: &str = "SELECT
  EXISTS (SELECT 1 FROM fingerprint WHERE feed = ?1 AND guid IN (?2, ?3, ?4, ?5))
  OR EXISTS (SELECT 1 FROM fingerprint WHERE feed = ?1 AND link IN (?6, ?7, ?8, ?9))
  OR EXISTS (SELECT 1 FROM fingerprint WHERE feed = ?1 AND title IN (?10, ?11, ?12, ?13))
    AS is_shared,
  EXISTS (SELECT 1 FROM seen WHERE feed = ?1) AS has_old";

/// What items say, and when they were published; ?1 is the feed.
pub(in crate::store) const TEXTS: &str =
    "SELECT text, date FROM fingerprint WHERE feed = ?1 AND item IN (?2, ?3, ?4, ?5)";

/// Items that a document shows beside new ones, as they are on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Their rows, in the order asked.
    pub items: Vec<ItemId>,
    /// Whether what has no record may be known by what identified it in schema 1.
    pub has_schema_1: bool,
}

impl Store {
    /// The rows of the items of a feed that a document shows as they are on record, given by
    /// `whole` fingerprint, beside `news`. `None` where one of `unread` is not on record, or where
    /// one of the `news` has the guid, the link or the title of anything on record, or says what one
    /// of the last document's items said that is gone and has no other date: then the whole document
    /// is to be compared. With another date, and another title, the text alone makes no two items one.
    ///
    /// Where nothing is shared this is all that has to be asked, and most of it out of indices.
    pub async fn recall_unread(
        &self,
        feed: FeedId,
        news: Vec<Fingerprint>,
        unread: Vec<i64>,
        last_items: Vec<ItemId>,
    ) -> Result<Option<Unread>, StoreError> {
        self.read(move |tx| {
            let Some(items) = rows(tx, feed, &unread)? else {
                return Ok(None);
            };
            let Some(has_schema_1) = nothing_shared(tx, feed, &news)? else {
                return Ok(None);
            };
            let shown: HashSet<&ItemId> = items.iter().collect();
            let mut gone = last_items;
            gone.retain(|item| !shown.contains(item));
            let is_said = say_it(tx, feed, &gone, &news)?;
            Ok((!is_said).then_some(Unread {
                items,
                has_schema_1,
            }))
        })
        .await
    }
}

/// The latest item of each fingerprint; `None` where one is not on record.
fn rows(tx: &mut dyn Tx, feed: FeedId, unread: &[i64]) -> Result<Option<Vec<ItemId>>, StoreError> {
    let mut items: HashMap<i64, ItemId> = HashMap::with_capacity(unread.len());
    for (sql, wholes) in chunks(ROWS, unread) {
        let params: Vec<Value> = { std::iter::once(Value::from(feed)) }
            .chain(wholes.map(Value::from))
            .collect();
        for mut row in tx.rows(sql, &params)? {
            let (whole, item) = (row.take("whole")?, row.take("item")?);
            let latest = items.entry(whole).or_insert(item);
            *latest = item.max(*latest);
        }
    }
    Ok(unread.iter().map(|it| items.get(it).copied()).collect())
}

/// Whether schema 1 knew the feed; `None` where one of the news has a part that something on record
/// has too.
fn nothing_shared(
    tx: &mut dyn Tx,
    feed: FeedId,
    news: &[Fingerprint],
) -> Result<Option<bool>, StoreError> {
    let mut has_schema_1 = false;
    for few in news.chunks(FEW) {
        let mut params = values![feed].to_vec();
        for part in [
            |it: &Fingerprint| it.guid,
            |it: &Fingerprint| it.link,
            |it: &Fingerprint| it.title,
        ] {
            let parts = few.iter().map(part).chain(std::iter::repeat(None));
            params.extend(parts.take(FEW).map(Value::from));
        }
        if let Some(mut row) = tx.row(BEARERS, &params)? {
            if row.take("is_shared")? {
                return Ok(None);
            }
            has_schema_1 = row.take("has_old")?;
        }
    }
    Ok(Some(has_schema_1))
}

/// Whether one of these items said what one of the news says, and has no other date.
fn say_it(
    tx: &mut dyn Tx,
    feed: FeedId,
    gone: &[ItemId],
    news: &[Fingerprint],
) -> Result<bool, StoreError> {
    for few in gone.chunks(FEW) {
        let items = few.iter().map(|item| Some(item.0));
        let items = items.chain(std::iter::repeat(None)).take(FEW);
        let mut params = values![feed].to_vec();
        params.extend(items.map(Value::from));
        for mut row in tx.rows(TEXTS, &params)? {
            let (text, date): (Option<i64>, Option<i64>) = (row.take("text")?, row.take("date")?);
            let is_other = |it: &Fingerprint| it.date.zip(date).is_some_and(|(a, b)| a != b);
            let says = |it: &&Fingerprint| it.text.is_some() && it.text == text;
            if !news.iter().filter(says).all(is_other) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
