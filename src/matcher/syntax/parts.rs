//! Joins the parts of a watch, `match` and the lists beside it, into one expression.
//!
//! The joined expression means what the parts mean together. Remembers which bytes of it come from
//! which part, so that an error can point at the part.

use std::{fmt::Write as _, ops::Range};

use super::{
    entity::Entity,
    lexer,
    token::{Token, TokenKind, is_comma, narrowed, scope, word_length},
    tree::{Query, QueryError, in_quotes},
};

/// What a watch says in `match`, `any`, `all` and `none`. All that is given must hold together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parts<'a> {
    /// The expression in `match`.
    pub expression: Option<&'a str>,
    /// Of these at least [`Self::min`] hold.
    pub any: &'a [&'a str],
    /// Never more than there are in [`Self::any`]; of those one must hold even where this is 0.
    pub min: usize,
    /// All of these hold.
    pub all: &'a [&'a str],
    /// None of these hold.
    pub none: &'a [&'a str],
}

/// Parts as one expression that means the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Parses as [`Query::parse`] takes it.
    pub expression: String,
    pieces: Vec<Piece>,
}

/// Text of one part in the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Where in the expression, and where in the part it begins.
    span: Range<usize>,
    from: usize,
}

impl Query {
    /// Parses an entry of a list: like [`Query::parse_open`], but several words without any sign
    /// of the language are a phrase.
    ///
    /// # Errors
    /// The first fault, with its place in the entry.
    pub fn parse_entry(entry: &str, entities: &[Entity]) -> Result<Self, QueryError> {
        if !is_phrase(entry) {
            return Self::parse_open(entry, entities);
        }
        let of_entry = |error| QueryError {
            span: 0..entry.len(),
            ..error
        };
        let mut query = Self::parse_open(&quoted(entry).0, entities).map_err(of_entry)?;
        query.warnings.clear();
        if let Some(star) = entry.find('*') {
            let warning = QueryError::new("a `*` in a phrase is no wildcard", star..star + 1)
                .with_help("join word* to the others with ONEAR/1, or with AND");
            query.warnings.push(warning);
        }
        Ok(query)
    }
}

/// Whether an entry means its words in this order: several words, and no operator, parenthesis,
/// quote, field or sign in front of a word. A comma is text.
fn is_phrase(entry: &str) -> bool {
    let mut words = entry.split_whitespace();
    words.clone().count() > 1 && words.all(is_plain)
}

fn is_plain(word: &str) -> bool {
    let is_whole = word_length(word) == word.len();
    let word = &*narrowed(word);
    let near = word.strip_prefix('O').unwrap_or(word).strip_prefix("NEAR");
    let is_operator = matches!(word, "AND" | "OR" | "NOT")
        || near.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_marked = word.starts_with(['-', '!', '=', '~', '@', '/']) && word.chars().count() > 1;
    let is_scoped = word
        .split_once(':')
        .is_some_and(|(name, rest)| !rest.is_empty() && scope(name).is_some());
    !is_operator && !is_marked && !is_scoped && is_whole
}

/// The words in quotes, and how many bytes are before them.
fn quoted(words: &str) -> (String, usize) {
    let quoted = in_quotes(words);
    let open = quoted.chars().next().map_or(0, char::len_utf8);
    (quoted, open)
}

impl Parts<'_> {
    /// Joins the parts. Where there is only `match`, it is the expression as written.
    pub fn join(&self) -> Joined {
        let mut joined = Joined {
            expression: String::new(),
            pieces: Vec::new(),
        };
        let is_alone = self.any.is_empty() && self.all.is_empty() && self.none.is_empty();
        if let Some(expression) = self.expression {
            if is_alone {
                joined.put(expression, 0);
            } else {
                joined.part(expression, false);
            }
        }
        let is_only_any = self.expression.is_none() && self.all.is_empty() && self.none.is_empty();
        joined.any(self.any, self.min, is_only_any);
        for entry in self.all {
            joined.and();
            joined.entry(entry, false);
        }
        for entry in self.none {
            joined.expression.push_str(" NOT ");
            joined.entry(entry, false);
        }
        joined
    }
}

impl Joined {
    /// Which part some bytes of the expression come from, and which bytes of it: `match` where it
    /// is given, then `any`, `all` and `none` in their order. `None` for what joins them.
    pub fn locate(&self, span: &Range<usize>) -> Option<(usize, Range<usize>)> {
        let holds = |piece: &&Piece| piece.span.start <= span.start && span.start <= piece.span.end;
        let (part, piece) = self
            .pieces
            .iter()
            .enumerate()
            .find(|(_, piece)| holds(piece))?;
        let within = |at: usize| at.min(piece.span.end) - piece.span.start + piece.from;
        Some((part, within(span.start)..within(span.end)))
    }

    fn any(&mut self, entries: &[&str], least: usize, is_alone: bool) {
        let is_choice = least < 2;
        let (open, between) = if is_choice {
            ("(", " OR ")
        } else {
            ("(", ", ")
        };
        if entries.is_empty() {
            return;
        }
        self.and();
        if !is_choice {
            let _ = write!(self.expression, "{least} OF ");
        }
        let is_grouped = !is_choice || (entries.len() > 1 && !is_alone);
        if is_grouped {
            self.expression.push_str(open);
        }
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 {
                self.expression.push_str(between);
            }
            self.entry(entry, !is_choice);
        }
        if is_grouped {
            self.expression.push(')');
        }
    }

    fn and(&mut self) {
        if !self.expression.is_empty() {
            self.expression.push_str(" AND ");
        }
    }

    fn entry(&mut self, entry: &str, in_list: bool) {
        if is_phrase(entry) {
            let words = entry.trim();
            let (quoted, open) = quoted(words);
            self.expression.push_str(&quoted[..open]);
            self.put(words, entry.len() - entry.trim_start().len());
            self.expression.push_str(&quoted[open + words.len()..]);
        } else {
            self.part(entry, in_list);
        }
    }

    fn part(&mut self, text: &str, in_list: bool) {
        let from = text.len() - text.trim_start().len();
        let text = text.trim();
        let tokens = lexer::lex(text).unwrap_or_default();
        if is_one(&tokens) && !(in_list && text.contains(is_comma)) {
            self.put(text, from);
        } else {
            self.expression.push('(');
            self.put(text, from);
            self.expression.push(')');
        }
    }

    fn put(&mut self, text: &str, from: usize) {
        let start = self.expression.len();
        self.expression.push_str(text);
        let span = start..self.expression.len();
        self.pieces.push(Piece { span, from });
    }
}

/// Whether operators on both sides take it as one: a term, with its field or without, or a group.
fn is_one(tokens: &[Token]) -> bool {
    let tokens = match tokens {
        [first, rest @ ..] if matches!(first.kind, TokenKind::Field(_)) => rest,
        all => all,
    };
    let Some((last, before)) = tokens.split_last() else {
        return false;
    };
    if before.is_empty() {
        return matches!(last.kind, TokenKind::Term { .. } | TokenKind::Entity(_));
    }
    let mut depth = 0_usize;
    last.kind == TokenKind::Close
        && before.iter().all(|token| {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth > 0
        })
}
