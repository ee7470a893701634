//! A person, body or thing under all its names.

use std::ops::Range;

use super::{
    query::QueryError,
    signs::{is_comma, word_length},
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
pub(super) const MAX_SPELLINGS: usize = 64;

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
    /// A name of two or three words is also looked for with its family name, the last word,
    /// first, and with initials for all but it (`S. Koizumi`); ō and ū also as they are
    /// romanised without a macron (ou, oo, oh; uu). Names in scripts without spaces stay as they
    /// are: spaces and middle dots in them do not matter when matching. No more than
    /// 64 for each name.
    pub fn spellings(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let names = self.names.iter().map(|name| name.trim());
        let is_term = |name: &&str| !text::fold(name).is_empty();
        let names: Vec<&str> = names.filter(is_term).collect();
        all.extend(names.iter().map(|name| (*name).to_owned()));
        for name in names {
            all.extend(of_name(name).into_iter().take(MAX_SPELLINGS - 1));
        }
        let mut seen = std::collections::HashSet::new();
        all.retain(|spelling| seen.insert(text::fold(spelling)));
        all
    }
}

fn of_name(name: &str) -> Vec<String> {
    let mut spellings = Vec::new();
    for name in romanised(name) {
        let words: Vec<&str> = name.split_whitespace().collect();
        let is_personal = (2..=3).contains(&words.len()) && words.iter().all(|word| is_name(word));
        spellings.push(words.join(" "));
        let Some((family, given)) = words.split_last().filter(|_| is_personal) else {
            continue;
        };
        let initials: Vec<String> = given.iter().filter_map(|word| initial(word)).collect();
        spellings.push(format!("{family} {}", given.join(" ")));
        spellings.push(format!("{} {family}", initials.join(" ")));
        if given.len() > 1 {
            spellings.push(format!("{} {family}", given[0]));
        }
    }
    spellings
}

/// Whether a word can be part of a person's name: it begins with a capital of a script that
/// writes spaces, and is no acronym.
fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    let first = chars.next();
    first.is_some_and(|c| c.is_uppercase() && text::script(fold_of(c)) == Script::Spaced)
        && chars.any(char::is_lowercase)
}

fn fold_of(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn initial(word: &str) -> Option<String> {
    word.chars().next().map(|c| format!("{c}."))
}

/// The name with each long vowel in every way; the one as written first.
fn romanised(name: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for c in name.chars() {
        let ways = LONG_VOWELS.iter().find(|(vowel, _)| *vowel == c);
        let mut next = Vec::with_capacity(all.len());
        match ways {
            None => {
                for mut start in all {
                    start.push(c);
                    next.push(start);
                }
            }
            Some((_, ways)) => {
                for way in *ways {
                    next.extend(all.iter().map(|start| format!("{start}{way}")));
                }
                next.truncate(MAX_SPELLINGS);
            }
        }
        all = next;
    }
    all
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
