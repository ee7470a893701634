//! Splits an expression into tokens.
//!
//! Refuses what the language does not have: signs and operators of other programs, unclosed quotes,
//! wildcards with too few letters. The error is the first fault, with its place.

use super::{
    refused, regex,
    token::{
        Token, TokenKind, bare_word, closing_quotes, is_closing, is_comma, narrow, narrowed, scope,
        word_length,
    },
    tree::{Distance, MAX_DISTANCE, QueryError, TermKind},
};
use crate::text;

/// How many letters or digits a word needs beside its `*`.
const MIN_PART_CHARS: usize = 2;

/// Splits an expression.
pub(super) fn lex(expression: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer {
        expression,
        at: 0,
        tokens: Vec::new(),
        lists: Vec::new(),
    };
    while let Some(c) = lexer.skip_space() {
        lexer.token(c)?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    expression: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// For each open parenthesis, whether commas separate what is in it.
    lists: Vec<bool>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.expression[self.at..]
    }

    fn skip_space(&mut self) -> Option<char> {
        self.at = self.expression.len() - self.rest().trim_start().len();
        self.rest().chars().next()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let span = self.at..self.at + length;
        self.at = span.end;
        self.tokens.push(Token { kind, span });
    }

    fn token(&mut self, c: char) -> Result<(), QueryError> {
        let length = c.len_utf8();
        match c {
            '(' | '（' => {
                refused::function(self.tokens.last(), self.at)?;
                let is_count = self.count()?;
                self.lists.push(is_count);
                self.push(TokenKind::Open, length);
            }
            ')' | '）' => {
                self.lists.pop();
                self.push(TokenKind::Close, length);
            }
            _ if is_comma(c) && self.in_list() => self.push(TokenKind::Comma, length),
            '|' | '｜' => {
                refused::double_bar(self.rest(), self.at)?;
                self.push(TokenKind::Or, length);
            }
            '-' | '!' | '－' | '！' => {
                let next = self.rest()[length..].chars().next();
                if next.is_none_or(|next| next.is_whitespace() || is_closing(next)) {
                    return Err(self
                        .error(length, format!("`{c}` stands alone"))
                        .with_help("write it right before what to exclude, or use NOT"));
                }
                self.push(TokenKind::Not, length);
            }
            '=' | '＝' => return self.exact(length),
            '~' => return self.inflected(),
            '/' => return self.regex(),
            '@' | '＠' => return self.entity(length),
            _ if closing_quotes(c).is_some() => return self.phrase(0),
            _ => return self.word(),
        }
        Ok(())
    }

    fn error(&self, length: usize, message: impl Into<String>) -> QueryError {
        QueryError::new(message, self.at..self.at + length)
    }

    /// An exact term behind a sign of `marker` bytes.
    fn exact(&mut self, marker: usize) -> Result<(), QueryError> {
        let next = self.rest()[marker..].chars().next();
        let Some(next) = next.filter(|c| !c.is_whitespace()) else {
            return Err(self.error(marker, "expected a term right after `=`"));
        };
        if closing_quotes(next).is_some() {
            return self.phrase(marker);
        }
        let word = &self.rest()[..marker + self.word_length(marker)];
        refused::suffix(word, self.at)?;
        if word.ends_with(['*', '＊']) {
            return Err(self
                .error(word.len(), "`=` and `*` do not go together")
                .with_help("leave one of them out"));
        }
        self.term(word, &word[marker..], TermKind::Exact, false)
    }

    /// A phrase behind `marker` bytes, which may be the `=` of an exact one.
    fn phrase(&mut self, marker: usize) -> Result<(), QueryError> {
        let inner = &self.rest()[marker..];
        let open = inner
            .chars()
            .next()
            .expect("a phrase begins with its quote");
        let closing = closing_quotes(open).expect("only quotes begin a phrase");
        let body = &inner[open.len_utf8()..];
        let Some(end) = body.find(closing) else {
            return Err(self
                .error(marker + open.len_utf8(), "this quote is never closed")
                .with_help("close the phrase with the same kind of quote"));
        };
        let close = body[end..].chars().next().map_or(0, char::len_utf8);
        let behind = &body[end + close..];
        let behind_at = self.at + marker + open.len_utf8() + end + close;
        refused::suffix(&behind[..word_length(behind)], behind_at)?;
        let written = &self.rest()[..marker + open.len_utf8() + end + close];
        let kind = if marker == 0 {
            TermKind::Whole
        } else {
            TermKind::Exact
        };
        self.term(written, &body[..end], kind, true)
    }

    /// How long the word is that begins `marker` bytes on. A comma ends it only in a list.
    fn word_length(&self, marker: usize) -> usize {
        let rest = &self.rest()[marker..];
        let length = word_length(rest);
        if self.in_list() {
            rest[..length].find(is_comma).unwrap_or(length)
        } else {
            length
        }
    }

    fn in_list(&self) -> bool {
        self.lists.last() == Some(&true)
    }

    fn inflected(&mut self) -> Result<(), QueryError> {
        let length = self.word_length(1);
        if length == 0 {
            return Err(self
                .error(1, "expected a word right after `~`")
                .with_help("write ~word; a phrase has no cases of its own"));
        }
        let word = &self.rest()[..=length];
        if word[1..].bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self
                .error(word.len(), format!("`{word}` is no distance"))
                .with_help("write a NEAR/5 b for at most five words on"));
        }
        if word.ends_with('*') {
            return Err(self
                .error(word.len(), "`~` and `*` do not go together")
                .with_help("leave one of them out"));
        }
        self.term(word, &word[1..], TermKind::Inflected, false)
    }

    fn regex(&mut self) -> Result<(), QueryError> {
        let rest = self.rest();
        let written = &rest[..regex::length(rest, self.at)?];
        self.push_term(written, written, TermKind::Regex, false);
        Ok(())
    }

    /// An entity behind a sign of `marker` bytes.
    fn entity(&mut self, marker: usize) -> Result<(), QueryError> {
        let length = self.word_length(marker);
        if length == 0 {
            return Err(self
                .error(marker, "expected the name of an entity right after `@`")
                .with_help("write @name, or put the sign in quotes"));
        }
        let name = self.rest()[marker..marker + length].to_owned();
        self.push(TokenKind::Entity(name), marker + length);
        Ok(())
    }

    fn word(&mut self) -> Result<(), QueryError> {
        if let Some(()) = self.field()? {
            return Ok(());
        }
        let word = &self.rest()[..self.word_length(0)];
        refused::word(word, self.at)?;
        let operator = match &*narrowed(word) {
            "AND" => Some(TokenKind::And),
            "OR" => Some(TokenKind::Or),
            "NOT" => Some(TokenKind::Not),
            narrow => self.near(narrow, word.len())?.map(TokenKind::Near),
        };
        if let Some(operator) = operator {
            self.push(operator, word.len());
            return Ok(());
        }
        let star = ['*', '＊'];
        let (part, kind) = match (word.strip_prefix(star), word.strip_suffix(star)) {
            (None, None) => return self.term(word, word, TermKind::Whole, false),
            (None, Some(stem)) => (stem, TermKind::Prefix),
            (Some(tail), _) if !tail.is_empty() => (tail, TermKind::Suffix),
            _ => ("", TermKind::Prefix),
        };
        if part.chars().filter(|c| c.is_alphanumeric()).count() < MIN_PART_CHARS {
            let side = if kind == TermKind::Suffix {
                "after"
            } else {
                "before"
            };
            let message = format!("`*` needs at least {MIN_PART_CHARS} letters {side} it");
            return Err(self.error(word.len(), message));
        }
        self.term(word, part, kind, false)
    }

    /// `NEAR/5` and `ONEAR/5`, which are so many bytes long in the expression.
    fn near(&self, word: &str, length: usize) -> Result<Option<Distance>, QueryError> {
        let unordered = word.strip_prefix('O').unwrap_or(word);
        let Some(rest) = unordered.strip_prefix("NEAR") else {
            return Ok(None);
        };
        if !rest.is_empty() && !rest.starts_with('/') {
            return Ok(None);
        }
        let tokens = rest
            .strip_prefix('/')
            .and_then(|number| number.parse().ok());
        match tokens {
            Some(tokens @ 1..=MAX_DISTANCE) => Ok(Some(Distance {
                tokens,
                ordered: unordered.len() < word.len(),
            })),
            _ => Err(self
                .error(length, format!("expected a distance from 1 to {MAX_DISTANCE}"))
                .with_help("write NEAR/5 for at most five words on, ONEAR/5 in this order; the next word is 1")),
        }
    }

    /// Joins `2 OF` before a parenthesis into one token; whether there was one.
    fn count(&mut self) -> Result<bool, QueryError> {
        let [.., count, of] = &self.tokens[..] else {
            return Ok(false);
        };
        let digits = narrowed(bare_word(count));
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if narrowed(bare_word(of)) != "OF" || !is_number {
            return Ok(false);
        }
        let span = count.span.start..of.span.end;
        let number = digits.parse().unwrap_or(usize::MAX);
        if number == 0 {
            return Err(QueryError::new("expected a number of at least 1", span));
        }
        self.tokens.truncate(self.tokens.len() - 2);
        self.tokens.push(Token {
            kind: TokenKind::Count(number),
            span,
        });
        Ok(true)
    }

    /// `title:`, directly before a term or parenthesis.
    fn field(&mut self) -> Result<Option<()>, QueryError> {
        let rest = self.rest();
        let is_letter = |c: char| narrow(c).is_ascii_alphabetic();
        let length = rest.len() - rest.trim_start_matches(is_letter).len();
        let Some(behind) = rest[length..].strip_prefix([':', '：']) else {
            return Ok(None);
        };
        if length == 0 || behind.starts_with("//") {
            return Ok(None);
        }
        let colon = rest.len() - length - behind.len();
        let name = &*narrowed(&rest[..length]);
        let ends = behind
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || is_closing(c));
        let Some(scope) = scope(name) else {
            return if ends {
                Ok(None)
            } else {
                Err(refused::field(name, self.at..self.at + length))
            };
        };
        if ends {
            let message = format!("expected a term right after `{name}:`");
            return Err(self.error(length + colon, message));
        }
        self.push(TokenKind::Field(scope), length + colon);
        Ok(Some(()))
    }

    fn term(
        &mut self,
        written: &str,
        body: &str,
        kind: TermKind,
        quoted: bool,
    ) -> Result<(), QueryError> {
        if !body.starts_with(|c: char| c.is_ascii_alphanumeric()) && text::fold(body).is_empty() {
            return Err(self
                .error(
                    written.len(),
                    format!("`{written}` holds nothing to search for"),
                )
                .with_help("a term needs a letter, a digit or one of + # @ $ & %"));
        }
        self.push_term(written, body, kind, quoted);
        Ok(())
    }

    fn push_term(&mut self, written: &str, body: &str, kind: TermKind, quoted: bool) {
        let text = match (quoted, kind) {
            (true, TermKind::Exact) => format!("={}", body.trim()),
            (true, _) => body.trim().to_owned(),
            (false, _) => written.to_owned(),
        };
        let body = body.to_owned();
        let kind = TokenKind::Term {
            text,
            body,
            kind,
            quoted,
        };
        self.push(kind, written.len());
    }
}
