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
    model::FeedId,
    model::time,
    parse::{self, Document, ParsedFeed, Pieces},
    store::StoreError,
};

/// A document is read whole this often all the same: what is left out of it may
/// be read otherwise by then: under another release's rules, or in another language.
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
mod tests;
