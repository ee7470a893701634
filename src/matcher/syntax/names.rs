//! How the name of a person is written.
//!
//! Tells the given names of an entity's name from the family name, and whether words in a
//! text, in another order or with initials, are written as one name. Knows no list of names.

use std::ops::Range;

use crate::text::{self, Script};

/// Small words that belong to the family name behind them.
const PARTICLES: [&str; 19] = [
    "af", "al", "bin", "da", "de", "del", "den", "der", "di", "do", "dos", "du", "el", "la", "ten",
    "ter", "van", "von", "zu",
];

/// How many given names are before the family name; 0 where the name is not a person's.
pub(super) fn given_names(words: &[&str]) -> usize {
    let Some((last, before)) = words.split_last() else {
        return 0;
    };
    let is_particle = |word: &&&str| PARTICLES.contains(*word);
    let given = before.len() - before.iter().rev().take_while(is_particle).count();
    let starts = before.first().is_some_and(|word| is_name(word));
    let is_given = |word: &&str| is_name(word) || is_initial(word);
    if (1..=2).contains(&given) && starts && before[..given].iter().all(is_given) && is_name(last) {
        given
    } else {
        0
    }
}

/// Whether a word can be part of a person's name: it begins with a capital of a script that
/// writes spaces, and is no acronym.
fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    let first = chars.next();
    first.is_some_and(|c| c.is_uppercase() && text::script(fold_of(c)) == Script::Spaced)
        && chars.any(char::is_lowercase)
}

/// One capital, with its dot or without.
fn is_initial(word: &str) -> bool {
    let mut chars = word.strip_suffix('.').unwrap_or(word).chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
}

fn fold_of(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Whether a name found in another order or with initials is written as one: `Koizumi Shinjirō`,
/// but not the end of `South Korea` and the start of `South Africa` with a comma between, nor the
/// `s jobs` of `America's jobs`.
///
/// Words begin with capitals, particles aside; between them is white space only, or a comma
/// where the name is a line of its own, as in lists of authors and subjects. An initial has its
/// dot where an apostrophe is before it.
pub(in crate::matcher) fn is_written_as_name(source: &str, span: Range<usize>) -> bool {
    let (before, name, behind) = (
        &source[..span.start],
        &source[span.clone()],
        &source[span.end..],
    );
    let is_line = (before.trim_end_matches(' ').is_empty()
        || before.trim_end_matches(' ').ends_with('\n'))
        && behind
            .trim_start_matches([' ', '.'])
            .chars()
            .next()
            .is_none_or(|c| c == '\n');
    let mut words = name.split_whitespace().enumerate();
    words.all(|(at, word)| {
        let is_cut =
            at == 0 && is_initial(word) && !word.ends_with('.') && before.ends_with(['\'', '’']);
        let word = match word.strip_suffix(',') {
            Some(word) if is_line => word,
            _ => word,
        };
        let starts = word.chars().next().is_some_and(|c| !c.is_lowercase());
        !is_cut && (starts || PARTICLES.contains(&word)) && is_word(word)
    })
}

/// Letters with what joins them, and the dots behind initials.
fn is_word(word: &str) -> bool {
    let mut letters = 0;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let holds = match c {
            '.' => letters == 1,
            '-' | '\u{2010}' | '\u{2011}' | '\'' | '’' | 'ʼ' => {
                letters > 0 && chars.peek().is_some()
            }
            _ => c.is_alphanumeric() || text::is_mark(c),
        };
        if !holds {
            return false;
        }
        letters = match c {
            '.' | '-' | '\u{2010}' | '\u{2011}' => 0,
            _ if text::is_mark(c) => letters,
            _ => letters + 1,
        };
    }
    true
}
