//! Which watches an item satisfies.
//!
//! Text and terms are brought to one canonical form ([`crate::text`]); the terms of all watches
//! are patterns of one index, which reads each field once. Only watches that need a term which hit
//! are evaluated, so the cost is that of the text and its hits, not of the watches.
//!
//! [`Matcher`] is above three folders, each of which uses only those below it:
//!
//! ```text
//!  watches   Matcher: compile all watches, find in an item
//!  eval      one item against a program: hits, watches that hold, explanations
//!  program   all watches, compiled: patterns, index, anchors
//!  syntax    the expression language: text to a syntax tree, and back
//! ```

mod eval;
mod program;
mod syntax;
#[cfg(test)]
mod tests;
mod watches;

pub use eval::{
    Clause, Hit, ItemLists, ItemText, MAX_HITS, NearMiss, Operator, Outline, WatchMatch, matches,
};
pub use syntax::{Entity, Joined, MAX_DISTANCE, MAX_NESTING, Parts, Query, QueryError};
pub use watches::{Matcher, WatchError};
