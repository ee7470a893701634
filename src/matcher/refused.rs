//! Operators of other languages: refused by name, since a watch that takes them for words would
//! be silent for ever.

use super::query::QueryError;

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
    let inner = word.strip_prefix('*').unwrap_or(word);
    let at = at + word.len() - inner.len();
    match inner.find('*') {
        Some(star) if star + 1 < inner.len() || inner.len() < word.len() => {
            let message = "`*` can only stand at one end of a word";
            Err(QueryError::new(message, at + star..at + star + 1))
        }
        _ => Ok(()),
    }
}
