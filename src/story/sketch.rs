//! What is kept of a text.

use super::{
    figures::Figures,
    hash::{hash, join},
};
use crate::model::Item;

/// The texts of an item, plain.
#[derive(Debug, Clone, Copy, Default)]
pub struct StoryText<'a> {
    /// Its headline.
    pub title: &'a str,
    /// What its feed says of it in short.
    pub summary: &'a str,
    /// Its whole text.
    pub content: &'a str,
    /// Its address.
    pub link: Option<&'a str>,
    /// Where it says that it was first published.
    pub source: Option<&'a str>,
}

impl<'a> From<&'a Item> for StoryText<'a> {
    fn from(item: &'a Item) -> Self {
        Self {
            title: &item.title,
            summary: &item.summary,
            content: &item.content,
            link: item.link.as_deref(),
            source: item.source.as_deref(),
        }
    }
}

/// The first byte of a stored sketch.
const VERSION: u8 = 1;

/// So many of a text's phrases are kept: those with the lowest hashes, so that two texts with the same
/// phrases keep the same ones.
pub(super) const PHRASES: usize = 40;

/// So many of a text's words are kept: the heaviest.
pub(super) const WORDS: usize = 30;

/// A word of a text, with the weight that it had when its item was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// 24 bits.
    pub(super) hash: u32,
    /// Its weight in sixths, and in the highest bit whether it is strong.
    weight: u8,
}

impl Word {
    const STRONG: u8 = 0x80;
    const NAME: u8 = 0x40;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is clamped to 6 bits"
    )]
    pub(super) fn new(hash: u32, weight: f32, is_strong: bool, is_name: bool) -> Self {
        let value = (weight * 3.0).round().clamp(1.0, 63.0) as u8;
        let strong = if is_strong { Self::STRONG } else { 0 };
        let name = if is_name { Self::NAME } else { 0 };
        Self {
            hash,
            weight: value | strong | name,
        }
    }

    /// Its weight in sixths, always an even number of them.
    pub(super) const fn value(self) -> u8 {
        (self.weight & !(Self::STRONG | Self::NAME)) * 2
    }

    /// It is a name, or may be one in a script without capitals and spaces.
    pub(super) const fn is_name(self) -> bool {
        self.weight & Self::NAME != 0
    }

    /// It stands in the title, is a name or a number.
    pub(super) const fn is_strong(self) -> bool {
        self.weight & Self::STRONG != 0
    }
}

/// What is kept of an item's text: about 250 bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    /// Title and lead in canonical form.
    pub(super) exact: u64,
    /// Keys of the link and the source.
    pub(super) links: Vec<u64>,
    /// The phrases with the lowest hashes, rising.
    pub(super) phrases: Vec<u32>,
    /// How many phrases there are.
    pub(super) phrase_count: u8,
    /// By their hashes, rising.
    pub(super) words: Vec<Word>,
    pub(super) figures: Figures,
}

impl Sketch {
    /// As it is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(300);
        let count = |length: usize| u8::try_from(length).expect("lists have at most 40 entries");
        bytes.extend([
            VERSION,
            count(self.links.len()),
            self.phrase_count,
            count(self.phrases.len()),
            count(self.words.len()),
        ]);
        bytes.extend(self.exact.to_le_bytes());
        for link in &self.links {
            bytes.extend(link.to_le_bytes());
        }
        for phrase in &self.phrases {
            bytes.extend_from_slice(&phrase.to_le_bytes()[..3]);
        }
        for word in &self.words {
            bytes.extend_from_slice(&word.hash.to_le_bytes()[..3]);
            bytes.push(word.weight);
        }
        self.figures.write(&mut bytes);
        bytes
    }

    /// Reads what was stored. `None` for what another version wrote, or what is cut short.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[version, links, phrase_count, phrases, words], rest) = bytes.split_first_chunk()?;
        if version != VERSION {
            return None;
        }
        let (exact, mut rest) = rest.split_first_chunk()?;
        let mut take = |count: u8, size: usize| {
            let (taken, left) = rest.split_at_checked(usize::from(count) * size)?;
            rest = left;
            Some(taken.chunks_exact(size))
        };
        let three = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]);
        let links = take(links, 8)?
            .filter_map(|link| link.try_into().ok().map(u64::from_le_bytes))
            .collect();
        let phrases = take(phrases, 3)?.map(three).collect();
        let word = |bytes: &[u8]| Word {
            hash: three(bytes),
            weight: bytes[3],
        };
        let words = take(words, 4)?.map(word).collect();
        let figures = Figures::read(&mut rest)?;
        Some(Self {
            exact: u64::from_le_bytes(*exact),
            links,
            phrases,
            phrase_count,
            words,
            figures,
        })
    }
}

/// What a key of a shelf is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    /// An address.
    Link = 1,
    /// Title and lead.
    Exact = 2,
    /// One of the phrases with the lowest hashes.
    Phrase = 3,
    /// One of the heaviest words.
    Word = 4,
    /// A word of an item whose words are all counted.
    Counted = 5,
    /// Every item whose words are all counted.
    AllCounted = 6,
}

impl Key {
    /// As stored: 48 bits, which SQLite keeps in six bytes.
    pub(super) fn of(self, what: u64) -> i64 {
        let whole = join(hash(&[self as u8]), what);
        i64::try_from(whole >> 17).expect("47 bits")
    }
}
