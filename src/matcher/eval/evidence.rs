//! What is known of one item while its watches are evaluated.
//!
//! Built once an item from the verified hits. Asking whether a term hit is a binary search; tokens
//! are counted only when NEAR first asks for them.

use std::{cell::OnceCell, ops::Range};

use super::{
    canonical::{Canonical, Occurrence},
    item::{ItemText, MAX_HITS},
    positions::Positions,
};
use crate::{
    matcher::program::{Fields, Leaf, Needle, Program},
    model::Field,
};

/// An item, and where each term is in it.
pub(super) struct Evidence<'a> {
    pub(in crate::matcher) program: &'a Program,
    pub(in crate::matcher) item: &'a ItemText<'a>,
    pub(in crate::matcher) canonical: &'a Canonical,
    /// By term and place.
    found: Vec<Occurrence>,
    groups: Vec<Group>,
    positions: OnceCell<Positions>,
}

/// All places of one term.
struct Group {
    term: u32,
    fields: Fields,
    range: Range<usize>,
}

impl<'a> Evidence<'a> {
    pub(in crate::matcher) fn new(
        program: &'a Program,
        item: &'a ItemText<'a>,
        canonical: &'a Canonical,
        found: Vec<Occurrence>,
    ) -> Self {
        let mut groups = Vec::new();
        let mut from = 0;
        for same in found.chunk_by(|a, b| a.term == b.term) {
            let fields = same.iter().map(|found| canonical.part(found.start).0);
            groups.push(Group {
                term: same[0].term,
                fields: Fields::of(fields),
                range: from..from + same.len(),
            });
            from += same.len();
        }
        Self {
            program,
            item,
            canonical,
            found,
            groups,
            positions: OnceCell::new(),
        }
    }

    fn group(&self, term: u32) -> Option<&Group> {
        let at = self.groups.binary_search_by_key(&term, |group| group.term);
        at.ok().map(|at| &self.groups[at])
    }

    /// The number of the item's feed, if any watch names it.
    pub(in crate::matcher) fn feed(&self) -> Option<&u32> {
        self.program.feeds.get(self.item.feed)
    }

    pub(in crate::matcher) fn hits(&self, leaf: &Leaf) -> bool {
        match leaf.needle {
            Needle::Term(term) => self
                .group(term)
                .is_some_and(|group| group.fields.meets(leaf.fields)),
            Needle::Regex(number) => {
                let regex = self.program.regexes.get(number);
                let fields = Field::ALL.into_iter();
                fields
                    .filter(|field| leaf.fields.contains(*field))
                    .any(|field| regex.is_match(self.item.field(field)))
            }
        }
    }

    /// Every place of a term in the fields it reads.
    pub(in crate::matcher) fn every(&self, leaf: &Leaf) -> impl Iterator<Item = Occurrence> {
        let fields = leaf.fields;
        let range = match leaf.needle {
            Needle::Term(term) => self.group(term).map(|group| group.range.clone()),
            Needle::Regex(_) => None,
        };
        let found = &self.found[range.unwrap_or_default()];
        let is_read =
            move |found: &&Occurrence| fields.contains(self.canonical.part(found.start).0);
        found.iter().filter(is_read).copied()
    }

    /// The places that are kept: the first [`MAX_HITS`] in each field.
    pub(in crate::matcher) fn places(&self, leaf: &Leaf) -> impl Iterator<Item = Occurrence> {
        let mut field = None;
        let mut count = 0;
        self.every(leaf).filter(move |found| {
            let here = Some(self.canonical.part(found.start).0);
            count = if field == here { count + 1 } else { 1 };
            field = here;
            count <= MAX_HITS
        })
    }

    /// The same for a regular expression, in the source. A match of nothing is none.
    pub(super) fn regex_places(
        &self,
        leaf: &Leaf,
    ) -> impl Iterator<Item = (Field, Range<usize>)> + use<'_, 'a> {
        let regex = match leaf.needle {
            Needle::Regex(number) => Some(self.program.regexes.get(number)),
            Needle::Term(_) => None,
        };
        let fields = leaf.fields;
        let fields = Field::ALL
            .into_iter()
            .filter(move |field| fields.contains(*field));
        let of_field = move |(regex, field): (&'a regex::Regex, Field)| {
            let found = regex.find_iter(self.item.field(field));
            found
                .take(MAX_HITS)
                .map(move |found| (field, found.range()))
        };
        regex
            .into_iter()
            .flat_map(move |regex| fields.clone().map(move |field| (regex, field)))
            .flat_map(of_field)
    }

    /// Positions of tokens, counted when first asked for.
    pub(in crate::matcher) fn positions(&self) -> &Positions {
        self.positions
            .get_or_init(|| Positions::new(self.canonical))
    }
}
