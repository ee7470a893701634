//! The last polls of a feed as bars, the newest right.

use super::super::{
    charts::{self, Bar},
    shown::Now,
};
use crate::{
    store::{PolledOnce, PolledTo, RecentPolls},
    view::{when, words::count},
};

/// Bars there is room for.
const MOST: usize = 30;

/// How high a failure is, beside new items: as much as so many.
const HIGH: f64 = 6.0;

/// The bars, and what they say in words.
fn bars(polls: &RecentPolls, now: &Now) -> (Vec<Bar>, String) {
    let mut bars: Vec<Bar> = polls.newest_first().map(|it| bar(it, now)).collect();
    let words = in_words(polls);
    let room = MOST.saturating_sub(bars.len());
    bars.extend((0..room).map(|_| Bar {
        value: 0.0,
        class: "none",
        label: "no poll".to_owned(),
    }));
    bars.reverse();
    (bars, words)
}

fn bar(poll: PolledOnce, now: &Now) -> Bar {
    let new = u64::from(poll.new_items);
    let (value, class, what) = match poll.to {
        PolledTo::Unchanged => (0.0, "ok", "unchanged".to_owned()),
        PolledTo::NothingNew => (0.0, "ok", "nothing new".to_owned()),
        PolledTo::News => {
            let high = 1.0 + f64::from(poll.new_items).log2();
            (high.min(HIGH), "new", count(new, "new item"))
        }
        PolledTo::Failed => (HIGH, "fail", "failed".to_owned()),
        PolledTo::AskedToWait => (HIGH, "wait", "asked to wait".to_owned()),
        PolledTo::Gone => (HIGH, "fail", "gone".to_owned()),
    };
    Bar {
        value,
        class,
        label: format!("{}: {what}", when::at(poll.at, &now.zone)),
    }
}

/// `last 30 polls: 3 with new items, 25 without, 2 failed`.
fn in_words(polls: &RecentPolls) -> String {
    let number = |wanted: &[PolledTo]| {
        let found = polls.newest_first().filter(|it| wanted.contains(&it.to));
        found.count()
    };
    let all = polls.newest_first().count();
    let parts = [
        (number(&[PolledTo::News]), "with new items"),
        (
            number(&[PolledTo::Unchanged, PolledTo::NothingNew]),
            "without",
        ),
        (number(&[PolledTo::Failed]), "failed"),
        (number(&[PolledTo::AskedToWait]), "asked to wait"),
        (number(&[PolledTo::Gone]), "gone"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    match all {
        0 => "not polled yet".to_owned(),
        1 => format!("last poll: {}", parts.join(", ")),
        _ => format!("last {all} polls: {}", parts.join(", ")),
    }
}

/// For a list.
pub(super) fn strip(polls: &RecentPolls, now: &Now) -> String {
    let (bars, words) = bars(polls, now);
    charts::shapes(&bars, [120, 20], "inline", &words)
}

/// For the page of the feed, and the same in words.
pub(super) fn picture(polls: &RecentPolls, now: &Now) -> (String, String) {
    let (bars, words) = bars(polls, now);
    let svg = charts::bars(&bars, [640.0, 100.0], "chart", &words);
    (svg, words)
}
