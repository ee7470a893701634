//! Parentheses, quotes and where words end, in the signs that people type.

use std::borrow::Cow;

/// How far the full-width characters lie from ASCII.
const FULL_WIDTH: u32 = 0xfee0;

/// The character of ASCII that a Japanese or Chinese keyboard types in full width.
pub(super) fn narrow(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - FULL_WIDTH).unwrap_or(c),
        _ => c,
    }
}

/// The word with all of its full-width characters in ASCII.
pub(super) fn narrowed(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.chars().map(narrow).collect())
    }
}

/// Whether the character closes a group.
pub(super) const fn is_closing(c: char) -> bool {
    matches!(c, ')' | '）')
}

/// Separates the parts of a count.
pub(super) const fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '、')
}

/// The quotes that close a phrase which this one opens. Keyboards and word processors mix those
/// of one family, and languages disagree which of two opens.
pub(super) const fn closing_quotes(open: char) -> Option<&'static [char]> {
    match open {
        '"' | '“' | '”' | '„' | '‟' | '＂' => Some(&['"', '“', '”', '„', '‟', '＂']),
        '«' | '»' => Some(&['«', '»']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        _ => None,
    }
}

/// How long the word is: up to white space, a parenthesis, a bar or a quote. In Hebrew acronyms
/// such as צה"ל a quote stands between letters.
pub(super) fn word_length(text: &str) -> usize {
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let hebrew = c == '"' && before.is_some_and(is_hebrew) && next.is_some_and(is_hebrew);
        let ends = c.is_whitespace()
            || matches!(c, '(' | '（' | '|' | '｜')
            || is_closing(c)
            || closing_quotes(c).is_some();
        if ends && !hebrew {
            return at;
        }
        before = Some(c);
    }
    text.len()
}

fn is_hebrew(c: char) -> bool {
    matches!(c, 'א'..='ת')
}
