//! Refuses operators and signs of other programs by name.
//!
//! A watch that took them for words would never match. Each error says what to write instead.

use std::ops::Range;

use super::{
    token::{Token, TokenKind, narrow, narrowed},
    tree::{QueryError, TermKind},
};

/// Refuses a word, at byte `at` of the expression, that looks like an operator of another program.
pub(in crate::matcher) fn word(word: &str, at: usize) -> Result<(), QueryError> {
    let first = word.chars().next().unwrap_or_default();
    let sign = || {
        QueryError::new(
            format!("`{first}` is not an operator"),
            at..at + first.len_utf8(),
        )
    };
    let whole = at..at + word.len();
    match (&*narrowed(word), narrow(first)) {
        (_, '+') => {
            return Err(
                sign().with_help("leave it out: every term is required unless OR is between them")
            );
        }
        // A Japanese keyboard types its prolonged sound mark for a minus: no word begins with one.
        (_, '‐'..='―' | '−' | 'ー' | 'ｰ') => {
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
    field_before_sign(word, at)?;
    suffix(word, at)?;
    percent(word, at)?;
    question_mark(word, at)?;
    star(word, at)
}

/// Refuses a star in the middle of a word, or one at each end.
fn star(word: &str, at: usize) -> Result<(), QueryError> {
    let stars = ['*', '＊'];
    let inner = word.strip_prefix(stars).unwrap_or(word);
    let Some(star) = inner.find(stars) else {
        return Ok(());
    };
    let (before, behind) = inner.split_at(star);
    let behind = behind.trim_start_matches(stars);
    if behind.is_empty() && inner.len() == word.len() {
        return Ok(());
    }
    let length = inner[star..].chars().next().map_or(0, char::len_utf8);
    let at = at + word.len() - inner.len() + star;
    let help = if behind.is_empty() {
        format!("write {before}* or *{before}; a regular expression finds a part of a word")
    } else {
        format!("write {before}* for words that begin so, or /{before}\\w*{behind}/i beside a term")
    };
    let message = "`*` can only be at one end of a word";
    Err(QueryError::new(message, at..at + length).with_help(help))
}

/// Refuses what other programs write behind a term: `^2` for its weight, `~1` for words like it.
pub(super) fn suffix(word: &str, at: usize) -> Result<(), QueryError> {
    let Some(sign) = word.rfind(['^', '~']).filter(|_| !word.contains('/')) else {
        return Ok(());
    };
    let (written, number) = (&word[sign..], &word[sign + 1..]);
    let is_number = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let help = match written.starts_with('^') {
        true if is_number && !number.is_empty() => "leave it out: a term has no weight",
        false if is_number && sign > 0 => {
            "name the spellings with OR; ~word finds the cases of a name"
        }
        _ => return Ok(()),
    };
    let message = format!("`{written}` is not an operator");
    Err(QueryError::new(message, at + sign..at + word.len()).with_help(help))
}

/// Refuses `%word%`, with which databases find a part of a text. A number may have one behind it.
fn percent(word: &str, at: usize) -> Result<(), QueryError> {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let inner = word.trim_matches(['%', '％']);
    let before = word.starts_with(['%', '％']) && letter(inner.chars().next());
    let behind = word.ends_with(['%', '％']) && letter(inner.chars().next_back());
    if !before && !behind {
        return Ok(());
    }
    let help = format!("write {inner} for the word, or {inner}* for words that begin so");
    Err(QueryError::new("`%` is not a wildcard", at..at + word.len()).with_help(help))
}

/// What other programs write like functions, numbers aside.
const FUNCTIONS: [&str; 14] = [
    "ATL", "ATLEAST", "AROUND", "NEAR", "ONEAR", "WITHIN", "CAPS", "NOCAPS", "ALLCAPS", "SINGULAR",
    "PLURAL", "HEADLINE", "HLEAD", "LEAD",
];

/// Refuses `AROUND(5)` and `atl3(…)`: `before` is the token right before a parenthesis.
pub(in crate::matcher) fn function(
    before: Option<&Token>,
    open_at: usize,
) -> Result<(), QueryError> {
    let Some(name) = before.filter(|before| before.span.end == open_at) else {
        return Ok(());
    };
    let TokenKind::Term {
        text,
        quoted: false,
        kind: TermKind::Whole,
        ..
    } = &name.kind
    else {
        return Ok(());
    };
    let written = narrowed(text).to_ascii_uppercase();
    let function = written.trim_end_matches(|c: char| c.is_ascii_digit());
    if !FUNCTIONS.contains(&function) {
        return Ok(());
    }
    let help = match function {
        "AROUND" | "NEAR" | "ONEAR" | "WITHIN" => NEAR_HELP,
        "ATL" | "ATLEAST" => "how often a term occurs cannot be asked; leave it out",
        "HEADLINE" | "HLEAD" | "LEAD" => "write title:(…)",
        "CAPS" | "ALLCAPS" => "write =WORD, which finds only these capitals",
        _ => "leave it out; write =word for exactly this form",
    };
    Err(
        QueryError::new(format!("`{text}(` is not an operator"), name.span.clone())
            .with_help(format!("{help}, or put a space before the parenthesis")),
    )
}

/// Refuses flags behind a regular expression other than the one there is.
pub(in crate::matcher) fn flags(behind: &str, at: usize) -> Result<(), QueryError> {
    let length = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (flags, rest) = behind.split_at(length);
    let goes_on = rest.starts_with(|c: char| c.is_alphanumeric() || c == '/');
    if goes_on
        || matches!(flags, "" | "i")
        || !flags.bytes().all(|flag| b"dgimsuvxy".contains(&flag))
    {
        return Ok(());
    }
    let message = format!("`{flags}` are no flags of a regular expression");
    Err(QueryError::new(message, at..at + length)
        .with_help("`i` is the only one, for any case: /…/i; (?s) and the like go inside it"))
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
pub(in crate::matcher) fn field(name: &str, span: Range<usize>) -> QueryError {
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
    QueryError::new(format!("`{name}` is not a field"), span).with_help(help)
}

/// Refuses `title=word`: it would be searched for as two words.
fn field_before_sign(word: &str, at: usize) -> Result<(), QueryError> {
    let Some((written, behind)) = word.split_once(['=', '＝']) else {
        return Ok(());
    };
    let name = narrowed(written).to_lowercase();
    if behind.is_empty() || !FIELDS.iter().any(|(field, _)| *field == name) {
        return Ok(());
    }
    let message = format!("`{name}=` is not a field");
    let help = format!("write {name}:{behind}, or put the text in quotes if no field is meant");
    Err(QueryError::new(message, at..at + word.len() - behind.len()).with_help(help))
}

/// Refuses `||`.
pub(super) fn double_bar(rest: &str, at: usize) -> Result<(), QueryError> {
    let bars = rest.len() - rest.trim_start_matches(['|', '｜']).len();
    if rest.chars().nth(1).is_some_and(|c| matches!(c, '|' | '｜')) {
        return Err(QueryError::new("`||` is not an operator", at..at + bars)
            .with_help("write OR, or a single bar"));
    }
    Ok(())
}

/// Operators of other programs: `near/5`, `NEAR5`, `W/5`, `NEAR/S`, `ADJ`, `XOR`.
fn operator(written: &str, at: usize) -> Result<(), QueryError> {
    let word = &*narrowed(written);
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let has_number = name.len() < word.len();
    let upper = name.to_ascii_uppercase();
    let is_ours = |name: &str| matches!(name, "NEAR/" | "ONEAR/");
    let help = match upper.trim_end_matches('/') {
        "NEAR" | "ONEAR" | "ADJ" if has_number && !is_ours(name) => Some(NEAR_HELP),
        "W" | "N" | "PRE" | "ADJ" if has_number && name.ends_with('/') => Some(NEAR_HELP),
        "W/S" | "W/P" | "W/SEG" | "W/SENT" | "W/PARA" | "NEAR/S" | "NEAR/P" => Some(NEAR_HELP),
        "AROUND" if has_number => Some(NEAR_HELP),
        _ if word == "ADJ" || word == "AROUND" => Some(NEAR_HELP),
        _ if word == "XOR" => Some("say it with OR and NOT"),
        _ if word == "ANDNOT" => Some("write NOT"),
        _ => None,
    };
    help.map_or(Ok(()), |help| {
        let message = format!("`{word}` is not an operator");
        Err(QueryError::new(message, at..at + written.len())
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
