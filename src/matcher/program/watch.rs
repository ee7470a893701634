//! One watch as it is evaluated: its tree, its leaves and the fields they read.

use crate::{matcher::syntax::Node, model::Field};

/// One watch, ready to be evaluated.
#[derive(Debug)]
pub(in crate::matcher) struct CompiledWatch {
    /// The feeds it reads, sorted; `None` is every feed.
    pub(in crate::matcher) feeds: Option<Box<[u32]>>,
    /// Its terms are numbers into `leaves`.
    pub(in crate::matcher) root: Node,
    pub(in crate::matcher) leaves: Box<[Leaf]>,
}

/// One term of one watch.
#[derive(Debug)]
pub(in crate::matcher) struct Leaf {
    pub(in crate::matcher) needle: Needle,
    pub(in crate::matcher) text: Box<str>,
    pub(in crate::matcher) fields: Fields,
    pub(in crate::matcher) positive: bool,
}

/// What a leaf searches for, by its number among those of all watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) enum Needle {
    Term(u32),
    Regex(u32),
}

/// The number of something among all of its kind.
pub(super) fn id(number: usize) -> u32 {
    u32::try_from(number).expect("a config has fewer than 2^32 of anything")
}

/// Fields as bits, in the order of [`Field::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::matcher) struct Fields(u8);

impl Fields {
    pub(in crate::matcher) fn of(fields: impl IntoIterator<Item = Field>) -> Self {
        Self(fields.into_iter().fold(0, |bits, field| bits | bit(field)))
    }

    pub(in crate::matcher) const fn contains(self, field: Field) -> bool {
        self.0 & bit(field) != 0
    }

    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(in crate::matcher) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

const fn bit(field: Field) -> u8 {
    1 << field as u8
}
