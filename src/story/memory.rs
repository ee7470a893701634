//! A shelf in memory, to try rules with.

use std::{
    collections::{BTreeSet, HashMap},
    convert::Infallible,
};

use jiff::Timestamp;

use super::{
    placement::{Arrival, Placed, Placement},
    shelf::{Member, Shelf, StoryId},
};
use crate::model::ItemId;

/// A shelf in memory.
#[derive(Debug, Default)]
pub struct Memory {
    items: HashMap<ItemId, Member>,
    stories: HashMap<StoryId, (Timestamp, Timestamp)>,
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
        let span = self.stories.entry(story).or_insert((at, at));
        span.1 = span.1.max(at);
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
        story
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

    fn member(&mut self, item: ItemId) -> Result<Option<Member>, Infallible> {
        Ok(self.items.get(&item).map(|member| {
            let (first, last) = self.stories[&member.story];
            Member {
                story_first_at: first,
                story_last_at: last,
                ..member.clone()
            }
        }))
    }
}
