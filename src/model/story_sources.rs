//! The line at the end of a story.

use serde::{Deserialize, Serialize};

/// `data` of `story.sources`: how many more sources had a story that a receiver was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorySources {
    /// The story's number.
    pub story: String,
    /// The headline of its first item.
    pub title: String,
    /// The link of that.
    pub link: Option<String>,
    /// The watches that matched it.
    pub watches: Vec<String>,
    /// How many alerts were folded into those that the receiver was sent.
    pub sources: u32,
    /// How many independent publishers have the story.
    pub independent: u32,
    /// All its publishers, in the order in which they came.
    pub publishers: Vec<String>,
}
