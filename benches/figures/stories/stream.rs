//! Items of a stream, one after the other.

use std::collections::{HashMap, HashSet};

use fivebells::{
    model::{FeedId, ItemId},
    story::{Arrival, Features, Memory, Placement, Rules, StoryId, StoryText, place_by},
};
use jiff::{SignedDuration, Timestamp};

use super::score::Score;

/// A shelf on which items are placed.
#[derive(Debug, Default)]
pub(super) struct Desk {
    shelf: Memory,
    count: i64,
}

impl Desk {
    pub(super) fn read(
        &mut self,
        rules: &Rules,
        feed: usize,
        at: Timestamp,
        text: &StoryText<'_>,
    ) -> (StoryId, Placement) {
        let features = Features::of(text);
        let feed = FeedId(i64::try_from(feed).expect("few feeds"));
        let arrival = Arrival {
            feed,
            seen_at: at,
            features: &features,
        };
        let Ok(placed) = place_by(rules, &arrival, &mut self.shelf);
        let placement = placed.placement.clone();
        self.count += 1;
        (
            self.shelf.put(ItemId(self.count), &arrival, placed),
            placement,
        )
    }
}

impl Desk {
    /// The items as they are in the end: stories may turn out to be one.
    fn at_the_end(&self, items: &[(usize, StoryId)]) -> Vec<(usize, usize)> {
        let number = |story| usize::try_from(self.shelf.story(story).0).expect("rising numbers");
        let group = |(label, story): &(usize, StoryId)| (*label, number(*story));
        items.iter().map(group).collect()
    }
}

pub(super) fn number<'a>(numbers: &mut HashMap<&'a str, usize>, name: &'a str) -> usize {
    let next = numbers.len();
    *numbers.entry(name).or_insert(next)
}

pub(super) fn seconds(count: usize) -> Timestamp {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    start + SignedDuration::from_secs(i64::try_from(count).expect("few seconds"))
}

fn say_score(what: &str, items: &[(usize, usize)], say: &impl Fn(&str, String)) {
    let score = Score::of(items);
    say(
        what,
        format!(
            "B-cubed F1 {:.3} (P {:.3}, R {:.3}), pairs P {:.3}, R {:.3}",
            score.b_cubed(),
            score.b_cubed_precision,
            score.b_cubed_recall,
            score.pair_precision,
            score.pair_recall
        ),
    );
}

/// Texts without dates, each of a feed of its own: in the order of the file, and shuffled.
pub(super) fn events(rules: &Rules, rows: &[Vec<String>], say: impl Fn(&str, String)) {
    for seed in 0..4 {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        if seed > 0 {
            fastrand::Rng::with_seed(seed).shuffle(&mut order);
        }
        let mut desk = Desk::default();
        let mut labels = HashMap::new();
        let mut items = Vec::new();
        let mut copies = 0;
        for (at, row) in order.iter().map(|row| &rows[*row]).enumerate() {
            let text = StoryText {
                content: &row[2],
                ..StoryText::default()
            };
            let (story, placement) = desk.read(rules, at, seconds(at), &text);
            copies += usize::from(matches!(placement, Placement::Copy { .. }));
            items.push((number(&mut labels, &row[1]), story));
        }
        let items = desk.at_the_end(&items);
        let mut topics: HashMap<usize, HashSet<&str>> = HashMap::new();
        for (row, (_, story)) in order.iter().zip(&items) {
            topics.entry(*story).or_default().insert(&rows[*row][0]);
        }
        let name = if seed == 0 {
            "events, in order".to_owned()
        } else {
            format!("events, shuffled {seed}")
        };
        say_score(&name, &items, &say);
        let across = topics.values().filter(|topics| topics.len() > 1).count();
        say(
            &format!("{name}: stories across topics, copies"),
            format!("{across}, {copies}"),
        );
    }
}

/// Headlines with times.
pub(super) fn headlines(rules: &Rules, rows: &[Vec<String>], say: impl Fn(&str, String)) {
    let mut rows: Vec<&Vec<String>> = rows.iter().collect();
    rows.sort_by_key(|row| row[3].parse::<i64>().expect("a time"));
    let (mut feeds, mut labels, mut desk) = (HashMap::new(), HashMap::new(), Desk::default());
    let mut items = Vec::new();
    let (mut copies, mut wrong) = (0, 0);
    let mut label_of = HashMap::new();
    for row in &rows {
        let at = Timestamp::from_millisecond(row[3].parse().expect("a time")).expect("a time");
        let text = StoryText {
            title: &row[4],
            ..StoryText::default()
        };
        let (story, placement) = desk.read(rules, number(&mut feeds, &row[2]), at, &text);
        items.push((number(&mut labels, &row[0]), story));
        label_of.insert(ItemId(items.len() as i64), &row[0]);
        if let Placement::Copy { of, .. } = placement {
            copies += 1;
            wrong += usize::from(label_of[&of] != &row[0]);
        }
    }
    say_score("headlines", &desk.at_the_end(&items), &say);
    say(
        "headlines: copies, of another story",
        format!("{copies}, {wrong}"),
    );
}
