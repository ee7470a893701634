//! One watch: what it asks, what it alerted, and what it nearly matched.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::{
    super::{
        Asked, alerts, charts,
        charts::Bar,
        page,
        shown::{Moment, Now, Trouble, path, query, trouble},
    },
    Around, DAYS, hits_in_words,
    near::Near,
};
use crate::{
    model::{MuteKind, OnUpdate, Watch},
    store::{AlertFilter, AlertSearch, WatchHits},
    view::{mutes::Mutes, names},
    web::Context,
};

/// The newest alerts that are shown.
const ALERTS: usize = 10;

/// Feeds that are named.
const MAX_FEEDS: usize = 20;

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    name: String,
    own_path: String,
    expression: String,
    try_path: String,
    alerts_path: String,
    fields: String,
    feeds: Option<Vec<(String, String)>>,
    feeds_left_out: usize,
    receivers: String,
    priority: &'static str,
    on_update: &'static str,
    since: Option<Moment>,
    is_off: bool,
    muted: Option<String>,
    remarks: String,
    total: u64,
    last: Option<Moment>,
    words: String,
    hits_svg: Option<String>,
    alerts: Vec<alerts::Row>,
    near: Option<Near>,
    done: Option<&'static str>,
}

/// `/watches/{name}`.
pub(in super::super) async fn sheet(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Response {
    match matter(&context, &asked, &name).await {
        Ok(matter) => page(&context, &asked, (&name, "watch.html"), matter),
        Err(why) => trouble(&context, &asked, &why),
    }
}

async fn matter(context: &Context, asked: &Asked, name: &str) -> Result<Matter, Trouble> {
    let config = context.app.config();
    let watch = names::watch(&config, name).map_err(Trouble::missing)?;
    let (now, store) = (Now::of(&config), context.app.store());
    let (days, boundaries) = now.days(DAYS);
    let watched = vec![watch.name.clone()];
    let hits = store.watch_hits(watched, boundaries).await?;
    let none = WatchHits {
        watch: watch.name.clone(),
        alerts: 0,
        last_at: None,
        by_span: Vec::new(),
    };
    let hits = hits.into_iter().next().unwrap_or(none);
    let mutes = Mutes::in_force(store, now.at).await?;
    let search = AlertSearch {
        filter: AlertFilter {
            watches: vec![watch.name.clone()],
            ..AlertFilter::default()
        },
        ..AlertSearch::default()
    };
    let newest = store.alert_page(search, None, ALERTS).await?.alerts;
    let in_force = store.watches_in_force().await?;
    let since = in_force.get(name).map(|it| it.since);
    let near = match asked.params.get("near") {
        Some(_) => Some(Near::of(watch, &config, store, &now).await?),
        None => None,
    };
    let bars: Vec<Bar> = days.iter().zip(&hits.by_span).map(bar).collect();
    let words = hits_in_words(&hits.by_span, &days);
    let feeds = watch.feeds.as_deref();
    let around = Around {
        config: &config,
        mutes: &mutes,
        now: &now,
        days: &days,
    };
    Ok(Matter {
        own_path: path("watches", name),
        try_path: format!(
            "/try{}",
            query([("q", &*watch.expression), ("against", name)])
        ),
        alerts_path: format!("/alerts{}", query([("watch", name)])),
        fields: joined(watch.fields.iter().map(|field| field.as_str())),
        feeds: feeds.map(named),
        feeds_left_out: feeds.map_or(0, |feeds| feeds.len().saturating_sub(MAX_FEEDS)),
        receivers: joined(watch.notify.iter().map(String::as_str)),
        priority: watch.priority.as_str(),
        on_update: in_words(watch.on_update),
        since: since.map(|since| now.moment(since)),
        is_off: config.off.has_watch(name),
        muted: mutes.fact(MuteKind::Watch, name, &now.zone),
        remarks: around.remarks(watch, &hits, since).join("; "),
        total: hits.alerts,
        last: hits.last_at.map(|at| now.moment(at)),
        hits_svg: { hits.by_span.iter().any(|alerts| *alerts > 0) }
            .then(|| charts::bars(&bars, [600.0, 90.0], "chart", &words)),
        words,
        alerts: { newest.iter() }
            .map(|(alert, at)| alerts::Row::of(alert, *at, &now))
            .collect(),
        near,
        done: done(asked),
        name: name.to_owned(),
        expression: Watch::clone(watch).expression,
    })
}

fn bar((day, alerts): (&jiff::civil::Date, &u64)) -> Bar {
    Bar {
        value: f64::from(u32::try_from(*alerts).unwrap_or(u32::MAX)),
        class: if *alerts > 0 { "bar" } else { "none" },
        label: format!("{}: {alerts}", day.strftime("%a %-d %b")),
    }
}

/// What an edit of an item that was read before does.
const fn in_words(on_update: OnUpdate) -> &'static str {
    match on_update {
        OnUpdate::Never => "an edited story never alerts",
        OnUpdate::Match => "an edited story alerts if it did not match before",
        OnUpdate::Every => "an edited story alerts, also again, where a term is new in it",
    }
}

/// Some of these feeds, each with its page.
fn named(feeds: &[String]) -> Vec<(String, String)> {
    let feeds = feeds.iter().take(MAX_FEEDS);
    let feeds = feeds.map(|feed| (feed.clone(), path("feeds", feed)));
    feeds.collect()
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// What a form of this page has just done.
fn done(asked: &Asked) -> Option<&'static str> {
    match asked.params.get("done")? {
        "muted" => Some("It is muted."),
        "lifted" => Some("It is no longer muted."),
        "over" => Some("The mute was over already."),
        _ => None,
    }
}
