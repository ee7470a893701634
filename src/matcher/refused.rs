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
        (":", _) => {
            return Err(QueryError::new("`:` stands alone", whole)
                .with_help("write title:word, without a space"));
        }
        _ => {}
    }
    operator(word, at)?;
    question_mark(word, at)?;
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

/// The fields, and what other programs call them.
const FIELDS: [(&str, &[&str]); 9] = [
    ("title", &["intitle", "headline", "subject"]),
    ("summary", &["description", "abstract"]),
    ("content", &["body", "text", "intext"]),
    ("author", &["by", "byline", "creator"]),
    ("category", &["tag", "tags", "topic"]),
    ("link", &["url", "inurl"]),
    ("feed", &["source"]),
    ("lang", &["language"]),
    ("site", &["domain", "host"]),
];

/// Refuses a name before a colon that is no field.
pub(super) fn field(name: &str, at: usize) -> QueryError {
    let lower = name.to_lowercase();
    let meant = FIELDS
        .iter()
        .find(|(field, others)| *field == lower || others.contains(&lower.as_str()));
    let names = || FIELDS.map(|(field, _)| field).join(", ");
    let help = meant.map_or_else(
        || {
            format!(
                "fields are {}; put the text in quotes if no field is meant",
                names()
            )
        },
        |(field, _)| format!("write {field}:"),
    );
    let span = at..at + name.len();
    QueryError::new(format!("`{name}` is not a field"), span).with_help(help)
}

/// Refuses `||`.
pub(super) fn double_bar(rest: &str, at: usize) -> Result<(), QueryError> {
    if rest.starts_with("||") {
        return Err(QueryError::new("`||` is not an operator", at..at + 2)
            .with_help("write OR, or a single bar"));
    }
    Ok(())
}

/// Operators of other programs: `near/5`, `NEAR5`, `W/5`, `ADJ`, `XOR`.
fn operator(word: &str, at: usize) -> Result<(), QueryError> {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let has_number = name.len() < word.len();
    let upper = name.to_ascii_uppercase();
    let is_ours = |name: &str| matches!(name, "NEAR/" | "ONEAR/");
    let help = match upper.trim_end_matches('/') {
        "NEAR" | "ONEAR" | "ADJ" if has_number && !is_ours(name) => Some(NEAR_HELP),
        "W" | "N" | "PRE" | "ADJ" if has_number && name.ends_with('/') => Some(NEAR_HELP),
        _ if word == "ADJ" => Some(NEAR_HELP),
        _ if word == "XOR" => Some("say it with OR and NOT"),
        _ if word == "ANDNOT" => Some("write NOT"),
        _ => None,
    };
    help.map_or(Ok(()), |help| {
        let message = format!("`{word}` is not an operator");
        Err(QueryError::new(message, at..at + word.len())
            .with_help(format!("{help}, or put the word in quotes if it is meant")))
    })
}

const NEAR_HELP: &str = "write NEAR/5 for at most five words on, ONEAR/5 in this order";

/// Refuses a `?` between letters, which other programs read as any letter.
fn question_mark(word: &str, at: usize) -> Result<(), QueryError> {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let wild = word.match_indices('?').find(|(offset, _)| {
        let (before, after) = (&word[..*offset], &word[offset + 1..]);
        is_letter(before.chars().next_back()) && is_letter(after.chars().next())
    });
    match wild {
        Some((offset, _)) if !word.contains('/') => Err(QueryError::new(
            "`?` is not a wildcard",
            at + offset..at + offset + 1,
        )
        .with_help("name both spellings with OR, or put the text in quotes")),
        _ => Ok(()),
    }
}
