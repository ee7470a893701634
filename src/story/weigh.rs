//! How much each word of a text counts, by how rare it is on the shelf.

use super::{
    features::{Feature, Features},
    shelf::Shelf,
    sketch::{Key, PHRASES, Sketch, WORDS, Word},
};

/// Of so many items all words are counted, to know how rare words are.
const COUNTED: usize = 1_024;
/// A word is counted up to this.
const COUNTED_WORD: usize = 256;
/// So many words of a text are weighed.
const WEIGHED: usize = 40;
/// So many words and phrases are keys of an item.
const KEY_WORDS: usize = 7;
const KEY_PHRASES: usize = 4;
/// So many items are taken to stand on an empty shelf, so that the first words are not all rare.
const PRIOR: f32 = 50.0;
/// A word that more than one item in so many has is no key, and not what two items have in common.
const TOO_COMMON: usize = 6;
/// A desk with few alerts has one story in most of its items: its words are rare all the same. So many items
/// more are taken to stand there, without the word.
const SMALL: usize = 100;

/// A word of the arriving text.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) word: Word,
    /// It can be what two items have in common.
    pub(super) is_rare: bool,
    pub(super) spelling: String,
}

/// A text whose words have weights.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    pub(super) sketch: Sketch,
    pub(super) keys: Vec<i64>,
    /// Further keys, by which words are counted where the item is no copy: twenty copies do not make the
    /// words of their text common.
    pub(super) counted: Vec<i64>,
    /// The heaviest first.
    pub(super) words: Vec<Known>,
}

pub(super) fn weigh<S: Shelf>(features: &Features, shelf: &mut S) -> Result<Weighed, S::Error> {
    let counted = shelf.count(Key::AllCounted.of(0), COUNTED)?;
    let mut words = Vec::with_capacity(WEIGHED);
    for feature in heaviest(&features.words) {
        let having = shelf.count(Key::Counted.of(u64::from(feature.hash)), COUNTED_WORD)?;
        words.push(known(feature, having, counted));
    }
    let mut keys = keys(features);
    let counted = if counted < COUNTED {
        let word = |known: &Known| Key::Counted.of(u64::from(known.word.hash));
        let all = words.iter().map(word);
        all.chain([Key::AllCounted.of(0)]).collect()
    } else {
        Vec::new()
    };
    words.sort_by(|one, other| {
        let key = |known: &Known| (known.is_rare, known.word.value());
        key(other)
            .cmp(&key(one))
            .then(one.word.hash.cmp(&other.word.hash))
    });
    let rare = words.iter().filter(|known| known.is_rare);
    keys.extend(
        rare.take(KEY_WORDS)
            .map(|known| Key::Word.of(u64::from(known.word.hash))),
    );
    keys.sort_unstable();
    keys.dedup();
    words.truncate(WORDS);
    Ok(Weighed {
        sketch: sketch(features, &words),
        keys,
        counted,
        words,
    })
}

fn heaviest(words: &[Feature]) -> Vec<&Feature> {
    let mut heaviest: Vec<&Feature> = words.iter().collect();
    heaviest.sort_by(|one, other| other.prior.total_cmp(&one.prior));
    heaviest.truncate(WEIGHED);
    heaviest
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^10")]
fn known(feature: &Feature, having: usize, counted: usize) -> Known {
    let rarity = ((counted as f32 + PRIOR) / (having as f32 + 1.0))
        .ln()
        .max(0.1);
    Known {
        word: Word::new(
            feature.hash,
            feature.prior * rarity,
            feature.is_strong,
            feature.is_name,
        ),
        is_rare: having * TOO_COMMON < counted + SMALL,
        spelling: feature.spelling.clone(),
    }
}

/// All keys but those of the rarest words.
fn keys(features: &Features) -> Vec<i64> {
    let mut keys: Vec<i64> = features
        .links
        .iter()
        .map(|link| Key::Link.of(*link))
        .collect();
    let phrases = features.phrases.iter().take(KEY_PHRASES);
    keys.extend(phrases.map(|phrase| Key::Phrase.of(u64::from(*phrase))));
    if features.phrases.len() < KEY_PHRASES {
        keys.push(Key::Exact.of(features.exact));
    }
    keys
}

fn sketch(features: &Features, words: &[Known]) -> Sketch {
    let mut words: Vec<Word> = words.iter().map(|known| known.word).collect();
    words.sort_unstable_by_key(|word| word.hash);
    Sketch {
        exact: features.exact,
        links: features.links.clone(),
        phrases: features.phrases.iter().take(PHRASES).copied().collect(),
        phrase_count: u8::try_from(features.phrases.len()).unwrap_or(u8::MAX),
        words,
        figures: features.figures.clone(),
    }
}
