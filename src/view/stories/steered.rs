//! What splitting and merging stories came to.

use serde::Serialize;

use super::super::{mutes::Mutes, words::count};
use crate::{
    model::{MuteKind, StoryId},
    store::{StoryMerge, StorySplit},
};

/// A story that was split.
#[derive(Debug, Serialize)]
pub(crate) struct SplitView {
    /// The story that was split.
    pub(crate) id: String,
    /// How many items it has left.
    pub(crate) items: u32,
    /// The story that was made.
    pub(crate) new: String,
    /// How many items that has.
    pub(crate) new_items: u32,
}

/// A story that was merged into another one.
#[derive(Debug, Serialize)]
pub(crate) struct MergeView {
    /// The story that has the items of both.
    pub(crate) id: String,
    /// How many it has.
    pub(crate) items: u32,
    /// How many independent publishers it has.
    pub(crate) independent: u32,
    /// The story that was merged into it.
    pub(crate) merged: String,
    /// How many items came with it.
    pub(crate) merged_items: u32,
}

impl SplitView {
    pub(crate) fn of(split: &StorySplit) -> Self {
        Self {
            id: split.story.0.to_string(),
            items: split.kept,
            new: split.new.0.to_string(),
            new_items: split.moved,
        }
    }
}

impl MergeView {
    pub(crate) fn of(merge: &StoryMerge) -> Self {
        Self {
            id: merge.into.0.to_string(),
            items: merge.items,
            independent: merge.independent,
            merged: merge.merged.0.to_string(),
            merged_items: merge.moved,
        }
    }
}

/// Which items are in which story now, and how to take it back.
pub(crate) fn split(split: &StorySplit) -> String {
    let StorySplit {
        story,
        kept,
        new,
        moved,
    } = split;
    let items = |number: &u32| count(u64::from(*number), "item");
    format!(
        "story {new} is new: {}; story {story} keeps {}\n\
         to take it back: fivebells story merge {new} {story}",
        items(moved),
        items(kept)
    )
}

/// What the other story has now, and what a mute of the first no longer does.
pub(crate) fn merge(merge: &StoryMerge, mutes: &Mutes) -> String {
    let (merged, into) = (merge.merged, merge.into);
    let text = format!(
        "story {merged} is merged into {into}, which has {} of {} now",
        count(u64::from(merge.items), "item"),
        count(u64::from(merge.independent), "independent publisher"),
    );
    let is_muted = |story: StoryId| mutes.of(MuteKind::Story, &story.to_string()).is_some();
    if is_muted(merged) && !is_muted(into) {
        let help = format!("`fivebells mute story {into} --for 2d`");
        return format!("{text}\nstory {merged} was muted and {into} is not; to mute it: {help}");
    }
    text
}
