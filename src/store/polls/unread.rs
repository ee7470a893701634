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
mod tests {
    use super::*;
    use crate::store::testing::*;

    fn print(guid: i64, link: i64, title: i64, text: i64) -> Fingerprint {
        Fingerprint {
            whole: 1_000 + guid,
            guid: Some(guid),
            link: Some(link),
            title: Some(title),
            date: Some(400 + text),
            text: Some(text),
            ..Fingerprint::default()
        }
    }

    /// A feed of which the items 1 to 40 are on record, each with parts of its own.
    async fn forty(temp: &TempStore) -> Store {
        let store = one_feed(temp).await;
        let items = (1..=40).map(|n| {
            let mut item = news(u8::try_from(n).expect("small"), &[], &[]);
            item.fingerprint = print(n, 100 + n, 200 + n, 300 + n);
            item
        });
        poll_news(&store, items.collect()).await;
        store
    }

    async fn unread(store: &Store, news: &[Fingerprint], unread: &[i64]) -> Option<Vec<i64>> {
        let window = (1..=40).map(ItemId).collect();
        let unread = unread.iter().map(|n| 1_000 + n).collect();
        let found = store.recall_unread(FeedId(1), news.to_vec(), unread, window);
        let found = found.await.expect("read")?;
        Some(found.items.iter().map(|item| item.0).collect())
    }

    #[tokio::test]
    async fn where_nothing_is_shared_the_rows_are_given_in_the_order_asked() {
        let temp = TempStore::new();
        let store = forty(&temp).await;
        let news = [print(77, 777, 7_777, 77_777)];
        for count in [0, 1, 4, 5, 32, 33, 40] {
            let asked: Vec<i64> = (1..=count).rev().collect();
            assert_eq!(unread(&store, &news, &asked).await, Some(asked));
        }
        assert_eq!(unread(&store, &[], &[3, 3]).await, Some(vec![3, 3]));
    }

    #[tokio::test]
    async fn what_may_be_another_version_of_an_item_has_the_whole_document_compared() {
        let temp = TempStore::new();
        let store = forty(&temp).await;
        let cases = [
            (
                "an item that is not on record",
                print(77, 777, 7_777, 77_777),
                vec![1, 41],
            ),
            (
                "the guid of an unread item",
                print(1, 777, 7_777, 77_777),
                vec![1],
            ),
            (
                "the link of an old one",
                print(77, 109, 7_777, 77_777),
                vec![1],
            ),
            (
                "the title of an old one",
                print(77, 777, 209, 77_777),
                vec![1],
            ),
            (
                "the text of one that is gone",
                print(77, 777, 7_777, 309),
                vec![1],
            ),
        ];
        for (what, shown, asked) in cases {
            for place in 0..6 {
                let mut news: Vec<_> = (0..6).map(|n| print(80 + n, 800, 900, 950)).collect();
                news[place] = shown;
                assert_eq!(unread(&store, &news, &asked).await, None, "{what}, {place}");
            }
        }
        let same_text = [print(77, 777, 7_777, 301)];
        assert_eq!(
            unread(&store, &same_text, &[1]).await,
            Some(vec![1]),
            "the text of one that the feed still shows is another story's too"
        );
        let later = Fingerprint {
            date: Some(9),
            ..print(77, 777, 7_777, 309)
        };
        assert_eq!(
            unread(&store, &[later], &[1]).await,
            Some(vec![1]),
            "many stories of a feed may have one text"
        );
        let undated = Fingerprint {
            date: None,
            ..later
        };
        assert_eq!(unread(&store, &[undated], &[1]).await, None);
    }
}
