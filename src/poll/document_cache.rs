//! What each feed's last document held, so that the next one need not be read whole.
//!
//! Of a document with one new item of thirty, twenty-nine are byte for byte as before. They
//! are taken out, and only the rest is parsed, identified and matched. What is new is decided as
//! ever, by the fingerprints in the store; in any doubt (an item that was edited or shares a name with
//! another, markup that needs repair) the document is read whole.
//!
//! Kept in memory, and only of documents whose commit is done: after a restart or a reload each feed
//! is read whole once.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use super::{
    identify::{Identified, Memory},
    language::Languages,
};
use crate::{
    heavy::heavy,
    model::{FeedId, time},
    parse::{self, Document, ParsedFeed, Pieces},
    store::StoreError,
};

/// A document is read whole at least this often: by then its items may mean something else.
const WHOLE_EVERY: Duration = Duration::from_hours(12);

/// The last documents of all feeds.
#[derive(Debug, Default)]
pub(super) struct DocumentCache {
    /// Its keys are random: nobody can make two items look the same.
    hasher: RandomState,
    feeds: Mutex<HashMap<FeedId, CachedDocument>>,
}

/// The last document of one feed, 16 bytes an item.
#[derive(Debug)]
pub(super) struct CachedDocument {
    /// When a document was last read whole.
    whole_at: Timestamp,
    /// An item's markup, hashed, and its whole fingerprint, which is in the store.
    items: Vec<(u64, i64)>,
}

/// A document of which only the new items were read.
pub(super) struct News {
    pub(super) parsed: ParsedFeed,
    pub(super) identified: Identified,
    pub(super) document: CachedDocument,
}

impl DocumentCache {
    /// Reads a document's new items; `None` where it is to be read whole.
    pub(super) async fn read_news(
        &self,
        memory: &Memory<'_>,
        document: &Document<'_>,
    ) -> Result<Option<News>, StoreError> {
        let (feed, now) = (memory.feed, memory.now);
        let parsed = heavy(document.bytes.len(), || {
            self.parse_news(feed, document, now)
        });
        let Some((parsed, marks, whole_at)) = parsed else {
            return Ok(None);
        };
        let unread: Vec<i64> = marks.iter().filter_map(|(_, whole)| *whole).collect();
        let identified = memory.identify_new(&parsed.items, unread).await?;
        let mut news = parsed.items.iter().map(|item| item.fingerprint.whole);
        let items = marks
            .into_iter()
            .map(|(hash, whole)| Some((hash, whole.or_else(|| news.next())?)));
        let items = items.collect::<Option<_>>();
        Ok(identified.zip(items).map(|(identified, items)| News {
            parsed,
            identified,
            document: CachedDocument { whole_at, items },
        }))
    }

    /// The document without what the last one held, parsed; every item's hash, with its
    /// fingerprint if it was left out; when the whole was read.
    #[expect(clippy::type_complexity, reason = "one caller, below")]
    fn parse_news(
        &self,
        feed: FeedId,
        document: &Document<'_>,
        now: Timestamp,
    ) -> Option<(ParsedFeed, Vec<(u64, Option<i64>)>, Timestamp)> {
        let pieces = Pieces::cut(document.bytes)?;
        let (marks, whole_at) = {
            let feeds = self.feeds();
            let last = feeds.get(&feed)?;
            let mark = |item| {
                let hash = self.hasher.hash_one(item);
                (hash, last.whole(hash))
            };
            (pieces.iter().map(mark).collect::<Vec<_>>(), last.whole_at)
        };
        let news = marks.iter().filter(|(_, whole)| whole.is_none()).count();
        if 2 * news > marks.len() || time::elapsed(whole_at, now) >= WHOLE_EVERY {
            return None;
        }
        let rest = pieces.without(|item| marks[item].1.is_some());
        let rest = Document {
            bytes: &rest,
            ..*document
        };
        let parsed = parse::parse(&rest, now).ok()?;
        // Without a declared language a headline is in that of the others.
        let all_declared = { parsed.items.iter() }.all(|it| Languages::is_declared(&it.item));
        let is_plain = parsed.items.len() == news && parsed.warnings.is_empty() && all_declared;
        is_plain.then_some((parsed, marks, whole_at))
    }

    /// What to remember of a document that was read whole; `None` where it was not plain.
    pub(super) fn of_whole(
        &self,
        document: &Document<'_>,
        parsed: &ParsedFeed,
        now: Timestamp,
    ) -> Option<CachedDocument> {
        let pieces = Pieces::cut(document.bytes).filter(|_| parsed.warnings.is_empty())?;
        let hashes: Vec<u64> = { pieces.iter() }
            .map(|item| self.hasher.hash_one(item))
            .collect();
        if hashes.len() != parsed.items.len() {
            return None;
        }
        let wholes = parsed.items.iter().map(|item| item.fingerprint.whole);
        Some(CachedDocument {
            whole_at: now,
            items: hashes.into_iter().zip(wholes).collect(),
        })
    }

    /// Remembers a document whose items are all in the store, in the place of the one before.
    pub(super) fn put(&self, feed: FeedId, document: Option<CachedDocument>) {
        match document {
            Some(document) => self.feeds().insert(feed, document),
            None => self.feeds().remove(&feed),
        };
    }

    fn feeds(&self) -> MutexGuard<'_, HashMap<FeedId, CachedDocument>> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedDocument {
    /// From what is one of 1,000 items at most, so the list is gone through.
    fn whole(&self, hash: u64) -> Option<i64> {
        let found = self.items.iter().find(|(known, _)| *known == hash);
        found.map(|(_, whole)| *whole)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const FEED: FeedId = FeedId(1);

    fn now() -> Timestamp {
        "2026-11-22T07:00:00Z".parse().expect("a time")
    }

    fn item(number: u32) -> String {
        format!("<item><guid>{number}</guid><title>Story {number}</title></item>")
    }

    fn feed(items: &[String]) -> String {
        format!(
            "<rss version=\"2.0\"><channel><title>T</title><language>en</language>{}</channel></rss>",
            items.concat()
        )
    }

    fn ten() -> Vec<String> {
        (0..10).map(item).collect()
    }

    /// The cache after this document was read whole, if it was plain.
    fn after(xml: &str) -> DocumentCache {
        let cache = DocumentCache::default();
        let cached = with(xml, |document| {
            let parsed = parse::parse(document, now()).expect("a feed");
            cache.of_whole(document, &parsed, now())
        });
        cache.put(FEED, cached);
        cache
    }

    fn with<T>(xml: &str, read: impl FnOnce(&Document<'_>) -> T) -> T {
        let url = "https://e.org/feed".parse().expect("a URL");
        read(&Document {
            bytes: xml.as_bytes(),
            content_type: None,
            url: &url,
        })
    }

    /// The titles that are read of a document, so many hours after the one before; `None` where it is
    /// to be read whole.
    fn titles(cache: &DocumentCache, xml: &str, hours: i64) -> Option<Vec<String>> {
        let later = now() + SignedDuration::from_hours(hours);
        let (parsed, marks, _) = with(xml, |document| cache.parse_news(FEED, document, later))?;
        let news = marks.iter().filter(|(_, whole)| whole.is_none()).count();
        assert_eq!(news, parsed.items.len());
        Some(parsed.items.into_iter().map(|it| it.item.title).collect())
    }

    #[test]
    fn only_what_was_not_there_before_is_read() {
        let cache = after(&feed(&ten()));
        let mut next = ten();
        next.pop();
        next.insert(0, item(77));
        assert_eq!(
            titles(&cache, &feed(&next), 1),
            Some(vec!["Story 77".into()])
        );
        assert_eq!(titles(&cache, &feed(&ten()), 1), Some(vec![]));
    }

    #[test]
    fn an_item_of_which_a_byte_has_changed_is_read() {
        let cache = after(&feed(&ten()));
        let mut next = ten();
        next[4] = next[4].replace("Story", "story");
        assert_eq!(
            titles(&cache, &feed(&next), 1),
            Some(vec!["story 4".into()])
        );
    }

    #[test]
    fn a_document_that_is_mostly_new_is_read_whole() {
        let cache = after(&feed(&ten()));
        let document = |new: usize| {
            let old = ten().into_iter().skip(new);
            let new = (0..new).map(|number| item(100 + u32::try_from(number).expect("small")));
            feed(&new.chain(old).collect::<Vec<_>>())
        };
        assert_eq!(titles(&cache, &document(5), 1).map(|it| it.len()), Some(5));
        assert_eq!(titles(&cache, &document(6), 1), None);
    }

    #[test]
    fn a_document_is_read_whole_when_the_last_whole_one_is_half_a_day_old() {
        let cache = after(&feed(&ten()));
        assert!(titles(&cache, &feed(&ten()), 11).is_some());
        assert_eq!(titles(&cache, &feed(&ten()), 12), None);
    }

    #[test]
    fn what_needs_repair_is_read_whole_before_and_after() {
        let broken = feed(&[item(1), item(2), item(3).replace("Story", "AT&T")]);
        assert_eq!(titles(&after(&broken), &broken, 1), None);
        let whole = feed(&ten());
        let mut next = ten();
        next[0] = item(9).replace("Story", "AT&T");
        assert_eq!(titles(&after(&whole), &feed(&next), 1), None);
    }

    #[test]
    fn nothing_is_remembered_of_a_feed_whose_last_document_was_not_plain() {
        let cache = after(&feed(&ten()));
        cache.put(FEED, None);
        assert_eq!(titles(&cache, &feed(&ten()), 1), None);
    }

    #[test]
    fn where_the_language_is_to_be_found_from_all_headlines_the_whole_is_read() {
        let undeclared = |items: &[String]| feed(items).replace("<language>en</language>", "");
        let cache = after(&undeclared(&ten()));
        let mut next = ten();
        next.insert(0, item(10));
        assert_eq!(titles(&cache, &undeclared(&next), 1), None);
    }

    #[test]
    fn where_letters_rule_out_what_is_declared_the_whole_is_read() {
        let cache = after(&feed(&ten()));
        let with = |title: &str| {
            let mut next = ten();
            next.insert(0, item(10).replace("Story 10", title));
            titles(&cache, &feed(&next), 1)
        };
        assert_eq!(with("防衛大臣臨時記者会見"), None);
        assert_eq!(with("Koizumi"), Some(vec!["Koizumi".to_owned()]));
    }
}
