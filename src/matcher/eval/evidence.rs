//! What is known of one item while its watches are evaluated: which terms hit, and at which tokens.
//!
//! Built once an item from the verified hits. Asking whether a term hit is a binary search. Tokens
//! are counted only when NEAR first asks for them: which ones a hit covers, and which hits are near
//! enough to others. A hard break and the end of a field leave out more numbers than NEAR can reach
//! over.

use std::{cell::OnceCell, ops::Range};

use super::{
    canonical::{Canonical, Occurrence},
    item::{ItemText, MAX_HITS},
};
use crate::{
    matcher::{
        program::{Fields, Leaf, Needle, Program},
        syntax::{Distance, MAX_DISTANCE},
    },
    model::Field,
    text::{self, Script},
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

    /// The same for a regular expression, in the source. An empty match does not count.
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

/// The first and last token of a hit, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::matcher) struct TokenRange {
    pub(in crate::matcher) first: u32,
    pub(in crate::matcher) last: u32,
}

/// The tokens of an item.
pub(super) struct Positions {
    /// Where each begins, and its number: a hard break or the end of a field leaves out as many
    /// numbers as nothing reaches over.
    tokens: Vec<(u32, u32)>,
}

impl Positions {
    pub(in crate::matcher) fn new(canonical: &Canonical) -> Self {
        let mut tokens = Vec::new();
        let mut number = 0;
        for (_, range) in &canonical.parts {
            let mut joins = false;
            for (at, c) in canonical.text[range.clone()].char_indices() {
                if c == '\u{c}' {
                    number += MAX_DISTANCE;
                }
                let script = text::script(c);
                let alone = matches!(script, Script::Ideograph | Script::Katakana | Script::Thai);
                let is_token = !matches!(c, ' ' | ',' | '\u{c}') && !text::is_mark(c);
                if is_token && (alone || !joins) {
                    let at = u32::try_from(range.start + at);
                    tokens.push((at.expect("an item is shorter than 4 GB"), number));
                    number += 1;
                }
                joins = is_token && !alone || (joins && text::is_mark(c));
            }
            number += MAX_DISTANCE;
        }
        Self { tokens }
    }

    /// The tokens of a hit.
    pub(super) fn range_of(&self, occurrence: &Occurrence) -> TokenRange {
        TokenRange {
            first: self.number(occurrence.start),
            last: self.number(occurrence.last),
        }
    }

    fn number(&self, at: u32) -> u32 {
        let behind = self.tokens.partition_point(|(start, _)| *start <= at);
        self.tokens[behind.saturating_sub(1)].1
    }
}

/// Which of two operands is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// The second: the first must come before it where order counts.
    Back,
    /// The first.
    Ahead,
}

/// Those of `here` with one of `others` near enough: the last that ends before it or the first
/// that begins behind it. Ranges that overlap are not near each other.
pub(in crate::matcher) fn close(
    here: &[TokenRange],
    others: &[TokenRange],
    distance: Distance,
    direction: Direction,
) -> Vec<TokenRange> {
    let looks_back = !distance.ordered || direction == Direction::Back;
    let looks_ahead = !distance.ordered || direction == Direction::Ahead;
    let by_end = {
        let mut by_end: Vec<u32> = others.iter().map(|range| range.last).collect();
        by_end.sort_unstable();
        by_end
    };
    let has_before = |range: &TokenRange| {
        let behind = by_end.partition_point(|last| *last < range.first);
        let nearest = behind.checked_sub(1).map(|at| by_end[at]);
        nearest.is_some_and(|last| range.first - last <= distance.tokens)
    };
    let has_after = |range: &TokenRange| {
        let at = others.partition_point(|other| other.first <= range.last);
        let nearest = others.get(at);
        nearest.is_some_and(|other| other.first - range.last <= distance.tokens)
    };
    here.iter()
        .filter(|range| (looks_back && has_before(range)) || (looks_ahead && has_after(range)))
        .copied()
        .collect()
}
