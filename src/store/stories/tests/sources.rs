//! The line at the end of a story, for receivers that ask for it.

use super::*;
use crate::model::{StoryId, StorySources};

const HOUR: i64 = 3_600;

const QUAKE: &str = "A strong quake shook the harbour town of Velmora early on Friday and damaged many \
    houses, Mayor Ilsa Brandt said while Koizumi sent buses. Rescue teams from Torhaven reached the old \
    quarter before dawn and brought people out of a collapsed school.";

impl Wire {
    /// An item whose receiver asks for the line.
    async fn show_asked(&mut self, feed: &str, seconds: i64, title: &str, text: &str) {
        let mut item = self.item(title, text, feed);
        let alert = item.alert.as_mut().expect("an alert");
        alert.receivers.iter_mut().for_each(|it| it.sources = true);
        self.show(feed, seconds, vec![item]).await;
    }

    /// When the lines of a receiver are due.
    async fn lines(&self) -> Vec<(DeliveryState, i64)> {
        let all = self.outbox("desk").await.into_iter();
        let lines = all.filter(|it| it.kind == "story.sources");
        lines
            .map(|it| {
                (
                    it.state,
                    it.due.map_or(0, jiff::Timestamp::as_second) - at(0).as_second(),
                )
            })
            .collect()
    }

    /// Sends what is ripe and due.
    async fn sent(&self, seconds: i64) -> Vec<StorySources> {
        self.store
            .ripen("desk", at(seconds))
            .await
            .expect("written");
        let events = self.deliver("desk", seconds).await.into_iter();
        let lines = events.filter_map(|event| match event {
            Event::StorySources(line) => Some(*line),
            _ => None,
        });
        lines.collect()
    }
}

#[tokio::test]
async fn copies_are_counted_in_one_line_two_days_after_the_last() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    wire.show_asked("f1", 1, "Koizumi resigns", WIRE).await;
    wire.show_asked("f2", 2, "Koizumi is out, Oshima takes over", OTHER)
        .await;
    assert_eq!(wire.lines().await, [], "no copy yet");
    wire.show_asked("f3", 3, "Minister Koizumi resigns", WIRE)
        .await;
    assert_eq!(
        wire.lines().await,
        [(DeliveryState::Pending, 3 + 48 * HOUR)]
    );
    wire.show_asked("f4", HOUR, "Koizumi steps down", WIRE)
        .await;
    let due = 49 * HOUR;
    assert_eq!(wire.lines().await, [(DeliveryState::Pending, due)]);
    assert_eq!(wire.sent(due - 1).await, []);
    // Whatever ends the service: it is a row.
    let reopened = temp.crash().open(at(due)).await;
    let wire = Wire {
        store: reopened,
        n: wire.n,
    };
    let [line] = &wire.sent(due).await[..] else {
        panic!("{:?}", wire.lines().await);
    };
    assert_eq!(
        (line.story.as_str(), line.title.as_str()),
        ("1", "Koizumi resigns")
    );
    assert_eq!((line.sources, line.independent), (2, 2));
    assert_eq!(line.publishers, ["f1", "f2", "f3", "f4"]);
    assert_eq!(wire.sent(due + HOUR).await, [], "once");
}

#[tokio::test]
async fn who_does_not_ask_for_it_gets_no_line() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for (feed, seconds) in [("f1", 1), ("f2", 2)] {
        let item = wire.item("Koizumi resigns", WIRE, feed);
        wire.show(feed, seconds, vec![item]).await;
    }
    assert_eq!(
        wire.states("desk").await,
        [DeliveryState::Pending, DeliveryState::Folded]
    );
}

#[tokio::test]
async fn two_stories_that_are_merged_have_one_line() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for (feed, seconds, title, text) in [
        ("f1", 1, "Koizumi resigns", WIRE),
        ("f2", 2, "Quake in Velmora", QUAKE),
        ("f3", 3, "Minister Koizumi resigns", WIRE),
        ("f4", 4, "Velmora shaken", QUAKE),
    ] {
        wire.show_asked(feed, seconds, title, text).await;
    }
    assert_eq!(wire.lines().await.len(), 2);
    let merged = wire
        .store
        .merge_story(StoryId(2), StoryId(1), at(HOUR))
        .await;
    merged.expect("written").expect("merged");
    let states: Vec<_> = wire
        .lines()
        .await
        .into_iter()
        .map(|(state, _)| state)
        .collect();
    assert_eq!(states, [DeliveryState::Pending, DeliveryState::Dropped]);
    let lines = wire.sent(49 * HOUR).await;
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].sources, lines[0].publishers.len()), (2, 4));
}

#[tokio::test]
async fn a_mute_of_the_story_suppresses_its_line() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    wire.show_asked("f1", 1, "Koizumi resigns", WIRE).await;
    wire.show_asked("f2", 2, "Minister Koizumi resigns", WIRE)
        .await;
    let mute = NewMute {
        kind: MuteKind::Story,
        name: "s1".to_owned(),
        until: at(100 * HOUR),
        comment: None,
        by: None,
    };
    wire.store.mute(mute, at(3)).await.expect("muted");
    let states: Vec<_> = wire
        .lines()
        .await
        .into_iter()
        .map(|(state, _)| state)
        .collect();
    assert_eq!(states, [DeliveryState::Muted]);
}
