//! Entries by hash.

use std::ops::Range;

use super::{Entry, short};

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
    pub(super) fn new(hashed: &mut [(u64, Entry)]) -> Self {
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

    pub(super) fn is_empty(&self) -> bool {
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
    pub(super) fn at(&self, at: u32, hash: u64) -> Option<&Entry> {
        let entry = &self.entries[at as usize];
        (entry.tag == Entry::tag(hash)).then_some(entry)
    }

    /// The entries that have the hash.
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = &Entry> {
        self.bucket(hash).filter_map(move |at| self.at(at, hash))
    }
}

/// An index from the upper bits of a hash.
fn high(bits: u64) -> usize {
    usize::try_from(bits).expect("tables are smaller than memory")
}
