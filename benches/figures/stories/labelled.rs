//! Pairs that people labelled.

use fivebells::story::{Placement, Rules, StoryText};

use super::{
    score::f1,
    stream::{Desk, seconds},
};

#[derive(Debug, Default)]
struct Count {
    found: f64,
    missed: f64,
    wrong: f64,
    silenced: usize,
}

/// Each pair alone, and on a shelf that holds all other texts.
pub(super) fn print(
    rules: &Rules,
    pairs: &[Vec<String>],
    others: &[Vec<String>],
    wrong: bool,
    say: impl Fn(&str, String),
) {
    for language in ["en", "ru"] {
        for is_filled in [false, true] {
            let mut count = Count::default();
            for (at, pair) in pairs
                .iter()
                .enumerate()
                .filter(|(_, pair)| pair[0] == language)
            {
                let mut desk = Desk::default();
                if is_filled {
                    fill(&mut desk, rules, pairs, others, at);
                }
                let first = StoryText {
                    title: &pair[1],
                    content: &pair[2],
                    ..StoryText::default()
                };
                let second = StoryText {
                    title: &pair[3],
                    content: &pair[4],
                    ..StoryText::default()
                };
                let (one, _) = desk.read(rules, 100_001, seconds(9_001), &first);
                let (other, placement) = desk.read(rules, 100_002, seconds(9_002), &second);
                let is_same = pair[5] == "OK";
                if wrong && is_same != (one == other) {
                    println!(
                        "{} {is_filled} {placement:?}\n  {}\n  {}",
                        pair[5], pair[1], pair[3]
                    );
                }
                match (is_same, one == other) {
                    (true, true) => count.found += 1.0,
                    (true, false) => count.missed += 1.0,
                    (false, true) => count.wrong += 1.0,
                    (false, false) => {}
                }
                let is_copy = matches!(placement, Placement::Copy { .. });
                count.silenced += usize::from(!is_same && is_copy && one == other);
            }
            let precision = count.found / (count.found + count.wrong).max(1.0);
            let recall = count.found / (count.found + count.missed).max(1.0);
            let place = if is_filled { "among others" } else { "alone" };
            say(
                &format!("pairs, {language}, {place}"),
                format!(
                    "F1 {:.3} (P {precision:.3}, R {recall:.3}), {} silenced",
                    f1(precision, recall),
                    count.silenced
                ),
            );
        }
    }
}

fn fill(desk: &mut Desk, rules: &Rules, pairs: &[Vec<String>], others: &[Vec<String>], but: usize) {
    for (feed, row) in others.iter().enumerate() {
        let text = StoryText {
            content: &row[2],
            ..StoryText::default()
        };
        desk.read(rules, feed, seconds(feed), &text);
    }
    for (at, pair) in pairs.iter().enumerate().filter(|(at, _)| *at != but) {
        for (title, content) in [(&pair[1], &pair[2]), (&pair[3], &pair[4])] {
            let text = StoryText {
                title,
                content,
                ..StoryText::default()
            };
            desk.read(rules, 50_000 + 2 * at, seconds(5_000 + at), &text);
        }
    }
}
