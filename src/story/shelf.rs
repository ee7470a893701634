//! Where items stand that others are compared with.

use jiff::Timestamp;

use super::sketch::Sketch;
use crate::model::{FeedId, ItemId};

pub use crate::model::StoryId;

/// An item on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which item.
    pub item: ItemId,
    /// Its story.
    pub story: StoryId,
    /// The first item with the same text: itself where it is no copy.
    pub root: ItemId,
    /// The feed it came in.
    pub feed: FeedId,
    /// When it was seen.
    pub seen_at: Timestamp,
    /// What is kept of its text.
    pub sketch: Sketch,
    /// When the first item of its story was seen.
    pub story_first_at: Timestamp,
    /// When the last item of its story was seen.
    pub story_last_at: Timestamp,
}

/// Looks up items by keys. A key is one of [`Placed::keys`](super::Placed::keys); a shelf does not
/// look into it.
pub trait Shelf {
    /// Why it cannot look up.
    type Error;

    /// The newest items under a key, at most so many, the newest first.
    ///
    /// # Errors
    ///
    /// The shelf cannot be read.
    fn newest(&mut self, key: i64, most: usize) -> Result<Vec<ItemId>, Self::Error>;

    /// How many items are under a key, counted up to `most`.
    ///
    /// # Errors
    ///
    /// The shelf cannot be read.
    fn count(&mut self, key: i64, most: usize) -> Result<usize, Self::Error>;

    /// How many texts a story has, its copies left out, counted up to `most`.
    ///
    /// # Errors
    ///
    /// The shelf cannot be read.
    fn texts(&mut self, story: StoryId, most: usize) -> Result<usize, Self::Error>;

    /// An item; `None` where it is on the shelf no more.
    ///
    /// # Errors
    ///
    /// The shelf cannot be read.
    fn member(&mut self, item: ItemId) -> Result<Option<Member>, Self::Error>;
}
