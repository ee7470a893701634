//! `feeds`: the state of each, when it is polled next, and why then.

use std::path::Path;

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use url::Url;

use super::{
    config,
    due::{self, DueReasons, RuleLine},
    error::{Answer, CliError},
    mute::Mutes,
    names::unknown,
    output::{self, Output},
    repairs, stored,
    terminal::{one_line, wrap},
    when,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    http::bare_url,
    model::{Feed, HealthIssue, MuteKind, StoreFailing, StoreReason, to_second},
    store::{Condition, FeedStatus},
};

/// Show the state of each feed, and when it is polled next.
#[derive(Debug, Args)]
pub(super) struct Feeds {
    /// Show everything known about this feed.
    name: Option<String>,
}

/// A feed as JSON.
#[derive(Serialize)]
struct FeedLine<'a> {
    name: &'a str,
    url: String,
    origin: &'a str,
    state: State,
    title: Option<&'a str>,
    link: Option<&'a str>,
    language: Option<&'a str>,
    format: Option<&'a str>,
    polled: Option<Timestamp>,
    succeeded: Option<Timestamp>,
    changed: Option<Timestamp>,
    status: Option<u16>,
    failures: u32,
    failing_since: Option<Timestamp>,
    reason: Option<&'a str>,
    error: Option<&'a str>,
    next_due: Option<Timestamp>,
    due_reason: &'a str,
    /// What every rule says about the next poll.
    rules: Vec<RuleLine>,
    items_in_feed: u32,
    items: u32,
    alerts: u32,
    missed: u32,
    missed_at: Option<Timestamp>,
    moved_to: Option<&'a str>,
    muted_until: Option<Timestamp>,
    warnings: serde_json::Value,
}

/// That no feed is polled, as JSON: one line below those of the feeds.
#[derive(Serialize)]
struct Paused<'a> {
    polling: bool,
    since: Timestamp,
    reason: StoreReason,
    error: &'a str,
}

impl<'a> Paused<'a> {
    fn by(trouble: &'a StoreFailing) -> Self {
        Self {
            polling: false,
            since: trouble.since,
            reason: trouble.reason,
            error: &trouble.error,
        }
    }
}

/// That no feed is polled, whatever the table says of each. The store knows it from its own
/// record: where its disk takes none, only the receivers know.
fn paused(trouble: &StoreFailing, zone: &TimeZone) -> String {
    let since = when::at(trouble.since, zone);
    let error = one_line(&trouble.error, 300);
    format!("no feed is polled since {since}, the store is in trouble: {error}")
}

/// The state of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Failing,
    Silent,
    Empty,
    Gone,
    New,
    /// `enabled = false`.
    Off,
}

impl State {
    fn of(feed: &FeedStatus) -> Self {
        let is_empty = || {
            matches!(
                feed.health.issue(&feed.learned),
                Some((HealthIssue::Empty, _))
            )
        };
        match feed.condition() {
            _ if !feed.active => Self::Off,
            Condition::Ok => Self::Ok,
            Condition::Failing => Self::Failing,
            Condition::Silent if is_empty() => Self::Empty,
            Condition::Silent => Self::Silent,
            Condition::Gone => Self::Gone,
            Condition::New => Self::New,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failing => "failing",
            Self::Silent => "silent",
            Self::Empty => "empty",
            Self::Gone => "gone",
            Self::New => "new",
            Self::Off => "off",
        }
    }
}

impl Feeds {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let store = stored::open(&config).await?;
        let now = SystemClock.now();
        let feeds = store.feeds().await?;
        let mutes = Mutes::in_force(&store, now).await?;
        let trouble = stored::trouble(&store).await?;
        let known: Vec<String> = feeds.iter().map(|feed| feed.name.clone()).collect();
        let off = those_off(&feeds, &config);
        let feeds: Vec<FeedStatus> = feeds
            .into_iter()
            .filter(|feed| feed.active)
            .chain(off)
            .filter(|feed| self.wants(feed))
            .collect();
        if let (Some(name), true) = (&self.name, feeds.is_empty()) {
            return Err(never_polled(name, &config, &known));
        }
        if output.is_json() {
            for feed in &feeds {
                output.print(&FeedLine::of(feed, &mutes, &config, now), |_| String::new())?;
            }
        } else if self.name.is_some() {
            for feed in &feeds {
                output::line(&output.facts(&sheet(feed, &mutes, now, &config, output)))?;
            }
        } else {
            let rows: Vec<Vec<String>> = feeds
                .iter()
                .map(|feed| row(feed, &mutes, &config, now))
                .collect();
            output.table(
                &[
                    "feed", "state", "polled", "next", "items", "alerts", "remark",
                ],
                &rows,
            )?;
        }
        if let Some(trouble) = &trouble {
            let text = |_: &Paused<'_>| {
                wrap(&paused(trouble, &config.timezone), output.columns).join("\n")
            };
            output.print(&Paused::by(trouble), text)?;
        }
        stored::mention_stopped(&store).await?;
        store.close().await;
        Ok(true)
    }

    fn wants(&self, feed: &FeedStatus) -> bool {
        self.name.as_ref().is_none_or(|name| *name == feed.name)
    }
}

/// The feeds with `enabled = false`, with what is known of them from when they were polled.
fn those_off(stored: &[FeedStatus], config: &Config) -> Vec<FeedStatus> {
    let known = |feed: &Feed| {
        let mut its = stored.iter().filter(|it| it.url == feed.url.as_str());
        let Some(first) = its.next() else {
            return Some(FeedStatus::unknown(&feed.name, &feed.url));
        };
        // The service goes on with it until it is reloaded.
        let is_polled = first.active || its.any(|it| it.active);
        (!is_polled).then(|| FeedStatus {
            name: feed.name.clone(),
            ..first.clone()
        })
    };
    config.off.feeds.iter().filter_map(known).collect()
}

/// That nothing is known of it: there is no such feed, or the service has not come to it.
fn never_polled(name: &str, config: &Config, known: &[String]) -> CliError {
    let mut configured = config.feeds.iter().map(|feed| feed.name.as_str());
    if configured.any(|it| it == name) {
        let help = "the service takes it up at its next start or reload";
        return CliError::Failed(format!("feed {name:?} was never polled; help: {help}"));
    }
    let configured = config.all_feeds().map(|feed| feed.name.as_str());
    unknown(
        "feed",
        name,
        configured.chain(known.iter().map(String::as_str)),
    )
}

impl<'a> FeedLine<'a> {
    fn of(feed: &'a FeedStatus, mutes: &Mutes, config: &Config, now: Timestamp) -> Self {
        let (next_due, due_reason) = due::next(feed);
        let why = DueReasons::of(feed, config, now);
        Self {
            name: &feed.name,
            url: shown(&feed.url),
            origin: &feed.origin,
            state: State::of(feed),
            title: feed.title.as_deref(),
            link: feed.link.as_deref(),
            language: feed.language.as_deref(),
            format: feed.format.as_deref(),
            polled: feed.polled_at,
            succeeded: feed.succeeded_at,
            changed: feed.changed_at,
            status: feed.status,
            failures: feed.failures,
            failing_since: feed.failing_since,
            reason: feed.reason.as_deref(),
            error: feed.error.as_deref(),
            next_due: (!feed.gone && feed.active).then_some(next_due),
            due_reason,
            rules: why.map(|why| why.rules()).unwrap_or_default(),
            items_in_feed: feed.items_total,
            items: feed.items,
            alerts: feed.alerts,
            missed: feed.missed,
            missed_at: feed.missed_at,
            moved_to: feed.moved_to.as_deref(),
            muted_until: mutes
                .of(MuteKind::Feed, &feed.name)
                .map(|mute| to_second(mute.until)),
            warnings: serde_json::from_str(&feed.warnings).unwrap_or_default(),
        }
    }
}

fn row(feed: &FeedStatus, mutes: &Mutes, config: &Config, now: Timestamp) -> Vec<String> {
    let polled = feed
        .polled_at
        .map_or_else(|| "never".to_owned(), |at| when::relative(at, now));
    vec![
        feed.name.clone(),
        State::of(feed).as_str().to_owned(),
        polled,
        next(feed, now),
        feed.items.to_string(),
        feed.alerts.to_string(),
        remark(feed, mutes, config, now),
    ]
}

/// What is wrong with it, or could be better.
fn remark(feed: &FeedStatus, mutes: &Mutes, config: &Config, now: Timestamp) -> String {
    let error = feed.error.as_deref().map(|error| one_line(error, 100));
    let silence = || silence(feed, |at| when::relative(at, now));
    let moved = || {
        feed.moved_to
            .as_deref()
            .map(|url| format!("moved to {}", moved(url)))
    };
    let mut of_config = config.feeds.iter();
    let tags = of_config.find(|it| it.name == feed.name);
    let tags = tags.map_or(&[][..], |it| &it.tags).iter();
    let mut by_tag = tags.filter_map(|tag| mutes.remark(MuteKind::Tag, tag, now));
    let until = mutes
        .remark(MuteKind::Feed, &feed.name, now)
        .or_else(|| by_tag.next());
    let trouble = error.or_else(silence).or_else(moved);
    let remarks: Vec<String> = until.into_iter().chain(trouble).collect();
    remarks.join("; ")
}

/// What is wrong with a feed that can be read.
fn silence(feed: &FeedStatus, moment: impl Fn(Timestamp) -> String) -> Option<String> {
    let (issue, since) = feed.health.issue(&feed.learned)?;
    let what = match issue {
        HealthIssue::Empty => "no items since",
        _ => "nothing new since",
    };
    let since = since.map_or_else(|| "its first poll".to_owned(), moment);
    Some(format!("{what} {since}"))
}

fn moved(url: &str) -> String {
    format!("{}; change it in the config", one_line(url, 200))
}

/// When it is polled next, and which rule set that, where it is not the plain interval.
fn next(feed: &FeedStatus, now: Timestamp) -> String {
    if !feed.active {
        return "never (off)".to_owned();
    }
    if feed.gone {
        return "never (gone)".to_owned();
    }
    let (due, reason) = due::next(feed);
    let due = when::relative(due.max(now), now);
    match reason {
        "interval" | "adaptive" => due,
        reason => format!("{due} ({reason})"),
    }
}

/// Everything known about it.
fn sheet(
    feed: &FeedStatus,
    mutes: &Mutes,
    now: Timestamp,
    config: &Config,
    output: &Output,
) -> Vec<(&'static str, String)> {
    let moment = |at| moment(at, now, &config.timezone);
    let optional = |text: &Option<String>| one_line(text.as_deref().unwrap_or("unknown"), 200);
    let (next, reason) = due::next(feed);
    let next = moment((!feed.gone && feed.active).then_some(next));
    let reason = if feed.active { reason } else { "off" };
    let mut lines = vec![
        ("feed", feed.name.clone()),
        ("title", optional(&feed.title)),
        ("url", shown(&feed.url)),
        (
            "moved to",
            feed.moved_to.as_deref().map(moved).unwrap_or_default(),
        ),
        ("origin", feed.origin.clone()),
        ("format", optional(&feed.format)),
        ("language", optional(&feed.language)),
        ("state", State::of(feed).as_str().to_owned()),
        (
            "muted",
            mutes
                .fact(MuteKind::Feed, &feed.name, &config.timezone)
                .unwrap_or_default(),
        ),
        ("polled", moment(feed.polled_at)),
        ("read well", moment(feed.succeeded_at)),
        ("changed", moment(feed.changed_at)),
        ("next", format!("{next} ({reason})")),
    ];
    let columns = output.fact_columns();
    let rules = DueReasons::of(feed, config, now);
    let rules = rules.map(|why| why.lines(now, &config.timezone, columns));
    lines.extend(rules.unwrap_or_default().into_iter().map(|rule| ("", rule)));
    lines.push(("in the feed", format!("{} items", feed.items_total)));
    let kept = format!("{} items, {} alerts", feed.items, feed.alerts);
    lines.push(("kept", kept));
    lines.retain(|(name, value)| !["moved to", "muted"].contains(name) || !value.is_empty());
    if feed.failures > 0 {
        lines.push((
            "failing",
            format!(
                "{} in a row, since {}",
                feed.failures,
                moment(feed.failing_since)
            ),
        ));
        lines.push(("error", optional(&feed.error)));
    }
    let silence = silence(feed, |at| moment(Some(at)));
    lines.extend(silence.map(|silence| (State::of(feed).as_str(), silence)));
    if feed.missed > 0 {
        lines.push(("missed", missed(feed, &moment(feed.missed_at))));
    }
    for (index, repair) in repairs::stored(&feed.warnings).into_iter().enumerate() {
        lines.push((if index == 0 { "repaired" } else { "" }, repair));
    }
    lines
}

/// How often items may have been missed, and what is done about it.
fn missed(feed: &FeedStatus, last: &str) -> String {
    let times = match feed.missed {
        1 => "items once".to_owned(),
        times => format!("items {times} times"),
    };
    match feed.learned.shorten {
        Some(pace) => {
            let minutes = pace.as_secs().div_ceil(60);
            format!("perhaps {times}, last {last}; polled every {minutes} min for now")
        }
        None => format!("perhaps {times}, last {last}"),
    }
}

fn moment(at: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> String {
    at.map_or_else(
        || "never".to_owned(),
        |at| format!("{}, {}", when::at(at, zone), when::relative(at, now)),
    )
}

/// A feed's URL without its query, which may be a key.
fn shown(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| bare_url(&url))
}
