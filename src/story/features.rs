//! What is seen in a text before it is known what is rare.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    figures::{Figures, turns_inside},
    hash::{ByHash, hash, join},
    link, lists,
    sketch::{Sketch, StoryText},
    stem::stem,
    tokens::{Unit, WORD, phrases, units, words},
};
use crate::text::{Lines, Script, fold, fold_into};

/// So many words of a lead are looked at. What comes later is often background that many texts share.
const LEAD_WORDS: usize = 64;
/// So many words of a title.
const TITLE_WORDS: usize = 32;
/// A lead of so many words is within so many bytes.
const LEAD_BYTES: usize = 1_200;

/// How much a word counts for where it stands and for what it is.
const IN_TITLE: f32 = 2.0;
const NAME: f32 = 1.5;
const NUMBER: f32 = 1.5;

/// A word of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Feature {
    /// 24 bits, of its stem.
    pub(super) hash: u32,
    /// Before it is known how rare it is.
    pub(super) prior: f32,
    /// It can be what two items have in common: it stands in the title, is a name or a number.
    pub(super) is_strong: bool,
    /// It is a name, or may be one in a script without capitals and spaces.
    pub(super) is_name: bool,
    /// As a person reads it.
    pub(super) spelling: String,
}

/// What is seen in a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    pub(super) exact: u64,
    pub(super) links: Vec<u64>,
    pub(super) words: Vec<Feature>,
    /// Rising.
    pub(super) phrases: Vec<u32>,
    /// The same as they come.
    in_order: Vec<u32>,
    pub(super) figures: Figures,
    /// Figures and turning words as a person reads them.
    pub(super) spelled: Vec<(u32, String)>,
}

/// The last shared phrase is so long, and may be so much later: of a text only some phrases are kept, and
/// commas are counted.
const PHRASE_AND_MARGIN: usize = 11;

impl Features {
    /// The same without these words: those that a watch looks for are in all that it finds, and say nothing
    /// of what two items have in common.
    #[must_use]
    pub fn without<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut left_out = Words::default();
        for text in texts {
            let text = fold(text);
            let all = units(&text, TITLE_WORDS * WORD);
            left_out.add(&text, &all, 1.0, &ByHash::default(), |_, _, _| {});
        }
        let is_left_out = |word: &Feature| left_out.places.contains_key(&word.hash);
        self.words.retain(|word| !is_left_out(word));
        self
    }

    /// With which unit of the lead the last phrase ends that a kept text has too; with the last one of all
    /// where it has none.
    pub(super) fn shared_end(&self, other: &Sketch) -> u8 {
        let is_shared = |phrase: &u32| other.phrases.binary_search(phrase).is_ok();
        let last = self.in_order.iter().rposition(is_shared);
        let end = last.map_or(usize::MAX, |last| last + PHRASE_AND_MARGIN);
        u8::try_from(end).unwrap_or(u8::MAX)
    }

    /// Looks at title and lead.
    pub fn of(text: &StoryText<'_>) -> Self {
        let mut features = Self {
            links: [text.link, text.source]
                .into_iter()
                .flatten()
                .filter_map(link::key)
                .collect(),
            ..Self::default()
        };
        features.links.dedup();
        let body = lead(text);
        let names = names(text.title, &body);
        let title = fold(text.title);
        let lead = fold(&body);
        features.exact = join(hash(title.trim().as_bytes()), hash(lead.trim().as_bytes()));
        let title_units = units(&title, TITLE_WORDS * WORD);
        let lead_units = units(&lead, LEAD_WORDS * WORD);
        let mut words = Words::default();
        words.add(&title, &title_units, IN_TITLE, &names, |hash, _, word| {
            features.figures.in_title(hash);
            features.spell(hash, word);
        });
        words.add(&lead, &lead_units, 1.0, &names, |hash, at, word| {
            features.figures.in_lead(hash, at);
            features.spell(hash, word);
        });
        features.figures.end(lead_units.len());
        features.words = words.list;
        phrases(&lead_units, &mut features.phrases);
        features.in_order.clone_from(&features.phrases);
        features.phrases.sort_unstable();
        features.phrases.dedup();
        features
    }

    fn spell(&mut self, hash: u32, word: &str) {
        if !self.spelled.iter().any(|(known, _)| *known == hash) {
            self.spelled.push((hash, word.to_owned()));
        }
    }
}

/// Summary and content, without what is in both.
fn lead(text: &StoryText<'_>) -> String {
    let summary = head(text.summary.trim());
    let content = head(text.content.trim());
    let start = summary.trim_end_matches(|last: char| !last.is_alphanumeric());
    if content.starts_with(start) {
        content.to_owned()
    } else {
        format!("{summary}\n\n{content}")
    }
}

/// As much as can be the lead.
fn head(text: &str) -> &str {
    let text = &text[..text.floor_char_boundary(LEAD_BYTES)];
    let mut spaces = text.match_indices(char::is_whitespace);
    match spaces.nth(LEAD_WORDS + LEAD_WORDS / 4) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// What a word is in the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Common,
    Turn,
    Number,
}

static LISTED: LazyLock<ByHash<u64, Listed>> = LazyLock::new(|| {
    let mut listed = ByHash::default();
    for (list, kind) in [
        (lists::COMMON, Listed::Common),
        (lists::COMMON_PAIRS, Listed::Common),
        (lists::NUMBERS, Listed::Number),
        (lists::TURNS, Listed::Turn),
    ] {
        for word in list.split_whitespace() {
            listed.insert(hash(fold(word).trim().as_bytes()), kind);
        }
    }
    listed
});

/// The words that turn the meaning, as figures have them.
static TURNS: LazyLock<HashSet<u32>> = LazyLock::new(|| {
    let inside = lists::TURNS_INSIDE.split_whitespace();
    let words = lists::TURNS.split_whitespace().map(|word| {
        let word = fold(word);
        cut(hash(stem(word.trim()).as_bytes()))
    });
    words
        .chain(inside.map(|turn| cut(hash(turn.as_bytes()))))
        .collect()
});

impl Sketch {
    /// Whether the text denies or corrects something, as the other one does not.
    pub fn turns_from(&self, other: &Self) -> bool {
        let mut own = self.figures.hashes();
        own.any(|own| TURNS.contains(&own) && !other.figures.hashes().any(|it| it == own))
    }
}

#[derive(Debug, Default)]
struct Words {
    list: Vec<Feature>,
    places: ByHash<u32, usize>,
}

impl Words {
    fn add(
        &mut self,
        canonical: &str,
        units: &[Unit<'_>],
        place: f32,
        names: &ByHash<u64, &str>,
        mut figure: impl FnMut(u32, usize, &str),
    ) {
        let listed = &*LISTED;
        words(canonical, units, |at, word, script| {
            let whole = hash(word.as_bytes());
            let kind = listed.get(&whole).copied();
            let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
            let is_figure = has_digit || matches!(kind, Some(Listed::Number | Listed::Turn));
            let is_common = matches!(kind, Some(Listed::Common | Listed::Turn));
            let is_nothing = is_common || is_too_short(word, script);
            if is_nothing && !is_figure {
                return; // half of all words
            }
            let short = cut(hash(stem(word).as_bytes()));
            if is_figure {
                figure(short, at, word);
            }
            if is_nothing {
                return;
            }
            let name = names.get(&whole);
            let prior = match (has_digit, name) {
                (true, _) => NUMBER,
                (_, Some(_)) => NAME,
                _ => 1.0,
            };
            let feature = Feature {
                hash: short,
                prior: prior * place,
                is_name: name.is_some() || script != Script::Spaced,
                is_strong: prior > 1.0 || place > 1.0 || script != Script::Spaced,
                spelling: name.map_or(word, |name| name).to_owned(),
            };
            self.put(feature);
        });
        for (turn, at) in turns_inside(canonical, units) {
            figure(cut(hash(turn.as_bytes())), at, turn);
        }
    }

    fn put(&mut self, feature: Feature) {
        if let Some(place) = self.places.get(&feature.hash) {
            let known = &mut self.list[*place];
            known.prior = known.prior.max(feature.prior);
            known.is_strong |= feature.is_strong;
            known.is_name |= feature.is_name;
        } else {
            self.places.insert(feature.hash, self.list.len());
            self.list.push(feature);
        }
    }
}

fn cut(hash: u64) -> u32 {
    u32::try_from(hash >> 40).expect("24 bits")
}

fn is_too_short(word: &str, script: Script) -> bool {
    script == Script::Spaced && word.len() < 2 && !word.bytes().any(|byte| byte.is_ascii_digit())
}

/// The words that have a capital inside a sentence, by the hash of their canonical form.
fn names<'a>(title: &'a str, lead: &'a str) -> ByHash<u64, &'a str> {
    let mut names = ByHash::default();
    let mut room = String::new();
    if !is_in_capitals(title) {
        add_names(title, &mut names, &mut room);
    }
    add_names(lead, &mut names, &mut room);
    names
}

/// Whether most of the words have capitals, as English headlines do.
fn is_in_capitals(title: &str) -> bool {
    let long = || {
        title
            .split_whitespace()
            .filter(|word| word.chars().count() > 3)
    };
    let capital = long()
        .filter(|word| word.starts_with(char::is_uppercase))
        .count();
    capital * 10 > long().count() * 6
}

fn add_names<'a>(text: &'a str, names: &mut ByHash<u64, &'a str>, room: &mut String) {
    let mut begins = true;
    for chunk in text.split_whitespace() {
        let word = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        let ended = chunk.ends_with(['.', '!', '?', ':', '"', '”', '»']) && word.len() > 2;
        if word.starts_with(char::is_uppercase) && !begins {
            for part in word
                .split(['-', '’', '\'', '/'])
                .filter(|part| part.starts_with(char::is_uppercase))
            {
                fold_into(part, Lines::Wrapped, room);
                names.insert(hash(room.trim().as_bytes()), part);
            }
        }
        begins = ended || !chunk.contains(char::is_alphanumeric);
    }
}
