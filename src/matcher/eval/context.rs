//! Turns hits into the form that alerts carry, each with the sentence around it.
//!
//! A sentence is cut to [`Context::MAX_CHARS`]; ranges count Unicode scalar values.

use std::ops::Range;

use super::item::{ItemText, WatchMatch};
use crate::{
    model::{Context, Field, Match},
    text,
};

const ELLIPSIS: char = '…';

/// Words whose dot does not end a sentence, beside single capitals.
const ABBREVIATIONS: [&str; 18] = [
    "Adm", "Capt", "Col", "Dr", "Gen", "Gov", "Jr", "Lt", "Maj", "Mr", "Mrs", "Ms", "No", "Prof",
    "Rep", "Sen", "Sgt", "St",
];

/// The longest abbreviation, and as far as a dot looks back for one.
const MAX_ABBREVIATION_CHARS: usize = 4;

/// What `found` says in the words of an alert. Ranges are in Unicode scalar values.
pub fn matches(item: &ItemText<'_>, watch_name: &str, found: &WatchMatch) -> Vec<Match> {
    let mut counter = Counter::default();
    found
        .hits
        .iter()
        .map(|hit| {
            let source = item.field(hit.field);
            let start = counter.chars_before(hit.field, source, hit.span.start);
            let text = &source[hit.span.clone()];
            Match {
                watch: watch_name.to_owned(),
                term: hit.term.clone(),
                field: hit.field,
                text: text.to_owned(),
                range: [start, start + text.chars().count()],
                context: context(source, hit.span.clone()),
            }
        })
        .collect()
}

/// Counts on from the hit before, so that many hits in a long text are counted once.
#[derive(Default)]
struct Counter {
    field: Option<Field>,
    byte: usize,
    chars: usize,
}

impl Counter {
    fn chars_before(&mut self, field: Field, source: &str, byte: usize) -> usize {
        if self.field != Some(field) || byte < self.byte {
            *self = Self {
                field: Some(field),
                ..Self::default()
            };
        }
        self.chars += source[self.byte..byte].chars().count();
        self.byte = byte;
        self.chars
    }
}

/// The sentence around a hit, cut to [`Context::MAX_CHARS`] where it is longer.
fn context(source: &str, hit: Range<usize>) -> Context {
    let start = sentence_start(source, hit.start);
    let end = sentence_end(source, hit.end);
    let window = fit(source, start..end, &hit);
    let hit = hit.start..hit.end.min(window.end);
    let mut text = String::new();
    if window.start > start {
        text.push(ELLIPSIS);
    }
    let before = text.chars().count() + source[window.start..hit.start].chars().count();
    text.extend(source[window.clone()].chars().map(on_one_line));
    if window.end < end {
        text.push(ELLIPSIS);
    }
    let length = source[hit].chars().count();
    Context {
        text,
        range: [before, before + length],
    }
}

fn on_one_line(c: char) -> char {
    if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
        ' '
    } else {
        c
    }
}

/// Where the sentence begins, or as far back as a context could reach.
fn sentence_start(source: &str, hit: usize) -> usize {
    let mut start = hit;
    for (at, c) in source[..hit].char_indices().rev().take(Context::MAX_CHARS) {
        if ends_sentence(source, at, c) {
            start = hit - source[start..hit].trim_start_matches(closes).len();
            break;
        }
        start = at;
    }
    hit - source[start..hit].trim_start().len()
}

/// Where the sentence ends, or as far on as a context could reach.
fn sentence_end(source: &str, hit: usize) -> usize {
    let mut end = hit;
    for (offset, c) in source[hit..].char_indices().take(Context::MAX_CHARS) {
        let at = hit + offset;
        let is_end = ends_sentence(source, at, c);
        if is_end && c.is_whitespace() {
            break;
        }
        end = at + c.len_utf8();
        if is_end {
            let rest = &source[end..];
            end += rest.len() - rest.trim_start_matches(closes).len();
            break;
        }
    }
    hit + source[hit..end].trim_end().len()
}

/// Whether a sentence ends with the character `c` at `at`.
fn ends_sentence(source: &str, at: usize, c: char) -> bool {
    let (before, after) = (&source[..at], &source[at + c.len_utf8()..]);
    match c {
        '。' | '！' | '？' | '\u{c}' | '\u{2029}' => true,
        '\n' => before.ends_with('\n') || after.starts_with('\n'),
        '.' | '!' | '?' => {
            let mut rest = after.trim_start_matches(closes).chars();
            let spaced = rest.next().is_none_or(char::is_whitespace);
            spaced
                && !(c == '.'
                    && (rest.next().is_some_and(char::is_lowercase) || is_abbreviation(before)))
        }
        _ => false,
    }
}

/// Marks that belong to the sentence which ends before them.
const fn closes(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）'
    )
}

/// Whether the dot behind `before` is that of `Gen.`, `J.` or `U.S.`.
fn is_abbreviation(before: &str) -> bool {
    let length = before
        .chars()
        .rev()
        .take(MAX_ABBREVIATION_CHARS + 1)
        .take_while(|c| c.is_alphanumeric())
        .map(char::len_utf8)
        .sum::<usize>();
    let word = &before[before.len() - length..];
    let mut chars = word.chars();
    let is_capital = chars.next().is_some_and(char::is_uppercase) && chars.next().is_none();
    is_capital || ABBREVIATIONS.contains(&word)
}

/// The part of a sentence that fits, with room for an ellipsis at each end, the hit in it as a
/// whole if it can be and no mark without its letter.
fn fit(source: &str, sentence: Range<usize>, hit: &Range<usize>) -> Range<usize> {
    let count = |range: Range<usize>| source[range].chars().count();
    let left = count(sentence.start..hit.start);
    let middle = count(hit.clone());
    let right = count(hit.end..sentence.end);
    if left + middle + right <= Context::MAX_CHARS {
        return sentence;
    }
    let room = Context::MAX_CHARS - 2;
    let middle_kept = middle.min(room);
    let beside = room - middle_kept;
    let left_kept = left.min(beside - right.min(beside / 2));
    let right_kept = right.min(beside - left_kept);
    let start = forward(source, sentence.start, left - left_kept);
    let end = if middle_kept < middle {
        forward(source, hit.start, middle_kept)
    } else {
        forward(source, hit.end, right_kept)
    };
    let start = after_marks(source, start, hit.start);
    let end = before_marks(source, end, hit.start);
    start..end
}

/// The byte `chars` characters on.
fn forward(source: &str, from: usize, chars: usize) -> usize {
    let rest = &source[from..];
    rest.char_indices()
        .nth(chars)
        .map_or(source.len(), |(offset, _)| from + offset)
}

fn after_marks(source: &str, start: usize, limit: usize) -> usize {
    limit - source[start..limit].trim_start_matches(text::is_mark).len()
}

/// Backs off from marks and the letter they belong to, where the cut falls between.
fn before_marks(source: &str, end: usize, limit: usize) -> usize {
    if !source[end..].starts_with(text::is_mark) {
        return end;
    }
    let kept = source[limit..end].trim_end_matches(text::is_mark);
    let base = kept.chars().next_back().map_or(0, char::len_utf8);
    limit + kept.len() - base
}
