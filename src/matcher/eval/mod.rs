//! One item against a program: what hits, which watches hold, and why.
//!
//! ```text
//!  ItemText ─► canonical ─► find ─► WatchMatch ─► context: the sentences around hits
//!                            ├ evidence: what is known of the item
//!                            └ evaluate: whether an expression holds
//!              explain ─► verdict: why, in words       near_miss: what came close
//! ```
//!
//! The highest of the three folders: depends on [`program`](super::program) and
//! [`syntax`](super::syntax). Reads only what it is given, and keeps nothing between items.

mod canonical;
mod context;
mod evaluate;
mod evidence;
mod explain;
mod find;
mod item;
mod near_miss;
mod verdict;

pub use context::matches;
pub use explain::{Clause, Operator, Outline};
pub use item::{Hit, ItemLists, ItemText, MAX_HITS, WatchMatch};
pub use near_miss::NearMiss;

pub(in crate::matcher) use find::find;
pub(in crate::matcher) use near_miss::widened;
