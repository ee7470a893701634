//! Why an item was not joined to the items that a person would think of. Pure.

use std::collections::HashMap;

use super::{
    alike::{Ground, Near, cosine, ground},
    candidates::{Candidate, candidates},
    copies::{self, Likeness},
    features::Features,
    lack::Lack,
    placement::{Arrival, Rules},
    shelf::{Shelf, StoryId},
    sketch::Sketch,
    weigh::{Weighed, weigh},
};
use crate::model::{ItemId, time::elapsed};

/// So many items are compared.
const COMPARED: usize = 50;

/// A text that has less of another one is no copy that anybody would think of.
const LEAST_SHARE: f32 = 0.2;

/// An item that was placed, and what it is compared with once more.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Which item.
    pub item: ItemId,
    /// As it arrived.
    pub arrival: Arrival<'a>,
    /// What was kept of its text.
    pub sketch: &'a Sketch,
    /// The story that it is in.
    pub story: StoryId,
    /// Items to compare it with, besides those that share its keys.
    pub beside: &'a [ItemId],
}

/// What an item was not joined to.
#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    /// The item that is nearest to it,
    pub item: ItemId,
    /// and its story.
    pub story: StoryId,
    /// What lacked.
    pub lacks: Vec<Lack>,
}

/// The nearest that an item was not joined to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Nearest {
    /// The text that it is no copy of.
    pub text: Option<Apart>,
    /// The story that it is not in.
    pub story: Option<Apart>,
}

/// What an item was not joined to, by the rules that hold today.
///
/// # Errors
///
/// The shelf cannot be read.
pub fn apart<S: Shelf>(question: &Question<'_>, shelf: &mut S) -> Result<Nearest, S::Error> {
    let rules = Rules::default();
    let features = question.arrival.features;
    let mut weighed = weigh(features, shelf)?;
    weighed.sketch = question.sketch.clone();
    let mut all = candidates(&weighed, features, shelf)?;
    for item in question.beside {
        let is_known = all.iter().any(|known| known.member.item == *item);
        if all.len() < COMPARED && !is_known {
            all.extend(shelf.member(*item)?.map(|member| Candidate { member }));
        }
    }
    Ok(Nearest {
        text: text(&rules, question, &all),
        story: story(&rules, question, &weighed, &all),
    })
}

/// What lacks of time.
fn age(rules: &Rules, question: &Question<'_>, candidate: &Candidate) -> Option<Lack> {
    let (member, now) = (&candidate.member, question.arrival.seen_at);
    let quiet = elapsed(member.story_last_at, now);
    let long = elapsed(member.story_first_at, now);
    if quiet > rules.quiet {
        return Some(Lack::Quiet(quiet, rules.quiet));
    }
    (long > rules.longest).then_some(Lack::Long(long, rules.longest))
}

/// The text that is most like it.
fn text(rules: &Rules, question: &Question<'_>, all: &[Candidate]) -> Option<Apart> {
    let likenesses = copies::likenesses(rules, &question.arrival, question.sketch, all);
    let each = all.iter().zip(&likenesses);
    let like = each.filter(|(_, like)| like.share >= LEAST_SHARE);
    let mut like: Vec<(&Candidate, &Likeness)> = like.collect();
    // The nearest first, the oldest of those. What its own feed has decides.
    like.sort_by(|(one, mine), (other, theirs)| {
        let is_own = |like: &Likeness| like.lack == Some(Lack::SameFeed);
        let by_feed = is_own(theirs).cmp(&is_own(mine));
        let by_share = by_feed.then(theirs.share.total_cmp(&mine.share));
        by_share.then(one.member.item.cmp(&other.member.item))
    });
    let (nearest, likeness) = *like.first()?;
    let is_changed = |(other, it): &(&Candidate, &Likeness)| {
        it.lack == Some(Lack::Figures) && other.member.root == nearest.member.root
    };
    let changed = like.iter().any(is_changed).then_some(Lack::Changed);
    let lack = likeness.lack.clone().or(changed);
    let lacks: Vec<Lack> = age(rules, question, nearest)
        .into_iter()
        .chain(lack)
        .collect();
    (!lacks.is_empty()).then_some(Apart {
        item: nearest.member.item,
        story: nearest.member.story,
        lacks,
    })
}

/// One story, as far as it was compared.
#[derive(Default)]
struct Compared<'a> {
    near: Near<'a>,
    /// The item that is nearest, and how near it is.
    nearest: Option<(f32, &'a Candidate)>,
    /// The same of those that share enough rare words.
    grounded: Option<(f32, &'a Candidate)>,
}

/// The story that is nearest to it, but for its own.
fn story(
    rules: &Rules,
    question: &Question<'_>,
    weighed: &Weighed,
    all: &[Candidate],
) -> Option<Apart> {
    let mut stories: HashMap<StoryId, Compared<'_>> = HashMap::new();
    let others = all.iter();
    for candidate in others.filter(|it| it.member.story != question.story) {
        let sketch = &candidate.member.sketch;
        let one = stories.entry(candidate.member.story).or_default();
        one.near.add(sketch);
        let cosine = cosine(&weighed.sketch, sketch);
        let better = |known: &Option<(f32, &Candidate)>| known.is_none_or(|it| cosine > it.0);
        if better(&one.nearest) {
            one.nearest = Some((cosine, candidate));
        }
        if ground(weighed, sketch).is_enough(rules) && better(&one.grounded) {
            one.grounded = Some((cosine, candidate));
        }
    }
    let each = stories.iter().filter_map(|(story, one)| {
        let whole = one.near.centroid(&weighed.sketch);
        let found = { one.grounded }.filter(|(cosine, _)| *cosine >= rules.nearest);
        let (cosine, candidate) = found.or(one.nearest)?;
        let score = (cosine / rules.nearest).min(whole / rules.centroid);
        Some((score, *story, cosine, whole, candidate))
    });
    let nearest = each.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
    let (_, story, cosine, whole, candidate) = nearest?;
    let mut lacks: Vec<Lack> = age(rules, question, candidate).into_iter().collect();
    if cosine < rules.nearest {
        lacks.push(Lack::Nearest(cosine, rules.nearest));
    }
    if whole < rules.centroid {
        lacks.push(Lack::Whole(whole, rules.centroid));
    }
    lacks.extend(unshared(rules, &ground(weighed, &candidate.member.sketch)));
    if lacks.is_empty() {
        let is_first = question.item == question.story.into();
        lacks.push(if is_first {
            Lack::Nothing
        } else {
            Lack::Nearer
        });
    }
    let item = candidate.member.item;
    Some(Apart { item, story, lacks })
}

/// What lacks of words that both have.
fn unshared(rules: &Rules, ground: &Ground) -> Option<Lack> {
    if ground.is_enough(rules) {
        return None;
    }
    Some(match ground {
        Ground { is_short: true, .. } => Lack::Short,
        Ground { count, .. } if *count < rules.shared_words => {
            Lack::Words(*count, rules.shared_words)
        }
        Ground { .. } => Lack::Weak,
    })
}

/// The figures, and the words that turn the meaning, that only the first has, and that only the second has,
/// as their texts have them.
pub fn figures_beside<'a>(one: &'a Features, other: &'a Features) -> (Vec<&'a str>, Vec<&'a str>) {
    let only = |mine: &'a Features, theirs: &Features| {
        let is_in = |hash: u32| theirs.spelled.iter().any(|(known, _)| *known == hash);
        let mine = mine.spelled.iter().filter(|(hash, _)| !is_in(*hash));
        mine.map(|(_, spelling)| spelling.as_str()).collect()
    };
    (only(one, other), only(other, one))
}
