//! One canonical form for texts and terms, so that finding a term is finding a substring.
//!
//! ```text
//! Shinjirō Koizumi’s U.S. visit     ␣shinjiro␣koizumi␣s␣us␣visit␣
//! TSMCは台湾の、ピート・ヘグセス       ␣tsmc␣は台湾の,ピート,ヘグセス␣
//! ```
//!
//! * One space stands before the first token, after the last and between two: ` koizumi ` is a
//!   whole word wherever it is found. Only text without any token is empty.
//! * Scripts that write no spaces form one run; white space in it is dropped, so that 小泉　進次郎
//!   is 小泉進次郎, punctuation is `,`. Two katakana words are told apart by `,` in either case.
//!   A space stands where such a run, or Korean, touches another script.
//! * Letters are in NFKC, case-folded, without accents ([`keeps_mark`](walk::keeps_mark)); decimal
//!   digits are ASCII; what is invisible is gone; `U.S.` is `us`.
//! * `+ # @ $ & %`, currencies and emoji are tokens; other punctuation is a space.
//! * A blank line, a form feed and U+2029 are ` \u{c} `: no phrase crosses them.
//!
//! Folding a canonical form changes nothing. Time is linear in the text.

mod ascii;
#[cfg(test)]
mod generate;
mod hangul;
mod joint;
#[cfg(test)]
mod letters;
mod marks;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twice;
mod walk;

use std::ops::Range;

pub use joint::{Joint, JointKind, is_dash, is_joining, is_joint};
use table::Class;
use walk::{Folder, Letters, Sink};

/// The canonical form of a hard break. In a text, too, a form feed is one.
const BREAK: u8 = 0x0c;

/// What a single line break means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lines {
    /// Running text: a line break is white space, a blank line ends a paragraph.
    #[default]
    Wrapped,
    /// A list: every line is on its own.
    Listed,
}

impl Lines {
    const fn needed_for_break(self) -> usize {
        match self {
            Self::Wrapped => 2,
            Self::Listed => 1,
        }
    }
}

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
        return; // what stands before need not be looked through again
    }
    let before = std::mem::take(canonical).into_bytes();
    let (bytes, _) = Folder::behind(text, Letters::Folded, lines, before, Joints(joints)).run();
    *canonical = text_of(bytes);
}

struct Joints<'a>(&'a mut Vec<Joint>);

impl Sink for Joints<'_> {
    const TAKES_JOINTS: bool = true;

    fn joint(&mut self, at: usize, kind: JointKind) {
        let at = u32::try_from(at).expect("a text is shorter than 4 GB");
        self.0.push(Joint { at, kind });
    }
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
    let tracker = Tracker {
        offsets,
        found: Vec::with_capacity(offsets.len()),
        last: 0,
    };
    let (_, tracker) = Folder::new(text, Letters::Folded, lines, vec![], tracker).run();
    tracker.found
}

struct Tracker<'a> {
    offsets: &'a [usize],
    found: Vec<Range<usize>>,
    /// Where in `found` the last character's ranges begin.
    last: usize,
}

impl Sink for Tracker<'_> {
    fn next(&self) -> Option<usize> {
        self.offsets.get(self.found.len()).copied()
    }

    /// What is found may still grow by accents until the next character is put.
    fn is_done(&self) -> bool {
        self.last == self.offsets.len()
    }

    fn skip(&mut self) {
        self.last = self.found.len();
    }

    fn put(&mut self, canonical: Range<usize>, source: Range<usize>) {
        // A letter that composed with what follows it is put again in its whole form.
        let kept = self.found[self.last..]
            .iter()
            .zip(&self.offsets[self.last..])
            .take_while(|(_, offset)| **offset < canonical.start)
            .count();
        self.found.truncate(self.last + kept);
        self.last = self.found.len();
        let inside = self.offsets[self.last..]
            .iter()
            .take_while(|at| **at < canonical.end);
        self.found.extend(inside.map(|_| source.clone()));
    }

    fn extend(&mut self, end: usize) {
        for range in &mut self.found[self.last..] {
            range.end = end;
        }
    }
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
