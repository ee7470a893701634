//! Which items of a document are new, and what is on record of the others.

use std::collections::{HashMap, HashSet};

use ring::digest::{Context, SHA256};

use crate::{
    model::{FeedId, Identity, IdentityKey, Item, ItemId, TextHash},
    parse::{ItemKeys, Judgement, ParsedItem, judge_by},
    store::{KnownKey, Store, StoreError, StoredItem},
};

/// What the store says about the items of a document.
pub(super) struct Recognised {
    pub(super) judgement: Judgement,
    /// One for each item.
    pub(super) records: Vec<Record>,
    /// Known items that stand in the document too and were not read.
    pub(super) unread: Vec<ItemId>,
}

/// One item's share of it.
pub(super) struct Record {
    /// Of the text it has now.
    pub(super) text_hash: TextHash,
    /// The row of a known item; `None` where another item of the document has it already.
    pub(super) id: Option<ItemId>,
    /// Whether the text on record is another.
    pub(super) is_edited: bool,
    /// Keys that a known item is to be known by from now on too.
    pub(super) keys: Vec<IdentityKey>,
    /// A known item as it was, where its text was edited.
    pub(super) before: Option<StoredItem>,
}

/// Judges the items of a document, and reads what is on record of those that were edited.
///
/// One query for all keys; another only where a text has changed.
pub(super) async fn recognise(
    store: &Store,
    feed: FeedId,
    identity: Identity,
    items: &[ParsedItem],
) -> Result<Recognised, StoreError> {
    let all = items.iter().flat_map(|item| item.keys.all_by(identity));
    let known = store.known(feed, all.collect()).await?;
    let mut recognised = compare(items, &known, identity);
    let edited = recognised.records.iter().filter(|record| record.is_edited);
    let edited: Vec<ItemId> = edited.filter_map(|record| record.id).collect();
    if edited.is_empty() {
        return Ok(recognised);
    }
    let stored = store.items(edited).await?.into_iter();
    let mut stored: HashMap<ItemId, StoredItem> = stored.map(|item| (item.id, item)).collect();
    for record in &mut recognised.records {
        record.before = record.id.and_then(|id| stored.remove(&id));
    }
    Ok(recognised)
}

/// The same for a feed of which nothing is on record yet, without asking.
pub(super) fn recognise_first(identity: Identity, items: &[ParsedItem]) -> Recognised {
    compare(items, &HashMap::new(), identity)
}

/// The same where all the items are new, and others of the document, which was not read whole, are
/// known by `unread`. `None` where one of the items might not be new.
pub(super) async fn recognise_new(
    store: &Store,
    feed: FeedId,
    identity: Identity,
    items: &[ParsedItem],
    unread: &[IdentityKey],
) -> Result<Option<Recognised>, StoreError> {
    let keys = items.iter().flat_map(|item| item.keys.all_by(identity));
    let keys: Vec<IdentityKey> = keys.collect();
    let known = store.known(feed, [unread, &keys].concat()).await?;
    if keys.iter().any(|key| known.contains_key(key)) {
        return Ok(None);
    }
    let recognised = compare(items, &known, identity);
    let all_new = recognised.judgement.new.iter().all(|new| *new);
    let rows = unread.iter().map(|key| Some(known.get(key)?.item));
    let unread = rows.collect::<Option<_>>().filter(|_| all_new);
    Ok(unread.map(|unread| Recognised {
        unread,
        ..recognised
    }))
}

/// The judgement, and for every known item its row and what of it is not on record.
fn compare(
    items: &[ParsedItem],
    known: &HashMap<IdentityKey, KnownKey>,
    identity: Identity,
) -> Recognised {
    let set: HashSet<IdentityKey> = known.keys().copied().collect();
    let keys: Vec<ItemKeys> = items.iter().map(|item| item.keys.clone()).collect();
    let judgement = judge_by(&keys, &set, identity);
    let mut taken = HashSet::new();
    let record = |(item, new): (&ParsedItem, &bool)| {
        let text_hash = text_hash(&item.item);
        let row = (!new)
            .then(|| item.keys.known_by(&set, identity))
            .flatten()
            .and_then(|key| known.get(&key))
            .filter(|row| taken.insert(row.item));
        let is_edited = row.is_some_and(|row| row.text.is_some_and(|text| text != text_hash));
        // Not at every poll: a guid that changes each time would fill the store.
        let has_new_keys = row.is_some() && (is_edited || judgement.renamed > 0);
        let all = item.keys.all_by(identity).into_iter();
        Record {
            text_hash,
            id: row.map(|row| row.item),
            is_edited,
            keys: all
                .filter(|key| has_new_keys && !set.contains(key))
                .collect(),
            before: None,
        }
    };
    let records = items.iter().zip(&judgement.new).map(record).collect();
    Recognised {
        judgement,
        records,
        unread: Vec::new(),
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
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn a_text_that_moves_between_fields_is_another() {
        let item = |title: &str, summary: &str, content: &str| Item {
            title: title.into(),
            summary: summary.into(),
            content: content.into(),
            ..Item::default()
        };
        let texts = [
            item("a", "b", ""),
            item("ab", "", ""),
            item("", "ab", ""),
            item("a", "", "b"),
        ];
        let hashes: HashSet<TextHash> = texts.iter().map(text_hash).collect();
        assert_eq!(hashes.len(), texts.len());
        let linked = Item {
            link: Some("https://e.org/".into()),
            ..item("a", "b", "")
        };
        assert!(
            hashes.contains(&text_hash(&linked)),
            "the text alone counts"
        );
    }

    fn items(xml: &str) -> Vec<ParsedItem> {
        let url = "https://e.org/feed".parse().expect("a URL");
        let document = parse::Document {
            bytes: xml.as_bytes(),
            content_type: None,
            url: &url,
        };
        parse::parse(&document, jiff::Timestamp::UNIX_EPOCH)
            .expect("a feed")
            .items
    }

    /// A document that shows one item twice with two texts must not write it down twice.
    #[test]
    fn an_item_that_stands_twice_is_compared_once() {
        let item = |text: &str| {
            format!("<item><guid>g</guid><title>T</title><description>{text}</description></item>")
        };
        let xml = format!(
            "<rss><channel>{}{}</channel></rss>",
            item("new"),
            item("old")
        );
        let items = items(&xml);
        let row = KnownKey {
            item: ItemId(7),
            text: Some(text_hash(&items[1].item)),
        };
        let known = items[0].keys.all_by(Identity::Auto).into_iter();
        let known = known.map(|key| (key, row)).collect();
        let recognised = compare(&items, &known, Identity::Auto);
        assert_eq!(recognised.judgement.new, [false, false]);
        let ids: Vec<_> = recognised.records.iter().map(|record| record.id).collect();
        assert_eq!(ids, [Some(ItemId(7)), None]);
        assert!(recognised.records[0].is_edited);
    }

    #[test]
    fn an_item_that_is_no_longer_kept_is_not_compared() {
        let items =
            items("<rss><channel><item><guid>g</guid><title>T</title></item></channel></rss>");
        let row = KnownKey {
            item: ItemId(7),
            text: None,
        };
        let known = items[0].keys.all_by(Identity::Auto).into_iter();
        let known = known.map(|key| (key, row)).collect();
        let recognised = compare(&items, &known, Identity::Auto);
        assert!(!recognised.records[0].is_edited);
        assert!(recognised.records[0].keys.is_empty());
    }
}
