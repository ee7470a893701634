//! The fast way through plain English: a block of bytes at a time, without a branch for each byte.

use std::ops::Range;

use super::sink::contracts;
use crate::text::bits::{BLOCK, bits, bits_of_two, block, lowest, ones};

/// Writes words in lower case with one space between them, from the byte at `from`, which is a
/// letter or digit, up to the end of the last word that can be taken. Returns where that is.
/// Tokens of their own, dots that may join capitals, line breaks and what is not ASCII end it.
/// Calls `joint` with each place in `out` where a word may also be written as one, if
/// `TAKES_JOINTS`.
pub(super) fn words<const TAKES_JOINTS: bool>(
    bytes: &[u8],
    from: usize,
    out: &mut Vec<u8>,
    mut joint: impl FnMut(usize),
) -> usize {
    let (mut at, mut after_space) = (from, false);
    loop {
        let written = out.len();
        let (taken, marks, doubled) = take::<TAKES_JOINTS>(bytes, at, after_space, out);
        for mark in ones(marks) {
            if is_joining(bytes, at + mark) {
                let dropped = (doubled & lowest(mark)).count_ones() as usize;
                joint(written + mark - dropped);
            }
        }
        at += taken;
        if taken < BLOCK {
            break;
        }
        after_space = out.last() == Some(&b' ');
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    while !bytes[at - 1].is_ascii_alphanumeric() {
        at -= 1;
    }
    at
}

/// A byte that ends a run.
const END: u8 = 0x80;

/// Whether the sign there joins the letters or digits beside it.
fn is_joining(bytes: &[u8], at: usize) -> bool {
    let (Some(before), Some(next)) = (at.checked_sub(1), bytes.get(at + 1)) else {
        return false;
    };
    let beside = [bytes[before], *next];
    let digits = beside.map(|byte| byte.is_ascii_digit());
    let fits = match bytes[at] {
        b'.' => digits == [false; 2],
        b'-' => digits != [true; 2],
        b'\'' | b'`' => digits != [true; 2] && !contracts('\'', &bytes[at + 1..]),
        _ => false,
    };
    fits && beside.iter().all(u8::is_ascii_alphanumeric)
}

/// Writes what the block at `at` folds to up to the first byte that ends the run. Returns how many bytes that
/// is; which of them are signs that may join what is beside them, if `TAKES_JOINTS`; and which
/// were one space too many and are left out.
#[expect(
    clippy::inline_always,
    reason = "a call a block costs a tenth of folding"
)]
#[inline(always)]
fn take<const TAKES_JOINTS: bool>(
    bytes: &[u8],
    at: usize,
    after_space: bool,
    out: &mut Vec<u8>,
) -> (usize, u64, u64) {
    let (block, before) = (block(&bytes[at..], END), block_before(bytes, at));
    let ends = bits_of_two(&block, &before, ends_run);
    let taken = (ends.trailing_zeros() as usize).min(BLOCK);
    let mut folded = [b' '; 2 * BLOCK];
    for (folded, byte) in folded.iter_mut().zip(block) {
        *folded = fold(byte);
    }
    let spaces = bits(first_block(&folded, 0), |byte| byte == b' ');
    let doubled = spaces & (spaces << 1 | u64::from(after_space)) & lowest(taken);
    let mut from = 0;
    for at in ones(doubled) {
        write(out, &folded, from..at);
        from = at + 1;
    }
    write(out, &folded, from..taken);
    let marks = if TAKES_JOINTS {
        // What is beside the first and the last byte of the block is looked at later.
        let between_words = spaces & !(spaces << 1) & !(spaces >> 1) & lowest(taken);
        between_words & !bits(&block, |byte| byte == b' ')
    } else {
        0
    };
    (taken, marks, doubled)
}

/// Writes a part of the first block: a whole block and a cut are cheaper than a copy of unknown
/// length.
#[inline]
fn write(out: &mut Vec<u8>, folded: &[u8; 2 * BLOCK], part: Range<usize>) {
    let end = out.len() + part.len();
    out.extend_from_slice(first_block(folded, part.start));
    out.truncate(end);
}

fn first_block(folded: &[u8; 2 * BLOCK], from: usize) -> &[u8; BLOCK] {
    folded[from..].first_chunk().expect("two blocks")
}

/// For each byte of the block at `at` the one before it.
#[inline]
fn block_before(bytes: &[u8], at: usize) -> [u8; BLOCK] {
    if let Some(before) = at.checked_sub(1) {
        return block(&bytes[before..], END);
    }
    let mut before = [END; BLOCK];
    let length = bytes.len().min(BLOCK - 1);
    before[1..=length].copy_from_slice(&bytes[..length]);
    before
}

/// Whether a byte behind this one ends a run, as a dot does behind a capital.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a whole block is asked at once, without a branch"
)]
const fn ends_run(byte: u8, before: u8) -> bool {
    let is_control_or_not_ascii = byte.cast_signed() <= 0x0c;
    let is_dot_of_capital = (byte == b'.') & before.is_ascii_uppercase();
    is_control_or_not_ascii
        | is_dot_of_capital
        | (byte == b'@')
        | (byte == b'+')
        | matches!(byte, b'#'..=b'&')
}

const fn fold(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() {
        byte.to_ascii_lowercase()
    } else {
        b' '
    }
}
