//! Watches as the matcher holds them.

use super::{fields::Fields, query::Node};

/// One watch, ready to be evaluated.
#[derive(Debug)]
pub(super) struct CompiledWatch {
    /// The feeds it reads, sorted; `None` is every feed.
    pub(super) feeds: Option<Box<[u32]>>,
    pub(super) root: Node,
    /// By the number that `root` calls a term by.
    pub(super) leaves: Box<[Leaf]>,
}

/// One term of one watch.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) what: What,
    pub(super) text: Box<str>,
    pub(super) fields: Fields,
    pub(super) positive: bool,
}

/// What a leaf looks for, by its number among all of all watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Term(u32),
    Regex(u32),
}

/// A number among all of its kind.
pub(super) fn index(number: usize) -> u32 {
    u32::try_from(number).expect("a config has fewer than 2^32 of anything")
}
