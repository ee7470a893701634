//! Where an item belongs.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    alike,
    candidates::{Candidate, candidates},
    copies,
    evidence::Evidence,
    features::Features,
    shelf::{Shelf, StoryId},
    sketch::Sketch,
    weigh::{Weighed, weigh},
};
use crate::model::{FeedId, ItemId, time::elapsed};

/// An item to be placed.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The feed it came in.
    pub feed: FeedId,
    /// When it was seen.
    pub seen_at: Timestamp,
    /// What is seen in its text.
    pub features: &'a Features,
}

/// Where an item belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// It is the first of a story.
    New,
    /// It has the text of another item.
    Copy {
        /// The item.
        of: ItemId,
        /// Their story.
        story: StoryId,
        /// Why.
        evidence: Evidence,
    },
    /// It is about the event that another item is about.
    FollowUp {
        /// The item that is nearest to it.
        near: ItemId,
        /// Their story.
        story: StoryId,
        /// Why.
        evidence: Evidence,
    },
}

/// A placed item, and what the shelf must keep of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Where it belongs.
    pub placement: Placement,
    /// What is kept of its text.
    pub sketch: Sketch,
    /// Under these keys it must be put on the shelf.
    pub keys: Vec<i64>,
}

/// From where on items are the same. The defaults are those of docs/stories.md; only measurements use
/// others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// An item joins a story whose last item is no older.
    pub quiet: Duration,
    /// An item joins a story whose first item is no older.
    pub longest: Duration,
    /// The share of phrases that a copy has in common with the other text.
    pub copy_share: f32,
    /// The least number of phrases that they have in common.
    pub copy_phrases: usize,
    /// The cosine to the nearest item of a story.
    pub nearest: f32,
    /// The cosine to the centroid of a story.
    pub centroid: f32,
    /// Words that two items of a story have in common, at least.
    pub shared_words: usize,
}

impl Default for Rules {
    fn default() -> Self {
        const HOUR: u64 = 3_600;
        Self {
            quiet: Duration::from_secs(48 * HOUR),
            longest: Duration::from_secs(7 * 24 * HOUR),
            copy_share: 0.4,
            copy_phrases: 4,
            nearest: 0.2,
            centroid: 0.25,
            shared_words: 2,
        }
    }
}

/// Finds where an item belongs.
///
/// # Errors
///
/// The shelf cannot be read.
pub fn place<S: Shelf>(arrival: &Arrival<'_>, shelf: &mut S) -> Result<Placed, S::Error> {
    place_by(&Rules::default(), arrival, shelf)
}

/// The same by other rules.
///
/// # Errors
///
/// The shelf cannot be read.
pub fn place_by<S: Shelf>(
    rules: &Rules,
    arrival: &Arrival<'_>,
    shelf: &mut S,
) -> Result<Placed, S::Error> {
    let weighed = weigh(arrival.features, shelf)?;
    let mut candidates = candidates(&weighed, arrival.features, shelf)?;
    candidates.retain(|candidate| is_live(rules, arrival.seen_at, candidate));
    let Weighed { sketch, keys, .. } = &weighed;
    let placement = copies::find(rules, arrival, sketch, &candidates)
        .or_else(|| alike::find(rules, &weighed, &candidates))
        .unwrap_or(Placement::New);
    Ok(Placed {
        placement,
        sketch: sketch.clone(),
        keys: keys.clone(),
    })
}

fn is_live(rules: &Rules, now: Timestamp, candidate: &Candidate) -> bool {
    elapsed(candidate.member.story_last_at, now) <= rules.quiet
        && elapsed(candidate.member.story_first_at, now) <= rules.longest
}
