//! One canonical form for texts and terms, so that finding a term is finding a substring.
//!
//! ```text
//! Shinjirō Koizumi’s U.S. visit     ␣shinjiro␣koizumi␣s␣us␣visit␣
//! TSMCは台湾の、ピート・ヘグセス       ␣tsmc␣は台湾の,ピート,ヘグセス␣
//! ```
//!
//! * One space is before the first token, after the last and between two: ` koizumi ` is a
//!   whole word wherever it is found. Only text without any token is empty.
//! * Scripts that write no spaces form one run; white space in it is dropped, so that 小泉　進次郎
//!   is 小泉進次郎, punctuation is `,`. Two katakana words have `,` between them in either case.
//!   There is a space where such a run, or Korean, touches another script.
//! * Letters are in NFKC, case-folded, without accents ([`keeps_mark`](walk::keeps_mark)); decimal
//!   digits are ASCII; what is invisible is gone; `U.S.` is `us`.
//! * `+ # @ $ & %`, currencies and emoji are tokens; other punctuation is a space.
//! * A blank line, a form feed and U+2029 are ` \u{c} `: no phrase crosses them.
//!
//! Folding a canonical form changes nothing. Time is linear in the text.

mod ascii;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod letters;
mod marks;
mod sink;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twice;
mod walk;

use std::ops::Range;

pub use sink::Lines;
pub use sink::{Joint, JointKind, is_dash, is_joining, is_joint};
use sink::{Joints, Letters, Tracker};
use table::Class;
use walk::Folder;

/// The canonical form of running text.
pub fn fold(text: &str) -> String {
    let mut canonical = String::new();
    fold_into(text, Lines::Wrapped, &mut canonical);
    canonical
}

/// Like [`fold`], into a buffer whose room is used again.
pub fn fold_into(text: &str, lines: Lines, canonical: &mut String) {
    let room = std::mem::take(canonical).into_bytes();
    let (bytes, ()) = Folder::new(text, Letters::Folded, lines, room, ()).run();
    *canonical = text_of(bytes);
}

/// Like [`fold`], behind what `canonical` holds.
pub fn fold_onto(text: &str, lines: Lines, canonical: &mut String) {
    let before = std::mem::take(canonical).into_bytes();
    let (bytes, ()) = Folder::behind(text, Letters::Folded, lines, before, ()).run();
    *canonical = text_of(bytes);
}

/// The same, and the joints of this text behind those of others, in rising order.
pub fn fold_with_joints(text: &str, lines: Lines, canonical: &mut String, joints: &mut Vec<Joint>) {
    if text.is_empty() {
        return; // what is before need not be looked through again
    }
    let before = std::mem::take(canonical).into_bytes();
    let (bytes, _) = Folder::behind(text, Letters::Folded, lines, before, Joints(joints)).run();
    *canonical = text_of(bytes);
}

/// The canonical form with letters as written, in NFC: equal where case and accents are equal.
pub fn exact(text: &str) -> String {
    let (bytes, ()) = Folder::new(text, Letters::AsWritten, Lines::Wrapped, vec![], ()).run();
    text_of(bytes)
}

fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("only whole characters are written")
}

/// Finds the source of canonical characters: for each offset into the canonical form of `text`,
/// in rising order, the bytes of `text` that made the character there, its accents included.
///
/// Ranges are on char boundaries. Offsets must lie in tokens, not in the spaces between them.
/// Folds the text again, so it is worth its time only for texts with a hit.
pub fn locate(text: &str, lines: Lines, offsets: &[usize]) -> Vec<Range<usize>> {
    let tracker = Tracker::new(offsets);
    let (_, tracker) = Folder::new(text, Letters::Folded, lines, vec![], tracker).run();
    tracker.found
}

/// How a character takes part in word boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// A letter or digit of a script that writes spaces.
    Spaced,
    /// Korean: spaces, but particles follow a noun without one.
    Hangul,
    /// Han, hiragana and the like: no spaces.
    Ideograph,
    /// Katakana: no spaces, but a run of it is one word.
    Katakana,
    /// Thai and its neighbours: no spaces.
    Thai,
    /// Anything else.
    Other,
}

/// The script of a canonical character.
pub fn script(c: char) -> Script {
    match table::class(c) {
        Class::Plain | Class::Cyrillic | Class::Word => Script::Spaced,
        Class::Hangul | Class::Jamo => Script::Hangul,
        Class::Ideograph => Script::Ideograph,
        Class::Katakana => Script::Katakana,
        Class::Thai => Script::Thai,
        _ => Script::Other,
    }
}

/// Whether the character belongs to the one before it: a combining mark or a variation selector.
pub fn is_mark(c: char) -> bool {
    matches!(table::class(c), Class::Mark | Class::DroppedMark)
}
