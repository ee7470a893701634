//! Stories as people see them, split and merge them.

use super::*;
use crate::{
    model::{ItemId, StoryId},
    store::{StoryFilter, StoryRecord, StoryRefusal},
};

/// About something else.
const OTHER_STORY: &str = "Quake damages the harbour of Velmora, Mayor Ilsa Brandt said on Friday, and \
    Koizumi sent two buses with helpers and blankets from Torhaven for those who waited in the rain.";

/// A desk with a story of six items: three texts, the first one with two copies, the second with one.
async fn desk(temp: &TempStore) -> Wire {
    let mut wire = Wire::new(temp).await;
    for (feed, title, text, of) in [
        ("f1", "Koizumi resigns", WIRE, "bbc"),
        ("f2", "Defence minister Koizumi resigns", WIRE, "paper"),
        ("f3", "Koizumi is out, Oshima takes over", OTHER, "nhk"),
        ("f4", "Koizumi resigns over Palau boats", WIRE, "bbc"),
        ("f5", "Koizumi out, Oshima takes over", OTHER, "daily"),
        (
            "f6",
            "Koizumi falls over Palau patrol boats, Oshima follows",
            THIRD,
            "kyodo",
        ),
        ("f7", "Quake damages Velmora", OTHER_STORY, "velmora"),
    ] {
        let item = wire.item(title, text, of);
        wire.show(feed, i64::from(wire.n), vec![item]).await;
    }
    wire
}

impl Wire {
    async fn record(&self, id: i64) -> StoryRecord {
        let story = self.store.story(StoryId(id)).await.expect("read");
        story.expect("there is one")
    }

    /// The items of a story.
    async fn items(&self, id: i64) -> Vec<i64> {
        let timeline = self.record(id).await.timeline;
        timeline.iter().map(|item| item.item.0).collect()
    }

    async fn split(&self, item: i64) -> Result<[i64; 4], StoryRefusal> {
        let split = self.store.split_story(ItemId(item), at(50)).await;
        let split = split.expect("written")?;
        Ok([
            split.story.0,
            split.kept.into(),
            split.new.0,
            split.moved.into(),
        ])
    }

    async fn merge(&self, story: i64, into: i64) -> Result<[i64; 4], StoryRefusal> {
        let merge = self
            .store
            .merge_story(StoryId(story), StoryId(into), at(50));
        let merge = merge.await.expect("written")?;
        let (moved, items) = (merge.moved.into(), merge.items.into());
        Ok([merge.into.0, moved, items, merge.independent.into()])
    }

    /// Numbers of the list with their publishers.
    async fn list(&self, filter: StoryFilter, limit: u32) -> Vec<(i64, u32)> {
        let list = self.store.stories(filter, limit).await.expect("read");
        list.iter().map(|it| (it.id.0, it.independent)).collect()
    }
}

#[tokio::test]
async fn a_story_shows_who_was_first_who_copied_and_what_became_of_it() {
    let temp = TempStore::new();
    let wire = desk(&temp).await;
    let story = wire.record(1).await;
    let status = &story.status;
    assert_eq!((status.items, status.copies, status.revision), (6, 3, 6));
    assert_eq!(status.publishers, ["bbc", "nhk", "kyodo"]);
    let first: Vec<i64> = { story.timeline.iter() }
        .filter(|it| it.is_independent)
        .map(|it| it.item.0)
        .collect();
    assert_eq!(first, [1, 3, 6]);
    let roles: Vec<StoryRole> = story.timeline.iter().map(|it| it.role).collect();
    let expected = {
        use StoryRole::{Copy, First, FollowUp};
        [First, Copy, FollowUp, Copy, Copy, FollowUp]
    };
    assert_eq!(roles, expected);
    let copy = &story.timeline[1];
    assert_eq!((copy.root, copy.near), (ItemId(1), Some(ItemId(1))));
    assert!(
        copy.evidence
            .as_deref()
            .is_some_and(|it| it.ends_with("also in #1"))
    );
    assert_eq!(
        (copy.feed.as_str(), copy.publisher.as_deref()),
        ("f2", Some("paper"))
    );
    assert_eq!(copy.watches, ["koizumi"]);
    let [folded] = &copy.deliveries[..] else {
        panic!("one receiver: {copy:?}");
    };
    assert_eq!(folded.state, DeliveryState::Folded);
    assert_eq!(folded.folded_into, Some(DeliveryId(1)));
    assert_eq!(
        wire.store.story_of(ItemId(5)).await.expect("read"),
        Some(StoryId(1))
    );
    assert_eq!(wire.store.story_of(ItemId(99)).await.expect("read"), None);
    assert_eq!(wire.store.story(StoryId(2)).await.expect("read"), None);
}

#[tokio::test]
async fn the_list_begins_with_the_story_of_most_publishers_and_goes_on_behind_a_place() {
    let temp = TempStore::new();
    let mut wire = desk(&temp).await;
    let later = wire.item(
        "Ferry Astra sinks off Castaro",
        "The ferry Astra sank.",
        "castaro",
    );
    wire.show("f8", 100, vec![later]).await;
    let all = wire
        .store
        .stories(StoryFilter::default(), 9)
        .await
        .expect("read");
    let shown = |filter: StoryFilter, limit| wire.list(filter, limit);
    let expected = [(1, 3), (8, 1), (7, 1)];
    assert_eq!(shown(StoryFilter::default(), 9).await, expected);
    assert_eq!(shown(StoryFilter::default(), 2).await, expected[..2]);
    for (place, story) in all.iter().enumerate() {
        let after = StoryFilter {
            after: Some(story.cursor()),
            ..StoryFilter::default()
        };
        assert_eq!(shown(after, 9).await, expected[place + 1..], "{story:?}");
    }
    let since = StoryFilter {
        since: Some(at(7)),
        ..StoryFilter::default()
    };
    assert_eq!(shown(since, 9).await, [(8, 1), (7, 1)]);
    for (watch, found) in [("koizumi", 3), ("other", 0)] {
        let of_watch = StoryFilter {
            watch: Some(watch.to_owned()),
            ..StoryFilter::default()
        };
        assert_eq!(shown(of_watch, 9).await.len(), found, "{watch}");
    }
    let first = &all[0];
    assert_eq!((first.items, first.copies), (6, 3));
    assert_eq!(first.title.as_deref(), Some("Koizumi resigns"));
    assert_eq!(first.publishers, ["bbc", "nhk", "kyodo"]);
    assert_eq!((first.first_at, first.last_at), (at(1), at(6)));
}

#[tokio::test]
async fn a_text_that_is_split_off_goes_with_its_copies_and_later_ones_follow_it() {
    let temp = TempStore::new();
    let mut wire = desk(&temp).await;
    assert_eq!(wire.split(5).await, Ok([1, 4, 3, 2]));
    assert_eq!(wire.items(1).await, [1, 2, 4, 6]);
    assert_eq!(wire.items(3).await, [3, 5]);
    assert_eq!(wire.record(3).await.timeline[0].role, StoryRole::First);
    let all = StoryFilter::default();
    assert_eq!(wire.list(all, 9).await, [(1, 2), (7, 1), (3, 1)]);
    let copy = wire.item("Koizumi out", OTHER, "echo");
    wire.show("f9", 60, vec![copy]).await;
    assert_eq!(wire.items(3).await, [3, 5, 8]);
    let last = wire.outbox("desk").await.pop().expect("some");
    assert_eq!(
        last.state,
        DeliveryState::Folded,
        "its receiver has the text"
    );
    assert_eq!(story(&last).id, "3");
    // What waits says where it stands now.
    let waiting = &wire.outbox("desk").await[2];
    let now = story(waiting);
    assert_eq!((now.id.as_str(), now.role), ("3", StoryRole::First));
}

#[tokio::test]
async fn the_first_item_keeps_the_number_and_one_text_is_not_split() {
    let temp = TempStore::new();
    let wire = desk(&temp).await;
    assert_eq!(wire.split(2).await, Ok([1, 3, 3, 3]));
    assert_eq!(wire.items(1).await, [1, 2, 4]);
    assert_eq!(wire.items(3).await, [3, 5, 6]);
    assert_eq!(wire.split(1).await, Err(StoryRefusal::OneText(StoryId(1))));
    assert_eq!(wire.split(99).await, Err(StoryRefusal::NoItem(ItemId(99))));
}

#[tokio::test]
async fn a_merged_story_is_found_under_the_other_one_whatever_was_merged_into_it() {
    let temp = TempStore::new();
    let mut wire = desk(&temp).await;
    wire.split(3).await.expect("split");
    assert_eq!(wire.merge(3, 1).await, Ok([1, 2, 6, 3]));
    assert_eq!(wire.merge(1, 7).await, Ok([7, 6, 7, 4]));
    for old in [1, 3, 7] {
        let story = wire.record(old).await;
        assert_eq!(
            (story.status.id, story.status.items),
            (StoryId(7), 7),
            "{old}"
        );
        assert_eq!(story.merged, [StoryId(1), StoryId(3)]);
    }
    assert_eq!(wire.list(StoryFilter::default(), 9).await, [(7, 4)]);
    // A copy of what the receiver got under the old number.
    let copy = wire.item("Koizumi resigns", WIRE, "echo");
    wire.show("f9", 60, vec![copy]).await;
    let last = wire.outbox("desk").await.pop().expect("some");
    assert_eq!(
        (last.state, last.folded_into),
        (DeliveryState::Folded, Some(DeliveryId(1)))
    );
    assert_eq!(story(&last).id, "7");
    for (story, into, refusal) in [
        (7, 7, StoryRefusal::SameStory(StoryId(7), StoryId(7))),
        (7, 1, StoryRefusal::SameStory(StoryId(7), StoryId(1))),
        (3, 1, StoryRefusal::SameStory(StoryId(3), StoryId(1))),
        (2, 7, StoryRefusal::NoStory(StoryId(2))),
        (7, 2, StoryRefusal::NoStory(StoryId(2))),
    ] {
        assert_eq!(
            wire.merge(story, into).await,
            Err(refusal),
            "{story} {into}"
        );
    }
}

#[tokio::test]
async fn what_was_merged_has_no_items_to_merge_elsewhere_and_is_its_own_again_when_split_off() {
    let temp = TempStore::new();
    let wire = desk(&temp).await;
    wire.split(3).await.expect("split");
    wire.merge(3, 1).await.expect("merged");
    let merged = StoryRefusal::Merged {
        story: StoryId(3),
        into: StoryId(1),
    };
    assert_eq!(wire.merge(3, 7).await, Err(merged));
    assert_eq!(wire.split(3).await, Ok([1, 4, 3, 2]));
    assert_eq!(wire.items(3).await, [3, 5]);
    assert!(wire.record(1).await.merged.is_empty());
}

/// What waits for three publishers has them when the stories that have them are one.
#[tokio::test]
async fn merging_counts_the_publishers_of_both() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for (feed, title, text, of) in [
        ("f1", "Koizumi resigns", WIRE, "bbc"),
        ("f2", "Koizumi is out, Oshima takes over", OTHER, "nhk"),
        ("f3", "Quake damages Velmora", OTHER_STORY, "kyodo"),
    ] {
        let item = with_rule(wire.item(title, text, of), three(Otherwise::Digest));
        wire.show(feed, 1, vec![item]).await;
    }
    assert!(wire.deliver("desk", 2).await.is_empty());
    assert_eq!(wire.merge(3, 1).await, Ok([1, 1, 3, 3]));
    let events = wire.deliver("desk", 60).await;
    let [Event::Alert(alert)] = &events[..] else {
        panic!("one alert: {events:?}");
    };
    let corroborated = alert
        .story
        .as_ref()
        .expect("a story")
        .corroborated
        .as_deref();
    assert_eq!(corroborated, Some("3 of 3: bbc, nhk, kyodo"));
}

#[tokio::test]
async fn the_number_of_a_merged_story_goes_with_the_last_item_of_the_other() {
    let temp = TempStore::new();
    let wire = desk(&temp).await;
    wire.merge(7, 1).await.expect("merged");
    tamper(&wire.store, "UPDATE story_item SET sketch = x''").await;
    tamper(&wire.store, "DELETE FROM alert_watch").await;
    tamper(&wire.store, "UPDATE delivery SET alert = NULL").await;
    tamper(&wire.store, "DELETE FROM alert").await;
    let items = wire.items(1).await;
    let left = wire.store.write(move |tx| {
        items
            .iter()
            .try_for_each(|item| super::super::leave(tx, ItemId(*item)))
    });
    left.await.expect("written");
    assert_eq!(count(&wire.store, "story").await, 0);
    assert_eq!(count(&wire.store, "story_notice").await, 0);
}

#[tokio::test]
async fn the_report_says_who_was_first_and_by_how_much() {
    let temp = TempStore::new();
    let wire = desk(&temp).await;
    let report = wire.store.report_so_far(at(0), at(60)).await.expect("read");
    // The copy of a paper between them is no second publisher, and a story of one has no second.
    let [first] = &report.firsts[..] else {
        panic!("{:?}", report.firsts);
    };
    assert_eq!(
        (first.publisher.as_str(), first.stories, first.lead_seconds),
        ("bbc", 1, 2)
    );
    let later = wire.store.report_so_far(at(1), at(60)).await.expect("read");
    assert_eq!(later.firsts, [], "it began before");
}
