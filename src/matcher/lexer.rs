//! Expressions to tokens.

use std::ops::Range;

use super::{
    query::{Kind, QueryError},
    refused,
    signs::{closing_quotes, is_closing, word_length},
};
use crate::{model::Field, text};

/// How many letters or digits the beginning of a word needs before its `*`.
pub(super) const MIN_PREFIX_CHARS: usize = 2;

/// A token and its place in the expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    Field(Field),
    Term {
        text: String,
        body: String,
        kind: Kind,
        quoted: bool,
    },
}

impl TokenKind {
    /// Whether an operand may begin with it.
    pub(super) const fn begins_operand(&self) -> bool {
        matches!(
            self,
            Self::Open | Self::Not | Self::Field(_) | Self::Term { .. }
        )
    }
}

/// Splits an expression.
pub(super) fn lex(expression: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer {
        expression,
        at: 0,
        tokens: Vec::new(),
    };
    while let Some(c) = lexer.skip_space() {
        lexer.token(c)?;
    }
    Ok(lexer.tokens)
}

/// Words that were probably meant as operators, and stars that are none.
pub(super) fn warnings(tokens: &[Token]) -> Vec<QueryError> {
    let mut warnings = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let TokenKind::Term { text, quoted, .. } = &token.kind else {
            continue;
        };
        if *quoted && text.contains('*') {
            warnings.push(
                QueryError::new("a `*` in quotes is no wildcard", token.span.clone())
                    .with_help("write word* without quotes"),
            );
        }
        let next_is_operand = tokens
            .get(index + 1)
            .is_some_and(|next| next.kind.begins_operand());
        let upper = text.to_uppercase();
        let meant = match upper.as_str() {
            "NOT" => next_is_operand,
            "AND" | "OR" => next_is_operand && index > 0,
            _ => false,
        };
        if meant && !quoted {
            warnings.push(
                QueryError::new(
                    format!("`{text}` is searched for as a word: operators are upper case"),
                    token.span.clone(),
                )
                .with_help(format!("write {upper}, or \"{text}\" if the word is meant")),
            );
        }
    }
    warnings
}

struct Lexer<'a> {
    expression: &'a str,
    at: usize,
    tokens: Vec<Token>,
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
                refused::count(&self.tokens)?;
                self.push(TokenKind::Open, length);
            }
            ')' | '）' => self.push(TokenKind::Close, length),
            '|' | '｜' => self.push(TokenKind::Or, length),
            '-' | '!' | '－' | '！' => {
                let next = self.rest()[length..].chars().next();
                if next.is_none_or(|next| next.is_whitespace() || is_closing(next)) {
                    return Err(self
                        .error(length, format!("`{c}` stands alone"))
                        .with_help("write it right before what to exclude, or use NOT"));
                }
                self.push(TokenKind::Not, length);
            }
            '=' => return self.exact(),
            _ if closing_quotes(c).is_some() => return self.phrase(0),
            _ => return self.word(),
        }
        Ok(())
    }

    fn error(&self, length: usize, message: impl Into<String>) -> QueryError {
        QueryError::new(message, self.at..self.at + length)
    }

    fn exact(&mut self) -> Result<(), QueryError> {
        let Some(next) = self.rest().chars().nth(1).filter(|c| !c.is_whitespace()) else {
            return Err(self.error(1, "expected a term right after `=`"));
        };
        if closing_quotes(next).is_some() {
            return self.phrase(1);
        }
        let word = &self.rest()[..=word_length(&self.rest()[1..])];
        if word.ends_with('*') {
            return Err(self
                .error(word.len(), "`=` and `*` do not go together")
                .with_help("leave one of them out"));
        }
        self.term(word, &word[1..], Kind::Exact, false)
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
        let written = &self.rest()[..marker + open.len_utf8() + end + close];
        let kind = if marker == 0 {
            Kind::Whole
        } else {
            Kind::Exact
        };
        self.term(written, &body[..end], kind, true)
    }

    fn word(&mut self) -> Result<(), QueryError> {
        if let Some(()) = self.field()? {
            return Ok(());
        }
        let word = &self.rest()[..word_length(self.rest())];
        refused::word(word, self.at)?;
        let operator = match word {
            "AND" => Some(TokenKind::And),
            "OR" => Some(TokenKind::Or),
            "NOT" => Some(TokenKind::Not),
            _ => None,
        };
        if let Some(operator) = operator {
            self.push(operator, word.len());
            return Ok(());
        }
        let Some(stem) = word.strip_suffix('*') else {
            return self.term(word, word, Kind::Whole, false);
        };
        if stem.chars().filter(|c| c.is_alphanumeric()).count() < MIN_PREFIX_CHARS {
            return Err(self.error(
                word.len(),
                format!("`*` needs at least {MIN_PREFIX_CHARS} letters before it"),
            ));
        }
        self.term(word, stem, Kind::Prefix, false)
    }

    /// `title:`, directly before a term or parenthesis.
    fn field(&mut self) -> Result<Option<()>, QueryError> {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let behind = &rest[length..];
        if length == 0 || !behind.starts_with(':') || behind.starts_with("://") {
            return Ok(None);
        }
        let name = &rest[..length];
        let field = name.parse::<Field>();
        let ends = behind[1..]
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || is_closing(c));
        match field {
            Ok(_) if ends => Err(self.error(length + 1, format!("expected a term right after `{name}:`"))),
            Ok(field) => {
                self.push(TokenKind::Field(field), length + 1);
                Ok(Some(()))
            }
            Err(_) if ends => Ok(None),
            Err(_) => Err(self.error(length, format!("`{name}` is not a field")).with_help(
                "fields are title, summary, content, author, category and link; put the text in quotes if no field is meant",
            )),
        }
    }

    fn term(
        &mut self,
        written: &str,
        body: &str,
        kind: Kind,
        quoted: bool,
    ) -> Result<(), QueryError> {
        if text::fold(body).is_empty() {
            return Err(self
                .error(
                    written.len(),
                    format!("`{written}` holds nothing to search for"),
                )
                .with_help("a term needs a letter, a digit or one of + # @ $ & %"));
        }
        let text = match (quoted, kind) {
            (true, Kind::Exact) => format!("={}", body.trim()),
            (true, _) => body.trim().to_owned(),
            (false, _) => written.to_owned(),
        };
        let body = body.to_owned();
        self.push(
            TokenKind::Term {
                text,
                body,
                kind,
                quoted,
            },
            written.len(),
        );
        Ok(())
    }
}
