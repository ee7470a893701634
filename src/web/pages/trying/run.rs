//! One look through the newest items, as long as it may take.

use std::{ops::ControlFlow, time::Duration};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    super::{
        Asked,
        charts::{self, Bar},
        shown::{Moment, Now, Sentence, Trouble, cursor_text, link_of_web, path, sentences},
    },
    Question,
};
use crate::{
    store::{ItemCursor, KeptItem},
    view::{
        ViewError,
        items::{Segment, segments},
        rate::Day,
        stored_items::{Items, gaps},
        trial::{self, Change, Trial},
        words::one_line,
    },
    web::{Context, budget::Budget},
};

/// How long items are looked through for one page.
const BUDGET: Duration = Duration::from_millis(250);

/// How long one waits for others to be done.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 2_000 });

/// Hits that are shown.
const LIMIT: usize = 20;

/// Days that are drawn, the latest.
const MAX_DAYS: usize = 90;

/// Sentences of a hit.
const MAX_SENTENCES: usize = 2;

/// What it came to.
#[derive(Debug, Serialize)]
pub(super) struct Tried {
    hits: u64,
    items: u64,
    since: Option<Moment>,
    per_day: Option<String>,
    in_baseline: u64,
    folded: Option<String>,
    against: Option<Against>,
    words: String,
    days_svg: Option<String>,
    /// Where it began, if not at the newest.
    from: Option<Moment>,
    rest: Option<Rest>,
    gaps: Option<String>,
    rows: Vec<Row>,
    shown: u64,
}

#[derive(Debug, Serialize)]
struct Against {
    watch: String,
    hits: u64,
    gained: u64,
    lost: u64,
}

/// What was not looked at.
#[derive(Debug, Serialize)]
struct Rest {
    all: u64,
    back_to: Moment,
    further: String,
}

/// A hit.
#[derive(Debug, Serialize)]
struct Row {
    change: &'static str,
    class: &'static str,
    title: Vec<Segment>,
    link: Option<String>,
    why: String,
    feed: String,
    feed_path: String,
    seen: Moment,
    sentences: Vec<Sentence>,
}

/// Tries the question on the items behind `before`, or on the newest.
pub(super) async fn run(
    context: &Context,
    asked: &Asked,
    question: Question,
    before: Option<ItemCursor>,
    now: &Now,
) -> Result<Tried, Trouble> {
    let turn = context.app.turn(PATIENCE).await;
    let _turn = turn.ok_or_else(|| {
        Trouble::busy("others are trying expressions at this moment; load this page again")
    })?;
    let config = context.app.config();
    let gaps = question.filter.since.and_then(|since| {
        let is_asked = asked.params.get("since").is_some();
        gaps(since, &config, now.at).filter(|_| is_asked)
    });
    let until = before.map_or(now.at, |before| before.seen_at);
    let trial = Trial::new(question.watches, &config, None, until);
    let mut trial = trial.map_err(|error| Trouble::busy(error.to_string()))?;
    let items = Items::new(context.app.store(), question.filter);
    let budget = Budget::of(BUDGET);
    let mut rows = Vec::new();
    let visit = items.each::<ViewError>(before, |kept: &KeptItem| {
        if let Some(tried) = trial.judge(kept)
            && rows.len() < LIMIT
        {
            rows.push(Row::of(&tried, kept, now));
        }
        Ok::<ControlFlow<()>, ViewError>(budget.goes_on())
    });
    let rest = visit.await?;
    let extent = items.extent().await?;
    let begin = rest.map(|rest| rest.seen_at).or(extent.complete_since);
    trial.begin(begin.unwrap_or(until));
    let further = |rest: ItemCursor| {
        let query = asked.params.with("before", Some(&cursor_text(rest)));
        Rest {
            all: extent.count,
            back_to: now.moment(rest.seen_at),
            further: format!("/try{query}"),
        }
    };
    Ok(Tried {
        from: before.map(|before| now.moment(before.seen_at)),
        rest: rest.map(further),
        gaps,
        ..Tried::of(&trial, rows, now)
    })
}

impl Tried {
    fn of(trial: &Trial<'_>, rows: Vec<Row>, now: &Now) -> Self {
        let summary = trial.summary();
        let since = summary.since.filter(|_| summary.items > 0);
        let per_day = summary.per_day.map(|rate| format!("{rate:.1}"));
        let days = &summary.days[summary.days.len().saturating_sub(MAX_DAYS)..];
        let words = in_words(days);
        let against = summary.against.map(|against| Against {
            watch: against.watch.to_owned(),
            hits: against.hits,
            gained: against.gained,
            lost: against.lost,
        });
        Self {
            hits: summary.hits,
            items: summary.items,
            since: since.map(|at: Timestamp| now.moment(at)),
            per_day,
            in_baseline: summary.hits_in_baseline,
            folded: summary.folded.in_words(),
            against,
            days_svg: (days.len() > 1).then(|| drawn(days, &words)),
            words,
            from: None,
            rest: None,
            gaps: None,
            rows,
            shown: trial.shown(),
        }
    }
}

/// `hits a day, 2026-11-01 to 2026-11-30, at most 5 on 2026-11-20`.
fn in_words(days: &[Day]) -> String {
    let ends = days.first().zip(days.last());
    let span = ends.map(|(first, last)| format!(", {} to {}", first.day, last.day));
    let most = days.iter().max_by_key(|day| day.hits);
    let most = most.filter(|most| most.hits > 1);
    let most = most.map(|most| format!(", at most {} on {}", most.hits, most.day));
    format!(
        "hits a day{}{}",
        span.unwrap_or_default(),
        most.unwrap_or_default()
    )
}

fn drawn(days: &[Day], words: &str) -> String {
    let bar = |day: &Day| Bar {
        value: f64::from(u32::try_from(day.hits).unwrap_or(u32::MAX)),
        class: if day.hits > 0 { "bar" } else { "none" },
        label: format!("{}: {}", day.day, day.hits),
    };
    let bars: Vec<Bar> = days.iter().map(bar).collect();
    charts::bars(&bars, [600.0, 70.0], "chart", words)
}

impl Row {
    fn of(tried: &trial::Tried, kept: &KeptItem, now: &Now) -> Self {
        let view = &tried.view;
        let beside: Vec<_> = { view.matches.iter() }
            .filter(|hit| hit.field != crate::model::Field::Title)
            .cloned()
            .collect();
        let (change, class) = match tried.r#type {
            Change::Hit => ("", ""),
            Change::Gained => ("gained", "good"),
            Change::Lost => ("lost", "bad"),
        };
        Self {
            change,
            class,
            title: segments(&view.title(), &view.title_hits()),
            link: link_of_web(view.item.link.as_deref()),
            why: format!("/items/{}", view.item.id),
            feed: one_line(&view.feed, 100),
            feed_path: path("feeds", &view.feed),
            seen: now.moment(kept.stored.seen_at),
            sentences: sentences(&beside, MAX_SENTENCES),
        }
    }
}
