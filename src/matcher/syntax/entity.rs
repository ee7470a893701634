//! A person, organisation or thing under all its names.
//!
//! Gives the spellings that `@name` stands for: the names as written, and for a person's name its
//! other orders, its initials and its romanisations. Tells given names from the family name, and
//! whether words in a text are written as one name, without a list of names.

use std::{collections::HashSet, ops::Range};

use super::{
    token::{closing_quotes, is_comma, word_length},
    tree::{QueryError, TermKind},
};
use crate::{
    suggest,
    text::{self, Script},
};

/// What `@name` stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The key in `[entity]`.
    pub name: String,
    /// Its names as people write them, such as `Shinjirō Koizumi` and `小泉進次郎`.
    pub names: Vec<String>,
}

/// How many spellings one name gets, so that a name of many long vowels stays small.
pub(in crate::matcher) const MAX_SPELLINGS: usize = 64;

/// Entities that exist are listed up to this many.
const MAX_LISTED: usize = 8;

/// Long vowels, and the ways to romanise them. Without its macron a vowel is found by folding.
const LONG_VOWELS: [(char, &[&str]); 4] = [
    ('ō', &["o", "ou", "oo", "oh"]),
    ('ū', &["u", "uu"]),
    ('Ō', &["O", "Ou", "Oo", "Oh"]),
    ('Ū', &["U", "Uu"]),
];

impl Entity {
    /// Whether an expression can name it so: the word behind `@` ends at a space, a parenthesis,
    /// a bar or a quote, and in a list at a comma.
    pub fn can_be_named(name: &str) -> bool {
        !name.is_empty() && word_length(name) == name.len() && !name.contains(is_comma)
    }

    /// Every spelling to look for, each once, the names themselves first.
    ///
    /// A personal name, that is one or two given names and a family name behind them, is also
    /// looked for with the family name first, with initials (`S. Koizumi`), and without its middle
    /// name or with only the initial of that; ō and ū also as they are romanised without a macron
    /// (ou, oo, oh; uu). A name in quotes, and one in a script without spaces, stays as it is:
    /// spaces and middle dots in the latter do not matter when matching. No more than 64 for each
    /// name.
    pub fn spellings(&self) -> Vec<String> {
        self.terms().map(|(spelling, _)| spelling).collect()
    }

    /// The spellings, and how each is compared.
    pub(in crate::matcher) fn terms(&self) -> impl Iterator<Item = (String, TermKind)> + use<> {
        let names = self.names.iter().map(|name| name.trim());
        let is_term = |name: &&str| !text::fold(name).is_empty();
        let names: Vec<&str> = names.filter(is_term).collect();
        let plain = |name: &&str| (in_quotes(name).unwrap_or(name).to_owned(), TermKind::Whole);
        let mut all: Vec<(String, TermKind)> = names.iter().map(plain).collect();
        let mut seen: HashSet<String> = all.iter().map(|(name, _)| text::fold(name)).collect();
        for name in names.iter().filter(|name| in_quotes(name).is_none()) {
            let new = of_name(name)
                .into_iter()
                .filter(|(spelling, _)| seen.insert(text::fold(spelling)));
            all.extend(new.take(MAX_SPELLINGS - 1));
        }
        let mut once = HashSet::new();
        all.retain(|(spelling, _)| once.insert(text::fold(spelling)));
        all.into_iter()
    }
}

/// What is in the quotes around the whole of a name.
fn in_quotes(name: &str) -> Option<&str> {
    let closing = closing_quotes(name.chars().next()?)?;
    let mut inner = name.chars();
    inner.next();
    inner.as_str().strip_suffix(closing)
}

/// The forms of a name, those of its likelier romanisations first.
fn of_name(name: &str) -> Vec<(String, TermKind)> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let given = given_names(&words);
    let mut spellings = Vec::new();
    for words in romanised(&words) {
        spellings.push((words.join(" "), TermKind::Whole));
        let family = words[given..].join(" ");
        match &words[..given] {
            [only] => {
                let initial = initial(only);
                spellings.extend([
                    (format!("{family} {only}"), TermKind::Name),
                    (format!("{initial} {family}"), TermKind::Name),
                ]);
            }
            [first, middle] => {
                let (initial, of_middle) = (initial(first), initial(middle));
                spellings.extend([
                    (format!("{first} {family}"), TermKind::Whole),
                    (format!("{first} {of_middle} {family}"), TermKind::Name),
                    (format!("{initial} {of_middle} {family}"), TermKind::Name),
                    (format!("{initial}{of_middle} {family}"), TermKind::Name),
                    (format!("{initial} {family}"), TermKind::Name),
                    (format!("{family} {first} {middle}"), TermKind::Name),
                    (format!("{family} {first} {of_middle}"), TermKind::Name),
                    (format!("{family} {first}"), TermKind::Name),
                ]);
            }
            _ => {}
        }
    }
    spellings
}

fn initial(word: &str) -> String {
    let first = word.chars().next();
    first.map(|c| format!("{c}.")).unwrap_or_default()
}

/// The words with their long vowels in every way, the same in all of a word; the commonest way,
/// a short vowel, first.
fn romanised(words: &[&str]) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for word in words {
        let ways = ways_of(word);
        let longer = |start: &Vec<String>| {
            let start = start.clone();
            ways.iter()
                .map(move |way| [&start[..], std::slice::from_ref(way)].concat())
        };
        all = all.iter().flat_map(longer).take(MAX_SPELLINGS).collect();
    }
    all
}

fn ways_of(word: &str) -> Vec<String> {
    let mut ways = vec![word.to_owned()];
    for (vowel, romanisations) in LONG_VOWELS {
        if word.contains(vowel) {
            let replaced = |way: &String| {
                let way = way.clone();
                romanisations
                    .iter()
                    .map(move |other| way.replace(vowel, other))
            };
            ways = ways.iter().flat_map(replaced).collect();
        }
    }
    ways
}

/// There is no entity of that name.
pub(super) fn unknown(name: &str, entities: &[Entity], span: Range<usize>) -> QueryError {
    let known = || entities.iter().map(|entity| entity.name.as_str());
    let help = match suggest::closest(name, known()) {
        Some(meant) => format!("did you mean @{meant}?"),
        None if entities.is_empty() => {
            format!("add [entity] and below it {name} = [\"its names\"], or put the text in quotes")
        }
        None if entities.len() > MAX_LISTED => {
            "entities are named in [entity]; put the text in quotes if none is meant".to_owned()
        }
        None => format!("entities are {}", known().collect::<Vec<_>>().join(", ")),
    };
    QueryError {
        unknown_entity: true,
        ..QueryError::new(format!("no entity is named `{name}`"), span).with_help(help)
    }
}

/// Small words that belong to the family name behind them.
const PARTICLES: [&str; 19] = [
    "af", "al", "bin", "da", "de", "del", "den", "der", "di", "do", "dos", "du", "el", "la", "ten",
    "ter", "van", "von", "zu",
];

/// How many given names are before the family name; 0 where the name is not a person's.
fn given_names(words: &[&str]) -> usize {
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
