//! One story in a feed, as plain text, the numbers that the store knows it by, and what it is
//! identified by when its feed shows it again. The store holds each [`IdentifiedBy`] as its number, so
//! a number never changes its meaning.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Row id of an item in the store. Later items have higher ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId(pub i64);

/// One of the ways in which stores of schema 1 identify an item: a 128-bit hash over a kind and its
/// parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKey(pub [u8; 16]);

/// A 128-bit hash over an item's title, summary and content: another one, and the story was edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextHash(pub [u8; 16]);

/// An item as read from a feed. All text is plain: no markup, entities resolved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// The feed's own id, trimmed; `None` where it has none.
    pub guid: Option<String>,
    /// Plain text, may be empty.
    pub title: String,
    /// Absolute URL of the story.
    pub link: Option<String>,
    /// As the feed says; never used to decide whether an item is new.
    pub published: Option<Timestamp>,
    /// As the feed says.
    pub updated: Option<Timestamp>,
    /// The date as the feed writes it, readable or not: of publication, or else of the last
    /// change.
    pub date_text: Option<String>,
    /// Names, in the feed's order.
    pub authors: Vec<String>,
    /// Labels or terms, in the feed's order.
    pub categories: Vec<String>,
    /// Plain text, may be empty. Block elements are line breaks.
    pub summary: String,
    /// Plain text, may be empty. Block elements are line breaks.
    pub content: String,
    /// BCP 47 tag, from the item or its feed; once an item is polled also one that was detected in
    /// its text.
    pub language: Option<String>,
    /// The site that published it first, as the feed says: an absolute http or https URL.
    pub source: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_one_is_at_its_number() {
        for (number, by) in IdentifiedBy::ALL.into_iter().enumerate() {
            assert_eq!(by as usize, number);
        }
    }
}

/// What one document said of an item, as far as it helps to identify the item again. Hashes, so
/// that what was ever seen stays small whatever publishers put in a guid; `None` where the item
/// has no such part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint {
    /// All parts below but `path`: two items of one feed that agree in it are one item.
    pub whole: i64,
    /// The guid.
    pub guid: Option<i64>,
    /// The canonical link; none where it is the site's own, which names no item.
    pub link: Option<i64>,
    /// The link without its host and its query.
    pub path: Option<i64>,
    /// The title.
    pub title: Option<i64>,
    /// Seconds since 1970: when the item says it was published, or else updated.
    pub date: Option<i64>,
    /// Summary and content.
    pub text: Option<i64>,
}

/// An item on record, under one fingerprint that it was shown with. One item has a few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// The item's row. It may be gone: fingerprints are kept longer than items.
    pub item: ItemId,
    /// Which of the item's fingerprints this is.
    pub alias: i64,
    /// What the document said.
    pub fingerprint: Fingerprint,
    /// When a document last showed it, in milliseconds since 1970, to a day.
    pub seen_at: i64,
}

/// By what an item was taken for one that an earlier document showed. Stored as its number, and
/// shown by the commands that explain why an item did not alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentifiedBy {
    /// Nothing: the item was new.
    New = 0,
    /// The guid.
    Guid = 1,
    /// The link; the item has no guid of its own.
    Link = 2,
    /// Link and title, under another guid.
    LinkAndTitle = 3,
    /// Title, date and text, as far as it has them, under another address.
    Moved = 4,
    /// Title, date and text, as far as it has them; it has no guid or link of its own.
    Text = 5,
    /// Its title together with its date or text, when the feed renamed most of its items at once.
    Renamed = 6,
    /// Nothing: the item was new, though an earlier one had its guid.
    GuidReused = 7,
    /// What the config says that the feed's items are identified by.
    Chosen = 8,
    /// An earlier release of this program identified it.
    Before = 9,
}

impl IdentifiedBy {
    /// Every one, each at its number.
    pub const ALL: [Self; 10] = [
        Self::New,
        Self::Guid,
        Self::Link,
        Self::LinkAndTitle,
        Self::Moved,
        Self::Text,
        Self::Renamed,
        Self::GuidReused,
        Self::Chosen,
        Self::Before,
    ];

    /// The one with this number; of a number that this release does not know, what an earlier or
    /// later one identified.
    pub fn from_number(number: i64) -> Self {
        let number = usize::try_from(number).ok();
        let known = number.and_then(|number| Self::ALL.get(number));
        known.copied().unwrap_or(Self::Before)
    }

    /// The words behind "taken for an earlier item because".
    pub const fn because(self) -> &'static str {
        match self {
            Self::New => "nothing: it was new",
            Self::Guid => "the guid is the same",
            Self::Link => "the link is the same, and it has no guid of its own",
            Self::LinkAndTitle => {
                "link and title are the same, and so is the date or the text; only the guid is another"
            }
            Self::Moved => {
                "title, date and text are the same, and the entry under the old address was gone"
            }
            Self::Text => "title, date and text are the same, and it has no address of its own",
            Self::Renamed => {
                "the feed renamed most of its items at once, and this one's title with its date or text is the same"
            }
            Self::GuidReused => {
                "nothing: it was new, though an earlier item had its guid; link, title and text were others"
            }
            Self::Chosen => "the feed's `identity` says that its items are identified by that",
            Self::Before => "an earlier release of Fivebells had identified it",
        }
    }
}
