//! How many alerts hits would be with copies folded.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    model::{FeedId, ItemId, Match},
    store::KeptItem,
    story::{Arrival, Features, Memory, Placement, place},
};

/// So many hits are compared, the newest; each is a few kilobytes until then.
const MOST: usize = 5_000;

/// Hits, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Hits(Vec<Hit>);

#[derive(Debug)]
struct Hit {
    item: ItemId,
    feed: String,
    seen_at: Timestamp,
    features: Features,
}

/// What they come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Folded {
    /// How many hits were compared.
    pub(crate) hits: u64,
    /// How many of them are no copies: with `stories = "copies"` so many alerts.
    pub(crate) texts: u64,
    /// How many stories they are.
    pub(crate) stories: u64,
}

impl Hits {
    /// Adds one that is older than those before it.
    pub(crate) fn add(&mut self, kept: &KeptItem, matches: &[Match]) {
        if self.0.len() == MOST {
            return;
        }
        let terms = matches.iter().map(|hit| hit.text.as_str());
        self.0.push(Hit {
            item: kept.stored.id,
            feed: kept.feed.clone(),
            seen_at: kept.stored.seen_at,
            features: Features::of(&(&kept.stored.item).into()).without(terms),
        });
    }

    /// Places them in the order in which they came, as the service does.
    pub(crate) fn folded(&self) -> Folded {
        let mut desk = Memory::default();
        let mut feeds: HashMap<&str, FeedId> = HashMap::new();
        let mut texts = 0;
        let mut stories = Vec::with_capacity(self.0.len());
        for (hit, next) in self.0.iter().rev().zip(1..) {
            let feed = *feeds.entry(&hit.feed).or_insert(FeedId(next));
            let arrival = Arrival {
                feed,
                seen_at: hit.seen_at,
                features: &hit.features,
            };
            let Ok(placed) = place(&arrival, &mut desk);
            texts += u64::from(!matches!(placed.placement, Placement::Copy { .. }));
            stories.push(desk.put(hit.item, &arrival, placed));
        }
        let mut stories: Vec<_> = stories.into_iter().map(|it| desk.story(it)).collect();
        stories.sort_unstable();
        stories.dedup();
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        Folded {
            hits: count(self.0.len()),
            texts,
            stories: count(stories.len()),
        }
    }
}

impl Folded {
    /// `alerts: 5, with copies folded 2, in 1 story`; `None` where there is nothing to fold.
    pub(crate) fn in_words(self) -> Option<String> {
        let Self {
            hits,
            texts,
            stories,
        } = self;
        let noun = if stories == 1 { "story" } else { "stories" };
        (stories < hits)
            .then(|| format!("alerts: {hits}, with copies folded {texts}, in {stories} {noun}"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{model::Item, store::StoredItem};

    const WIRE: &str = "Defence minister Shinjiro Koizumi resigned on Monday after an inquiry into the sale \
        of patrol boats to Palau, his office said in Tokyo. The prime minister accepted the resignation \
        and named the former coast guard commander Haruka Oshima as his successor.";

    fn kept(number: i64, feed: &str, title: &str, text: &str) -> KeptItem {
        KeptItem {
            feed: feed.to_owned(),
            in_baseline: false,
            stored: StoredItem {
                id: ItemId(number),
                item: Item {
                    title: title.to_owned(),
                    summary: text.to_owned(),
                    ..Item::default()
                },
                seen_at: Timestamp::from_second(1_700_000_000 + number).expect("a time"),
                alerted: HashSet::new(),
            },
        }
    }

    #[test]
    fn hits_are_placed_in_the_order_in_which_they_came() {
        let mut hits = Hits::default();
        let quake = "A quake shook Velmora, and the school fell, Mayor Brandt said.";
        let story = "The Palau patrol boat affair cost minister Shinjiro Koizumi his post; Haruka Oshima, once \
            of the coast guard, is to follow after the resignation.";
        // The newest first, as they are read.
        for (number, feed, title, text) in [
            (5, "d", "Quake in Velmora", quake),
            (4, "c", "Koizumi falls over Palau patrol boats", story),
            (3, "a", "Koizumi resigns, once more in our words", WIRE),
            (2, "b", "Minister Koizumi steps down", WIRE),
            (1, "a", "Koizumi resigns over Palau boats", WIRE),
        ] {
            hits.add(&kept(number, feed, title, text), &[]);
        }
        let folded = hits.folded();
        // The second item of a feed is no copy.
        assert_eq!((folded.hits, folded.texts, folded.stories), (5, 4, 2));
        assert_eq!(
            folded.in_words().as_deref(),
            Some("alerts: 5, with copies folded 4, in 2 stories")
        );
        assert_eq!(Hits::default().folded().in_words(), None);
    }
}
