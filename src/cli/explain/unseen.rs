//! What is asked for and is no kept item: something that was never seen or is forgotten, and the feeds
//! that should have shown it.

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::{
    super::{
        error::CliError,
        mute::Mutes,
        number::Number,
        output::Output,
        terminal::{one_line, wrap},
        when,
    },
    lookup,
};
use crate::{
    config::Config,
    model::{ItemId, MuteKind, Origin},
    parse,
    store::{FeedStatus, KeptItem, SeenItem, Store},
};

/// Feeds that are named; those of the same domain first.
const MAX_FEEDS: usize = 20;

/// The answer as JSON; a kept item's has the same names.
#[derive(Serialize)]
struct Unseen<'a> {
    asked: &'a str,
    item: Option<String>,
    decided: &'static str,
    verdict: String,
    /// What to do next.
    help: Option<String>,
    reaches: bool,
    /// Kept items that may be meant.
    near: Vec<NearLine>,
    feeds: Vec<FeedLine>,
}

/// A kept item that may be meant.
#[derive(Serialize)]
struct NearLine {
    item: String,
    feed: String,
    title: String,
    link: Option<String>,
}

/// What was asked for.
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    pub(super) number: Option<ItemId>,
    /// Kept items that may be meant.
    pub(super) near: Vec<KeptItem>,
    /// Alerts and deliveries of that number.
    pub(super) others: Vec<String>,
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
    asked: Asked<'_>,
    store: &Store,
    config: &Config,
    now: Timestamp,
    output: &Output,
) -> Result<(), CliError> {
    let seen = if let Some(number) = asked.number {
        store.seen_as(number).await?.into_iter().collect()
    } else {
        store.seen_under(parse::hashes_of_name(asked.name)).await?
    };
    let mut answer = Unseen {
        asked: asked.name,
        item: seen.first().map(|it: &SeenItem| it.item.0.to_string()),
        decided: "seen",
        verdict: verdict(&asked, &seen, config),
        help: None,
        reaches: false,
        near: asked.near.iter().map(NearLine::of).collect(),
        feeds: Vec::new(),
    };
    if seen.is_empty() {
        let is_found = !asked.near.is_empty() && !lookup::is_address(asked.name);
        // What is called by a number is no feed's fault.
        let is_number = asked.number.is_some() || Number::read(asked.name).is_some();
        if !is_number && !is_found {
            let mutes = Mutes::in_force(store, now).await?;
            answer.feeds = feeds(asked.name, &store.feeds().await?, &mutes, config, now);
        }
        answer.help = Some(help(&asked, &answer));
    }
    output.print(&answer, |answer| answer.text(output.columns))
}

fn verdict(asked: &Asked<'_>, seen: &[SeenItem], config: &Config) -> String {
    let name = one_line(asked.name, 300);
    if seen.is_empty() {
        let kind = match Number::read(asked.name) {
            Some(Number::Alert(_)) => Some("alert"),
            Some(Number::Delivery(_)) => Some("delivery"),
            Some(Number::Notice(_)) => Some("notice"),
            _ => None,
        };
        if let (Some(kind), true) = (kind, asked.near.is_empty()) {
            return format!("Never seen: there is no {kind} {name}, or it was deleted long ago");
        }
        return match asked.number {
            Some(_) => format!("Never seen: there is no item {name:?}, or it was deleted long ago"),
            None if lookup::is_address(asked.name) => {
                format!("Never seen: no feed has shown {name}")
            }
            None if asked.near.is_empty() => {
                format!("Never seen: no stored item has {name:?} in its title or as its name")
            }
            None => format!("Several stored items have {name:?} in their titles"),
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

/// What to do next about an item that no feed has shown.
fn help(asked: &Asked<'_>, answer: &Unseen<'_>) -> String {
    if !asked.others.is_empty() {
        return format!("did you mean {}?", asked.others.join(" or "));
    }
    let is_item = asked.number.is_some() || !lookup::is_address(asked.name);
    let help = if !asked.near.is_empty() {
        "name the one you mean by its number"
    } else if is_item {
        "`fivebells search EXPR` finds stored items by their text"
    } else if answer.feeds.iter().any(|feed| feed.same_domain) {
        "`fivebells fetch FEED` shows what a feed holds now"
    } else {
        "no feed of the config is of its domain; `fivebells add URL` looks for the feeds of a site"
    };
    help.to_owned()
}

/// Those of the same domain, and those with any problem.
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
                (true, Some(at)) => format!("ok, read {}", when::relative(at, now)),
                _ => troubles.join("; "),
            },
        })
    };
    let mut lines: Vec<FeedLine> = all
        .iter()
        .filter(|feed| feed.active || config.off.has_feed(&feed.name))
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

impl NearLine {
    fn of(kept: &KeptItem) -> Self {
        let item = &kept.stored.item;
        Self {
            item: kept.stored.id.0.to_string(),
            feed: kept.feed.clone(),
            title: one_line(&item.title, 200),
            link: item.link.clone(),
        }
    }

    fn lines(&self) -> [String; 2] {
        let link = self.link.as_deref().map(|link| one_line(link, 300));
        let link = link.map(|link| format!(", {link}")).unwrap_or_default();
        [
            format!("  #{} {}", self.item, self.title),
            format!("    {}{link}", self.feed),
        ]
    }
}

impl Unseen<'_> {
    fn text(&self, columns: Option<usize>) -> String {
        let mut lines = vec![self.verdict.clone()];
        lines.extend(self.help.as_ref().map(|help| format!("help: {help}")));
        if !self.near.is_empty() {
            lines.push(String::new());
        }
        lines.extend(self.near.iter().flat_map(NearLine::lines));
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
        let wrapped = lines.iter().flat_map(|line| wrap(line, columns));
        wrapped.collect::<Vec<_>>().join("\n")
    }
}
