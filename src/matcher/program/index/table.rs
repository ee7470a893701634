//! The entries of the index by hash, and the bytes of a pattern that it is looked up by.

use std::ops::Range;

use super::hash::{PADDING, end_hash, head, tail, token_hash};
use crate::matcher::program::{
    boundary::{LeftBoundary, RightBoundary},
    pattern::Pattern,
};

/// A pattern, and where in it the looked up bytes begin.
#[derive(Debug, Clone, Copy)]
pub(in crate::matcher) struct Entry {
    /// Part of the hash.
    tag: u32,
    pub(in crate::matcher) pattern: u32,
    pub(in crate::matcher) term: u32,
    pub(in crate::matcher) offset: u32,
    pub(super) adjacent: AdjacentBytes,
    /// Whether the term is one that watches are anchored on.
    pub(in crate::matcher) is_anchor: bool,
}

impl Entry {
    /// The lower half: the upper bits say where the entry is.
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    const fn tag(hash: u64) -> u32 {
        hash as u32
    }
}

/// Bytes of the pattern next to the token it is looked up by: most of those that share a token
/// are distinguished by them, without a look at the pattern, which is far away in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) enum AdjacentBytes {
    Unknown,
    Before([u8; 4]),
    After([u8; 4]),
}

impl AdjacentBytes {
    pub(super) fn of(text: &[u8], from: usize, end: usize) -> Self {
        let after = text.get(end..).and_then(|rest| rest.first_chunk().copied());
        let before = || text[..from].last_chunk().copied();
        let before = before().map(Self::Before);
        after.map(Self::After).or(before).unwrap_or(Self::Unknown)
    }

    pub(super) fn are_at(self, text: &[u8], from: usize, end: usize) -> bool {
        match self {
            Self::Unknown => true,
            Self::Before(bytes) => text[..from].ends_with(&bytes),
            Self::After(bytes) => text[end..].starts_with(&bytes),
        }
    }
}

/// A pattern to be looked up.
#[derive(Debug, Clone, Copy)]
pub(in crate::matcher) struct Target {
    pub(in crate::matcher) pattern: u32,
    pub(in crate::matcher) term: u32,
    pub(in crate::matcher) is_anchor: bool,
}

impl Target {
    pub(super) fn entry(self, hash: u64, offset: usize, adjacent: AdjacentBytes) -> Entry {
        Entry {
            tag: Entry::tag(hash),
            pattern: self.pattern,
            term: self.term,
            offset: short(offset),
            adjacent,
            is_anchor: self.is_anchor,
        }
    }
}

/// Bits of the filter for each entry: then 1 look-up in 16 of absent hashes passes it.
const FILTER_BITS: usize = 16;
const MIN_FILTER_BITS: usize = 4096;

/// Hashes to the entries that have them: a filter small enough for the nearest caches, then
/// buckets of one entry on average, one behind the other.
#[derive(Default)]
pub(super) struct Table {
    filter: Vec<u64>,
    filter_shift: u32,
    /// Where each bucket begins, and where the last one ends.
    starts: Vec<u32>,
    bucket_shift: u32,
    entries: Vec<Entry>,
}

impl Table {
    /// Entries of one hash keep their order.
    pub(in crate::matcher) fn new(hashed: &mut [(u64, Entry)]) -> Self {
        if hashed.is_empty() {
            return Self::default();
        }
        hashed.sort_by_key(|(hash, _)| *hash);
        let buckets = hashed.len().next_power_of_two().max(2);
        let bits = (hashed.len() * FILTER_BITS)
            .next_power_of_two()
            .max(MIN_FILTER_BITS);
        let mut table = Self {
            filter: vec![0; bits / 64],
            filter_shift: 64 - bits.trailing_zeros(),
            starts: Vec::with_capacity(buckets + 1),
            bucket_shift: 64 - buckets.trailing_zeros(),
            entries: hashed.iter().map(|(_, entry)| *entry).collect(),
        };
        for (at, (hash, _)) in hashed.iter().enumerate() {
            let bit = hash >> table.filter_shift;
            table.filter[high(bit / 64)] |= 1 << (bit % 64);
            let bucket = high(hash >> table.bucket_shift);
            while table.starts.len() <= bucket {
                table.starts.push(short(at));
            }
        }
        table.starts.resize(buckets + 1, short(hashed.len()));
        table
    }

    pub(in crate::matcher) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether any entry may have the hash.
    #[inline]
    pub(super) fn may_hold(&self, hash: u64) -> bool {
        let bit = hash >> self.filter_shift;
        (self.filter[high(bit / 64)] >> (bit % 64)) & 1 == 1
    }

    /// Where the entries are that may have the hash.
    #[inline]
    pub(super) fn bucket(&self, hash: u64) -> Range<u32> {
        let bucket = high(hash >> self.bucket_shift);
        self.starts[bucket]..self.starts[bucket + 1]
    }

    /// The entry there, if it has the hash; hardly ever with another.
    #[inline]
    pub(in crate::matcher) fn at(&self, at: u32, hash: u64) -> Option<&Entry> {
        let entry = &self.entries[at as usize];
        (entry.tag == Entry::tag(hash)).then_some(entry)
    }

    /// The entries that have the hash.
    pub(in crate::matcher) fn get(&self, hash: u64) -> impl Iterator<Item = &Entry> {
        self.bucket(hash).filter_map(move |at| self.at(at, hash))
    }
}

/// An index from the upper bits of a hash.
fn high(bits: u64) -> usize {
    usize::try_from(bits).expect("tables are smaller than memory")
}

fn short(number: usize) -> u32 {
    u32::try_from(number).expect("an expression is shorter than 4 GB")
}

/// As many bytes as a pattern's open end is looked up by: the most that it has.
const LENGTHS: [usize; 6] = [8, 6, 4, 3, 2, 1];

/// Where a pattern is looked up, and how far into it that is.
pub(in crate::matcher) enum LookupKey {
    Word {
        hash: u64,
        length: usize,
        offset: usize,
        adjacent: AdjacentBytes,
    },
    Begin {
        hash: u64,
        length: usize,
        offset: usize,
    },
    Inside {
        hash: u64,
        length: usize,
    },
    End {
        hash: u64,
        length: usize,
        offset: usize,
    },
}

/// Every way to look a pattern up; never empty. Several only where several tokens are whole.
pub(in crate::matcher) fn keys(pattern: &Pattern) -> Vec<LookupKey> {
    let mut keys = Vec::new();
    let text = pattern.text.as_str();
    let mut padded = Vec::with_capacity(text.len() + PADDING);
    padded.extend_from_slice(text.as_bytes());
    padded.extend_from_slice(&[b' '; PADDING]);
    let closed = (
        pattern.left == LeftBoundary::Closed,
        pattern.right == RightBoundary::Closed,
    );
    let tokens = text.trim_matches(' ');
    let (first, last) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let mut from = first;
    for word in tokens.split(' ') {
        let end = from + word.len();
        if (from > first || closed.0) && (end < last || closed.1) {
            let hash = token_hash(&padded, from..end);
            let length = word.len();
            let adjacent = AdjacentBytes::of(text.as_bytes(), from, end);
            keys.push(LookupKey::Word {
                hash,
                length,
                offset: from,
                adjacent,
            });
        }
        from = end + 1;
    }
    if keys.is_empty() {
        keys.push(open_key(pattern, &padded, first));
    }
    keys
}

/// The key of a pattern of one token that is open, or of two that are open on the far sides.
fn open_key(pattern: &Pattern, padded: &[u8], first: usize) -> LookupKey {
    let token = pattern
        .text
        .trim_matches(' ')
        .split(' ')
        .next()
        .unwrap_or_default();
    let length = LENGTHS
        .into_iter()
        .find(|length| *length <= token.len())
        .expect("a pattern is not empty");
    if pattern.left == LeftBoundary::Closed {
        let hash = end_hash(head(padded, first, length), length);
        return LookupKey::Begin {
            hash,
            length,
            offset: first,
        };
    }
    if token.starts_with(|c: char| c.is_ascii()) {
        let end = first + token.len();
        let hash = end_hash(tail(padded, end, length), length);
        return LookupKey::End {
            hash,
            length,
            offset: end,
        };
    }
    LookupKey::Inside {
        hash: end_hash(head(padded, first, length), length),
        length,
    }
}
