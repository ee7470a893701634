//! What is asked for and not kept: whether it was ever seen, and who should have shown it.

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::super::{
    CliError,
    mute::Mutes,
    output::{Output, one_line},
    when,
};
use crate::{
    config::Config,
    model::{ItemId, MuteKind, Origin},
    parse,
    store::{FeedStatus, SeenItem, Store},
};

/// Feeds that are named; those of the same domain first.
const MAX_FEEDS: usize = 20;

/// The answer on the wire; a kept item's has the same names.
#[derive(Serialize)]
struct Unseen<'a> {
    asked: &'a str,
    item: Option<String>,
    decided: &'static str,
    verdict: String,
    reaches: bool,
    feeds: Vec<FeedLine>,
    #[serde(skip)]
    is_number: bool,
}

/// A feed that should have shown it, or could not.
#[derive(Serialize)]
struct FeedLine {
    feed: String,
    /// Whether the item asked for is of its domain.
    same_domain: bool,
    state: String,
}

/// Says what is known of an item that is not kept.
pub(super) async fn answer(
    asked: &str,
    number: Option<ItemId>,
    store: &Store,
    config: &Config,
    now: Timestamp,
    output: &Output,
) -> Result<(), CliError> {
    let seen = match number {
        Some(number) => store.seen_as(number).await?.into_iter().collect(),
        None => {
            store
                .seen_under(parse::keys_of_name(asked).to_vec())
                .await?
        }
    };
    let mut answer = Unseen {
        asked,
        item: seen.first().map(|it: &SeenItem| it.item.0.to_string()),
        decided: "seen",
        verdict: verdict(asked, number, &seen, config),
        reaches: false,
        feeds: Vec::new(),
        is_number: number.is_some(),
    };
    if seen.is_empty() && number.is_none() {
        let mutes = Mutes::in_force(store, now).await?;
        answer.feeds = feeds(asked, &store.feeds().await?, &mutes, config, now);
    }
    output.print(&answer, Unseen::text)
}

fn verdict(asked: &str, number: Option<ItemId>, seen: &[SeenItem], config: &Config) -> String {
    if seen.is_empty() {
        return match number {
            Some(_) => format!("Never seen: there is no item {asked:?}, or it is long forgotten"),
            None => format!("Never seen: no feed has shown {}", one_line(asked, 300)),
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
        "Not alerted, as far as anyone can tell: {}; items that alert nothing are kept for {}",
        by.join("; "),
        when::length(config.store.keep_items)
    )
}

/// Those of the same domain, and those in any trouble.
fn feeds(
    asked: &str,
    all: &[FeedStatus],
    mutes: &Mutes,
    config: &Config,
    now: Timestamp,
) -> Vec<FeedLine> {
    let domain = Url::parse(asked).ok().map(|url| Origin::of(&url).domain);
    let is_of = |url: &str| {
        let url = Url::parse(url).ok();
        domain.is_some() && url.map(|url| Origin::of(&url).domain) == domain
    };
    let line = |feed: &FeedStatus| {
        let same_domain = is_of(&feed.url) || feed.link.as_deref().is_some_and(is_of);
        let troubles = troubles(feed, mutes, config, now);
        (same_domain || !troubles.is_empty()).then(|| FeedLine {
            feed: feed.name.clone(),
            same_domain,
            state: match (troubles.is_empty(), feed.succeeded_at) {
                (true, Some(at)) => format!("well, read {}", when::relative(at, now)),
                _ => troubles.join("; "),
            },
        })
    };
    let mut lines: Vec<FeedLine> = all
        .iter()
        .filter(|feed| feed.active)
        .filter_map(line)
        .collect();
    lines.sort_by_key(|line| !line.same_domain);
    lines.truncate(MAX_FEEDS);
    lines
}

fn troubles(feed: &FeedStatus, mutes: &Mutes, config: &Config, now: Timestamp) -> Vec<String> {
    let zone = &config.timezone;
    let error = feed.error.as_deref().map(|text| one_line(text, 120));
    let error = error.map(|text| format!(": {text}")).unwrap_or_default();
    let mut troubles = Vec::new();
    if feed.gone {
        troubles.push(format!("gone, asked no more{error}"));
    } else if let Some(since) = feed.failing_since {
        troubles.push(format!("failing since {}{error}", when::at(since, zone)));
    } else if feed.polled_at.is_none() {
        troubles.push("not polled yet".to_owned());
    }
    if feed.health.empty.is_some() {
        troubles.push("has no items any more".to_owned());
    } else if feed.health.told_silent {
        troubles.push("has brought nothing new for long".to_owned());
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

impl Unseen<'_> {
    fn text(&self) -> String {
        let mut lines = vec![self.verdict.clone()];
        if !self.feeds.is_empty() {
            lines.push(String::new());
        }
        let line = |feed: &FeedLine| {
            let of = if feed.same_domain {
                " (of its domain)"
            } else {
                ""
            };
            format!("  {}{of}: {}", feed.feed, feed.state)
        };
        lines.extend(self.feeds.iter().map(line));
        if !self.is_number && self.item.is_none() && !self.feeds.iter().any(|it| it.same_domain) {
            lines.push("\nno feed of the config is of its domain".to_owned());
        }
        lines.join("\n")
    }
}
