//! Where tokens stand, for NEAR.

use super::canonical::{Canonical, Found};
use crate::text::{self, Script};

/// How far apart NEAR can reach.
pub const MAX_DISTANCE: u32 = 1000;

/// The first and last token of a hit, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) first: u32,
    pub(super) last: u32,
}

/// The tokens of an item.
pub(super) struct Positions {
    /// Where each begins, and its number: a hard break or the end of a field leaves out as many
    /// numbers as nothing reaches over.
    tokens: Vec<(u32, u32)>,
}

impl Positions {
    pub(super) fn new(canonical: &Canonical) -> Self {
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
    pub(super) fn place(&self, found: &Found) -> Place {
        Place {
            first: self.number(found.start),
            last: self.number(found.last),
        }
    }

    fn number(&self, at: u32) -> u32 {
        let behind = self.tokens.partition_point(|(start, _)| *start <= at);
        self.tokens[behind.saturating_sub(1)].1
    }
}
