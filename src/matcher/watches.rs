//! `Matcher`: the watches of a config, ready to search items.
//!
//! Compiles all watches or reports every one that is wrong. A matcher never changes, so that any
//! number of threads may search with it at once.

use std::fmt;

use super::{
    eval::{ItemText, WatchMatch, find, widened},
    program::{ParsedWatch, Program, compile},
    syntax::{Entity, Query, QueryError},
};
use crate::model::{Field, Watch};

/// All watches, compiled.
pub struct Matcher {
    program: Program,
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
        Self::compiled(watches, entities, |watch, query| ParsedWatch {
            query,
            fields: &watch.fields,
            feeds: watch.feeds.as_deref(),
        })
    }

    /// Compiles all watches so that they also find near misses. Their terms also hit in fields that
    /// they do not read, with other capitals and accents, and as parts of longer words; the words
    /// of their phrases may be apart; NEAR reaches any distance. Exclusions, feeds, languages
    /// and sites are as strict as in [`Matcher::compile`].
    ///
    /// # Errors
    /// Every watch that is wrong.
    pub fn compile_near_misses(
        watches: &[Watch],
        entities: &[Entity],
    ) -> Result<Self, Vec<WatchError>> {
        Self::compiled(watches, entities, |watch, query| ParsedWatch {
            query: widened(&query, &watch.fields),
            fields: &Field::ALL,
            feeds: watch.feeds.as_deref(),
        })
    }

    fn compiled<'a>(
        watches: &'a [Watch],
        entities: &[Entity],
        parsed: impl Fn(&'a Watch, Query) -> ParsedWatch<'a>,
    ) -> Result<Self, Vec<WatchError>> {
        let (mut good, mut errors) = (Vec::with_capacity(watches.len()), Vec::new());
        for watch in watches {
            match Query::parse(&watch.expression, entities) {
                Ok(query) => good.push(parsed(watch, query)),
                Err(error) => errors.push(WatchError {
                    watch: watch.name.clone(),
                    error,
                }),
            }
        }
        if errors.is_empty() {
            let program = compile(good);
            Ok(Self { program })
        } else {
            Err(errors)
        }
    }

    /// Finds every watch that `item` satisfies, in config order. Linear in the text.
    pub fn find(&self, item: &ItemText<'_>) -> Vec<WatchMatch> {
        find(&self.program, item)
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Matcher")
            .field("watches", &self.program.watches.len())
            .field("patterns", &self.program.patterns.len())
            .finish_non_exhaustive()
    }
}
