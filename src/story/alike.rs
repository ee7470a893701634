//! Whether an item is about the event that others are about.

use std::collections::HashMap;

use super::{
    candidates::Candidate,
    evidence::Evidence,
    hash::ByHash,
    placement::{Placement, Rules},
    shelf::StoryId,
    sketch::{Sketch, Word},
    weigh::Weighed,
};
use crate::model::ItemId;

/// Fewer words say nothing: every morning has a "Morning briefing".
const LEAST_WORDS: usize = 3;

/// So many shared words are named.
const NAMED: usize = 5;

/// Where an item belongs that is no copy.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) placement: Placement,
    pub(super) story: StoryId,
    /// Further stories that it fits, and whose items are like those of its own.
    pub(super) like: Vec<StoryId>,
}

/// The story that an item belongs to.
pub(super) fn find(rules: &Rules, weighed: &Weighed, candidates: &[Candidate]) -> Option<Found> {
    let mut stories: HashMap<StoryId, Near<'_>> = HashMap::new();
    for candidate in candidates {
        let sketch = &candidate.member.sketch;
        let near = stories.entry(candidate.member.story).or_default();
        near.add(sketch);
        let cosine = cosine(&weighed.sketch, sketch);
        if cosine > near.cosine && ground(weighed, sketch).is_enough(rules) {
            near.cosine = cosine;
            near.item = Some((candidate.member.item, sketch));
        }
    }
    stories.retain(|_, near| near.cosine >= rules.nearest);
    let mut fit: Vec<(StoryId, f32)> = stories
        .iter()
        .map(|(story, near)| (*story, near.centroid(&weighed.sketch)))
        .filter(|(_, centroid)| *centroid >= rules.centroid)
        .collect();
    fit.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let (story, _) = *fit.first()?;
    let near = &stories[&story];
    let (item, sketch) = near.item?;
    let others = fit.iter().skip(1).map(|(other, _)| *other);
    Some(Found {
        placement: Placement::FollowUp {
            near: item,
            story,
            evidence: Evidence::Words(shared(weighed, sketch).take(NAMED).collect()),
        },
        story,
        like: others
            .filter(|other| near.likeness(&stories[other]) >= rules.stories)
            .collect(),
    })
}

/// What is known of one story.
#[derive(Debug, Default)]
pub(super) struct Near<'a> {
    item: Option<(ItemId, &'a Sketch)>,
    cosine: f32,
    sum: ByHash<u32, f32>,
}

impl Near<'_> {
    pub(super) fn add(&mut self, sketch: &Sketch) {
        let length = length(&sketch.words);
        for word in &sketch.words {
            *self.sum.entry(word.hash).or_default() += f32::from(word.value()) / length;
        }
    }

    /// The cosine to the sum of the story's items.
    pub(super) fn centroid(&self, sketch: &Sketch) -> f32 {
        let dot: f32 = sketch
            .words
            .iter()
            .filter_map(|word| Some(f32::from(word.value()) * self.sum.get(&word.hash)?))
            .sum();
        dot / (self.norm() * length(&sketch.words)).max(f32::MIN_POSITIVE)
    }

    /// The cosine of the sums of two stories.
    fn likeness(&self, other: &Self) -> f32 {
        let shared = self.sum.iter();
        let dot = sum(shared.filter_map(|(word, value)| Some(value * other.sum.get(word)?)));
        dot / (self.norm() * other.norm()).max(f32::MIN_POSITIVE)
    }

    fn norm(&self) -> f32 {
        sum(self.sum.values().map(|value| value * value)).sqrt()
    }
}

/// The same on every machine, in whatever order the numbers come.
fn sum(numbers: impl Iterator<Item = f32>) -> f32 {
    let mut numbers: Vec<f32> = numbers.collect();
    numbers.sort_unstable_by(f32::total_cmp);
    numbers.iter().sum()
}

/// What two texts have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    /// So many rare words,
    pub(super) count: usize,
    /// one of which is a name, a number or stands in a title.
    is_strong: bool,
    /// One of the texts says nothing.
    pub(super) is_short: bool,
}

impl Ground {
    pub(super) const fn is_enough(&self, rules: &Rules) -> bool {
        self.is_strong && self.count >= rules.shared_words && !self.is_short
    }
}

pub(super) fn ground(weighed: &Weighed, sketch: &Sketch) -> Ground {
    let in_both = |known: &&crate::story::weigh::Known| {
        known.is_rare && find_word(sketch, known.word.hash).is_some()
    };
    let mut ground = Ground {
        count: 0,
        is_strong: false,
        is_short: weighed.words.len().min(sketch.words.len()) < LEAST_WORDS,
    };
    for known in weighed.words.iter().filter(in_both) {
        ground.count += 1;
        ground.is_strong |= known.word.is_strong();
    }
    ground
}

/// The words that are in both, the heaviest first.
fn shared<'a>(weighed: &'a Weighed, sketch: &'a Sketch) -> impl Iterator<Item = String> + 'a {
    weighed
        .words
        .iter()
        .filter(|known| find_word(sketch, known.word.hash).is_some())
        .map(|known| known.spelling.clone())
}

fn find_word(sketch: &Sketch, hash: u32) -> Option<&Word> {
    let place = sketch.words.binary_search_by_key(&hash, |word| word.hash);
    place.ok().map(|place| &sketch.words[place])
}

/// The cosine of the angle between the words of two texts.
pub(super) fn cosine(one: &Sketch, other: &Sketch) -> f32 {
    let dot: f32 = one
        .words
        .iter()
        .filter_map(|word| {
            let known = find_word(other, word.hash)?;
            Some(f32::from(word.value()) * f32::from(known.value()))
        })
        .sum();
    dot / (length(&one.words) * length(&other.words)).max(f32::MIN_POSITIVE)
}

fn length(words: &[Word]) -> f32 {
    let squares: f32 = words
        .iter()
        .map(|word| f32::from(word.value()).powi(2))
        .sum();
    squares.sqrt().max(f32::MIN_POSITIVE)
}
