//! Operators of this language's later versions and of other languages: refused by name, since a
//! watch that takes them for words would be silent for ever.

use super::{
    lexer::{Token, TokenKind},
    query::QueryError,
};

/// Refuses a word, at byte `at` of the expression, that looks like an operator but is none here.
pub(super) fn word(word: &str, at: usize) -> Result<(), QueryError> {
    let first = word.chars().next().unwrap_or_default();
    let sign = || {
        QueryError::new(
            format!("`{first}` is not an operator"),
            at..at + first.len_utf8(),
        )
    };
    let whole = at..at + word.len();
    if let Some(what) = unsupported(word, first) {
        let message = format!("{what} are not supported by this version");
        return Err(QueryError::new(message, whole)
            .with_help("put it in quotes to search for the text itself"));
    }
    match (word, first) {
        (_, '+') => {
            return Err(
                sign().with_help("leave it out: every term is required unless OR stands between")
            );
        }
        (_, '‐'..='―' | '−') => {
            return Err(sign().with_help("exclude with a plain `-` or with NOT"));
        }
        ("&" | "&&", _) => {
            return Err(
                QueryError::new(format!("`{word}` is not an operator"), whole)
                    .with_help("write AND, or put the whole name in quotes"),
            );
        }
        _ => {}
    }
    match word.find('*') {
        Some(star) if star + 1 < word.len() => Err(QueryError::new(
            "`*` can only stand at the end of a word",
            at + star..at + star + 1,
        )),
        _ => Ok(()),
    }
}

fn unsupported(word: &str, first: char) -> Option<&'static str> {
    let near = word.strip_prefix('O').unwrap_or(word).strip_prefix("NEAR");
    if near.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return Some("NEAR and ONEAR");
    }
    match first {
        '@' => Some("entities (@name)"),
        '~' => Some("inflected terms (~word)"),
        '/' => Some("regular expressions (/…/)"),
        _ => None,
    }
}

/// Refuses `2 OF` before a parenthesis.
pub(super) fn count(before: &[Token]) -> Result<(), QueryError> {
    let [.., count, of] = before else {
        return Ok(());
    };
    let digits = word_of(count);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if word_of(of) != "OF" || !is_number {
        return Ok(());
    }
    let message = format!("counts ({digits} OF …) are not supported by this version");
    Err(QueryError::new(message, count.span.start..of.span.end)
        .with_help("combine the terms with AND and OR"))
}

fn word_of(token: &Token) -> &str {
    match &token.kind {
        TokenKind::Term {
            text,
            quoted: false,
            ..
        } => text,
        _ => "",
    }
}
