//! Many patterns in one pass: tables of hashed tokens.
//!
//! Canonical text is tokens with one space between. Nearly every pattern holds a token that is
//! whole in it, so the text's tokens are looked up by their hash, one look-up a token whatever
//! the number of patterns; a filter of a few bits a pattern, small enough for the nearest cache,
//! answers most of them. Patterns without a whole token are looked up by their first bytes where
//! a token begins (`defen*`), at every character that is not ASCII (小泉), or by their last bytes
//! where a token ends (`*stan`). What is found is only a candidate: the caller compares.

mod hash;
mod joints;
mod table;

use std::ops::Range;

use crate::text::{BLOCK, bits, block, ones};
use hash::{head, tail, token_hash};
use table::{AdjacentBytes, Table};

pub(in crate::matcher) use hash::{PADDING, end_hash};
pub(in crate::matcher) use joints::LONG_MARK;
pub(in crate::matcher) use table::{Entry, LookupKey, Target, keys};

/// The tables.
#[derive(Default)]
pub(in crate::matcher) struct Index {
    words: Table,
    /// The other whole tokens of patterns: one of them may be written with a hyphen in the text
    /// and hide the one that the pattern is looked up by.
    others: Table,
    begins: Ends,
    inside: Ends,
    ends: Ends,
}

/// Ends of patterns, all of the same side.
#[derive(Default)]
struct Ends {
    /// The lengths in use.
    lengths: Vec<usize>,
    table: Table,
}

/// An entry in the making.
type Hashed = (u64, Entry);

/// All entries in the making.
#[derive(Default)]
pub(super) struct Builder {
    words: Vec<Hashed>,
    others: Vec<Hashed>,
    begins: (Vec<usize>, Vec<Hashed>),
    inside: (Vec<usize>, Vec<Hashed>),
    ends: (Vec<usize>, Vec<Hashed>),
}

impl Builder {
    pub(super) fn with_room(patterns: usize) -> Self {
        Self {
            words: Vec::with_capacity(patterns),
            ..Self::default()
        }
    }

    /// A token by which the pattern is looked up only where the text has it in parts.
    pub(super) fn add_other(&mut self, target: Target, key: &LookupKey) {
        if let LookupKey::Word {
            hash,
            offset,
            adjacent,
            ..
        } = *key
        {
            self.others
                .push((hash, target.entry(hash, offset, adjacent)));
        }
    }

    pub(in crate::matcher) fn add(&mut self, target: Target, key: &LookupKey) {
        let entry = |hash, offset, adjacent| target.entry(hash, offset, adjacent);
        let (side, hash, length, offset) = match *key {
            LookupKey::Word {
                hash,
                offset,
                adjacent,
                ..
            } => {
                self.words.push((hash, entry(hash, offset, adjacent)));
                return;
            }
            LookupKey::Begin {
                hash,
                length,
                offset,
            } => (&mut self.begins, hash, length, offset),
            LookupKey::Inside { hash, length } => (&mut self.inside, hash, length, 0),
            LookupKey::End {
                hash,
                length,
                offset,
            } => (&mut self.ends, hash, length, offset),
        };
        side.1
            .push((hash, entry(hash, offset, AdjacentBytes::Unknown)));
        if !side.0.contains(&length) {
            side.0.push(length);
        }
    }

    pub(in crate::matcher) fn build(mut self) -> Index {
        let ends = |(lengths, mut hashed): (Vec<usize>, Vec<Hashed>)| Ends {
            lengths,
            table: Table::new(&mut hashed),
        };
        Index {
            words: Table::new(&mut self.words),
            others: Table::new(&mut self.others),
            begins: ends(self.begins),
            inside: ends(self.inside),
            ends: ends(self.ends),
        }
    }
}

impl Ends {
    fn look_up(&self, bytes: impl Fn(usize) -> u64, found: impl FnMut(&Entry)) {
        self.look_up_longer(0, bytes, found);
    }

    /// The same by more than `least` bytes only.
    fn look_up_longer(
        &self,
        least: usize,
        bytes: impl Fn(usize) -> u64,
        found: impl FnMut(&Entry),
    ) {
        let hashes = self.lengths.iter().filter(|length| **length > least);
        let hashes = hashes.map(|&length| end_hash(bytes(length), length));
        let held = hashes.filter(|hash| self.table.may_hold(*hash));
        held.flat_map(|hash| self.table.get(hash)).for_each(found);
    }
}

impl Index {
    /// Calls `found` with every entry whose bytes are in the canonical text, and where its
    /// pattern would begin. `text` ends with [`PADDING`] spaces.
    pub(in crate::matcher) fn scan(&self, text: &[u8], mut found: impl FnMut(&Entry, usize)) {
        let mut report = |entry: &Entry, at: usize| {
            if let Some(start) = at.checked_sub(entry.offset as usize) {
                found(entry, start);
            }
        };
        if !self.words.is_empty() {
            self.words_of(text, &mut report);
        }
        let (begins, ends) = (!self.begins.table.is_empty(), !self.ends.table.is_empty());
        if begins || ends {
            tokens(text, |token| {
                if begins {
                    let head = |length| head(text, token.start, length);
                    self.begins
                        .look_up(head, |entry| report(entry, token.start));
                }
                if ends {
                    let tail = |length| tail(text, token.end, length);
                    self.ends.look_up(tail, |entry| report(entry, token.end));
                }
            });
        }
        if !self.inside.table.is_empty() {
            self.inside_of(text, &mut report);
        }
    }

    /// Looks all tokens up, each step for all of them before the next one: what is looked up is
    /// far away in memory, and so none waits for another to come from there.
    fn words_of(&self, text: &[u8], report: &mut impl FnMut(&Entry, usize)) {
        let mut held = Vec::with_capacity(text.len() / 8);
        tokens(text, |token| {
            let hash = token_hash(text, token.clone());
            // Taken back rather than not put in: a branch would be guessed wrong too often.
            let kept = held.len() + usize::from(self.words.may_hold(hash));
            held.push((hash, token));
            held.truncate(kept);
        });
        let buckets: Vec<Range<u32>> = held
            .iter()
            .map(|(hash, _)| self.words.bucket(*hash))
            .collect();
        for ((hash, token), bucket) in held.into_iter().zip(buckets) {
            for at in bucket {
                let entry = self.words.at(at, hash);
                let adjacent = |entry: &&Entry| entry.adjacent.are_at(text, token.start, token.end);
                if let Some(entry) = entry.filter(adjacent) {
                    report(entry, token.start);
                }
            }
        }
    }

    fn inside_of(&self, text: &[u8], report: &mut impl FnMut(&Entry, usize)) {
        // Where characters begin that are not ASCII; 0x80 to 0xBF goes on one.
        positions(
            text,
            |byte| byte >= 0xC0,
            |at| {
                let head = |length| head(text, at, length);
                self.inside.look_up(head, |entry| report(entry, at));
            },
        );
    }
}

/// Calls `found` with every token.
#[inline]
fn tokens(text: &[u8], mut found: impl FnMut(Range<usize>)) {
    let mut start = 0;
    positions(
        text,
        |byte| byte == b' ',
        |end| {
            if end > start {
                found(start..end);
            }
            start = end + 1;
        },
    );
}

/// Calls `found` with the place of every byte that is wanted. Looking at a block at a time, the
/// next places are known before anything is done with the first.
#[inline]
fn positions(text: &[u8], is_wanted: impl Fn(u8) -> bool, mut found: impl FnMut(usize)) {
    for (number, bytes) in text.chunks(BLOCK).enumerate() {
        // What is wanted is never the fill.
        let wanted = bits(&block(bytes, 0), &is_wanted);
        for at in ones(wanted) {
            found(number * BLOCK + at);
        }
    }
}
