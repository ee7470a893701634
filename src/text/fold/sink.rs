//! What folding is asked for: how it reads lines and letters, and what it reports on the way.
//!
//! A [`Sink`] learns of each character as it is written. One that wants nothing costs nothing. One
//! that wants them learns of joints, where a word may also be written as one: `O'Brien` is `OBrien`
//! to some, `F-35` is `F35`.

use std::ops::Range;

/// The canonical form of a hard break. In a text, too, a form feed is one.
pub(super) const BREAK: u8 = 0x0c;

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
    pub(super) const fn needed_for_break(self) -> usize {
        match self {
            Self::Wrapped => 2,
            Self::Listed => 1,
        }
    }
}

/// Learns where canonical characters come from and which boundaries may be left out. One that
/// does nothing of it wants neither.
pub(super) trait Sink {
    /// Whether it wants joints; to look for them takes time.
    const TAKES_JOINTS: bool = false;

    /// The first canonical offset it still waits for: what is written before needs no `put`.
    fn next(&self) -> Option<usize> {
        None
    }
    /// Nothing that comes can change what it has learned.
    fn is_done(&self) -> bool {
        false
    }
    /// Several characters were written of which it waited for none.
    fn skip(&mut self) {}
    /// `canonical` was written for `source`; it replaces what was put from `canonical.start` on.
    fn put(&mut self, _canonical: Range<usize>, _source: Range<usize>) {}
    /// The last character put reaches up to `end` in the source.
    fn extend(&mut self, _end: usize) {}
    /// The boundary written at `at` may be left out.
    fn joint(&mut self, _at: usize, _kind: JointKind) {}
}

impl Sink for () {}

/// Whether letters are folded or kept as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    Folded,
    AsWritten,
}

/// Collects the joints.
pub(super) struct Joints<'a>(pub(super) &'a mut Vec<Joint>);

impl Sink for Joints<'_> {
    const TAKES_JOINTS: bool = true;

    fn joint(&mut self, at: usize, kind: JointKind) {
        let at = u32::try_from(at).expect("a text is shorter than 4 GB");
        self.0.push(Joint { at, kind });
    }
}

/// Finds the source of canonical offsets.
pub(super) struct Tracker<'a> {
    /// In rising order.
    offsets: &'a [usize],
    pub(super) found: Vec<Range<usize>>,
    /// Where in `found` the last character's ranges begin.
    last: usize,
}

impl<'a> Tracker<'a> {
    pub(super) fn new(offsets: &'a [usize]) -> Self {
        Self {
            offsets,
            found: Vec::with_capacity(offsets.len()),
            last: 0,
        }
    }
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

/// A boundary in canonical text that a term may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joint {
    /// Where its one byte is, a space or a comma.
    pub at: u32,
    /// How the word may also be written.
    pub kind: JointKind,
}

/// How a word with a joint may also be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JointKind {
    /// As one: a hyphen, an apostrophe or a dot is there.
    Mark,
    /// As one, or without what follows it: raised digits.
    Note,
    /// Without what follows it: raised digits behind a digit, or behind a script without
    /// spaces.
    LoneNote,
    /// As one: it is the space between two capitals with dots.
    Initials,
    /// As one, or with ー there: a dash follows katakana, and more of a script without
    /// spaces behind the dash.
    Dash,
    /// With ー there: a dash follows katakana, and something else behind the dash.
    LastDash,
}

/// Whether the character joins two parts of a word: hyphens, apostrophes, the dots between the
/// words of a foreign name, the accents that are typed for an apostrophe, and the full stop.
pub const fn is_joining(c: char) -> bool {
    matches!(
        c,
        '-' | '.' | '\'' | '`' | '´' | '·' | 'ʼ' | '\u{387}' | '\u{5be}' | '\u{2010}'
            ..='\u{2013}'
                | '‘'
                | '’'
                | '•'
                | '․'
                | '‧'
                | '′'
                | '\u{2212}'
                | '∙'
                | '⋅'
                | '゠'
                | '・'
                | 'ㆍ'
                | '﹣'
                | '＇'
                | '－'
                | '．'
                | '･'
    )
}

/// Whether the character joins the two beside it, of which digits only join letters, since in
/// numbers it counts; so does a full stop beside any digit.
pub fn is_joint(before: char, joining: char, next: char) -> bool {
    let is_number = |c: char| c.is_numeric();
    if matches!(joining, '.' | '．' | '․') {
        before.is_alphabetic() && next.is_alphabetic()
    } else {
        before.is_alphanumeric()
            && next.is_alphanumeric()
            && !(is_number(before) && is_number(next))
    }
}

/// What English contracts, `n't` aside: `she'll` is no Shell.
const CONTRACTED: [&[u8]; 5] = [b"ll", b"re", b"ve", b"d", b"m"];

/// Whether the apostrophe contracts two words; `rest` follows it.
pub(super) fn contracts(joining: char, rest: &[u8]) -> bool {
    if !matches!(joining, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '′' | '＇') {
        return false;
    }
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let length = length.take(3).count();
    let ends = rest
        .get(length)
        .is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_digit());
    ends && CONTRACTED
        .iter()
        .any(|word| rest[..length].eq_ignore_ascii_case(word))
}

/// Whether the character is typed, or read by a machine, for the long mark of katakana.
pub const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '─' | '━' | '﹘' | '﹣' | '－'
    )
}
