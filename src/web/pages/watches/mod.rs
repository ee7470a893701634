//! The watches: how often they alert, and what needs attention in them.

mod near;
mod sheet;

use axum::{extract::State, response::Response};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Serialize;

pub(super) use sheet::sheet;

use super::{
    Asked, charts, page,
    shown::{Moment, Now, Trouble, path, trouble},
};
use crate::{
    config::Config,
    model::{MuteKind, Watch},
    store::WatchHits,
    view::{
        mutes::Mutes,
        watches::remark::Remark,
        words::{count, one_line},
    },
    web::Context,
};

/// Watches on a page.
const LIMIT: usize = 50;

/// Days that are drawn.
const DAYS: usize = 30;

/// From then on a watch that has not alerted is worth a look: it has been in force for so long.
const SETTLED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    q: String,
    all: usize,
    rows: Vec<Row>,
    is_later_page: bool,
    first: String,
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    path: String,
    expression: String,
    hits_svg: String,
    alerts: u64,
    last: Option<Moment>,
    remarks: Vec<String>,
}

/// `/watches`.
pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Response {
    match matter(&context, &asked).await {
        Ok(matter) => page(&context, &asked, ("Watches", "watches.html"), matter),
        Err(why) => trouble(&context, &asked, &why),
    }
}

async fn matter(context: &Context, asked: &Asked) -> Result<Matter, Trouble> {
    let config = context.app.config();
    let q = asked.params.get("q").unwrap_or_default();
    let wanted = q.to_lowercase();
    let is_wanted = |watch: &&Watch| {
        let texts = [&watch.name, &watch.expression];
        texts
            .iter()
            .any(|text| text.to_lowercase().contains(&wanted))
    };
    let all: Vec<&Watch> = config.all_watches().filter(is_wanted).collect();
    let after = asked.params.get("after");
    let start = after.and_then(|name| all.iter().position(|watch| watch.name == name));
    let start = start.map_or(0, |start| start + 1);
    let shown = &all[start..all.len().min(start + LIMIT)];
    let (now, store) = (Now::of(&config), context.app.store());
    let (days, boundaries) = now.days(DAYS);
    let names = shown.iter().map(|watch| watch.name.clone()).collect();
    let hits = store.watch_hits(names, boundaries).await?;
    let mutes = Mutes::in_force(store, now.at).await?;
    let in_force = store.watches_in_force().await?;
    let context = Around {
        config: &config,
        mutes: &mutes,
        now: &now,
        days: &days,
    };
    let rows = shown.iter().zip(&hits).map(|(watch, hits)| {
        let since = in_force.get(&watch.name).map(|it| it.since);
        Row::of(watch, hits, since, &context)
    });
    let has_more = start + shown.len() < all.len();
    let last = shown.last().filter(|_| has_more);
    let link = |after| format!("/watches{}", asked.params.with("after", after));
    Ok(Matter {
        q: q.to_owned(),
        all: all.len(),
        rows: rows.collect(),
        is_later_page: start > 0,
        first: link(None),
        next: last.map(|watch| link(Some(&watch.name))),
    })
}

impl Row {
    fn of(watch: &Watch, hits: &WatchHits, since: Option<Timestamp>, around: &Around<'_>) -> Self {
        let words = hits_in_words(&hits.by_span, around.days);
        let mut remarks = around.remarks(watch, hits, since);
        if remarks.is_empty() && hits.alerts == 0 {
            remarks.push("no alert yet".to_owned());
        }
        Self {
            path: path("watches", &watch.name),
            expression: one_line(&watch.expression, 120),
            hits_svg: charts::strip(&hits.by_span, [120.0, 20.0], &words),
            alerts: hits.alerts,
            last: hits.last_at.map(|at| around.now.moment(at)),
            remarks,
            name: watch.name.clone(),
        }
    }
}

/// What watches are looked at with.
struct Around<'a> {
    config: &'a Config,
    mutes: &'a Mutes,
    now: &'a Now,
    days: &'a [Date],
}

impl Around<'_> {
    /// What needs attention in a watch that is in force since then, as far as no item has to be
    /// looked at for that.
    fn remarks(&self, watch: &Watch, hits: &WatchHits, since: Option<Timestamp>) -> Vec<String> {
        let is_off = self.config.off.has_watch(&watch.name);
        let off = is_off.then(|| Remark::Off.to_string());
        let is_settled = since.is_some_and(|since| self.now.at.duration_since(since) >= SETTLED);
        let is_mute = hits.alerts == 0 && is_settled && !is_off;
        let never = is_mute.then(|| Remark::NeverFired.to_string());
        let until = self.mutes.remark(MuteKind::Watch, &watch.name, self.now.at);
        off.into_iter().chain(until).chain(never).collect()
    }
}

/// `12 alerts in 30 days, at most 5 on 20 Nov`.
fn hits_in_words(by_day: &[u64], days: &[Date]) -> String {
    let total: u64 = by_day.iter().sum();
    let most = by_day.iter().zip(days).max_by_key(|(alerts, _)| **alerts);
    let most = most
        .filter(|(alerts, _)| **alerts > 1)
        .map(|(alerts, day)| format!(", at most {alerts} on {}", day.strftime("%-d %b")));
    format!(
        "{} in {} days{}",
        count(total, "alert"),
        days.len(),
        most.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests;
