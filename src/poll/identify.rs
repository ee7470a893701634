//! Which items of a document are new, and what is on record of the others.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use ring::digest::{Context, SHA256};

use crate::{
    model::time,
    model::{FeedId, Fingerprint, IdentifiedBy, Identity, Item, ItemId, Remembered, TextHash},
    parse::{self, Judgement, ParsedItem, Verdict, judge},
    store::{Alias, EarlierText, REFRESH_AFTER, Store, StoreError, StoredItem},
};

/// What items are identified by, beside the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory<'a> {
    pub(super) store: &'a Store,
    pub(super) feed: FeedId,
    pub(super) identity: Identity,
    /// Whether any watch compares with all that an item ever said.
    pub(super) needs_earlier: bool,
    /// The items of the document before.
    pub(super) last_items: &'a [ItemId],
    pub(super) now: Timestamp,
}

/// What the store says about the items of a document.
pub(super) struct Identified {
    pub(super) judgement: Judgement,
    /// One for each item.
    pub(super) records: Vec<Record>,
    /// Known items that stand in the document too and were not read.
    pub(super) unread: Vec<ItemId>,
    /// What the feed still shows unchanged, where it is time to note that.
    pub(super) stale: Vec<(ItemId, i64)>,
}

/// One item's share of it.
pub(super) struct Record {
    /// Of the text it has now.
    pub(super) text_hash: TextHash,
    /// The row of a known item; `None` where another item of the document has it already.
    pub(super) id: Option<ItemId>,
    /// Why it is new, or by what it is not.
    pub(super) identified_by: IdentifiedBy,
    /// What a known item is to be known by from now on too.
    pub(super) alias: Option<Alias>,
    /// A known item as it was, where its text was edited.
    pub(super) before: Option<Before>,
    is_edited: bool,
}

/// An item before it was edited.
#[derive(Debug)]
pub(super) struct Before {
    pub(super) stored: StoredItem,
    /// What it said before that, where a watch wants to know.
    pub(super) earlier: Vec<EarlierText>,
}

impl Memory<'_> {
    /// Judges the items of a document, and reads what is on record of those that were edited.
    ///
    /// One look at the store; another only where a text has changed.
    pub(super) async fn identify(&self, items: &[ParsedItem]) -> Result<Identified, StoreError> {
        let shown: Vec<Option<Fingerprint>> = items.iter().map(ParsedItem::shown).collect();
        let asked = shown.iter().flatten().copied().collect();
        let last_items = self.last_items.to_vec();
        let recalled = self.store.recall(self.feed, asked, last_items).await?;
        let mut judgement = judge(&shown, &recalled.records, self.identity);
        if recalled.has_schema_1 {
            self.ask_schema_1(items, &mut judgement).await?;
        }
        let mut identified = compare(items, &recalled.records, judgement, self.now);
        self.read_edited(&mut identified).await?;
        Ok(identified)
    }

    /// The same for a feed of which nothing is on record yet, without asking.
    pub(super) fn identify_first(&self, items: &[ParsedItem]) -> Identified {
        let shown: Vec<Option<Fingerprint>> = items.iter().map(ParsedItem::shown).collect();
        let judgement = judge(&shown, &[], self.identity);
        compare(items, &[], judgement, self.now)
    }

    /// The same where all the items are new, and others of the document, which was not read whole,
    /// stand there as they are on record, with these `whole` fingerprints. `None` where one of the
    /// items might not be new: where it shares any part with what is on record.
    pub(super) async fn identify_new(
        &self,
        items: &[ParsedItem],
        unread: Vec<i64>,
    ) -> Result<Option<Identified>, StoreError> {
        let shown: Vec<Option<Fingerprint>> = items.iter().map(ParsedItem::shown).collect();
        let mut judgement = judge(&shown, &[], self.identity);
        let news: Vec<Fingerprint> = shown.into_iter().flatten().collect();
        let is_named = |it: &Fingerprint| it.guid.or(it.link).or(it.title).is_some();
        if !news.iter().all(is_named) {
            return Ok(None);
        }
        let last_items = self.last_items.to_vec();
        let unread = self
            .store
            .recall_unread(self.feed, news, unread, last_items);
        let Some(unread) = unread.await? else {
            return Ok(None);
        };
        if unread.has_schema_1 {
            self.ask_schema_1(items, &mut judgement).await?;
        }
        if judgement.news().any(|new| !new) {
            return Ok(None);
        }
        Ok(Some(Identified {
            unread: unread.items,
            ..compare(items, &[], judgement, self.now)
        }))
    }

    /// Takes back that an item is new where a store of schema 1 had seen it.
    async fn ask_schema_1(
        &self,
        items: &[ParsedItem],
        judgement: &mut Judgement,
    ) -> Result<(), StoreError> {
        let new: Vec<usize> = { judgement.news().enumerate() }
            .filter_map(|(index, new)| new.then_some(index))
            .collect();
        let keys = new.iter().map(|&index| {
            let item = &items[index];
            parse::keys_before(&item.item, item.identity())
        });
        let rows = self.store.known_before(self.feed, keys.collect()).await?;
        let mut taken = HashSet::new();
        for (index, row) in new.into_iter().zip(rows) {
            if let Some(item) = row {
                judgement.verdicts[index] = if taken.insert(item) {
                    Verdict::Known {
                        item,
                        record: None,
                        by: Some(IdentifiedBy::Before),
                    }
                } else {
                    Verdict::Repeat
                };
            }
        }
        Ok(())
    }

    async fn read_edited(&self, identified: &mut Identified) -> Result<(), StoreError> {
        let edited = identified.records.iter().filter(|record| record.is_edited);
        let edited: Vec<ItemId> = edited.filter_map(|record| record.id).collect();
        if edited.is_empty() {
            return Ok(());
        }
        let stored = self.store.items(edited).await?.into_iter();
        let mut stored: HashMap<ItemId, StoredItem> = stored.map(|item| (item.id, item)).collect();
        for record in &mut identified.records {
            let is_other = |stored: &StoredItem| text_hash(&stored.item) != record.text_hash;
            let stored = record.id.and_then(|id| stored.remove(&id));
            // What schema 1 knew is on record without its parts: only the text says whether it is
            // another.
            let Some(stored) = stored.filter(is_other) else {
                continue;
            };
            let earlier = if self.needs_earlier {
                self.store.earlier_texts(stored.id).await?
            } else {
                Vec::new()
            };
            record.before = Some(Before { stored, earlier });
        }
        Ok(())
    }
}

fn is_stale(record: &Remembered, now: Timestamp) -> bool {
    let seen_at = Timestamp::from_millisecond(record.seen_at).unwrap_or_default();
    time::elapsed(seen_at, now) >= REFRESH_AFTER
}

/// For every known item its row, and what of it is not on record.
pub(super) fn compare(
    items: &[ParsedItem],
    known: &[Remembered],
    judgement: Judgement,
    now: Timestamp,
) -> Identified {
    let (mut taken, mut stale) = (HashSet::new(), Vec::new());
    let mut record = |(item, verdict): (&ParsedItem, &Verdict)| {
        let mut made = Record {
            text_hash: text_hash(&item.item),
            id: None,
            identified_by: IdentifiedBy::New,
            alias: None,
            before: None,
            is_edited: false,
        };
        match *verdict {
            Verdict::New { guid_of: None } | Verdict::Repeat => {}
            Verdict::New { guid_of: Some(_) } => made.identified_by = IdentifiedBy::GuidReused,
            Verdict::Known {
                item: id,
                record,
                by,
            } => {
                made.id = taken.insert(id).then_some(id);
                let record = record.map(|record| &known[record]);
                match by {
                    Some(by) => made.note(item.fingerprint, record, by),
                    None => stale.extend(
                        record
                            .filter(|record| is_stale(record, now))
                            .map(|record| (record.item, record.alias)),
                    ),
                }
            }
        }
        made
    };
    let records = items.iter().zip(&judgement.verdicts).map(&mut record);
    Identified {
        records: records.collect(),
        judgement,
        unread: Vec::new(),
        stale,
    }
}

impl Record {
    /// That the item is a known one, and not as it was.
    fn note(&mut self, print: Fingerprint, record: Option<&Remembered>, by: IdentifiedBy) {
        self.identified_by = by;
        let old = record.map(|record| record.fingerprint);
        let is_at = |old: &Fingerprint| (old.guid, old.link) == (print.guid, print.link);
        let says = |old: Fingerprint| (old.title, old.text) == (print.title, print.text);
        self.is_edited = !old.is_some_and(says);
        self.alias = Some(Alias {
            replaces: record
                .filter(|record| is_at(&record.fingerprint))
                .map(|record| record.alias),
            fingerprint: print,
            by,
        });
    }
}

/// The first 16 bytes of SHA-256 over title, summary and content, each behind its length.
fn text_hash(item: &Item) -> TextHash {
    let mut context = Context::new(&SHA256);
    for part in [&item.title, &item.summary, &item.content] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let digest = context.finish();
    let (first, _) = digest
        .as_ref()
        .split_first_chunk()
        .expect("SHA-256 has 32 bytes");
    TextHash(*first)
}

#[cfg(test)]
mod tests;
