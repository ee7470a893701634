//! Many patterns in one pass: tables of hashed tokens.
//!
//! Canonical text is tokens with one space between. Nearly every pattern holds a token that is
//! whole in it, so the text's tokens are looked up by their hash, one look-up a token whatever
//! the number of patterns; a filter of a few bits a pattern, small enough for the nearest cache,
//! answers most of them. Patterns without a whole token are looked up by their first bytes where
//! a token begins (`defen*`), at every character that is not ASCII (小泉), or by their last bytes
//! where a token ends (`*stan`). What is found is only a candidate: the caller compares.

use super::pattern::{Left, Pattern, Right};

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const SPACES: u64 = 0x2020_2020_2020_2020;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
const CHUNK: usize = 8;

/// How many spaces must stand behind a text that is scanned.
pub(super) const PADDING: usize = CHUNK;

/// Bits of the filter for each entry: then 1 look-up in 16 of absent tokens passes it.
const FILTER_BITS: usize = 16;

/// As many bytes as a pattern's open end is looked up by: the most that it has.
const LENGTHS: [usize; 6] = [8, 6, 4, 3, 2, 1];

/// The tables.
#[derive(Default)]
pub(super) struct Index {
    words: Table,
    begins: Ends,
    inside: Ends,
    ends: Ends,
}

/// Where a pattern is looked up, and how far into it that is.
pub(super) enum Anchor {
    Word {
        hash: u64,
        length: usize,
        offset: usize,
        near: Near,
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

/// Ends of patterns, all of the same side.
#[derive(Default)]
struct Ends {
    /// The lengths in use.
    lengths: Vec<usize>,
    table: Table,
}

/// Hashes to the entries that have them.
#[derive(Default)]
struct Table {
    filter: Vec<u64>,
    filter_shift: u32,
    slots: Vec<Slot>,
    slot_shift: u32,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: u64,
    from: u32,
    /// 0 where the slot is free.
    count: u32,
}

/// A pattern, and where in it the looked up bytes begin.
#[derive(Debug, Clone, Copy)]
struct Entry {
    pattern: u32,
    offset: u32,
    near: Near,
}

/// Bytes of the pattern next to the token it is looked up by: most of those that share a token
/// are told apart by them, without a look at the pattern, which is far away in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near {
    Unknown,
    Before([u8; 4]),
    After([u8; 4]),
}

impl Near {
    fn of(text: &[u8], from: usize, end: usize) -> Self {
        let after = text.get(end..).and_then(|rest| rest.first_chunk().copied());
        let before = || text[..from].last_chunk().copied();
        let before = before().map(Self::Before);
        after.map(Self::After).or(before).unwrap_or(Self::Unknown)
    }

    fn stands(self, text: &[u8], from: usize, end: usize) -> bool {
        match self {
            Self::Unknown => true,
            Self::Before(bytes) => text[..from].ends_with(&bytes),
            Self::After(bytes) => text[end..].starts_with(&bytes),
        }
    }
}

/// An entry in the making.
type Hashed = (u64, Entry);

/// All entries in the making.
#[derive(Default)]
pub(super) struct Builder {
    words: Vec<Hashed>,
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

    pub(super) fn add(&mut self, pattern: u32, anchor: &Anchor) {
        let (side, hash, length, offset) = match *anchor {
            Anchor::Word {
                hash, offset, near, ..
            } => {
                let entry = Entry {
                    pattern,
                    offset: short(offset),
                    near,
                };
                self.words.push((hash, entry));
                return;
            }
            Anchor::Begin {
                hash,
                length,
                offset,
            } => (&mut self.begins, hash, length, offset),
            Anchor::Inside { hash, length } => (&mut self.inside, hash, length, 0),
            Anchor::End {
                hash,
                length,
                offset,
            } => (&mut self.ends, hash, length, offset),
        };
        let entry = Entry {
            pattern,
            offset: short(offset),
            near: Near::Unknown,
        };
        side.1.push((hash, entry));
        if !side.0.contains(&length) {
            side.0.push(length);
        }
    }

    pub(super) fn build(self) -> Index {
        let ends = |(lengths, hashed)| Ends {
            lengths,
            table: Table::new(hashed),
        };
        Index {
            words: Table::new(self.words),
            begins: ends(self.begins),
            inside: ends(self.inside),
            ends: ends(self.ends),
        }
    }
}

fn short(number: usize) -> u32 {
    u32::try_from(number).expect("an expression is shorter than 4 GB")
}

impl Table {
    fn new(mut hashed: Vec<Hashed>) -> Self {
        if hashed.is_empty() {
            return Self::default();
        }
        hashed.sort_unstable_by_key(|(hash, entry)| (*hash, entry.pattern));
        let distinct = hashed.chunk_by(|a, b| a.0 == b.0).count();
        let slots = (distinct * 2).next_power_of_two().max(2);
        let bits = (distinct * FILTER_BITS).next_power_of_two().max(4096);
        let mut table = Self {
            filter: vec![0; bits / 64],
            filter_shift: 64 - bits.trailing_zeros(),
            slots: vec![Slot::default(); slots],
            slot_shift: 64 - slots.trailing_zeros(),
            entries: Vec::with_capacity(hashed.len()),
        };
        for group in hashed.chunk_by(|a, b| a.0 == b.0) {
            let slot = Slot {
                hash: group[0].0,
                from: short(table.entries.len()),
                count: short(group.len()),
            };
            table.insert(slot);
            table.entries.extend(group.iter().map(|(_, entry)| *entry));
        }
        table
    }

    fn insert(&mut self, slot: Slot) {
        let bit = slot.hash >> self.filter_shift;
        self.filter[high(bit / 64)] |= 1 << (bit % 64);
        let mut at = high(slot.hash >> self.slot_shift);
        while self.slots[at].count != 0 {
            at = (at + 1) % self.slots.len();
        }
        self.slots[at] = slot;
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[inline]
    fn may_hold(&self, hash: u64) -> bool {
        let bit = hash >> self.filter_shift;
        (self.filter[high(bit / 64)] >> (bit % 64)) & 1 == 1
    }

    fn get(&self, hash: u64) -> &[Entry] {
        let mut at = high(hash >> self.slot_shift);
        loop {
            let slot = self.slots[at];
            if slot.count == 0 {
                return &[];
            }
            if slot.hash == hash {
                return &self.entries[slot.from as usize..][..slot.count as usize];
            }
            at = (at + 1) % self.slots.len();
        }
    }
}

/// An index from the upper bits of a hash.
fn high(bits: u64) -> usize {
    usize::try_from(bits).expect("tables are smaller than memory")
}

impl Ends {
    fn look_up(&self, bytes: impl Fn(usize) -> u64, mut found: impl FnMut(Entry)) {
        for &length in &self.lengths {
            let hash = end_hash(bytes(length), length);
            if self.table.may_hold(hash) {
                self.table.get(hash).iter().copied().for_each(&mut found);
            }
        }
    }
}

impl Index {
    /// Calls `found` with every entry whose bytes stand in the canonical text, and where its
    /// pattern would begin. `text` ends with [`PADDING`] spaces.
    pub(super) fn scan(&self, text: &[u8], mut found: impl FnMut(u32, usize)) {
        let mut report = |entry: Entry, at: usize| {
            if let Some(start) = at.checked_sub(entry.offset as usize) {
                found(entry.pattern, start);
            }
        };
        let (words, begins) = (!self.words.is_empty(), !self.begins.table.is_empty());
        let (inside, ends) = (!self.inside.table.is_empty(), !self.ends.table.is_empty());
        let end = text.len().saturating_sub(PADDING);
        let mut at = 0;
        while at < end {
            let token = token(text, at);
            if token.end > at {
                if words && self.words.may_hold(token.hash) {
                    for entry in self.words.get(token.hash) {
                        if entry.near.stands(text, at, token.end) {
                            report(*entry, at);
                        }
                    }
                }
                if begins {
                    self.begins
                        .look_up(|length| head(text, at, length), |entry| report(entry, at));
                }
                if inside && !token.is_ascii {
                    self.inside_of(text, at..token.end, &mut report);
                }
                if ends {
                    let tail = |length| tail(text, token.end, length);
                    self.ends.look_up(tail, |entry| report(entry, token.end));
                }
            }
            at = token.end + 1;
        }
    }

    fn inside_of(
        &self,
        text: &[u8],
        token: std::ops::Range<usize>,
        report: &mut impl FnMut(Entry, usize),
    ) {
        for at in token {
            // Not a lower byte of a character: 0x80 to 0xBF.
            if text[at] >= 0xC0 {
                self.inside
                    .look_up(|length| head(text, at, length), |entry| report(entry, at));
            }
        }
    }
}

struct Token {
    hash: u64,
    end: usize,
    is_ascii: bool,
}

/// The token that begins at `at`, up to the next space.
#[inline]
fn token(text: &[u8], at: usize) -> Token {
    let (mut hash, mut seen, mut from) = (SEED, 0, at);
    while let Some(bytes) = text[from..].first_chunk::<CHUNK>() {
        let chunk = u64::from_le_bytes(*bytes);
        let apart = chunk ^ SPACES;
        // The lowest flag is exact: a borrow only spoils the bytes above.
        let spaces = apart.wrapping_sub(ONES) & !apart & HIGH;
        if spaces != 0 {
            let length = spaces.trailing_zeros() / 8;
            let kept = chunk & ((1u64 << (8 * length)) - 1);
            return Token {
                hash: mix(hash, kept),
                end: from + length as usize,
                is_ascii: (seen | kept) & HIGH == 0,
            };
        }
        hash = mix(hash, chunk);
        seen |= chunk;
        from += CHUNK;
    }
    Token {
        hash,
        end: text.len(),
        is_ascii: true,
    }
}

#[inline]
const fn mix(hash: u64, chunk: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ chunk).wrapping_mul(SEED);
    mixed ^ (mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

const fn end_hash(bytes: u64, length: usize) -> u64 {
    mix(mix(SEED, length as u64), bytes)
}

/// The first bytes from `at` on.
#[inline]
fn head(text: &[u8], at: usize, length: usize) -> u64 {
    let chunk = text[at..]
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes));
    chunk & (u64::MAX >> (64 - 8 * length))
}

/// The last bytes before `end`, 0 where there are fewer.
fn tail(text: &[u8], end: usize, length: usize) -> u64 {
    let mut bytes = [0; CHUNK];
    if let Some(from) = end.checked_sub(length) {
        bytes[..length].copy_from_slice(&text[from..end]);
    }
    u64::from_le_bytes(bytes)
}

/// Every way to look a pattern up; never empty. Several only where several tokens are whole.
pub(super) fn anchors(pattern: &Pattern) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    let text = pattern.text.as_str();
    let mut padded = Vec::with_capacity(text.len() + PADDING);
    padded.extend_from_slice(text.as_bytes());
    padded.extend_from_slice(&[b' '; PADDING]);
    let closed = (pattern.left == Left::Closed, pattern.right == Right::Closed);
    let tokens = text.trim_matches(' ');
    let (first, last) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let mut from = first;
    for word in tokens.split(' ') {
        let end = from + word.len();
        if (from > first || closed.0) && (end < last || closed.1) {
            let hash = token(&padded, from).hash;
            let length = word.len();
            let near = Near::of(text.as_bytes(), from, end);
            anchors.push(Anchor::Word {
                hash,
                length,
                offset: from,
                near,
            });
        }
        from = end + 1;
    }
    if anchors.is_empty() {
        anchors.push(open_anchor(pattern, &padded, first));
    }
    anchors
}

/// The anchor of a pattern of one token that is open, or of two that are open on the far sides.
fn open_anchor(pattern: &Pattern, padded: &[u8], first: usize) -> Anchor {
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
    if pattern.left == Left::Closed {
        let hash = end_hash(head(padded, first, length), length);
        return Anchor::Begin {
            hash,
            length,
            offset: first,
        };
    }
    if token.starts_with(|c: char| c.is_ascii()) {
        let end = first + token.len();
        let hash = end_hash(tail(padded, end, length), length);
        return Anchor::End {
            hash,
            length,
            offset: end,
        };
    }
    Anchor::Inside {
        hash: end_hash(head(padded, first, length), length),
        length,
    }
}
