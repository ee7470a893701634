//! Hashes of tokens and of their ends.

use std::ops::Range;

/// How many spaces must follow a text that is scanned: what is read in one go beyond it.
pub(in crate::matcher) const PADDING: usize = 2 * CHUNK;

const CHUNK: usize = 8;
const FIRST: u64 = 0x9E37_79B9_7F4A_7C15;
const SECOND: u64 = 0xD6E8_FEB8_6659_FD93;

/// The hash of the token there. Sixteen bytes are taken at once, whatever its length: few tokens
/// are longer, and a branch on the length of each would be guessed wrong too often.
#[inline]
pub(super) fn token_hash(padded: &[u8], token: Range<usize>) -> u64 {
    let mut hash = FIRST;
    let mut from = token.start;
    loop {
        let left = token.end - from;
        let first = chunk(padded, from) & lowest_bytes(left);
        let second = chunk(padded, from + CHUNK) & lowest_bytes(left.saturating_sub(CHUNK));
        hash = fold(hash ^ first, SECOND ^ second);
        if left <= 2 * CHUNK {
            return hash;
        }
        from += 2 * CHUNK;
    }
}

/// Where the token ends that begins at `start`; `padded` has a space behind it.
#[inline]
pub(super) fn token_end(padded: &[u8], start: usize) -> usize {
    let mut from = start;
    loop {
        let spaces = spaces(chunk(padded, from));
        if spaces != 0 || from >= padded.len() {
            return from + spaces.trailing_zeros() as usize / 8;
        }
        from += CHUNK;
    }
}

/// The high bit of each byte that is a space.
#[inline]
const fn spaces(bytes: u64) -> u64 {
    const SPACES: u64 = u64::from_le_bytes([b' '; CHUNK]);
    const HIGH: u64 = u64::from_le_bytes([0x80; CHUNK]);
    let bytes = bytes ^ SPACES;
    !(((bytes & !HIGH) + !HIGH) | bytes | !HIGH)
}

/// The hash of two parts as one token, if they are no longer than what is taken at once.
#[inline]
pub(super) fn two_parts_hash(
    padded: &[u8],
    first: Range<usize>,
    second: Range<usize>,
) -> Option<u64> {
    let (length, rest) = (first.len(), second.len());
    if length + rest > 2 * CHUNK {
        return None;
    }
    let part = |from: usize, length: usize| {
        let low = chunk(padded, from) & lowest_bytes(length);
        let high = chunk(padded, from + CHUNK) & lowest_bytes(length.saturating_sub(CHUNK));
        u128::from(low) | u128::from(high) << 64
    };
    let both = part(first.start, length) | part(second.start, rest) << (8 * length);
    let [low, high] = [both, both >> 64].map(lower_half);
    Some(fold(FIRST ^ low, SECOND ^ high))
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
const fn lower_half(number: u128) -> u64 {
    number as u64
}

/// Where the token begins that ends at `end`.
#[inline]
pub(super) fn token_start(text: &[u8], end: usize) -> usize {
    if let Some(from) = end.checked_sub(CHUNK) {
        let spaces = spaces(chunk(text, from));
        if spaces != 0 {
            return end - spaces.leading_zeros() as usize / 8;
        }
    }
    let space = text[..end].iter().rposition(|byte| *byte == b' ');
    space.map_or(0, |space| space + 1)
}

/// The hash of a number of bytes of an open end.
pub(in crate::matcher) const fn end_hash(bytes: u64, length: usize) -> u64 {
    fold(FIRST ^ bytes, SECOND ^ length as u64)
}

/// The first bytes from `at` on, at most eight.
#[inline]
pub(super) fn head(padded: &[u8], at: usize, length: usize) -> u64 {
    chunk(padded, at) & lowest_bytes(length)
}

/// The last bytes before `end`, 0 where there are fewer.
pub(in crate::matcher) fn tail(text: &[u8], end: usize, length: usize) -> u64 {
    let mut bytes = [0; CHUNK];
    if let Some(from) = end.checked_sub(length) {
        bytes[..length].copy_from_slice(&text[from..end]);
    }
    u64::from_le_bytes(bytes)
}

#[inline]
fn chunk(padded: &[u8], at: usize) -> u64 {
    let bytes = padded.get(at..).and_then(|rest| rest.first_chunk());
    bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// All bits of the first bytes, of eight at most.
#[inline]
const fn lowest_bytes(count: usize) -> u64 {
    const MASKS: [u64; CHUNK + 1] = [
        0,
        u64::MAX >> 56,
        u64::MAX >> 48,
        u64::MAX >> 40,
        u64::MAX >> 32,
        u64::MAX >> 24,
        u64::MAX >> 16,
        u64::MAX >> 8,
        u64::MAX,
    ];
    MASKS[if count < CHUNK { count } else { CHUNK }]
}

/// Both halves of the product, one on the other: every bit depends on all of both numbers.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}
