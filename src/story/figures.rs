//! What must agree in a copy: figures, and words that turn the meaning.

use super::{lists, tokens::Unit};
use crate::text::Script;

/// The most that are kept of one text.
const MOST: usize = 16;

/// Copies have a few words more or less before a figure, such as a place and a credit.
const SLACK: u8 = 8;

/// The place of what stands in the title.
const TITLE: u8 = 0;

/// A figure or a turning word, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Figure {
    /// 24 bits.
    hash: u32,
    /// How many units of the lead end with it.
    at: u8,
}

/// What one text has that another has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// Nothing, or only after the other ends.
    Nothing,
    /// Where the other ends, or has a text of its own.
    AtTheEnd,
    /// In what both show.
    Within,
}

/// What must agree, of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Figures {
    list: Vec<Figure>,
    /// So many units of the lead were looked at.
    length: u8,
}

impl Figures {
    /// Adds what stands in the title.
    pub(super) fn in_title(&mut self, hash: u32) {
        self.add(Figure { hash, at: TITLE });
    }

    /// Adds what stands in the lead, from its beginning to its end.
    pub(super) fn in_lead(&mut self, hash: u32, unit: usize) {
        let at = u8::try_from(unit + 1).unwrap_or(u8::MAX);
        self.add(Figure { hash, at });
    }

    fn add(&mut self, figure: Figure) {
        let is_full = self.list.len() == MOST;
        if is_full && (self.length == 0 || figure.at < self.length) {
            self.length = figure.at;
        }
        if !is_full && !self.list.iter().any(|known| known.hash == figure.hash) {
            self.list.push(figure);
        }
    }

    /// Ends the lead, which has so many units.
    pub(super) fn end(&mut self, units: usize) {
        let units = u8::try_from(units).unwrap_or(u8::MAX);
        if self.list.len() < MOST || self.length == 0 {
            self.length = units;
        }
    }

    /// Whether each has what the other has, as far as both go.
    ///
    /// Where one goes further than the other, or nearly so, it may have more; also behind the last phrase
    /// that both have, which ends with the unit `end`: a copy may have a call to subscribe in the place of
    /// the rest. If both have something of their own there, it was changed.
    pub(super) fn agree(&self, other: &Self, end: u8) -> bool {
        let (mine, others) = (self.beside(other, end), other.beside(self, end));
        let is_surely = |found: Beside| found == Beside::Within;
        !is_surely(mine)
            && !is_surely(others)
            && (mine == Beside::Nothing || others == Beside::Nothing)
    }

    /// What of this one is missing in the other.
    fn beside(&self, other: &Self, end: u8) -> Beside {
        let mut found = Beside::Nothing;
        for figure in &self.list {
            if other.list.iter().any(|known| known.hash == figure.hash) {
                continue;
            }
            if figure.at == TITLE || figure.at.saturating_add(SLACK) <= other.length.min(end) {
                return Beside::Within;
            }
            if figure.at <= other.length.saturating_add(SLACK) {
                found = Beside::AtTheEnd;
            }
        }
        found
    }

    /// Their hashes.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u32> {
        self.list.iter().map(|figure| figure.hash)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.length);
        bytes.push(u8::try_from(self.list.len()).expect("at most 16"));
        for figure in &self.list {
            bytes.extend_from_slice(&figure.hash.to_le_bytes()[..3]);
            bytes.push(figure.at);
        }
    }

    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (&[length, count], rest) = bytes.split_first_chunk()?;
        let (list, rest) = rest.split_at_checked(usize::from(count) * 4)?;
        *bytes = rest;
        let figure = |bytes: &[u8]| Figure {
            hash: u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]),
            at: bytes[3],
        };
        Some(Self {
            list: list.chunks_exact(4).map(figure).collect(),
            length,
        })
    }
}

/// Turning words of scripts without spaces, and the unit where each begins.
pub(super) fn turns_inside<'a>(
    canonical: &'a str,
    units: &'a [Unit<'a>],
) -> impl Iterator<Item = (&'static str, usize)> + 'a {
    let without_spaces = units
        .iter()
        .any(|unit| unit.is_character() || unit.script == Script::Hangul);
    lists::TURNS_INSIDE
        .split_whitespace()
        .filter(move |_| without_spaces)
        .filter_map(move |turn| {
            let at = canonical.find(turn)?;
            Some((turn, units.partition_point(|unit| unit.start < at)))
        })
        .filter(|(_, unit)| *unit < units.len())
}
