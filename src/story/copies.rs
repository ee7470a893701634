//! Whether an item has the text of another one.

use std::collections::{HashMap, HashSet};

use super::{
    candidates::Candidate,
    evidence::Evidence,
    lack::Lack,
    placement::{Arrival, Placement, Rules},
    shelf::{Member, StoryId},
    sketch::{Sketch, Word},
};
use crate::model::{FeedId, ItemId};

/// A text of fewer words is no text of its own: many items may be called "Morning briefing".
const LEAST_WORDS: usize = 5;

/// Where a text has fewer names, all of its words are compared.
const LEAST_NAMES: usize = 2;

/// A text with fewer phrases may be a template in which one name was changed. More of it must agree.
const SHORT: u8 = 16;
const OF_SHORT: f32 = 0.8;

/// What a text is to those before it.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where it belongs as a copy.
    pub(super) copy: Option<Placement>,
    /// An item whose text it has with other figures, a denial or a correction.
    pub(super) changes: Option<ItemId>,
}

/// The item whose text the arriving one has: the nearest, the oldest of those.
pub(super) fn find(
    rules: &Rules,
    arrival: &Arrival<'_>,
    sketch: &Sketch,
    candidates: &[Candidate],
) -> Found {
    let common = boilerplate(candidates);
    let links = naming(arrival, sketch, candidates);
    let mut near: Option<ItemId> = None;
    let mut best: Option<(f32, Evidence, &Member)> = None;
    let mut changed = HashSet::new();
    for Candidate { member } in candidates {
        let Some((share, evidence)) = same_text(rules, &links, sketch, &member.sketch, &common)
        else {
            continue;
        };
        if member.feed == arrival.feed {
            // A second item of one feed, and what it is a copy of, are both older news there.
            if evidence == Evidence::Link || share >= 1.0 && evidence == Evidence::Text {
                continue;
            }
            return Found::default();
        }
        if matches!(evidence, Evidence::Phrases { .. }) && !has_names(sketch, &member.sketch) {
            continue;
        }
        let end = arrival.features.shared_end(&member.sketch);
        if !sketch.figures.agree(&member.sketch.figures, end) {
            changed.insert(member.root);
            near = Some(near.map_or(member.item, |known| known.min(member.item)));
            continue;
        }
        let is_better = best
            .as_ref()
            .is_none_or(|(known, _, other)| (share, -member.item.0) > (*known, -other.item.0));
        if is_better {
            best = Some((share, evidence, member));
        }
    }
    // Another copy of that text shows what was changed.
    let best = best.filter(|(_, _, member)| !changed.contains(&member.root));
    Found {
        copy: best.map(|(_, evidence, member)| Placement::Copy {
            of: member.item,
            story: member.story,
            evidence,
        }),
        changes: near,
    }
}

/// The addresses that name a text: not those that two items of its feed have.
fn naming(arrival: &Arrival<'_>, sketch: &Sketch, candidates: &[Candidate]) -> Vec<u64> {
    let names_one = |link: &&u64| {
        let mut members = candidates.iter().map(|candidate| &candidate.member);
        !members.any(|it| it.feed == arrival.feed && it.sketch.links.contains(link))
    };
    sketch.links.iter().filter(names_one).copied().collect()
}

/// How much one text has of another one.
#[derive(Debug)]
pub(super) struct Likeness {
    /// At least 1 where that was seen by more than phrases.
    pub(super) share: f32,
    /// Why it is no copy all the same; `None` where nothing lacks.
    pub(super) lack: Option<Lack>,
}

/// How much an item's text has of each of these.
pub(super) fn likenesses(
    rules: &Rules,
    arrival: &Arrival<'_>,
    sketch: &Sketch,
    candidates: &[Candidate],
) -> Vec<Likeness> {
    let common = boilerplate(candidates);
    let links = naming(arrival, sketch, candidates);
    let likeness = |Candidate { member }: &Candidate| {
        let other = &member.sketch;
        let Some((share, evidence)) = same_text(rules, &links, sketch, other, &common) else {
            let (shared, of) = phrases(sketch, other, &common);
            let needed = needed(rules, sketch, other, of);
            let lack = Some(Lack::Phrases(shared, of, needed));
            return Likeness {
                share: ratio(shared, of),
                lack,
            };
        };
        let is_by_phrases = matches!(evidence, Evidence::Phrases { .. });
        let end = arrival.features.shared_end(other);
        let lack = if member.feed == arrival.feed {
            Some(Lack::SameFeed)
        } else if is_by_phrases && !has_names(sketch, other) {
            Some(Lack::Names)
        } else if !sketch.figures.agree(&other.figures, end) {
            Some(Lack::Figures)
        } else {
            None
        };
        Likeness { share, lack }
    };
    candidates.iter().map(likeness).collect()
}

/// So many phrases must be in both, of so many.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts are below 2^10"
)]
fn needed(rules: &Rules, one: &Sketch, other: &Sketch, of: usize) -> usize {
    let share = (least(rules, one, other) * of as f32).ceil() as usize;
    share.max(rules.copy_phrases)
}

/// The share of phrases that must be in both.
fn least(rules: &Rules, one: &Sketch, other: &Sketch) -> f32 {
    let is_short = one.phrase_count.min(other.phrase_count) < SHORT;
    if is_short { OF_SHORT } else { rules.copy_share }
}

/// How much of the text is the same, and how that was seen.
fn same_text(
    rules: &Rules,
    links: &[u64],
    one: &Sketch,
    other: &Sketch,
    common: &HashSet<u32>,
) -> Option<(f32, Evidence)> {
    if one.exact == other.exact && one.words.len() >= LEAST_WORDS {
        return Some((2.0, Evidence::Text));
    }
    let (shared, of) = phrases(one, other, common);
    let share = ratio(shared, of);
    let is_alike = if of == 0 {
        has_words(one, other)
    } else {
        share > 0.2
    };
    if is_alike && links.iter().any(|link| other.links.contains(link)) {
        return Some((1.5, Evidence::Link));
    }
    let is_enough = share >= least(rules, one, other);
    (shared >= rules.copy_phrases && is_enough).then(|| {
        let count = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let evidence = Evidence::Phrases {
            shared: count(shared),
            of: count(of),
        };
        (share, evidence)
    })
}

/// Whether they speak of the same: two thirds of the names of one, by weight, are in the
/// other. A bulletin is the
/// same each day but for its names.
fn has_names(one: &Sketch, other: &Sketch) -> bool {
    let names = |sketch: &Sketch| -> Vec<Word> {
        let words = sketch.words.iter().copied();
        words.filter(|word| word.is_name()).collect()
    };
    let (mut ones, mut others) = (names(one), names(other));
    if ones.len().min(others.len()) < LEAST_NAMES {
        ones.clone_from(&one.words);
        others.clone_from(&other.words);
    }
    let weight = |words: &[Word]| {
        words
            .iter()
            .map(|word| u32::from(word.value()))
            .sum::<u32>()
    };
    if weight(&ones) > weight(&others) {
        std::mem::swap(&mut ones, &mut others);
    }
    let all = weight(&ones);
    ones.retain(|word| others.iter().any(|it| it.hash == word.hash));
    3 * weight(&ones) >= 2 * all
}

/// Whether half of the words of the shorter text are in both: a page of warnings has one address and
/// another headline each day.
fn has_words(one: &Sketch, other: &Sketch) -> bool {
    let is_in = |word: &&Word| other.words.iter().any(|it| it.hash == word.hash);
    let shared = one.words.iter().filter(is_in).count();
    2 * shared >= one.words.len().min(other.words.len()).max(1)
}

/// Of the phrases that both would have kept: how many both have, and how many the shorter one has.
fn phrases(one: &Sketch, other: &Sketch, common: &HashSet<u32>) -> (usize, usize) {
    let last = |sketch: &Sketch| match sketch.phrases.last() {
        Some(last) if usize::from(sketch.phrase_count) > sketch.phrases.len() => *last,
        _ => u32::MAX,
    };
    let bound = last(one).min(last(other));
    let kept = |phrase: &&u32| **phrase <= bound && !common.contains(*phrase);
    let others: HashSet<u32> = other.phrases.iter().filter(kept).copied().collect();
    let ones = one.phrases.iter().filter(kept).count();
    let shared = one
        .phrases
        .iter()
        .filter(|phrase| others.contains(phrase))
        .count();
    (shared, ones.min(others.len()))
}

/// Phrases that several stories of one feed have: credits, calls to subscribe.
fn boilerplate(candidates: &[Candidate]) -> HashSet<u32> {
    let mut seen: HashMap<(FeedId, u32), StoryId> = HashMap::new();
    let mut common = HashSet::new();
    for Candidate { member } in candidates {
        for phrase in &member.sketch.phrases {
            let first = *seen.entry((member.feed, *phrase)).or_insert(member.story);
            if first != member.story {
                common.insert(*phrase);
            }
        }
    }
    common
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^10")]
fn ratio(part: usize, whole: usize) -> f32 {
    if whole == 0 {
        0.0
    } else {
        part as f32 / whole as f32
    }
}
