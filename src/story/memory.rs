//! A shelf in memory, to try rules with.

use std::{
    collections::{BTreeSet, HashMap},
    convert::Infallible,
};

use jiff::Timestamp;

use super::{
    placement::{Arrival, Merge, Placed, Placement},
    shelf::{Member, Shelf, StoryId},
};
use crate::model::ItemId;

#[derive(Debug)]
struct Story {
    first_at: Timestamp,
    last_at: Timestamp,
    texts: usize,
}

/// A shelf in memory.
#[derive(Debug, Default)]
pub struct Memory {
    items: HashMap<ItemId, Member>,
    stories: HashMap<StoryId, Story>,
    merged: HashMap<StoryId, StoryId>,
    keys: BTreeSet<(i64, ItemId)>,
}

impl Memory {
    /// Puts an item where it was placed.
    pub fn put(&mut self, item: ItemId, arrival: &Arrival<'_>, placed: Placed) -> StoryId {
        let (story, root) = match &placed.placement {
            Placement::New => (StoryId(item.0), item),
            Placement::Copy { of, story, .. } => {
                (*story, self.items.get(of).map_or(*of, |member| member.root))
            }
            Placement::FollowUp { story, .. } => (*story, item),
        };
        self.keys.extend(placed.keys.iter().map(|key| (*key, item)));
        let at = arrival.seen_at;
        let row = self.stories.entry(story).or_insert(Story {
            first_at: at,
            last_at: at,
            texts: 0,
        });
        row.last_at = row.last_at.max(at);
        row.texts += usize::from(root == item);
        let member = Member {
            item,
            story,
            root,
            feed: arrival.feed,
            seen_at: at,
            sketch: placed.sketch,
            story_first_at: at,
            story_last_at: at,
        };
        self.items.insert(item, member);
        for merge in placed.merges {
            self.merge(merge);
        }
        self.story(story)
    }

    /// The story that has the items of this one: itself where it was not merged.
    pub fn story(&self, story: StoryId) -> StoryId {
        let mut story = story;
        while let Some(into) = self.merged.get(&story) {
            story = *into;
        }
        story
    }

    fn merge(&mut self, merge: Merge) {
        let Some(from) = self.stories.remove(&merge.story) else {
            return;
        };
        self.merged.insert(merge.story, merge.into);
        if let Some(into) = self.stories.get_mut(&merge.into) {
            into.first_at = into.first_at.min(from.first_at);
            into.last_at = into.last_at.max(from.last_at);
            into.texts += from.texts;
        }
    }

    /// How many rows of keys there are.
    pub fn rows(&self) -> usize {
        self.keys.len()
    }

    fn under(&self, key: i64) -> impl DoubleEndedIterator<Item = ItemId> {
        self.keys
            .range((key, ItemId(i64::MIN))..=(key, ItemId(i64::MAX)))
            .map(|(_, item)| *item)
    }
}

impl Shelf for Memory {
    type Error = Infallible;

    fn newest(&mut self, key: i64, most: usize) -> Result<Vec<ItemId>, Infallible> {
        Ok(self.under(key).rev().take(most).collect())
    }

    fn count(&mut self, key: i64, most: usize) -> Result<usize, Infallible> {
        Ok(self.under(key).take(most).count())
    }

    fn texts(&mut self, story: StoryId, most: usize) -> Result<usize, Infallible> {
        let story = self.stories.get(&story);
        Ok(story.map_or(0, |story| story.texts).min(most))
    }

    fn member(&mut self, item: ItemId) -> Result<Option<Member>, Infallible> {
        Ok(self.items.get(&item).map(|member| {
            let story = self.story(member.story);
            let row = &self.stories[&story];
            Member {
                story,
                story_first_at: row.first_at,
                story_last_at: row.last_at,
                ..member.clone()
            }
        }))
    }
}
