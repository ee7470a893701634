//! Counts tokens, for NEAR: which tokens a hit covers, and which hits are near enough to others.
//!
//! A hard break and the end of a field leave out more numbers than NEAR can reach over.

use super::canonical::{Canonical, Occurrence};
use crate::{
    matcher::syntax::{Distance, MAX_DISTANCE},
    text::{self, Script},
};

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
