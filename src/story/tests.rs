//! Invented texts in several scripts, placed on a shelf in memory.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::{FeedId, ItemId};

const QUAKE: &str = "A strong earthquake shook the harbour town of Velmora early on Friday and damaged \
    at least 40 houses, Mayor Ilsa Brandt said. Rescue teams from Torhaven reached the old quarter \
    before dawn and brought 12 people out of a collapsed school.";

fn start() -> Timestamp {
    "2026-11-30T08:00:00Z".parse().expect("a time")
}

/// Places texts one after the other, one a minute.
#[derive(Default)]
struct Desk {
    shelf: Memory,
    count: i64,
}

impl Desk {
    fn read(&mut self, feed: i64, title: &str, content: &str) -> Placement {
        let text = StoryText {
            title,
            content,
            ..StoryText::default()
        };
        let minute = SignedDuration::from_mins(self.count);
        self.read_at(feed, &text, start() + minute)
    }

    fn read_at(&mut self, feed: i64, text: &StoryText<'_>, seen_at: Timestamp) -> Placement {
        let features = Features::of(text);
        let arrival = Arrival {
            feed: FeedId(feed),
            seen_at,
            features: &features,
        };
        let Ok(placed) = place(&arrival, &mut self.shelf);
        let placement = placed.placement.clone();
        self.count += 1;
        self.shelf.put(ItemId(self.count), &arrival, placed);
        placement
    }
}

fn is_copy(placement: &Placement) -> bool {
    matches!(placement, Placement::Copy { .. })
}

#[test]
fn a_copy_has_another_headline_and_tail() {
    let mut desk = Desk::default();
    assert_eq!(desk.read(1, "Quake damages Velmora", QUAKE), Placement::New);
    let tail = format!("{QUAKE} Subscribe to our newsletter.");
    let placement = desk.read(2, "Houses damaged as earthquake hits town", &tail);
    assert!(is_copy(&placement), "{placement:?}");
}

#[test]
fn other_figures_a_denial_and_a_correction_are_no_copies() {
    for (from, to) in [
        ("12 people", "37 people"),
        ("early on Friday", "early on Friday, not on Thursday,"),
        ("A strong", "Correction: A strong"),
        ("at least 40 houses", "at least forty houses"),
    ] {
        let mut desk = Desk::default();
        desk.read(1, "Quake damages Velmora", QUAKE);
        let placement = desk.read(2, "Quake damages Velmora", &QUAKE.replace(from, to));
        assert!(
            matches!(placement, Placement::FollowUp { .. }),
            "{to}: {placement:?}"
        );
    }
}

#[test]
fn the_second_item_of_a_feed_is_a_follow_up() {
    let mut desk = Desk::default();
    desk.read(1, "Quake damages Velmora", QUAKE);
    let placement = desk.read(1, "Velmora after the quake", QUAKE);
    assert!(
        matches!(placement, Placement::FollowUp { .. }),
        "{placement:?}"
    );
}

#[test]
fn a_sketch_is_read_as_it_is_written() {
    let features = Features::of(&StoryText {
        title: "Quake damages Velmora",
        content: QUAKE,
        link: Some("https://example.org/news/quake-damages-velmora"),
        ..StoryText::default()
    });
    let arrival = Arrival {
        feed: FeedId(1),
        seen_at: start(),
        features: &features,
    };
    let Ok(placed) = place(&arrival, &mut Memory::default());
    let bytes = placed.sketch.to_bytes();
    assert!(bytes.len() <= 300, "{}", bytes.len());
    assert_eq!(Sketch::from_bytes(&bytes), Some(placed.sketch));
    for end in 0..bytes.len() {
        assert_eq!(Sketch::from_bytes(&bytes[..end]), None, "{end}");
    }
    let mut other = bytes.clone();
    other[0] = 99;
    assert_eq!(Sketch::from_bytes(&other), None, "another version");
}
