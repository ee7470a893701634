//! The watches: how often they alert, and what needs attention in them.

mod near;
mod sheet;

use axum::{extract::State, response::Response};
use jiff::civil::Date;
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
    let rows = shown.iter().zip(&hits);
    let rows = rows.map(|(watch, hits)| Row::of(watch, hits, &days, &config, &mutes, &now));
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
    fn of(
        watch: &Watch,
        hits: &WatchHits,
        days: &[Date],
        config: &Config,
        mutes: &Mutes,
        now: &Now,
    ) -> Self {
        let words = in_words(&hits.by_span, days);
        Self {
            path: path("watches", &watch.name),
            expression: one_line(&watch.expression, 120),
            hits_svg: charts::strip(&hits.by_span, [120.0, 20.0], &words),
            alerts: hits.alerts,
            last: hits.last_at.map(|at| now.moment(at)),
            remarks: remarks(watch, hits, config, mutes, now),
            name: watch.name.clone(),
        }
    }
}

/// What needs attention, as far as no item has to be looked at for that.
fn remarks(
    watch: &Watch,
    hits: &WatchHits,
    config: &Config,
    mutes: &Mutes,
    now: &Now,
) -> Vec<String> {
    let is_off = config.off.has_watch(&watch.name);
    let off = is_off.then(|| Remark::Off.to_string());
    let never = (hits.alerts == 0 && !is_off).then(|| Remark::NeverFired.to_string());
    let muted = mutes.remark(MuteKind::Watch, &watch.name, now.at);
    off.into_iter().chain(muted).chain(never).collect()
}

/// `12 alerts in 30 days, at most 5 on 20 Nov`.
fn in_words(by_day: &[u64], days: &[Date]) -> String {
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
