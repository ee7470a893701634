//! Which watches an item satisfies.
//!
//! Text and terms are brought to one canonical form ([`crate::text`]); the terms of all watches
//! are patterns of one index (`index`), which reads each field once. Only watches that need a term
//! which hit are evaluated, so the cost is that of the text and its hits, not of the watches.

mod anchors;
mod canonical;
mod check;
mod compile;
mod compiled;
mod context;
mod display;
mod doubts;
mod entity;
mod evaluate;
mod evidence;
mod explain;
mod fields;
mod find;
mod index;
mod joined;
mod lexer;
mod lists;
mod locate;
mod loose;
mod origin;
mod parser;
mod particles;
mod parts;
mod pattern;
mod positions;
mod query;
mod refused;
mod regexes;
mod signs;
mod spelling;
#[cfg(test)]
mod tests;
mod verdict;

use std::{fmt, ops::Range};

use crate::model::{Field, Watch};

pub use compile::Matcher;
pub use context::matches;
pub use entity::Entity;
pub use explain::{Clause, NearMiss, Operator, Outline};
pub use find::MAX_HITS;
pub use lists::ItemLists;
pub use parts::{Joined, Parts};
pub use positions::MAX_DISTANCE;
pub use query::{MAX_NESTING, Query, QueryError};

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
    /// BCP 47 tag of its language; empty where it is not known.
    pub lang: &'a str,
    /// Host or URL of the site it stands on; where empty, that of the link.
    pub site: &'a str,
}

impl<'a> ItemText<'a> {
    /// The text of one field.
    pub const fn field(&self, field: Field) -> &'a str {
        match field {
            Field::Title => self.title,
            Field::Summary => self.summary,
            Field::Content => self.content,
            Field::Author => self.author,
            Field::Category => self.category,
            Field::Link => self.link,
        }
    }
}

/// A watch that an item satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchMatch {
    /// Index into the watches that were compiled.
    pub watch: usize,
    /// The positive terms that hit, by field and position; at most [`MAX_HITS`].
    pub hits: Vec<Hit>,
}

/// Where a term hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The term as the watch writes it, a phrase without its quotes.
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
    /// Compiles all watches; `@name` in them stands for the names of that entity.
    ///
    /// # Errors
    /// Every watch that is wrong.
    pub fn compile(watches: &[Watch], entities: &[Entity]) -> Result<Self, Vec<WatchError>> {
        let (mut queries, mut errors) = (Vec::with_capacity(watches.len()), Vec::new());
        for watch in watches {
            match Query::parse(&watch.expression, entities) {
                Ok(query) => queries.push((watch, query)),
                Err(error) => errors.push(WatchError {
                    watch: watch.name.clone(),
                    error,
                }),
            }
        }
        if errors.is_empty() {
            Ok(compile::matcher(queries))
        } else {
            Err(errors)
        }
    }

    /// Finds every watch that `item` satisfies, in config order. Linear in the text.
    pub fn find(&self, item: &ItemText<'_>) -> Vec<WatchMatch> {
        find::find(self, item)
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Matcher")
            .field("watches", &self.watches.len())
            .field("patterns", &self.patterns.len())
            .finish_non_exhaustive()
    }
}
