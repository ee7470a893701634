//! What is placed, by which rules, and what comes of it.

use std::time::Duration;

use jiff::Timestamp;

use super::{evidence::Evidence, features::Features, shelf::StoryId, sketch::Sketch};
use crate::model::{FeedId, ItemId};

/// An item to be placed.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The feed it came in.
    pub feed: FeedId,
    /// When it was seen.
    pub seen_at: Timestamp,
    /// What is seen in its text.
    pub features: &'a Features,
}

/// Where an item belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// It is the first of a story.
    New,
    /// It has the text of another item.
    Copy {
        /// The item.
        of: ItemId,
        /// Their story.
        story: StoryId,
        /// Why.
        evidence: Evidence,
    },
    /// It is about the event that another item is about.
    FollowUp {
        /// The item that is nearest to it.
        near: ItemId,
        /// Their story.
        story: StoryId,
        /// Why.
        evidence: Evidence,
    },
}

/// A placed item, and what the shelf must keep of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Where it belongs.
    pub placement: Placement,
    /// What is kept of its text.
    pub sketch: Sketch,
    /// Under these keys it must be put on the shelf.
    pub keys: Vec<i64>,
    /// It is no copy, but has the text of this item with other figures, a denial or a correction: no report
    /// of its own.
    pub changes: Option<ItemId>,
    /// Stories that turn out to be one with the story it follows up. They began apart, and what each of
    /// them is merged with is larger or older.
    pub merges: Vec<Merge>,
}

/// A story that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// Its number.
    pub story: StoryId,
    /// The story that has its items from now on.
    pub into: StoryId,
}

/// From where on items are the same. The defaults are those of docs/stories.md; only measurements use
/// others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// An item joins a story whose last item is no older.
    pub quiet: Duration,
    /// An item joins a story whose first item is no older.
    pub longest: Duration,
    /// The share of phrases that a copy has in common with the other text.
    pub copy_share: f32,
    /// The least number of phrases that they have in common.
    pub copy_phrases: usize,
    /// The cosine to the nearest item of a story.
    pub nearest: f32,
    /// The cosine to the centroid of a story.
    pub centroid: f32,
    /// The cosine of the centroids of two stories that are one.
    pub stories: f32,
    /// So many texts the smaller one has at most. Large stories are not merged: one wrong item between
    /// them would join hundreds.
    pub fragment: usize,
    /// Words that two items of a story have in common, at least.
    pub shared_words: usize,
}

impl Default for Rules {
    fn default() -> Self {
        const HOUR: u64 = 3_600;
        Self {
            quiet: Duration::from_secs(48 * HOUR),
            longest: Duration::from_secs(7 * 24 * HOUR),
            copy_share: 0.4,
            copy_phrases: 4,
            nearest: 0.22,
            centroid: 0.27,
            stories: 0.35,
            fragment: 4,
            shared_words: 2,
        }
    }
}
