//! Which items are new.
//!
//! Publishers edit titles, move stories to other addresses, put tokens into links and guids, give
//! one guid or one link to many stories, and now and then rename everything at once. So of each
//! item several parts are remembered, its [`Fingerprint`]; and [`judge`] compares a whole document
//! with what is on record. Each item on record is at most one item of the document, the one that
//! resembles it most: an item beside that one is another story, whatever guid, link or title they
//! share.
//!
//! Two mistakes are possible, and they do not weigh the same: to take an old item for a new one is
//! one alert too many, to take a new one for an old one is a story lost. In doubt an item is new.
//!
//! A fingerprint never depends on where the feed was fetched, and no date alone decides anything.

mod agree;
mod before;
mod chosen;
mod judge;
mod link;
mod records;
mod versions;

use ring::digest::{Context, SHA256};

use crate::model::{Fingerprint, IdentifiedBy, Item, ItemId};

pub use before::keys_before;
pub use judge::judge;

pub(super) use versions::later_versions;

/// What one item of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No document showed it before.
    New {
        /// The guid is that of another story on record.
        guid_of: Option<ItemId>,
    },
    /// An item on record.
    Known {
        /// Which one.
        item: ItemId,
        /// Which of the fingerprints on record it resembles most, by position; `None` where only
        /// the store of an earlier release knows the item.
        record: Option<usize>,
        /// By what; `None` where it is as it was.
        by: Option<IdentifiedBy>,
    },
    /// An item that the document already holds.
    Repeat,
}

/// What a document's items are, given what was seen before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// One for each item.
    pub verdicts: Vec<Verdict>,
    /// How many items the feed renamed all at once; they are not new. 0 where it did not.
    pub renamed: u32,
}

impl Judgement {
    /// For each item whether it is new.
    pub fn news(&self) -> impl Iterator<Item = bool> + '_ {
        let is_new = |verdict: &Verdict| matches!(verdict, Verdict::New { .. });
        self.verdicts.iter().map(is_new)
    }
}

/// The fingerprint of an item, given with its link for identity. `site` is the feed's own link: it
/// names no item.
pub(super) fn fingerprint(item: &Item, link: Option<&str>, site: Option<&str>) -> Fingerprint {
    let link = link.map(link::canonical);
    let is_own = |link: &&str| Some(*link) != site && !link::is_placeholder(link);
    let link = link.as_deref().filter(is_own);
    let text = [item.summary.as_str(), item.content.as_str()];
    let mut print = Fingerprint {
        whole: 0,
        guid: item
            .guid
            .as_deref()
            .filter(|guid| !link::is_placeholder(guid))
            .map(|guid| hash(Part::Guid, &[&link::secure(guid)])),
        link: link.map(|link| hash(Part::Link, &[link])),
        path: link
            .and_then(link::path)
            .map(|path| hash(Part::Path, &[&path])),
        title: Some(item.title.as_str())
            .filter(|title| !title.is_empty())
            .map(|title| hash(Part::Title, &[title])),
        date: item
            .published
            .or(item.updated)
            .map(jiff::Timestamp::as_second),
        text: Some(text)
            .filter(|text| text.iter().any(|part| !part.is_empty()))
            .map(|text| hash(Part::Text, &text)),
    };
    print.whole = whole(&print);
    print
}

/// The hashes that the fingerprints of an item with this link, or this guid, have as `link` and as
/// `guid`. Every spelling of a link has the same one.
pub fn hashes_of_name(name: &str) -> [i64; 2] {
    [
        hash(Part::Link, &[&link::canonical(name)]),
        hash(Part::Guid, &[&link::secure(name)]),
    ]
}

/// The feed's own link as fingerprints compare it.
pub(super) fn site(link: &str) -> String {
    link::canonical(link)
}

fn whole(print: &Fingerprint) -> i64 {
    let parts = [print.guid, print.link, print.title, print.date, print.text];
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&[u8::from(part.is_some())]);
        context.update(&part.unwrap_or_default().to_be_bytes());
    }
    first_eight(context)
}

/// What a part of a fingerprint is a hash of. Stored: a number never changes its meaning.
#[derive(Debug, Clone, Copy)]
enum Part {
    Guid = 1,
    Link = 2,
    Path = 3,
    Title = 4,
    Text = 5,
}

/// The first 8 bytes of SHA-256 over the kind and the texts, each behind its length. Of a million
/// items of one feed two agree by chance once in 37 million feeds.
fn hash(part: Part, texts: &[&str]) -> i64 {
    let mut context = Context::new(&SHA256);
    context.update(&[part as u8]);
    for text in texts {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    first_eight(context)
}

fn first_eight(context: Context) -> i64 {
    let digest = context.finish();
    let (first, _) = digest
        .as_ref()
        .split_first_chunk()
        .expect("SHA-256 has 32 bytes");
    i64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests;
