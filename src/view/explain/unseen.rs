//! What is asked for and is no kept item: it was never seen, or is forgotten; and the feeds that should
//! have shown it.

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::{
    super::{mutes::Mutes, number::Number, when, words::one_line},
    lookup,
};
use crate::{
    config::Config,
    model::{MuteKind, Origin},
    parse,
    store::{FeedFilter, FeedStatus, KeptItem, SeenItem, Store, StoreError},
};

/// Feeds that are named; those of the same domain first.
const MAX_FEEDS: usize = 20;

/// Feeds that are looked at together.
const PAGE: u32 = 500;

/// The answer; a kept item's has the same names.
#[derive(Debug, Serialize)]
pub(crate) struct Unseen<'a> {
    pub(crate) asked: &'a str,
    pub(crate) item: Option<String>,
    pub(crate) decided: &'static str,
    pub(crate) verdict: String,
    /// What to do next.
    pub(crate) help: Option<String>,
    pub(crate) reaches: bool,
    /// Kept items that may be meant.
    pub(crate) near: Vec<NearView>,
    pub(crate) feeds: Vec<UnseenFeed>,
}

/// A kept item that may be meant.
#[derive(Debug, Serialize)]
pub(crate) struct NearView {
    pub(crate) item: String,
    pub(crate) feed: String,
    pub(crate) title: String,
    pub(crate) link: Option<String>,
}

/// A feed that should have shown it, or could not.
#[derive(Debug, Serialize)]
pub(crate) struct UnseenFeed {
    pub(crate) feed: String,
    /// Whether the item asked for is of its domain.
    pub(crate) same_domain: bool,
    pub(crate) state: String,
}

/// What is known of an item that is not kept; `near` are kept ones that may be meant.
pub(crate) async fn unseen<'a>(
    asked: &'a str,
    near: &[KeptItem],
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Unseen<'a>, StoreError> {
    let number = lookup::item_number(asked);
    let seen = if let Some(number) = number {
        store.seen_as(number).await?.into_iter().collect()
    } else {
        store.seen_under(parse::hashes_of_name(asked)).await?
    };
    let mut unseen = Unseen {
        asked,
        item: seen.first().map(|it: &SeenItem| it.item.0.to_string()),
        decided: "seen",
        verdict: verdict(asked, !near.is_empty(), &seen, config),
        help: None,
        reaches: false,
        near: near.iter().map(NearView::of).collect(),
        feeds: Vec::new(),
    };
    if seen.is_empty() {
        let is_found = !near.is_empty() && !lookup::is_address(asked);
        // What is called by a number is no feed's fault.
        if Number::read(asked).is_none() && !is_found {
            let mutes = Mutes::in_force(store, now).await?;
            unseen.feeds = feeds(asked, store, &mutes, config, now).await?;
        }
        let others = match Number::read(asked) {
            Some(Number::Bare(number)) => lookup::others(number, store).await?,
            _ => Vec::new(),
        };
        unseen.help = Some(help(&unseen, number.is_some(), &others));
    }
    Ok(unseen)
}

fn verdict(asked: &str, has_near: bool, seen: &[SeenItem], config: &Config) -> String {
    let name = one_line(asked, 300);
    let number = Number::read(asked);
    if seen.is_empty() {
        let kind = match number {
            Some(Number::Alert(_)) => Some("alert"),
            Some(Number::Delivery(_)) => Some("delivery"),
            Some(Number::Notice(_)) => Some("notice"),
            Some(Number::Story(_)) => Some("story"),
            _ => None,
        };
        if let (Some(kind), false) = (kind, has_near) {
            return format!("Never seen: there is no {kind} {name}, or it was deleted long ago");
        }
        return match number {
            Some(Number::Item(_) | Number::Bare(_)) => {
                format!("Never seen: there is no item {name:?}, or it was deleted long ago")
            }
            _ if lookup::is_address(asked) => {
                format!("Never seen: no feed has shown {name}")
            }
            _ if !has_near => {
                format!("Never seen: no stored item has {name:?} in its title or as its name")
            }
            _ => format!("Several stored items have {name:?} in their titles"),
        };
    }
    let by = |item: &SeenItem| {
        let at = when::at(item.seen_at, &config.timezone);
        format!(
            "{} showed it, as item #{}, until about {at}",
            item.feed, item.item.0
        )
    };
    let by: Vec<String> = seen.iter().map(by).collect();
    format!(
        "Not alerted, as far as the store shows: {}; items without an alert are kept for {}",
        by.join("; "),
        when::length(config.store.keep_items)
    )
}

/// What to do next about an item that no feed has shown; `others` bear that number too.
fn help(unseen: &Unseen<'_>, is_number: bool, others: &[String]) -> String {
    if !others.is_empty() {
        return format!("did you mean {}?", others.join(" or "));
    }
    let is_item = is_number || !lookup::is_address(unseen.asked);
    let help = if !unseen.near.is_empty() {
        "name the one you mean by its number"
    } else if is_item {
        "`fivebells search EXPR` finds stored items by their text"
    } else if unseen.feeds.iter().any(|feed| feed.same_domain) {
        "`fivebells fetch FEED` shows what a feed holds now"
    } else {
        "no feed of the config is of its domain; `fivebells add URL` looks for the feeds of a site"
    };
    help.to_owned()
}

/// Those of the same domain, and those with any problem. Read page by page, for there may be many.
async fn feeds(
    asked: &str,
    store: &Store,
    mutes: &Mutes,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<UnseenFeed>, StoreError> {
    let domain = Url::parse(asked).ok().map(|url| Origin::of(&url).domain);
    let is_of = |url: &str| {
        let url = Url::parse(url).ok();
        domain.is_some() && url.map(|url| Origin::of(&url).domain) == domain
    };
    let line = |feed: &FeedStatus| {
        let same_domain = is_of(&feed.url) || feed.link.as_deref().is_some_and(is_of);
        let troubles = troubles(feed, mutes, config, now);
        (same_domain || !troubles.is_empty()).then(|| UnseenFeed {
            feed: feed.name.clone(),
            same_domain,
            state: match (troubles.is_empty(), feed.succeeded_at) {
                (true, Some(at)) => format!("ok, read {}", when::relative(at, now)),
                _ => troubles.join("; "),
            },
        })
    };
    let mut lines: Vec<UnseenFeed> = Vec::new();
    for feed in &config.off.feeds {
        let known = store.feed(&feed.name).await?.filter(|feed| !feed.active);
        lines.extend(known.as_ref().and_then(line));
    }
    let mut after = None;
    loop {
        let page = store.feed_page(FeedFilter::default(), after, PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after = Some(last.name.clone());
        lines.extend(page.iter().filter_map(line));
        lines.sort_by(|one, other| {
            let by_domain = other.same_domain.cmp(&one.same_domain);
            by_domain.then_with(|| one.feed.cmp(&other.feed))
        });
        lines.truncate(MAX_FEEDS);
    }
    Ok(lines)
}

fn troubles(feed: &FeedStatus, mutes: &Mutes, config: &Config, now: Timestamp) -> Vec<String> {
    let zone = &config.timezone;
    let error = feed.error.as_deref().map(|text| one_line(text, 120));
    let error = error.map(|text| format!(": {text}")).unwrap_or_default();
    let mut troubles = Vec::new();
    if !feed.active {
        troubles.push("off (`enabled = false`)".to_owned());
    } else if feed.gone {
        troubles.push(format!("gone, no longer polled{error}"));
    } else if let Some(since) = feed.failing_since {
        troubles.push(format!("failing since {}{error}", when::at(since, zone)));
    } else if feed.polled_at.is_none() {
        troubles.push("not polled yet".to_owned());
    }
    if feed.health.empty.is_some() {
        troubles.push("no longer has any items".to_owned());
    } else if feed.health.is_silent {
        troubles.push("has brought nothing new for a long time".to_owned());
    }
    if let Some(at) = feed.missed_at {
        troubles.push(format!(
            "may have missed items, last {}",
            when::at(at, zone)
        ));
    }
    troubles.extend(mutes.remark(MuteKind::Feed, &feed.name, now));
    troubles
}

impl NearView {
    fn of(kept: &KeptItem) -> Self {
        let item = &kept.stored.item;
        Self {
            item: kept.stored.id.0.to_string(),
            feed: kept.feed.clone(),
            title: one_line(&item.title, 200),
            link: item.link.clone(),
        }
    }
}
