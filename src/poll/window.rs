//! What each feed's last document held, so that the next one need not be read whole.
//!
//! Of a document with one new item of thirty, twenty-nine stand there byte for byte as before. They
//! are taken out, and only the rest is parsed, recognised and matched. What is new is decided as
//! ever, by the identities in the store; in any doubt (an item that was edited or shares an identity
//! with another, markup that needs repair) the document is read whole.
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
    language::Languages,
    recognise::{Recognised, recognise_new},
};
use crate::{
    cadence,
    model::{FeedId, Identity, IdentityKey},
    parse::{self, Document, ParsedFeed, ParsedItem, Pieces},
    store::{Store, StoreError},
};

/// A document is read whole this often all the same: that is when the store notes which identities
/// are still shown. Far below the time that it lets them rest.
const WHOLE_EVERY: Duration = Duration::from_hours(12);

/// The last documents of all feeds.
#[derive(Debug, Default)]
pub(super) struct Windows {
    /// Its keys are random: nobody can make two items look the same.
    hasher: RandomState,
    feeds: Mutex<HashMap<FeedId, Window>>,
}

/// The last document of one feed, 24 bytes an item.
#[derive(Debug)]
pub(super) struct Window {
    /// When a document was last read whole.
    whole_at: Timestamp,
    /// An item's markup, hashed, and one identity that it has in the store.
    items: Vec<(u64, IdentityKey)>,
}

/// A document of which only the new items were read.
pub(super) struct News {
    pub(super) parsed: ParsedFeed,
    pub(super) recognised: Recognised,
    pub(super) window: Window,
}

impl Windows {
    /// Reads a document's new items; `None` where it is to be read whole.
    pub(super) async fn read_news(
        &self,
        store: &Store,
        feed: FeedId,
        identity: Identity,
        document: &Document<'_>,
        now: Timestamp,
    ) -> Result<Option<News>, StoreError> {
        let Some((parsed, marks, whole_at)) = self.parse_news(feed, document, now) else {
            return Ok(None);
        };
        let unread: Vec<IdentityKey> = marks.iter().filter_map(|(_, key)| *key).collect();
        let recognised = recognise_new(store, feed, identity, &parsed.items, &unread).await?;
        let mut news = parsed.items.iter().map(|item| first_key(item, identity));
        let items = marks
            .into_iter()
            .map(|(hash, key)| Some((hash, key.or_else(|| news.next().flatten())?)));
        let items = items.collect::<Option<_>>();
        Ok(recognised.zip(items).map(|(recognised, items)| News {
            parsed,
            recognised,
            window: Window { whole_at, items },
        }))
    }

    /// The document without what the last one held, parsed; every item's hash, with its identity
    /// if it was left out; when the whole was read.
    #[expect(clippy::type_complexity, reason = "one caller, below")]
    fn parse_news(
        &self,
        feed: FeedId,
        document: &Document<'_>,
        now: Timestamp,
    ) -> Option<(ParsedFeed, Vec<(u64, Option<IdentityKey>)>, Timestamp)> {
        let pieces = Pieces::cut(document.bytes)?;
        let (marks, whole_at) = {
            let feeds = self.feeds();
            let last = feeds.get(&feed)?;
            let mark = |item| {
                let hash = self.hasher.hash_one(item);
                (hash, last.key(hash))
            };
            (pieces.iter().map(mark).collect::<Vec<_>>(), last.whole_at)
        };
        let news = marks.iter().filter(|(_, key)| key.is_none()).count();
        if 2 * news > marks.len() || cadence::elapsed(whole_at, now) >= WHOLE_EVERY {
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
        identity: Identity,
        parsed: &ParsedFeed,
        now: Timestamp,
    ) -> Option<Window> {
        let pieces = Pieces::cut(document.bytes).filter(|_| parsed.warnings.is_empty())?;
        let hashes: Vec<u64> = { pieces.iter() }
            .map(|item| self.hasher.hash_one(item))
            .collect();
        if hashes.len() != parsed.items.len() {
            return None;
        }
        let keys = parsed.items.iter().map(|item| first_key(item, identity));
        let items = hashes.into_iter().zip(keys);
        let items = items.map(|(hash, key)| Some((hash, key?)));
        Some(Window {
            whole_at: now,
            items: items.collect::<Option<_>>()?,
        })
    }

    /// Remembers a document whose items are all in the store, in the place of the one before.
    pub(super) fn put(&self, feed: FeedId, window: Option<Window>) {
        match window {
            Some(window) => self.feeds().insert(feed, window),
            None => self.feeds().remove(&feed),
        };
    }

    fn feeds(&self) -> MutexGuard<'_, HashMap<FeedId, Window>> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    /// From what is one of 1,000 items at most, so the list is gone through.
    fn key(&self, hash: u64) -> Option<IdentityKey> {
        let found = self.items.iter().find(|(known, _)| *known == hash);
        found.map(|(_, key)| *key)
    }
}

fn first_key(item: &ParsedItem, identity: Identity) -> Option<IdentityKey> {
    item.keys.all_by(identity).into_iter().next()
}

#[cfg(test)]
mod tests;
