//! Which watches an item satisfies.

mod query;

use std::ops::Range;

use crate::model::{Field, Watch};

pub use query::{Query, QueryError};

/// All watches in one automaton.
#[derive(Debug)]
pub struct Matcher {}

/// The text of one item, field by field, as plain text.
#[derive(Debug, Clone, Copy, Default)]
pub struct ItemText<'a> {
    /// Name of the feed it comes from.
    pub feed: &'a str,
    /// Headline.
    pub title: &'a str,
    /// Short text.
    pub summary: &'a str,
    /// Full text.
    pub content: &'a str,
    /// Author names, one a line.
    pub author: &'a str,
    /// Category labels, one a line.
    pub category: &'a str,
    /// URL.
    pub link: &'a str,
}

/// A watch that an item satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchMatch {
    /// Index into the watches that were compiled.
    pub watch: usize,
    /// The positive terms that hit, by field and position.
    pub hits: Vec<Hit>,
}

/// Where a term hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The term as the watch writes it.
    pub term: String,
    /// The field it stands in.
    pub field: Field,
    /// Byte range in the original field, on char boundaries.
    pub span: Range<usize>,
}

/// A watch whose expression is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("watch {watch:?}: {error}")]
pub struct WatchError {
    /// Name of the watch.
    pub watch: String,
    /// What is wrong.
    #[source]
    pub error: QueryError,
}

impl Matcher {
    /// Compiles all watches.
    ///
    /// # Errors
    /// Every watch that is wrong.
    pub fn compile(_watches: &[Watch]) -> Result<Self, Vec<WatchError>> {
        Ok(Self {})
    }

    /// Finds every watch that `item` satisfies, in config order. Linear in the text.
    pub fn find(&self, _item: &ItemText<'_>) -> Vec<WatchMatch> {
        Vec::new()
    }
}
