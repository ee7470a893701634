//! Stories that turn out to be one.

use super::*;
use crate::model::{ItemId, StoryId};

/// What the reports about one ferry share has no name and stands in no headline.
const AGROUND: &str = "lifeboats carried passengers ashore through thick fog and towed the damaged \
    boat off the rocks below the lighthouse, coastguards said.";

/// It has the names and words of both.
const BOTH: &str = "Below the lighthouse of Velmora the rocks held a damaged boat in fog too thick to see. \
    The coastguards, who towed it, said that skipper Brandt left last: passengers went ashore first, \
    carried by lifeboats.";

/// Two reports, which begin a story each.
async fn two_stories(temp: &TempStore) -> Wire {
    let mut wire = Wire::new(temp).await;
    for (feed, title, place) in [
        ("f1", "Ferry aground", "Near Velmora"),
        ("f2", "Vessel stuck", "For skipper Brandt"),
    ] {
        let item = wire.item(title, &format!("{place} {AGROUND}"), feed);
        wire.show(feed, i64::from(wire.n), vec![item]).await;
    }
    wire
}

impl Wire {
    async fn show_both(&mut self) {
        let item = self.item("Vessel stuck: ferry still aground", BOTH, "f3");
        self.show("f3", i64::from(self.n), vec![item]).await;
    }

    async fn number(&self, story: i64) -> (i64, usize, u32) {
        let record = self.store.story(StoryId(story)).await.expect("read");
        let record = record.expect("there is one");
        let status = record.status;
        (status.id.0, record.timeline.len(), status.independent)
    }
}

#[tokio::test]
async fn an_item_that_fits_two_small_stories_makes_them_one() {
    let temp = TempStore::new();
    let mut wire = two_stories(&temp).await;
    assert_eq!(wire.number(2).await, (2, 1, 1));
    wire.show_both().await;
    // The older one keeps its number; receivers know the other one, so it is found by that, too.
    assert_eq!(wire.number(1).await, (1, 3, 3));
    assert_eq!(wire.number(2).await, (1, 3, 3));
    // What was in the outbox is of the one story now, and what comes knows all its publishers.
    let all = wire.outbox("desk").await;
    let stories: Vec<_> = all.iter().map(story).collect();
    assert!(stories.iter().all(|it| it.id == "1"), "{stories:#?}");
    assert_eq!(stories[2].publishers, ["f1", "f2", "f3"]);
    assert_eq!(stories[2].role, StoryRole::FollowUp);
}

/// An item of the ferry whose watch has a rule.
fn with(wire: &mut Wire, n: usize, rule: StoryRule) -> (&'static str, NewItem) {
    let (feed, title, text) = [
        ("f1", "Ferry aground", format!("Near Velmora {AGROUND}")),
        (
            "f2",
            "Vessel stuck",
            format!("For skipper Brandt {AGROUND}"),
        ),
        ("f3", "Vessel stuck: ferry still aground", BOTH.to_owned()),
    ][n]
        .clone();
    (feed, with_rule(wire.item(title, &text, feed), rule))
}

#[tokio::test]
async fn stories_that_become_one_have_publishers_enough_together() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for n in 0..3 {
        assert_eq!(wire.deliver("desk", 9).await, [], "{n}");
        let (feed, item) = with(&mut wire, n, three(Otherwise::Digest));
        wire.show(feed, 1 + i64::try_from(n).expect("small"), vec![item])
            .await;
    }
    let [Event::Alert(alert)] = &wire.deliver("desk", 9).await[..] else {
        panic!("one alert");
    };
    let story = alert.story.as_ref().expect("a story");
    assert_eq!(story.corroborated.as_deref(), Some("3 of 3: f1, f2, f3"));
}

#[tokio::test]
async fn the_item_that_makes_them_one_rises_where_more_than_enough_have_it() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let rule = StoryRule {
        watch: "koizumi".to_owned(),
        corroborate: None,
        escalate: Some(Escalate {
            publishers: 2,
            within: std::time::Duration::from_hours(6),
            priority: Priority::Bulletin,
        }),
    };
    let mut priorities = Vec::new();
    for n in 0..3 {
        let (feed, item) = with(&mut wire, n, rule.clone());
        wire.show(feed, 1 + i64::try_from(n).expect("small"), vec![item])
            .await;
        let sent = wire.deliver("desk", 9).await;
        priorities.extend(sent.iter().map(Event::priority));
    }
    let urgent = Priority::Urgent;
    assert_eq!(priorities, [urgent, urgent, Priority::Bulletin]);
}

#[tokio::test]
async fn what_a_person_merged_again_is_merged_by_itself_too() {
    let temp = TempStore::new();
    let mut wire = two_stories(&temp).await;
    let item = wire.item(
        "Ferry aground, says harbour master",
        &format!("Near Velmora {AGROUND}"),
        "f4",
    );
    wire.show("f4", i64::from(wire.n), vec![item]).await;
    let before = wire.number(1).await;
    let store = &wire.store;
    let merge = |from, into| store.merge_story(StoryId(from), StoryId(into), at(10));
    merge(2, 1).await.expect("written").expect("merged");
    let split = store.split_story(ItemId(2), at(11)).await;
    split.expect("written").expect("split");
    merge(2, 1).await.expect("written").expect("merged");
    let flags: Vec<i64> = store
        .read(|tx| tx.column("SELECT is_split FROM story WHERE merged IS NULL", &[]))
        .await
        .expect("read");
    assert_eq!(flags, [0]);
    assert_eq!(wire.number(1).await.1, before.1 + 1);
}

#[tokio::test]
async fn what_a_person_split_is_not_merged_again() {
    let temp = TempStore::new();
    let mut wire = two_stories(&temp).await;
    let store = &wire.store;
    let merged = store.merge_story(StoryId(2), StoryId(1), at(10)).await;
    merged.expect("written").expect("merged");
    let split = store.split_story(ItemId(2), at(11)).await;
    split.expect("written").expect("split");
    wire.show_both().await;
    let (of_1, of_2) = (wire.number(1).await, wire.number(2).await);
    assert_eq!((of_1.0, of_2.0), (1, 2));
    assert_eq!(of_1.1 + of_2.1, 3);
}
