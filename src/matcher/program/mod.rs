//! All watches of a config, compiled to one program that searches an item.
//!
//! ```text
//!  Query ─► compile ─► Program
//!             ├ pattern: terms to substrings     spelling: other ways to write them
//!             │   └ boundary: what may be next to a hit
//!             ├ index: all patterns, looked up by hash
//!             ├ regexes: the regular expressions
//!             └ watch: one watch compiled, and which to evaluate where a term hits
//! ```
//!
//! Depends on [`syntax`](super::syntax) only. Knows the text of expressions, never the text of
//! items: [`eval`](super::eval) brings both together.

mod boundary;
mod compile;
mod index;
mod pattern;
mod regexes;
mod spelling;
mod watch;

pub(in crate::matcher) use boundary::hit;
pub(in crate::matcher) use compile::{ParsedWatch, Program, compile};
pub(in crate::matcher) use index::{Entry, LONG_MARK, PADDING};
pub(in crate::matcher) use pattern::{Check, patterns};
pub(in crate::matcher) use watch::{CompiledWatch, Fields, Leaf, Needle, anchors};
