//! Items as stores of schema 1 remember them: by several hashes each, without their parts.
//!
//! What such a store has seen is identified by them once, and gets a fingerprint then. The hashes
//! are deleted when they have rested for as long as anything is remembered.

use ring::digest::{SHA256, digest};

use super::link;
use crate::model::{IdentityKey, Item};

/// The hashes under which schema 1 knew an item, given with its link for identity; any of them
/// says that the item is not new.
pub fn keys_before(item: &Item, link: Option<&str>) -> Vec<IdentityKey> {
    let canonical = link.map(link::canonical);
    let link = canonical.as_deref().unwrap_or_default();
    let title = item.title.as_str();
    let names = [title, &item.summary, &item.content];
    let name = names.into_iter().find(|text| !text.is_empty());
    let name = name.unwrap_or_default();
    let date = item.published.or(item.updated);
    let date = date.map(|date| date.as_second().to_string());
    let mut keys = Vec::new();
    let mut remember = |kind: Kind, parts: &[&str]| keys.push(key(kind, parts));
    match item.guid.as_deref().map(link::secure) {
        Some(guid) => {
            remember(Kind::Guid, &[&guid]);
            remember(Kind::GuidLink, &[&guid, link]);
            remember(Kind::GuidLinkName, &[&guid, link, name]);
            if canonical.is_some() && !title.is_empty() {
                remember(Kind::LinkTitle, &[link, title]);
            }
        }
        None if canonical.is_some() => remember(Kind::Link, &[link]),
        None => remember(Kind::TitleContent, &[title, &item.summary, &item.content]),
    }
    if let (None, Some(date), false) = (&item.guid, &date, title.is_empty()) {
        remember(Kind::TitleDate, &[title, date]);
    }
    keys
}

/// What a hash was made of.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Guid = 1,
    GuidLink = 2,
    GuidLinkName = 3,
    Link = 4,
    LinkTitle = 5,
    TitleDate = 6,
    TitleContent = 7,
}

/// The first 16 bytes of SHA-256 over the kind and the parts, each behind its length.
fn key(kind: Kind, parts: &[&str]) -> IdentityKey {
    let mut text = vec![kind as u8];
    for part in parts {
        text.extend_from_slice(&(part.len() as u64).to_be_bytes());
        text.extend_from_slice(part.as_bytes());
    }
    let digest = digest(&SHA256, &text);
    let (first, _) = digest
        .as_ref()
        .split_first_chunk()
        .expect("SHA-256 has 32 bytes");
    IdentityKey(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the release before wrote them.
    #[test]
    fn they_are_the_hashes_that_stores_hold() {
        assert_eq!(
            key(Kind::Guid, &["a"]).0,
            [
                0xb9, 0x8e, 0x93, 0x26, 0xc7, 0x37, 0xb5, 0x41, 0xce, 0x3b, 0x09, 0x51, 0xf4, 0xbb,
                0x8b, 0x74
            ]
        );
        let item = Item {
            guid: Some("a".into()),
            title: "T".into(),
            ..Item::default()
        };
        let keys = keys_before(&item, Some("https://e.org/1?utm_source=x"));
        assert_eq!(keys[0], key(Kind::Guid, &["a"]));
        assert_eq!(keys[3], key(Kind::LinkTitle, &["https://e.org/1", "T"]));
    }

    #[test]
    fn an_item_without_a_guid_is_known_by_its_link_or_its_text() {
        let item = Item {
            title: "T".into(),
            published: Some(jiff::Timestamp::UNIX_EPOCH),
            ..Item::default()
        };
        assert_eq!(
            keys_before(&item, None),
            [
                key(Kind::TitleContent, &["T", "", ""]),
                key(Kind::TitleDate, &["T", "0"])
            ]
        );
        let keys = keys_before(&item, Some("https://e.org/1"));
        assert_eq!(keys[0], key(Kind::Link, &["https://e.org/1"]));
    }
}
