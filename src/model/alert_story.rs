//! Where an alert's item stands in its story, exactly as webhooks get it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ItemId;

/// The number of a story: that of its first item. It never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StoryId(pub i64);

/// As people see and type it: `s812`.
impl fmt::Display for StoryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s{}", self.0)
    }
}

impl From<StoryId> for ItemId {
    fn from(story: StoryId) -> Self {
        Self(story.0)
    }
}

/// What an item is to its story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryRole {
    /// It began the story.
    First,
    /// It says what an earlier item of the story says, perhaps shorter, or under another headline.
    Copy,
    /// It says something else about the same event.
    FollowUp,
}

impl StoryRole {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::First, Self::Copy, Self::FollowUp];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Copy => "copy",
            Self::FollowUp => "follow_up",
        }
    }

    /// The name for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Copy => "copy",
            Self::FollowUp => "follow-up",
        }
    }
}

impl fmt::Display for StoryRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// The story of an alert's item, as it was when the notice was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertStory {
    /// The row id of its first item, in decimal.
    pub id: String,
    /// Counts up with each item that joins; 1 is the first.
    pub revision: u32,
    /// What the alert's item is to it.
    pub role: StoryRole,
    /// How many items it has, copies among them.
    pub items: u32,
    /// Who published them, each once, in the order in which they came.
    pub publishers: Vec<String>,
    /// How many of these are independent of each other: copies count as one, and so do items that
    /// name the same news agency.
    pub independent: u32,
    /// Its other items, the oldest first; [`MAX_ALSO`](Self::MAX_ALSO) at most.
    pub also: Vec<AlsoIn>,
    /// Why a copy is sent all the same, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_because: Option<String>,
    /// What a watch waited for, in words: "3 of 3: bbc, nhk, reuters".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corroborated: Option<String>,
}

impl AlertStory {
    /// The most other items that a notice names.
    pub const MAX_ALSO: usize = 20;
}

/// The same story elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoIn {
    /// The feed's name in the config.
    pub feed: String,
    /// Absolute URL.
    pub link: Option<String>,
    /// Plain text.
    pub title: String,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// When we first read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
    /// What it is to the story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<StoryRole>,
    /// How it was found to belong here, in words: "37 of 61 phrases also in #812".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

impl AlsoIn {
    /// An item of which only this is known.
    pub const fn new(feed: String, link: Option<String>, title: String) -> Self {
        Self {
            feed,
            link,
            title,
            publisher: None,
            seen: None,
            role: None,
            evidence: None,
        }
    }
}
