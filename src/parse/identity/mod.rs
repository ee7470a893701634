//! Which items are new.
//!
//! Publishers edit titles, put session tokens into links and guids, repeat one guid on every item,
//! move from http to https, and now and then rename everything at once. So an item is remembered
//! by several keys, and [`judge`] asks them from the most to the least telling.
//!
//! Two mistakes are possible, and they do not weigh the same: to take an old item for a new one is
//! one alert too many, to take a new one for an old one is a story lost. In doubt an item is new.
//!
//! A key never depends on where the feed was fetched, nor on dates alone.

mod chosen;
mod link;
mod name;

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use ring::digest::{SHA256, digest};

use crate::model::{IdentityKey, Item};

pub use chosen::judge_by;
pub use name::keys_of_name;

/// The ways to recognise one item, made with the whole document in view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemKeys {
    /// The guid, where no other item of the document bears it.
    guid: Option<IdentityKey>,
    /// The guid and what tells its bearers apart, kept also where it is unique now.
    guid_link: Option<IdentityKey>,
    guid_link_name: Option<IdentityKey>,
    /// The canonical link, where it is this item's alone.
    link: Option<IdentityKey>,
    link_title: Option<IdentityKey>,
    title_date: Option<IdentityKey>,
    title_content: Option<IdentityKey>,
    /// The title alone; asked, and kept, only where a feed's items are known by it.
    title: Option<IdentityKey>,
    /// Whether [`title_content`](Self::title_content) is more than a title.
    has_content: bool,
    /// Which key stands for the guid.
    guid_rank: GuidRank,
}

/// How much it takes to tell the bearers of one guid apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum GuidRank {
    #[default]
    None,
    Alone,
    WithLink,
    WithLinkAndName,
}

impl ItemKeys {
    /// Every key to remember the item by.
    pub fn all(&self) -> Vec<IdentityKey> {
        [
            self.guid,
            self.guid_link,
            self.guid_link_name,
            self.link,
            self.link_title,
            self.title_date,
            self.title_content,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The key that names this item within its document: no two items share it, unless they are
    /// the same item twice.
    fn primary(&self) -> Option<IdentityKey> {
        match self.guid_rank {
            GuidRank::Alone => self.guid,
            GuidRank::WithLink => self.guid_link,
            GuidRank::WithLinkAndName => self.guid_link_name,
            GuidRank::None => self.link.or(self.title_date).or(self.title_content),
        }
    }

    fn is_known(&self, known: &HashSet<IdentityKey>) -> bool {
        let holds = |key: Option<IdentityKey>| key.is_some_and(|key| known.contains(&key));
        if self.guid_rank != GuidRank::None {
            // A guid that carries a token changes; link and title then still say who it is.
            return holds(self.primary()) || holds(self.link_title);
        }
        if self.link.is_some() {
            return holds(self.link);
        }
        holds(self.title_date) || holds(self.title_content)
    }

    /// Whether an item that is not known by guid or link may be an old one renamed.
    fn is_known_by_text(&self, known: &HashSet<IdentityKey>) -> bool {
        let holds = |key: Option<IdentityKey>| key.is_some_and(|key| known.contains(&key));
        holds(self.title_date) || (self.has_content && holds(self.title_content))
    }
}

/// What a document's items are, given what was seen before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// For each item whether it is new.
    pub new: Vec<bool>,
    /// How many items the feed renamed all at once; they are not new. 0 where it did not.
    pub renamed: u32,
}

/// So many items, and more than half of the document, make a renaming.
const MIN_RENAMED: usize = 3;

/// Decides which of a document's items are new.
///
/// `known` holds at least those of the items' keys ([`ItemKeys::all`]) that were seen before.
///
/// - An item with a guid is known if its guid is, or its link together with its title.
/// - One without is known if its link is; where it has no link of its own, if its title and date
///   are, or its title and content.
/// - Where most items (at least three) are new by that, but known by title and date or title and
///   content, the feed has renamed them: they are known, and counted.
/// - An item that stands in the document twice is new once.
#[expect(
    clippy::implicit_hasher,
    reason = "the store makes the set; a type parameter would only hinder inference"
)]
pub fn judge(items: &[ItemKeys], known: &HashSet<IdentityKey>) -> Judgement {
    let mut seen = HashSet::new();
    let mut new: Vec<bool> = items
        .iter()
        .map(|keys| {
            let is_repeat = keys.primary().is_some_and(|key| !seen.insert(key));
            !is_repeat && !keys.is_known(known)
        })
        .collect();
    let is_renamed = |(keys, new): (&ItemKeys, &bool)| *new && keys.is_known_by_text(known);
    let renamed: Vec<bool> = items.iter().zip(&new).map(is_renamed).collect();
    let count = renamed.iter().filter(|renamed| **renamed).count();
    if count < MIN_RENAMED || count * 2 <= items.len() {
        return Judgement { new, renamed: 0 };
    }
    for (new, renamed) in new.iter_mut().zip(renamed) {
        *new &= !renamed;
    }
    Judgement {
        new,
        renamed: u32::try_from(count).unwrap_or(u32::MAX),
    }
}

/// The keys of a document's items, each given with its link for identity. `site` is the feed's own
/// link: it names no item.
pub(super) fn keys<'a>(
    items: impl Iterator<Item = (&'a Item, Option<&'a str>)>,
    site: Option<&str>,
) -> Vec<ItemKeys> {
    let site = site.map(link::canonical);
    let parts: Vec<Parts> = items
        .map(|(item, link)| Parts::of(item, link, site.as_deref()))
        .collect();
    let names_of_link = distinct(&parts, |part| Some((part.link()?, part.name)));
    let stories_of_guid = distinct(&parts, |part| {
        Some((part.guid()?, (part.link(), part.name)))
    });
    let names_of_guid_and_link = distinct(&parts, |part| {
        Some(((part.guid()?, part.link()), part.name))
    });
    parts
        .iter()
        .map(|part| {
            let is_own = |link: &&str| names_of_link.get(link) == Some(&1);
            let link = part.link().filter(is_own).filter(|_| !part.is_site);
            let rank = match part.guid() {
                None => GuidRank::None,
                Some(guid) if stories_of_guid.get(guid) == Some(&1) => GuidRank::Alone,
                Some(guid) if names_of_guid_and_link.get(&(guid, part.link())) == Some(&1) => {
                    GuidRank::WithLink
                }
                Some(_) => GuidRank::WithLinkAndName,
            };
            part.keys(link, rank)
        })
        .collect()
}

/// How many different values each key comes with.
fn distinct<'p, 'i: 'p, K: Copy + Ord + Hash, V: Ord>(
    parts: &'p [Parts<'i>],
    pair: impl Fn(&'p Parts<'i>) -> Option<(K, V)>,
) -> HashMap<K, usize> {
    let mut pairs: Vec<(K, V)> = parts.iter().filter_map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut counts = HashMap::with_capacity(pairs.len());
    for (key, _) in pairs {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// What an item's keys are made of.
struct Parts<'a> {
    guid: Option<String>,
    link: Option<String>,
    is_site: bool,
    title: &'a str,
    /// The title, or the text where there is none.
    name: &'a str,
    date: Option<String>,
    summary: &'a str,
    content: &'a str,
}

impl<'a> Parts<'a> {
    fn of(item: &'a Item, link: Option<&str>, site: Option<&str>) -> Self {
        let link = link.map(link::canonical);
        Self {
            guid: item.guid.as_deref().map(link::secure),
            is_site: link.is_some() && link.as_deref() == site,
            link,
            title: &item.title,
            name: [&item.title, &item.summary, &item.content]
                .into_iter()
                .find(|text| !text.is_empty())
                .map_or("", String::as_str),
            date: item
                .published
                .or(item.updated)
                .map(|date| date.as_second().to_string()),
            summary: &item.summary,
            content: &item.content,
        }
    }

    fn guid(&self) -> Option<&str> {
        self.guid.as_deref()
    }

    fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    fn keys(&self, own_link: Option<&str>, guid_rank: GuidRank) -> ItemKeys {
        let guid = self.guid();
        let link = self.link().unwrap_or_default();
        let title = Some(self.title).filter(|title| !title.is_empty());
        let date = self.date.as_deref();
        ItemKeys {
            guid: guid
                .filter(|_| guid_rank == GuidRank::Alone)
                .map(|guid| key(Kind::Guid, &[guid])),
            guid_link: guid
                .filter(|_| guid_rank != GuidRank::WithLinkAndName)
                .map(|guid| key(Kind::GuidLink, &[guid, link])),
            guid_link_name: guid.map(|guid| key(Kind::GuidLinkName, &[guid, link, self.name])),
            link: own_link.map(|link| key(Kind::Link, &[link])),
            link_title: own_link
                .zip(title)
                .map(|(link, title)| key(Kind::LinkTitle, &[link, title])),
            title_date: title
                .zip(date)
                .map(|(title, date)| key(Kind::TitleDate, &[title, date])),
            title_content: Some(key(
                Kind::TitleContent,
                &[self.title, self.summary, self.content],
            )),
            title: title.map(|title| key(Kind::Title, &[title])),
            has_content: !self.summary.is_empty() || !self.content.is_empty(),
            guid_rank,
        }
    }
}

/// What a key is a hash of. Stored: a number never changes its meaning.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Guid = 1,
    GuidLink = 2,
    GuidLinkName = 3,
    Link = 4,
    LinkTitle = 5,
    TitleDate = 6,
    TitleContent = 7,
    Title = 8,
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
mod tests;
