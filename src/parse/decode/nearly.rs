//! Text that is in its encoding but for a few bytes.

use std::cell::LazyCell;

use encoding_rs::{
    Encoding, ISO_8859_2, ISO_8859_4, WINDOWS_1250, WINDOWS_1252, WINDOWS_1254, WINDOWS_1257,
    WINDOWS_1258,
};

use super::super::{
    cut_off,
    warning::{WarningKind, Warnings},
};

/// So many valid multi-byte sequences to one bad byte make a document UTF-8. In GBK and EUC text
/// about one pair in eight happens to be valid UTF-8.
const VALID_PER_BAD: usize = 2;

/// Where UTF-8 is declared one to one is enough: in the sentences of `tests/fixtures/languages.tsv`
/// in their old encodings there are at least two bad places to one valid sequence.
const VALID_PER_BAD_DECLARED: usize = 1;

/// And one to ten if the other choice is an encoding of Latin letters: in those no valid sequence
/// was seen in the same sentences.
const BAD_PER_VALID_LATIN: usize = 10;

/// Encodings of Latin letters that chardetng guesses.
const LATIN: [&Encoding; 7] = [
    WINDOWS_1250,
    WINDOWS_1252,
    WINDOWS_1254,
    WINDOWS_1257,
    WINDOWS_1258,
    ISO_8859_2,
    ISO_8859_4,
];

/// Characters beyond ASCII to one bad byte in a declared encoding. Of text in another encoding of
/// the same language about one in thirty is bad.
const GOOD_PER_BAD: usize = 64;

/// Whether this is UTF-8 in which single bytes are wrong, such as an old name in a new template.
pub(super) fn is_mostly_utf8(
    bytes: &[u8],
    is_declared: bool,
    guess: &LazyCell<&'static Encoding, impl FnOnce() -> &'static Encoding>,
) -> bool {
    let (mut valid, mut bad_bytes, mut bad_places) = (0, 0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad_bytes += chunk.invalid().len();
        bad_places += usize::from(!chunk.invalid().is_empty());
    }
    valid > bad_bytes * VALID_PER_BAD
        || valid > 0
            && is_declared
            && (valid >= bad_places * VALID_PER_BAD_DECLARED
                || LATIN.contains(guess) && valid * BAD_PER_VALID_LATIN >= bad_places)
}

/// UTF-8 with its bad bytes read as windows-1252. What is left of a character that was cut off is
/// left out.
pub(super) fn patched(bytes: &[u8], warnings: &mut Warnings) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        let bad = chunk.invalid();
        if bad.is_empty() {
            continue;
        }
        warnings.note_many(WarningKind::BadBytes, text.len(), bad.len());
        let behind = chunks.peek().map_or("", |next| next.valid());
        if !cut_off::is_rest(&text, bad, behind) {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(bad).0);
        }
    }
    text
}

/// Whether so few characters of a text are none that it is in the encoding it was read in.
pub(super) fn is_nearly_right(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let bad = count(|c| c == char::REPLACEMENT_CHARACTER);
    let good = count(|c| !c.is_ascii()) - bad;
    bad <= 1 + good / GOOD_PER_BAD && bad * 8 <= good
}
