//! Writes the canonical form of a text, in one pass.
//!
//! Linear in the text. Plain English takes the fast way in [`ascii`]; every other character goes
//! through the table of classes and foldings.

use std::ops::Range;

use super::{
    ascii,
    marks::{self, looks_back},
    sink::{BREAK, JointKind, Letters, Lines, Sink, contracts, is_dash, is_joining, is_joint},
    table::{Class, Folding, class, class_of_one, compose, lookup},
};

/// What is between the last character written and the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    /// One character that may join what is beside it.
    Joint(char),
    Punctuation,
    Break,
}

/// The last character written, as long as the token or run it belongs to can go on.
#[derive(Debug, Clone, Copy)]
struct Last {
    class: Class,
    char: char,
    at: usize,
    source: usize,
}

/// What [`Folder::boundary`] writes at most.
const MAX_BOUNDARY_BYTES: usize = 3;

/// Below this the fast way is not worth taking.
const MIN_FAST_BYTES: usize = 16;

pub(super) struct Folder<'a, S> {
    text: &'a str,
    letters: Letters,
    lines: Lines,
    out: Vec<u8>,
    sink: S,
    last: Option<Last>,
    gap: Gap,
    newlines: usize,
    /// A dot was left out of the current token.
    acronym: bool,
    /// A dash follows katakana.
    dashed: bool,
    /// A dot, a space and another dotted capital follow a capital.
    initials: bool,
}

impl<'a, S: Sink> Folder<'a, S> {
    /// `out` is written from its start; its room is used again.
    pub(super) fn new(
        text: &'a str,
        letters: Letters,
        lines: Lines,
        mut out: Vec<u8>,
        sink: S,
    ) -> Self {
        out.clear();
        Self::behind(text, letters, lines, out, sink)
    }

    /// `out` is written from its end on.
    pub(super) fn behind(
        text: &'a str,
        letters: Letters,
        lines: Lines,
        out: Vec<u8>,
        sink: S,
    ) -> Self {
        Self {
            text,
            letters,
            lines,
            out,
            sink,
            last: None,
            gap: Gap::None,
            newlines: 0,
            acronym: false,
            dashed: false,
            initials: false,
        }
    }

    pub(super) fn run(mut self) -> (Vec<u8>, S) {
        let text = self.text;
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at).filter(|_| !self.sink.is_done()) {
            let room = self.room();
            if room > MIN_FAST_BYTES && byte.is_ascii_alphanumeric() {
                at = self.ascii_run(at, room);
                continue;
            }
            if byte == b' ' {
                self.widen(Gap::Space);
                at += 1;
                continue;
            }
            if !byte.is_ascii() && room == usize::MAX && self.gap == Gap::None {
                let end = self.letters_run(at);
                if end > at {
                    at = end;
                    continue;
                }
            }
            let c = text[at..]
                .chars()
                .next()
                .expect("`at` is on a char boundary");
            let next = at + c.len_utf8();
            self.character(c, at..next);
            at = next;
        }
        if self.last.is_some() {
            self.joint(Class::Separator, ' ', text.len());
            self.out.push(b' ');
        }
        (self.out, self.sink)
    }

    /// How many bytes may be written at once, unseen by the sink.
    fn room(&self) -> usize {
        match (self.letters, self.sink.next()) {
            (Letters::AsWritten, _) => 0,
            (Letters::Folded, None) => usize::MAX,
            (Letters::Folded, Some(next)) => next.saturating_sub(self.out.len()),
        }
    }

    /// Takes ASCII words and the separators between them at once. Separators at the end of the
    /// run are left to the slow way: what follows decides what they mean.
    fn ascii_run(&mut self, at: usize, room: usize) -> usize {
        let bytes = self.text.as_bytes();
        self.boundary(Class::Plain, char::from(bytes[at]), at);
        let most = at
            .saturating_add(room - MAX_BOUNDARY_BYTES)
            .min(bytes.len());
        let (bytes, out, sink) = (&bytes[..most], &mut self.out, &mut self.sink);
        let end = if S::TAKES_JOINTS {
            ascii::words::<true>(bytes, at, out, |at| sink.joint(at, JointKind::Mark))
        } else {
            ascii::words::<false>(bytes, at, out, |_| {})
        };
        self.sink.skip();
        self.last = Some(Last {
            class: Class::Plain,
            char: char::from(self.out[self.out.len() - 1]),
            at: self.out.len() - 1,
            source: end - 1,
        });
        self.acronym = false;
        end
    }

    /// Takes letters that go on the token or run before them, and the words of their script that
    /// follow it with one space between. What folds to itself is copied in one piece.
    fn letters_run(&mut self, from: usize) -> usize {
        let is_letter = |last: &Last| last.class > Class::Symbol && !looks_back(last.char);
        let Some(mut last) = self.last.filter(is_letter) else {
            return from;
        };
        let rest = &self.text[from..];
        let run = last.class;
        let goes_on = |c: char, class: Class| {
            !c.is_ascii() && (class == run || (is_cjk(class) && is_cjk(run)))
        };
        let (mut taken, mut copied) = (0, 0);
        while let Some(c) = rest[taken..].chars().next() {
            if c == ' ' && taken > 0 && !is_cjk(run) {
                let next = rest[taken + 1..].chars().next();
                if next.is_none_or(|next| !goes_on(next, class_of_one(next))) {
                    break;
                }
                self.acronym = false;
                taken += 1;
                continue;
            }
            let Folding::One(class, folded) = lookup(c) else {
                break;
            };
            if !goes_on(c, class) {
                break;
            }
            if folded != c {
                self.out.extend_from_slice(&rest.as_bytes()[copied..taken]);
                write(&mut self.out, folded);
                copied = taken + c.len_utf8();
            }
            (last.class, last.char, last.source) = (class, folded, from + taken);
            taken += c.len_utf8();
        }
        self.out.extend_from_slice(&rest.as_bytes()[copied..taken]);
        if taken > 0 {
            self.sink.skip();
            last.at = self.out.len() - last.char.len_utf8();
            self.last = Some(last);
        }
        from + taken
    }

    fn character(&mut self, c: char, source: Range<usize>) {
        let c = match self.letters {
            Letters::Folded => c,
            Letters::AsWritten => marks::of_usual_width(c),
        };
        if self.letters == Letters::AsWritten && c.is_alphanumeric() {
            return self.part(class(c), c, source);
        }
        match lookup(c) {
            Folding::One(class, folded) => self.part(class, folded, source),
            Folding::Several(text) => {
                for part in text.chars() {
                    self.part(class(part), part, source.clone());
                }
            }
        }
    }

    fn part(&mut self, class: Class, c: char, source: Range<usize>) {
        match class {
            Class::Ignored => {}
            Class::Space => self.widen(Gap::Space),
            Class::Newline => self.newline(),
            Class::Break => self.gap = Gap::Break,
            Class::Separator => self.separator(c, source.end),
            Class::Dot => self.dot(&source),
            Class::DroppedMark => self.extend(source.end),
            Class::Mark => self.mark(c, source),
            Class::Jamo => {
                if !self.composed(c, source.end) {
                    self.letter(Class::Hangul, c, source);
                }
            }
            _ => self.letter(class, c, source),
        }
    }

    fn newline(&mut self) {
        self.newlines += 1;
        let hard = self.newlines >= self.lines.needed_for_break();
        self.widen(if hard { Gap::Break } else { Gap::Space });
    }

    /// More is between: then nothing joins.
    fn widen(&mut self, gap: Gap) {
        self.gap = match self.gap {
            Gap::Joint(_) => gap.max(Gap::Punctuation),
            before => before.max(gap),
        };
    }

    fn separator(&mut self, c: char, source_end: usize) {
        self.newlines = 0;
        let last = self.last.filter(|_| self.gap == Gap::None);
        self.dashed = is_dash(c) && last.is_some_and(|last| last.class == Class::Katakana);
        if self.dashed {
            let next = self.text[source_end..].chars().next();
            if next.is_none_or(|next| class(next) != Class::Katakana) {
                self.sink.extend(source_end);
            }
        }
        if last.is_some() && (is_joining(c) || self.dashed) {
            self.gap = Gap::Joint(c);
        } else {
            self.widen(Gap::Punctuation);
        }
    }

    fn dot(&mut self, source: &Range<usize>) {
        let (before, after) = (&self.text[..source.start], &self.text[source.end..]);
        if self.gap == Gap::None {
            if joins_capitals(before, after) {
                self.acronym = true;
                return;
            }
            if self.acronym {
                self.extend(source.end);
            }
            self.initials = joins_initials(before, after);
        }
        self.separator('.', source.end);
    }

    fn mark(&mut self, mark: char, source: Range<usize>) {
        let Some(last) = self.last.filter(|_| self.gap == Gap::None) else {
            return;
        };
        let kept = match self.letters {
            Letters::Folded => keeps_mark(last.class, last.char, mark),
            Letters::AsWritten => last.class != Class::Symbol,
        };
        if !kept {
            self.extend(source.end);
        } else if marks::moves_back(&self.out[..last.at], last.char, mark) {
            // Thai and Lao put a tone before the vowel that people may type first.
            self.out.truncate(last.at);
            let both = last.source..source.end;
            self.push(last.class, mark, both.clone());
            self.push(last.class, last.char, both);
        } else if !self.composed(mark, source.end) {
            self.push(last.class, mark, source);
        }
    }

    /// Merges `next` into the last character where the two are one.
    fn composed(&mut self, next: char, source_end: usize) -> bool {
        let Some(last) = self.last.filter(|_| self.gap == Gap::None) else {
            return false;
        };
        let Some(whole) = compose(last.char, next) else {
            return false;
        };
        self.out.truncate(last.at);
        self.push(last.class, whole, last.source..source_end);
        true
    }

    fn extend(&mut self, source_end: usize) {
        if self.gap == Gap::None && self.last.is_some() {
            self.sink.extend(source_end);
        }
    }

    fn letter(&mut self, class: Class, c: char, source: Range<usize>) {
        if let Some(last) = self.last.filter(|last| looks_back(last.char)) {
            // A mark behind a letter of another script makes no letter of that script.
            if last.class == class && self.composed(c, source.end) {
                return;
            }
            if self.letters == Letters::Folded {
                self.half_nasal(c);
            }
        }
        self.boundary(class, c, source.start);
        self.push(class, c, source);
    }

    /// Writes a nasal without a vowel as the dot above that replaces it before `next`.
    fn half_nasal(&mut self, next: char) {
        let Some(last) = self.last.filter(|_| self.gap == Gap::None) else {
            return;
        };
        let Some((anusvara, nasal_bytes)) = marks::anusvara(&self.out[..last.at], last.char, next)
        else {
            return;
        };
        let before = self.text[..last.source].char_indices().rev();
        let nasal = before
            .take(marks::MAX_NASAL_CHARS)
            .find(|(_, c)| marks::is_letter(*c));
        let source = nasal.map_or(last.source, |(at, _)| at);
        let end = last.source + last.char.len_utf8();
        self.out.truncate(last.at - nasal_bytes);
        self.push(last.class, anusvara, source..end);
    }

    fn push(&mut self, class: Class, c: char, source: Range<usize>) {
        let at = self.out.len();
        let length = write(&mut self.out, c);
        self.last = Some(Last {
            class,
            char: c,
            at,
            source: source.start,
        });
        self.sink.put(at..at + length, source);
    }

    /// Writes what belongs between the last character and `c` of class `next`, which is at
    /// `source`.
    fn boundary(&mut self, next: Class, c: char, source: usize) {
        self.joint(next, c, source);
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        self.newlines = 0;
        let Some(last) = self.last else {
            self.out.push(b' ');
            return;
        };
        let between: &[u8] = match gap {
            Gap::Break => &[b' ', BREAK, b' '],
            _ if is_cjk(last.class) && is_cjk(next) => {
                let katakana = last.class == Class::Katakana && next == Class::Katakana;
                match gap {
                    Gap::Punctuation | Gap::Joint(_) => b",",
                    Gap::Space if katakana => b",",
                    _ => b"",
                }
            }
            Gap::None if joins(last.class, next) && !self.ends_flag(last.class) => return,
            _ => b" ",
        };
        self.acronym = false;
        self.out.extend_from_slice(between);
    }

    /// Reports to the sink where what is written next may be left out.
    fn joint(&mut self, next: Class, c: char, source: usize) {
        let Some(last) = self.last.filter(|_| S::TAKES_JOINTS) else {
            return;
        };
        let is_joined = match self.gap {
            Gap::Joint(joining) => {
                joins_words(last.class, next)
                    && (self.dashed || is_joint(last.char, joining, c))
                    && !contracts(joining, &self.text.as_bytes()[source..])
            }
            Gap::None if last.class == Class::Raised || next == Class::Raised => {
                joins_words(last.class, next) && is_joint(last.char, '-', c)
            }
            _ => false,
        };
        let is_note = self.gap == Gap::None && next == Class::Raised;
        let kind = match (is_joined, is_note && last.class > Class::Symbol) {
            _ if is_note && last.class == Class::Raised => return,
            (true, true) => JointKind::Note,
            (false, true) => JointKind::LoneNote,
            (true, false) if self.dashed => JointKind::Dash,
            (true, false) => JointKind::Mark,
            (false, false) if self.dashed => JointKind::LastDash,
            (false, false) if self.initials => JointKind::Initials,
            (false, false) => return,
        };
        (self.dashed, self.initials) = (false, false);
        self.sink.joint(self.out.len(), kind);
    }

    /// Whether the last character is the second of a flag's two, each four bytes long.
    fn ends_flag(&self, last: Class) -> bool {
        last == Class::Flag && self.out[self.out.len() - 5] != b' '
    }
}

fn write(out: &mut Vec<u8>, c: char) -> usize {
    // Four bytes at once and a cut are cheaper than a copy of unknown length.
    let at = out.len();
    let mut bytes = [0; 4];
    let length = c.encode_utf8(&mut bytes).len();
    out.extend_from_slice(&bytes);
    out.truncate(at + length);
    length
}

const fn is_cjk(class: Class) -> bool {
    matches!(class, Class::Ideograph | Class::Katakana)
}

/// Whether two neighbours of these classes belong to one token.
fn joins(last: Class, next: Class) -> bool {
    let is_word = |class| matches!(class, Class::Plain | Class::Cyrillic | Class::Word);
    (is_word(last) && is_word(next)) || (last == next && last != Class::Symbol)
}

/// Whether a word of the one class may go on in the other if nothing is between.
fn joins_words(last: Class, next: Class) -> bool {
    let is_raised = last == Class::Raised || next == Class::Raised;
    let beside = |class: Class| class > Class::Symbol && !is_cjk(class);
    (last > Class::Symbol && joins(last, next))
        || (is_cjk(last) && is_cjk(next))
        || (is_raised && beside(last) && beside(next))
}

/// Whether a mark on this base makes another letter rather than an accent.
///
/// Accents are dropped on Latin, Greek, Arabic and Hebrew; in Cyrillic only stress and the dots
/// of ё. Voicing of kana and the vowel signs and tones of Indic and Thai scripts stay; the
/// Devanagari nukta, which half of the Hindi press leaves out, does not.
pub(super) fn keeps_mark(class: Class, base: char, mark: char) -> bool {
    match class {
        Class::Cyrillic => match mark {
            '\u{300}' | '\u{301}' => !"аеёиіїоуыэюяєѣ".contains(base),
            '\u{308}' => base != 'е',
            _ => true,
        },
        Class::Word => mark != '\u{93c}',
        Class::Hangul | Class::Thai | Class::Ideograph | Class::Katakana => true,
        _ => false,
    }
}

/// Whether the dot between the two texts joins capitals, as each but the last does in `U.S.`.
fn joins_capitals(before: &str, after: &str) -> bool {
    let mut back = before.chars().rev();
    let mut ahead = after.chars();
    back.next().is_some_and(char::is_uppercase)
        && !back.next().is_some_and(char::is_alphanumeric)
        && ahead.next().is_some_and(char::is_uppercase)
        && !ahead.next().is_some_and(char::is_alphanumeric)
}

/// Whether the dot between the two texts is that of a capital before another one with a dot and
/// a space between, as in `U. S.`
fn joins_initials(before: &str, after: &str) -> bool {
    let mut back = before.chars().rev();
    let mut ahead = after.chars();
    back.next().is_some_and(char::is_uppercase)
        && !back.next().is_some_and(char::is_alphanumeric)
        && ahead
            .next()
            .is_some_and(|c| matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}'))
        && ahead.next().is_some_and(char::is_uppercase)
        && ahead.next() == Some('.')
}
