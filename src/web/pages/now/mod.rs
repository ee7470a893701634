//! What is wrong and since when, in ten seconds; then how much there is of everything.

mod known;
mod wrong;

use axum::{extract::State, response::Response};
use serde::Serialize;

use super::{
    Asked, alerts, charts, page,
    shown::{Moment, Now, path, trouble},
};
use crate::{
    config::Config,
    model::{MuteKind, time::elapsed},
    store::{AlertLag, Condition},
    view::{mutes::suppressed, when, words::count},
    web::Context,
};
use known::Known;
use wrong::Wrong;

/// Feeds that are named of each fault, and alerts that are shown.
const MOST: usize = 10;

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    verdict: String,
    class: &'static str,
    parts: Vec<Part>,
    mutes: Vec<Muted>,
    feeds: u64,
    conditions: Vec<(String, String)>,
    alerts_in_a_day: u64,
    waiting: u32,
    oldest: Option<Moment>,
    next_poll: Option<Moment>,
    last_poll: Option<Moment>,
    alerts: Vec<alerts::Row>,
    lags_svg: String,
    lags: String,
}

/// What is wrong, or what may become so.
#[derive(Debug, Serialize)]
struct Part {
    title: &'static str,
    /// Whether the verdict says it already.
    is_said: bool,
    all: Vec<Wrong>,
}

/// A mute in force.
#[derive(Debug, Serialize)]
struct Muted {
    what: String,
    path: Option<String>,
    until: Moment,
    suppressed: String,
}

/// `/`, and `/?wall`.
pub(super) async fn show(State(context): State<Context>, asked: Asked) -> Response {
    let config = context.app.config();
    let now = Now::of(&config);
    match Known::of(&context, &now).await {
        Ok(known) => {
            let matter = Matter::of(&known, &config, &now);
            page(&context, &asked, ("Now", "now.html"), matter)
        }
        Err(error) => trouble(&context, &asked, &error.into()),
    }
}

impl Matter {
    fn of(known: &Known, config: &Config, now: &Now) -> Self {
        let (wrong, young) = (wrong::all(known, now), wrong::young(known, now));
        let since = wrong.first().and_then(Wrong::since);
        let since = since.map(|since| now.short(since.at)).unwrap_or_default();
        let verdict = match (wrong.len(), since.as_str()) {
            (0, _) => "All is well.".to_owned(),
            (1, "") => "1 thing is wrong.".to_owned(),
            (1, since) => format!("1 thing is wrong, since {since}."),
            (number, "") => format!("{number} things are wrong."),
            (number, since) => format!("{number} things are wrong, the first since {since}."),
        };
        let class = match () {
            () if wrong.is_empty() => "good",
            () if wrong.iter().any(Wrong::is_bad) => "bad",
            () => "warn",
        };
        let part = |title, is_said, all: Vec<Wrong>| {
            let part = Part {
                title,
                is_said,
                all,
            };
            (!part.all.is_empty()).then_some(part)
        };
        let young = part("Watch this", false, young.into_iter().collect());
        let wrong = part("What is wrong", true, wrong);
        let muted = known.mutes.iter().map(|mute| Muted {
            what: format!("{} {}", mute.kind, mute.name),
            path: match mute.kind {
                MuteKind::Watch => Some(path("watches", &mute.name)),
                MuteKind::Feed => Some(path("feeds", &mute.name)),
                MuteKind::Story => Some(path("stories", &mute.name)),
                MuteKind::Tag | MuteKind::Receiver => None,
            },
            until: now.moment(mute.until),
            suppressed: suppressed(mute),
        });
        let newest = known.newest.iter();
        let (lags_svg, lags) = lags(&known.lags);
        Self {
            verdict,
            class,
            parts: wrong.into_iter().chain(young).collect(),
            mutes: muted.collect(),
            feeds: known.counts.all(),
            conditions: conditions(known, config),
            alerts_in_a_day: known.overview.alerts,
            waiting: known.summary.waiting,
            oldest: known.vitals.oldest_waiting.map(|at| now.moment(at)),
            next_poll: known.next_poll.map(|at| now.moment(at.max(now.at))),
            last_poll: known.vitals.last_poll.map(|at| now.moment(at)),
            alerts: newest
                .map(|(alert, made_at)| alerts::Row::of(alert, *made_at, now))
                .collect(),
            lags_svg,
            lags,
        }
    }
}

/// How many feeds are in which condition, each with its list; `ok` always, others where there are some.
fn conditions(known: &Known, config: &Config) -> Vec<(String, String)> {
    let all = Condition::ALL.into_iter();
    let some = all.filter_map(|condition| {
        let number = known.counts.of(condition);
        let is_shown = number > 0 || condition == Condition::Ok;
        is_shown.then(|| (number, condition.as_str()))
    });
    let off = config.off.feeds.len().try_into().unwrap_or(u64::MAX);
    some.chain((off > 0).then_some((off, "off")))
        .map(|(number, name)| (format!("{number} {name}"), format!("/feeds?state={name}")))
        .collect()
}

/// From published to delivered, the oldest alert left.
fn lags(lags: &[AlertLag]) -> (String, String) {
    let took = |lag: &AlertLag| {
        let took = elapsed(lag.published?, lag.delivered_at?);
        Some((
            took.as_secs_f64(),
            format!("a{}: {}", lag.alert.0, when::exact(took)),
            took,
        ))
    };
    let mut points: Vec<_> = lags.iter().filter_map(took).collect();
    points.reverse();
    let mut lengths: Vec<_> = points.iter().map(|(.., took)| *took).collect();
    lengths.sort_unstable();
    let Some(median) = lengths.get(lengths.len() / 2) else {
        return (String::new(), String::new());
    };
    let longest = lengths.last().unwrap_or(median);
    let number = u64::try_from(lengths.len()).unwrap_or(u64::MAX);
    let words = format!(
        "From published to delivered, the last {}: half of them within {}, all within {}.",
        count(number, "alert"),
        when::length(*median),
        when::length(*longest),
    );
    let points: Vec<(f64, String)> = { points.into_iter() }
        .map(|(seconds, label, _)| (seconds, label))
        .collect();
    (charts::lags(&points, [640.0, 160.0], &words), words)
}

#[cfg(test)]
mod tests;
