//! One story in a feed, as plain text, and the numbers that the store knows it by.

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
}
