//! Words without their endings. Light: enough that "resigns" is "resigned" and "Москве" is "Москва".
//!
//! Snowball's stemmers would need to know the language for sure; a wrong one does harm.

use std::borrow::Cow;

/// So many letters are left at least.
const LEAST: usize = 4;

/// The longest first. In canonical form, which has no accents.
const LATIN: [&str; 22] = [
    "ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "en", "em",
    "os", "as", "s", "e", "y", "i", "n", "a", "o",
];

const CYRILLIC: [&str; 63] = [
    "иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "ией", "иям", "иях", "ает",
    "ают", "ает", "ило", "ила", "или", "ала", "али", "ало", "ить", "ать", "еть", "ется", "ится",
    "ться", "лся", "лась", "лись", "ое", "ее", "ые", "ие", "ыи", "ии", "ои", "еи", "ую", "юю",
    "ая", "яя", "ых", "их", "ым", "им", "ом", "ем", "ам", "ям", "ах", "ях", "ов", "ев", "ия", "ию",
    "а", "я", "ы", "и", "у", "ю", "е",
];

/// The word without an ending.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    let Some(first) = word.chars().next() else {
        return Cow::Borrowed(word);
    };
    match first {
        'a'..='z' => Cow::Borrowed(cut(word, &LATIN, 1)),
        'а'..='я' | 'ё' | 'і' | 'ї' | 'є' => {
            Cow::Borrowed(cut(word, &CYRILLIC, 2).trim_end_matches(['ь', 'о', 'й']))
        }
        '\u{600}'..='\u{6ff}' => Cow::Borrowed(without_article(word)),
        _ => Cow::Borrowed(word),
    }
}

/// All these letters take as many bytes.
fn cut<'a>(word: &'a str, endings: &[&str], bytes_a_letter: usize) -> &'a str {
    if word.len() <= LEAST * bytes_a_letter {
        return word;
    }
    endings
        .iter()
        .find_map(|ending| {
            let rest = word.strip_suffix(ending)?;
            (rest.len() >= LEAST * bytes_a_letter).then_some(rest)
        })
        .unwrap_or(word)
}

/// Arabic writes articles and some conjunctions at the beginning of the word.
fn without_article(word: &str) -> &str {
    ["وال", "بال", "فال", "كال", "ال", "لل"]
        .iter()
        .find_map(|start| {
            let rest = word.strip_prefix(start)?;
            (rest.chars().count() >= 3).then_some(rest)
        })
        .unwrap_or(word)
}
