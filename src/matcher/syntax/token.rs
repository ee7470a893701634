//! The tokens of an expression, and the signs that people type for them.
//!
//! Signs in full width, as Japanese and Chinese keyboards type them, count as those of ASCII.

use std::{borrow::Cow, ops::Range};

use super::{
    metadata::MetadataKind,
    tree::{Distance, TermKind},
};
use crate::model::Field;

/// A token and its place in the expression.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::matcher) struct Token {
    pub(in crate::matcher) kind: TokenKind,
    pub(in crate::matcher) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// Between the parts of a count.
    Comma,
    Near(Distance),
    /// `2 OF`, right before its parenthesis.
    Count(usize),
    Field(Scope),
    Entity(String),
    Term {
        text: String,
        body: String,
        kind: TermKind,
        quoted: bool,
    },
}

/// What a term can be narrowed to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scope {
    Field(Field),
    Metadata(MetadataKind),
}

impl TokenKind {
    /// Whether an operand may begin with it.
    pub(super) const fn begins_operand(&self) -> bool {
        matches!(
            self,
            Self::Open
                | Self::Not
                | Self::Field(_)
                | Self::Count(_)
                | Self::Entity(_)
                | Self::Term { .. }
        )
    }
}

/// What a name in front of a colon narrows a term to; `None` where it is no field.
pub(in crate::matcher) fn scope(name: &str) -> Option<Scope> {
    let metadata = MetadataKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == name);
    let field = || name.parse().ok().map(Scope::Field);
    metadata.map(Scope::Metadata).or_else(field)
}

/// The word, where the token is one without quotes or signs.
pub(super) fn bare_word(token: &Token) -> &str {
    match &token.kind {
        TokenKind::Term {
            text,
            kind: TermKind::Whole,
            quoted: false,
            ..
        } => text,
        _ => "",
    }
}

/// How far the full-width characters lie from ASCII.
const FULL_WIDTH: u32 = 0xfee0;

/// The character of ASCII that a Japanese or Chinese keyboard types in full width.
pub(in crate::matcher) fn narrow(c: char) -> char {
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
/// such as צה"ל a quote may be between letters.
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
