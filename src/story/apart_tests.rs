//! What is said of items that were not joined.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::{FeedId, ItemId};

const QUAKE: &str = "A strong earthquake shook the harbour town of Velmora early on Friday and damaged \
    at least 40 houses, Mayor Ilsa Brandt said. Rescue teams from Torhaven reached the old quarter \
    before dawn and brought 12 people out of a collapsed school.";

const MARKET: &str = "The fish market of Torhaven opens an hour later from Monday, its keeper said. \
    Buyers had asked for it because the ferries come later in winter.";

/// Places texts, each so many hours after the first, and asks of the last one what it was not joined to.
fn asked(texts: &[(i64, i64, &str, &str)]) -> (Placement, Nearest) {
    let start: Timestamp = "2026-11-30T08:00:00Z".parse().expect("a time");
    let mut shelf = Memory::default();
    let mut last = None;
    for (at, (feed, hours, title, content)) in (1_i64..).zip(texts) {
        let features = Features::of(&StoryText {
            title,
            content,
            ..StoryText::default()
        });
        let arrival = Arrival {
            feed: FeedId(*feed),
            seen_at: start + SignedDuration::from_hours(*hours),
            features: &features,
        };
        let Ok(placed) = place(&arrival, &mut shelf);
        let beside: Vec<ItemId> = (1..at).map(ItemId).collect();
        let story = match &placed.placement {
            Placement::New => StoryId(at),
            Placement::Copy { story, .. } | Placement::FollowUp { story, .. } => *story,
        };
        let question = Question {
            item: ItemId(at),
            arrival,
            sketch: &placed.sketch,
            story,
            beside: &beside,
        };
        let Ok(nearest) = apart(&question, &mut shelf);
        last = Some((placed.placement.clone(), nearest));
        shelf.put(ItemId(at), &arrival, placed);
    }
    last.expect("a text")
}

fn words(apart: Option<Apart>) -> Vec<String> {
    let lacks = apart.map(|apart| apart.lacks).unwrap_or_default();
    lacks.iter().map(ToString::to_string).collect()
}

#[test]
fn a_text_with_another_figure_or_of_the_same_feed_says_so() {
    let changed = QUAKE.replace("12 people", "37 people");
    let (placement, nearest) = asked(&[
        (1, 0, "Quake damages Velmora", QUAKE),
        (2, 1, "Quake damages Velmora", &changed),
    ]);
    assert!(matches!(placement, Placement::FollowUp { .. }));
    assert_eq!(nearest.text.as_ref().map(|it| it.item), Some(ItemId(1)));
    assert_eq!(
        words(nearest.text),
        ["other figures, a denial or a correction"]
    );

    let (_, nearest) = asked(&[
        (1, 0, "Quake damages Velmora", QUAKE),
        (1, 1, "Velmora after the quake", QUAKE),
    ]);
    assert_eq!(
        words(nearest.text),
        ["the same feed: its second item is a follow-up"]
    );
}

#[test]
fn the_figures_that_differ_are_named() {
    let features = |content: &str| {
        Features::of(&StoryText {
            title: "Quake damages Velmora",
            content,
            ..StoryText::default()
        })
    };
    let (one, other) = (features(QUAKE), features(&QUAKE.replace("12", "37")));
    assert_eq!(figures_beside(&one, &other), (vec!["12"], vec!["37"]));
    assert_eq!(figures_beside(&one, &one), (vec![], vec![]));
}

#[test]
fn a_story_that_ended_before_says_when() {
    let (placement, nearest) = asked(&[
        (1, 0, "Quake damages Velmora", QUAKE),
        (2, 51, "Quake damages Velmora", QUAKE),
    ]);
    assert_eq!(placement, Placement::New);
    let expected = "its last item came 51 hours before, 48 at most";
    assert_eq!(words(nearest.text), [expected]);
    assert_eq!(words(nearest.story)[0], expected);
}

#[test]
fn a_story_that_is_too_far_says_how_far() {
    let (placement, nearest) = asked(&[
        (1, 0, "Quake damages Velmora", QUAKE),
        (2, 1, "Fish market opens later", MARKET),
    ]);
    assert_eq!((placement, nearest.text), (Placement::New, None));
    let story = nearest.story.expect("the only one");
    assert_eq!((story.item, story.story), (ItemId(1), StoryId(1)));
    let words = words(Some(story));
    assert!(
        words[0].ends_with("of 0.22 needed to its nearest item"),
        "{words:?}"
    );
    assert!(
        words[1].ends_with("of 0.27 needed to the story as a whole"),
        "{words:?}"
    );
    assert_eq!(words[2], "1 of 2 rare words in both");
}

#[test]
fn a_copy_is_apart_from_nothing_of_its_text() {
    let (placement, nearest) = asked(&[
        (1, 0, "Quake damages Velmora", QUAKE),
        (2, 1, "Quake damages Velmora", QUAKE),
    ]);
    assert!(matches!(placement, Placement::Copy { .. }));
    assert_eq!(nearest, Nearest::default());
}
