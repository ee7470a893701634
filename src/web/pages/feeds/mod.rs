//! The feeds: how each is, what its last polls came to, and when the next is.

mod polls;
mod sheet;

use axum::{extract::State, response::Response};
use serde::Serialize;

use super::{
    Asked, page,
    shown::{Moment, Now, Trouble, path, query, trouble},
};
use crate::{
    config::Config,
    store::{Condition, FeedCounts, FeedFilter, FeedStatus, Store, StoreError},
    view::{
        feeds::{self, FeedContext, State as Shown},
        mutes::Mutes,
        names,
        words::one_line,
    },
    web::{Context, params::Params},
};

pub(super) use sheet::{poll, sheet};

/// Feeds on a page.
const LIMIT: usize = 50;

/// Feeds of a condition that are named above the list.
const NAMED: u32 = 10;

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    words: String,
    tag: String,
    state: String,
    tags: Vec<String>,
    conditions: Vec<Link>,
    is_filtered: bool,
    troubles: Vec<InTrouble>,
    feeds: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
}

/// The feeds in one condition.
#[derive(Debug, Serialize)]
struct Link {
    path: String,
    words: String,
    is_here: bool,
}

/// What is not ok, above the list of all.
#[derive(Debug, Serialize)]
struct InTrouble {
    words: String,
    /// Some of them: name and path.
    feeds: Vec<(String, String)>,
    more: Option<Link>,
}

/// A feed.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    path: String,
    title: String,
    state: &'static str,
    class: &'static str,
    polls_svg: String,
    polled: Option<Moment>,
    next: String,
    items: u32,
    alerts: u32,
    remark: String,
}

/// The colour of a condition, beside its word.
const fn class(state: Shown) -> &'static str {
    match state {
        Shown::Ok => "good",
        Shown::Failing | Shown::Gone => "bad",
        Shown::Silent | Shown::Empty => "warn",
        Shown::New | Shown::Off => "",
    }
}

/// `/feeds`.
pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Response {
    match matter(&context, &asked.params).await {
        Ok(matter) => page(&context, &asked, ("Feeds", "feeds.html"), matter),
        Err(why) => trouble(&context, &asked, &why),
    }
}

async fn matter(context: &Context, params: &Params) -> Result<Matter, Trouble> {
    let config = context.app.config();
    let (store, now) = (context.app.store(), Now::of(&config));
    let tags = names::tags(&config);
    let tag = params.get("tag").map(str::to_owned);
    names::check_all("tag", &tag, &tags).map_err(Trouble::missing)?;
    let counts = store.feed_counts().await?;
    let is_asked = |name: &&str| params.get(name).is_some();
    let is_filtered = ["words", "tag", "state"].iter().any(is_asked);
    let troubles = if is_filtered || is_asked(&"after") {
        Vec::new()
    } else {
        troubles(store, &counts).await?
    };
    let mut found = found(store, &config, params).await?;
    let more = found.len() > LIMIT;
    found.truncate(LIMIT);
    let last = found.last().filter(|_| more).map(|feed| feed.name.clone());
    let mutes = Mutes::in_force(store, now.at).await?;
    let view = FeedContext::of(&config, &mutes, now.at);
    let field = |name| params.get(name).unwrap_or_default().to_owned();
    let at = |after: Option<&str>| format!("/feeds{}", params.with("after", after));
    Ok(Matter {
        words: field("words"),
        tag: field("tag"),
        state: field("state"),
        tags,
        conditions: conditions(params, &counts, config.off.feeds.len()),
        is_filtered,
        troubles,
        feeds: found
            .iter()
            .map(|feed| Row::of(feed, &view, &now))
            .collect(),
        first: params.get("after").map(|_| at(None)),
        next: last.map(|last| at(Some(&last))),
    })
}

/// The feeds that are asked for, by name; one more than fits on the page.
async fn found(
    store: &Store,
    config: &Config,
    params: &Params,
) -> Result<Vec<FeedStatus>, Trouble> {
    let state = params.get("state");
    if state == Some("off") {
        return Ok(off(store, config, params).await?);
    }
    let condition = state.map(|state| {
        let mut all = Condition::ALL.into_iter();
        let known = all.find(|it| it.as_str() == state);
        known.ok_or_else(|| Trouble::missing(format!("there is no condition {state:?}")))
    });
    let tagged = params.get("tag").map(|tag| {
        let feeds = config.feeds.iter();
        let feeds = feeds.filter(|feed| feed.tags.iter().any(|it| it == tag));
        feeds.map(|feed| feed.name.clone()).collect()
    });
    let filter = FeedFilter {
        conditions: condition.transpose()?.into_iter().collect(),
        text: params.get("words").map(str::to_owned),
        names: tagged,
    };
    let after = params.get("after").map(str::to_owned);
    let limit = u32::try_from(LIMIT + 1).expect("a small constant");
    Ok(store.feed_page(filter, after, limit).await?)
}

/// The same of those with `enabled = false`.
async fn off(
    store: &Store,
    config: &Config,
    params: &Params,
) -> Result<Vec<FeedStatus>, StoreError> {
    let (after, words) = (params.get("after").unwrap_or_default(), params.get("words"));
    let words = words.map(str::to_lowercase);
    let mut off: Vec<_> = config.off.feeds.iter().collect();
    off.retain(|feed| {
        let text = format!("{} {}", feed.name, feed.url).to_lowercase();
        let has = |tag: &str| feed.tags.iter().any(|it| it == tag);
        feed.name.as_str() > after
            && words.as_ref().is_none_or(|words| text.contains(words))
            && params.get("tag").is_none_or(has)
    });
    off.sort_by(|one, other| one.name.cmp(&other.name));
    let mut found = Vec::new();
    for feed in off.into_iter().take(LIMIT + 1) {
        let known = store.feed(&feed.name).await?;
        found.push(known.unwrap_or_else(|| FeedStatus::unknown(&feed.name, &feed.url)));
    }
    Ok(found)
}

/// Those that fail, are gone, or bring nothing.
async fn troubles(store: &Store, counts: &FeedCounts) -> Result<Vec<InTrouble>, StoreError> {
    let mut troubles = Vec::new();
    for condition in [Condition::Failing, Condition::Gone, Condition::Silent] {
        let number = counts.of(condition);
        if number == 0 {
            continue;
        }
        let filter = FeedFilter {
            conditions: vec![condition],
            ..FeedFilter::default()
        };
        let named = store.feed_page(filter, None, NAMED).await?.into_iter();
        let named = named.map(|feed| (feed.name.clone(), path("feeds", &feed.name)));
        let feeds: Vec<_> = named.collect();
        let left = number.saturating_sub(feeds.len().try_into().unwrap_or(u64::MAX));
        let condition = condition.as_str();
        let are = if number == 1 { "is" } else { "are" };
        troubles.push(InTrouble {
            words: format!("{number} {are} {condition}"),
            feeds,
            more: (left > 0).then(|| Link {
                path: format!("/feeds{}", query([("state", condition)])),
                words: format!("{left} more"),
                is_here: false,
            }),
        });
    }
    Ok(troubles)
}

/// Each condition that some are in, with how many.
fn conditions(params: &Params, counts: &FeedCounts, off: usize) -> Vec<Link> {
    let here = params.get("state");
    let link = |name: Option<&str>, number: u64| {
        let query = params.with("after", None);
        let query = Params::read(query.trim_start_matches('?').as_bytes());
        (number > 0 || name == here).then(|| Link {
            path: format!("/feeds{}", query.with("state", name)),
            words: format!("{} {number}", name.unwrap_or("all")),
            is_here: name == here,
        })
    };
    let mut links = vec![link(None, counts.all())];
    let of = |it: Condition| link(Some(it.as_str()), counts.of(it));
    links.extend(Condition::ALL.map(of));
    links.push(link(Some("off"), off.try_into().unwrap_or(u64::MAX)));
    links.into_iter().flatten().collect()
}

impl Row {
    fn of(feed: &FeedStatus, view: &FeedContext<'_>, now: &Now) -> Self {
        let state = Shown::of(feed);
        Self {
            path: path("feeds", &feed.name),
            name: feed.name.clone(),
            title: one_line(feed.title.as_deref().unwrap_or_default(), 80),
            state: state.as_str(),
            class: class(state),
            polls_svg: polls::strip(&feed.polls, now),
            polled: feed.polled_at.map(|at| now.moment(at)),
            next: view.next(feed),
            items: feed.items,
            alerts: feed.alerts,
            remark: one_line(&remark(feed, view), 200),
        }
    }
}

fn remark(feed: &FeedStatus, view: &FeedContext<'_>) -> String {
    let missed = feeds::missed(feed, &view.moment(feed.missed_at));
    let missed = missed.map(|missed| format!("missed {missed}"));
    let remarks = [Some(view.remark(feed)), missed].into_iter().flatten();
    let remarks: Vec<String> = remarks.filter(|it| !it.is_empty()).collect();
    remarks.join("; ")
}

#[cfg(test)]
mod tests;
