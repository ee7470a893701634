//! The fast way through plain English.

use crate::text::bits::{BLOCK, bits, block, lowest, ones};

/// Writes words in lower case with one space between them, from the start of `bytes`, which is a
/// letter or digit, up to the end of the last word that can be taken. Returns how many bytes
/// that is. Tokens of their own, dots that may join capitals, line breaks and what is not ASCII
/// end it.
pub(super) fn words(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let (mut at, mut before, mut after_space) = (0, 0, false);
    loop {
        let taken = take(&block(&bytes[at..], END), before, after_space, out);
        at += taken;
        if taken < BLOCK {
            break;
        }
        before = bytes[at - 1];
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

/// Writes what a block folds to up to the first byte that ends the run, and returns how many
/// bytes that is.
#[inline]
fn take(block: &[u8; BLOCK], before: u8, after_space: bool, out: &mut Vec<u8>) -> usize {
    let before = |at: usize| at.checked_sub(1).map_or(before, |at| block[at]);
    let taken = ones(bits(block, may_end_run))
        .find(|&at| block[at] != b'.' || before(at).is_ascii_uppercase())
        .unwrap_or(BLOCK);
    let mut folded = [0; BLOCK];
    for (folded, byte) in folded.iter_mut().zip(block) {
        *folded = fold(*byte);
    }
    let spaces = bits(&folded, |byte| byte == b' ');
    let doubled = spaces & (spaces << 1 | u64::from(after_space)) & lowest(taken);
    let mut from = 0;
    for at in ones(doubled) {
        out.extend_from_slice(&folded[from..at]);
        from = at + 1;
    }
    out.extend_from_slice(&folded[from..taken]);
    taken
}

/// A dot does only behind a capital.
const fn may_end_run(byte: u8) -> bool {
    matches!(byte, b'#'..=b'&' | b'+' | b'.' | b'@' | b'\n'..=0x0c | 0x80..)
}

const fn fold(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() {
        byte.to_ascii_lowercase()
    } else {
        b' '
    }
}
