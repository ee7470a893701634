//! A text as words, pairs of characters and phrases.

use super::hash::{hash, join};
use crate::text::{Script, script};

/// A word takes this much of a lead's room, a character of a script without spaces [`CHARACTER`].
pub(super) const WORD: usize = 5;
const CHARACTER: usize = 2;

/// The part of a text between two spaces, or one character of a script without spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit<'a> {
    /// Where it begins in the canonical form.
    pub(super) start: usize,
    pub(super) text: &'a str,
    pub(super) script: Script,
}

impl Unit<'_> {
    pub(super) const fn is_character(&self) -> bool {
        matches!(
            self.script,
            Script::Ideograph | Script::Katakana | Script::Thai
        )
    }

    const fn room(&self) -> usize {
        if self.is_character() { CHARACTER } else { WORD }
    }
}

/// The units of a text in canonical form, as many as there is room for.
pub(super) fn units(canonical: &str, mut room: usize) -> Vec<Unit<'_>> {
    let mut units = Vec::with_capacity(128);
    let mut next = 0;
    for token in canonical.split([' ', '\u{c}']) {
        let start = next;
        next += token.len() + 1;
        let Some(first) = token.chars().next() else {
            continue;
        };
        let unit = Unit {
            start,
            text: token,
            script: script(first),
        };
        if !unit.is_character() {
            if !take(&mut room, &unit) {
                return units;
            }
            units.push(unit);
            continue;
        }
        for (at, character) in token.char_indices() {
            let unit = Unit {
                start: start + at,
                text: &token[at..at + character.len_utf8()],
                script: match character {
                    ',' => Script::Other,
                    _ => script(character),
                },
            };
            if character != ',' && !take(&mut room, &unit) {
                return units;
            }
            units.push(unit);
        }
    }
    units
}

fn take(room: &mut usize, unit: &Unit<'_>) -> bool {
    let enough = *room >= unit.room();
    *room = room.saturating_sub(unit.room());
    enough
}

/// Hashes of three words in a row, or of five characters.
pub(super) fn phrases(units: &[Unit<'_>], phrases: &mut Vec<u32>) {
    let units: Vec<(bool, u64)> = units
        .iter()
        .filter(|unit| unit.text != ",")
        .map(|unit| (unit.is_character(), hash(unit.text.as_bytes())))
        .collect();
    for (at, (is_character, _)) in units.iter().enumerate() {
        let length = if *is_character { 5 } else { 3 };
        if let Some(phrase) = units.get(at..at + length) {
            let whole = phrase.iter().fold(0, |whole, (_, part)| join(whole, *part));
            phrases.push(u32::try_from(whole >> 40).expect("24 bits"));
        }
    }
}

/// Calls `found` with every word, and every pair of characters, and where in `units` it begins.
pub(super) fn words<'a>(
    canonical: &'a str,
    units: &[Unit<'a>],
    mut found: impl FnMut(usize, &'a str, Script),
) {
    let span =
        |first: &Unit<'_>, last: &Unit<'_>| &canonical[first.start..last.start + last.text.len()];
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        match unit.script {
            Script::Katakana => {
                let length = units[at..]
                    .iter()
                    .take_while(|next| next.script == Script::Katakana)
                    .count();
                if length > 1 {
                    found(at, span(unit, &units[at + length - 1]), Script::Katakana);
                }
                at += length;
                continue;
            }
            Script::Ideograph => {
                if let Some(next) = units.get(at + 1)
                    && next.script == Script::Ideograph
                    && !is_hiragana(unit.text)
                    && !is_hiragana(next.text)
                {
                    found(at, span(unit, next), Script::Ideograph);
                }
            }
            Script::Thai => {
                if let Some(last) = units.get(at + 3)
                    && units[at..at + 4]
                        .iter()
                        .all(|next| next.script == Script::Thai)
                {
                    found(at, span(unit, last), Script::Thai);
                }
            }
            Script::Hangul => {
                let mut characters = unit.text.char_indices();
                let mut next = unit
                    .text
                    .char_indices()
                    .skip(1)
                    .map(|(at, next)| at + next.len_utf8());
                while let (Some((from, _)), Some(to)) = (characters.next(), next.next()) {
                    found(at, &unit.text[from..to], Script::Hangul);
                }
            }
            Script::Other if unit.text == "," => {}
            Script::Other | Script::Spaced => found(at, unit.text, unit.script),
        }
        at += 1;
    }
}

fn is_hiragana(text: &str) -> bool {
    text.starts_with(|first| matches!(first, '\u{3040}'..='\u{309f}'))
}
