//! Feeds, and polling one.

use std::time::Duration;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use super::{
    answer::{Answer, Page, done, object},
    asked::{Asked, Query},
    fault::Fault,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    store::{Condition, FeedFilter, FeedStatus, Store},
    view::{
        feeds::{self, FeedContext, FeedView},
        mutes::Mutes,
        names,
        polled::PollView,
    },
    web::Context,
};

/// The longest that a request may wait for a poll, in seconds.
const LONGEST_WAIT: u64 = 30;

/// Which feeds are asked for; `None` is those that are off.
type Wanted = Option<Condition>;

pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&["condition*", "q", "tag*", "after", "limit"])?;
    let (store, config) = (context.app.store(), context.app.config());
    let limit = query.limit()?;
    let mut feeds = wanted(&query, &config, store, limit).await?;
    let has_more = feeds.len() > limit as usize;
    feeds.truncate(limit as usize);
    let now = SystemClock.now();
    let mutes = Mutes::in_force(store, now).await?;
    let shown = FeedContext::of(&config, &mutes, now);
    let views: Vec<FeedView<'_>> = feeds.iter().map(|feed| shown.view(feed)).collect();
    let last = feeds.last().filter(|_| has_more);
    let page = Page {
        name: "feeds",
        entries: &views,
        next: last.map(|feed| ("after", feed.name.clone())),
    };
    Ok(page.answer(&asked.headers, &query))
}

/// One more than `limit` where there are more.
async fn wanted(
    query: &Query,
    config: &Config,
    store: &Store,
    limit: u32,
) -> Result<Vec<FeedStatus>, Fault> {
    let known: Vec<Wanted> = Condition::ALL.into_iter().map(Some).chain([None]).collect();
    let word = |it: Wanted| it.map_or("off", Condition::as_str);
    let wanted = query.each("condition", &known, word)?;
    let (tags, after) = (query.all("tag"), query.get("after").unwrap_or_default());
    names::check_all("tag", &tags, &names::tags(config))?;
    let is_tagged = |of_feed: &[String]| tags.iter().any(|tag| of_feed.contains(tag));
    let tagged = config.all_feeds().filter(|feed| is_tagged(&feed.tags));
    let named = tagged.map(|feed| feed.name.clone());
    let filter = FeedFilter {
        conditions: wanted.iter().flatten().copied().collect(),
        text: query.get("q").map(str::to_owned),
        names: (!tags.is_empty()).then(|| named.collect()),
    };
    if wanted.is_empty() || wanted.iter().all(Option::is_some) {
        let after = Some(after.to_owned());
        return Ok(store.feed_page(filter, after, limit + 1).await?);
    }
    if !filter.conditions.is_empty() {
        let detail = "feeds that are off have no other condition: ask for condition=off alone";
        return Err(Fault::meaningless(detail));
    }
    if config.off.feeds.is_empty() {
        return Ok(Vec::new());
    }
    let mut off = feeds::listed(store.feeds().await?, config);
    off.retain(|feed| {
        let has = |text: &String| {
            let title = feed.title.as_deref().unwrap_or_default();
            let text = text.to_lowercase();
            [&feed.name, title, &feed.url]
                .iter()
                .any(|it| it.to_lowercase().contains(&text))
        };
        let is_named = filter
            .names
            .as_ref()
            .is_none_or(|it| it.contains(&feed.name));
        let is_behind = feed.name.as_str() > after;
        !feed.active && is_named && is_behind && filter.text.as_ref().is_none_or(has)
    });
    off.sort_by(|one, other| one.name.cmp(&other.name));
    off.truncate(limit as usize + 1);
    Ok(off)
}

pub(super) async fn show(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Answer {
    asked.query(&[])?;
    let (store, config) = (context.app.store(), context.app.config());
    let feed = match store.feed(&name).await?.filter(|feed| feed.active) {
        Some(feed) => feed,
        None if config.off.has_feed(&name) => {
            let mut feeds = feeds::listed(store.feeds().await?, &config).into_iter();
            let found = feeds.find(|feed| feed.name == name);
            found.ok_or_else(|| unknown(&name, &config))?
        }
        None => return Err(unknown(&name, &config)),
    };
    let now = SystemClock.now();
    let mutes = Mutes::in_force(store, now).await?;
    let view = FeedContext::of(&config, &mutes, now);
    Ok(object(&asked.headers, &view.view(&feed)))
}

/// Asks for a poll, and waits for it as long as that is wanted.
pub(super) async fn poll(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Answer {
    let query = asked.query(&["wait"])?;
    let wait = query.number::<u64>("wait")?.unwrap_or(0);
    if wait > LONGEST_WAIT {
        let detail = format!("wait is a number of seconds from 0 to {LONGEST_WAIT}");
        return Err(Fault::malformed(detail));
    }
    let (app, config) = (&context.app, context.app.config());
    if config.off.has_feed(&name) {
        let detail =
            format!("feed {name:?} is off; help: take out its `enabled = false` and reload");
        return Err(Fault::of(StatusCode::CONFLICT, detail));
    }
    let feeds = vec![name.clone()];
    let polled = app.store().ask(feeds.clone(), SystemClock.now()).await?;
    if polled.is_empty() {
        return Err(unknown(&name, &config));
    }
    app.wake();
    let patience = Duration::from_secs(wait);
    if wait > 0
        && let Ok(ended) = tokio::time::timeout(patience, app.until_polled(&feeds, patience)).await
    {
        ended?;
    }
    let mut reports = app.store().poll_reports(feeds).await?.into_iter();
    let report = reports.next().ok_or_else(|| unknown(&name, &config))?;
    let view = PollView::of(report, SystemClock.now());
    let status = if view.is_done() {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    Ok(done(status, &view))
}

fn unknown(name: &str, config: &Config) -> Fault {
    let known = config.all_feeds().map(|feed| feed.name.as_str());
    Fault::not_there(names::unknown("feed", name, known).to_string())
}
