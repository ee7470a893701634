//! What folding is asked for: how it reads lines and letters, and what it reports on the way.
//!
//! A [`Sink`] learns of each character as it is written. One that wants nothing costs nothing.

use std::ops::Range;

use super::joint::{Joint, JointKind};

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
