//! Credits at the end of a text: the agency in brackets, or behind a word that says so.

use super::{
    super::agencies::{Agency, agency_after},
    in_brackets, last, without_opening,
};

/// How much of a text is its tail, in characters.
const TAIL: usize = 120;
const BRACKETS: [(char, char); 5] = [
    ('(', ')'),
    ('（', '）'),
    ('[', ']'),
    ('【', '】'),
    ('/', '/'),
];
/// What may stand before the agency in brackets.
const OPENINGS: [&str; 8] = [
    "With inputs from ",
    "with inputs from ",
    "With input from ",
    "with input from ",
    "With ",
    "with ",
    "via ",
    "Source: ",
];
/// What ends before the agency where no bracket does.
const SOURCES: [&str; 14] = [
    "source:",
    "sources:",
    "quelle:",
    "quellen:",
    "fuente:",
    "fonte:",
    "fonti:",
    "bron:",
    "источник:",
    "джерело:",
    "来源:",
    "來源:",
    "출처:",
    "出典:",
];

/// The agency that the end of the text credits.
pub(super) fn credit(text: &str) -> Option<&'static Agency> {
    let tail = last(text.trim_end(), TAIL);
    bracketed(tail).or_else(|| behind_word(tail))
}

/// `… (AFP)`, `…（時事通信）`, `/ТАСС/`, `(With inputs from Reuters)`.
fn bracketed(tail: &str) -> Option<&'static Agency> {
    let body = tail.trim_end_matches(['.', '。']).trim_end();
    let (open, close) = BRACKETS
        .into_iter()
        .find(|(_, close)| body.ends_with(*close))?;
    let (before, inner) = body.strip_suffix(close)?.rsplit_once(open)?;
    let agency = in_brackets(without_opening(inner.trim(), &OPENINGS))?;
    // "/dpa/" may be the end of an address.
    let is_ended = body.len() < tail.len() || open == '/';
    // "of Agence France-Presse (AFP)." explains a name.
    let explains = agency_after(before.trim_end()).is_some();
    (!explains && (!is_ended || is_end(before))).then_some(agency)
}

/// `Source: Reuters`, `— Reuters`, or a last line that is the agency's name.
fn behind_word(tail: &str) -> Option<&'static Agency> {
    let body = tail.trim_end_matches(['.', '。']).trim_end();
    let (agency, before) = agency_after(body)?;
    let is_line = before.is_empty() || before.ends_with('\n');
    let before = before.trim_end_matches([' ', '\u{a0}']);
    let lower = before.to_lowercase().replace('：', ":");
    let is_source = SOURCES.iter().any(|word| lower.ends_with(word));
    let is_signed = before
        .strip_suffix(['—', '–', '-'])
        .is_some_and(|before| is_end(before.trim_end_matches(['-', '—', '–'])));
    (is_line || is_source || is_signed).then_some(agency)
}

/// Whether a sentence or a line ends here.
fn is_end(before: &str) -> bool {
    let text = before.trim_end();
    let ends = ['.', '!', '?', '。', '！', '？', '"', '”', '»', '」', '…'];
    text.is_empty() || text.ends_with(ends) || before.ends_with('\n')
}
