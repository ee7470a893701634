//! Feeds: their state, when they are polled next, and what is wrong with them.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::{
    due::{self, DueReasons, RuleView},
    mutes::Mutes,
    when,
    words::one_line,
};
use crate::{
    config::Config,
    http::bare_url,
    model::{Feed, HealthIssue, MuteKind, to_second},
    store::{Condition, FeedStatus},
};

/// A feed.
#[derive(Debug, Serialize)]
pub(crate) struct FeedView<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: String,
    pub(crate) origin: &'a str,
    pub(crate) state: State,
    pub(crate) title: Option<&'a str>,
    pub(crate) link: Option<&'a str>,
    pub(crate) language: Option<&'a str>,
    pub(crate) format: Option<&'a str>,
    pub(crate) polled: Option<Timestamp>,
    pub(crate) succeeded: Option<Timestamp>,
    pub(crate) changed: Option<Timestamp>,
    pub(crate) status: Option<u16>,
    pub(crate) failures: u32,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
    pub(crate) next_due: Option<Timestamp>,
    pub(crate) due_reason: &'a str,
    /// What every rule says about the next poll.
    pub(crate) rules: Vec<RuleView>,
    pub(crate) items_in_feed: u32,
    pub(crate) items: u32,
    pub(crate) alerts: u32,
    pub(crate) missed: u32,
    pub(crate) missed_at: Option<Timestamp>,
    pub(crate) moved_to: Option<&'a str>,
    pub(crate) muted_until: Option<Timestamp>,
    pub(crate) warnings: serde_json::Value,
}

/// The state of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
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
    pub(crate) fn of(feed: &FeedStatus) -> Self {
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

    pub(crate) const fn as_str(self) -> &'static str {
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

/// What is looked up for every feed: the config and the mutes, at one moment.
#[derive(Debug)]
pub(crate) struct FeedContext<'a> {
    config: &'a Config,
    mutes: &'a Mutes,
    pub(crate) now: Timestamp,
    by_name: HashMap<&'a str, &'a Feed>,
}

impl<'a> FeedContext<'a> {
    pub(crate) fn of(config: &'a Config, mutes: &'a Mutes, now: Timestamp) -> Self {
        let feeds = config.feeds.iter();
        Self {
            config,
            mutes,
            now,
            by_name: feeds.map(|feed| (feed.name.as_str(), feed)).collect(),
        }
    }

    pub(crate) fn view<'b>(&self, feed: &'b FeedStatus) -> FeedView<'b> {
        let (next_due, due_reason) = due::next(feed);
        FeedView {
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
            rules: self.rules(feed),
            items_in_feed: feed.items_total,
            items: feed.items,
            alerts: feed.alerts,
            missed: feed.missed,
            missed_at: feed.missed_at,
            moved_to: feed.moved_to.as_deref(),
            muted_until: self
                .mutes
                .of(MuteKind::Feed, &feed.name)
                .map(|mute| to_second(mute.until)),
            warnings: serde_json::from_str(&feed.warnings).unwrap_or_default(),
        }
    }

    /// What every rule says about its next poll; nothing where no rule was asked yet.
    pub(crate) fn rules(&self, feed: &FeedStatus) -> Vec<RuleView> {
        let configured = self.by_name.get(feed.name.as_str());
        let longest = self.config.poll.max_interval;
        let why = configured.and_then(|it| DueReasons::of(feed, it, longest, self.now));
        why.map(|why| why.rules()).unwrap_or_default()
    }

    /// When it is polled next, and which rule set that, where it is not the plain interval.
    pub(crate) fn next(&self, feed: &FeedStatus) -> String {
        if !feed.active {
            return "never (off)".to_owned();
        }
        if feed.gone {
            return "never (gone)".to_owned();
        }
        let (due, reason) = due::next(feed);
        let due = when::relative(due.max(self.now), self.now);
        match reason {
            "interval" | "adaptive" => due,
            reason => format!("{due} ({reason})"),
        }
    }

    /// What is wrong with it, or could be better.
    pub(crate) fn remark(&self, feed: &FeedStatus) -> String {
        let error = feed.error.as_deref().map(|error| one_line(error, 100));
        let silence = || silence(feed, |at| when::relative(at, self.now));
        let moved = || moved(feed).map(|to| format!("moved to {to}"));
        let configured = self.by_name.get(feed.name.as_str());
        let mut tags = configured.map_or(&[][..], |it| &it.tags).iter();
        let muted = |kind, name: &str| self.mutes.remark(kind, name, self.now);
        let until = muted(MuteKind::Feed, &feed.name)
            .or_else(|| tags.find_map(|tag| muted(MuteKind::Tag, tag)));
        let trouble = error.or_else(silence).or_else(moved);
        let remarks: Vec<String> = until.into_iter().chain(trouble).collect();
        remarks.join("; ")
    }

    /// Until when it is muted, and what that has suppressed; `None` where it is not.
    pub(crate) fn muted(&self, feed: &FeedStatus) -> Option<String> {
        let zone = &self.config.timezone;
        self.mutes.fact(MuteKind::Feed, &feed.name, zone)
    }

    /// A moment, and how far it is from now.
    pub(crate) fn moment(&self, at: Option<Timestamp>) -> String {
        when::moment(at, self.now, &self.config.timezone)
    }
}

/// The feeds of the config as far as the service has taken them up, and those that are off.
pub(crate) fn listed(stored: Vec<FeedStatus>, config: &Config) -> Vec<FeedStatus> {
    let off = those_off(&stored, config);
    let active = stored.into_iter().filter(|feed| feed.active);
    active.chain(off).collect()
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

/// What is wrong with a feed that can be read.
pub(crate) fn silence(feed: &FeedStatus, moment: impl Fn(Timestamp) -> String) -> Option<String> {
    let (issue, since) = feed.health.issue(&feed.learned)?;
    let what = match issue {
        HealthIssue::Empty => "no items since",
        _ => "nothing new since",
    };
    let since = since.map_or_else(|| "its first poll".to_owned(), moment);
    Some(format!("{what} {since}"))
}

/// Where it has moved to for good, and what to do about that.
pub(crate) fn moved(feed: &FeedStatus) -> Option<String> {
    let url = one_line(feed.moved_to.as_deref()?, 200);
    Some(format!("{url}; change it in the config"))
}

/// How often items may have been missed, and what is done about it; `last` is when that was.
pub(crate) fn missed(feed: &FeedStatus, last: &str) -> Option<String> {
    let times = match feed.missed {
        0 => return None,
        1 => "items once".to_owned(),
        times => format!("items {times} times"),
    };
    Some(match feed.learned.shorten {
        Some(pace) => {
            let minutes = pace.as_secs().div_ceil(60);
            format!("perhaps {times}, last {last}; polled every {minutes} min for now")
        }
        None => format!("perhaps {times}, last {last}"),
    })
}

/// A feed's URL without its query, which may be a key.
pub(crate) fn shown(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| bare_url(&url))
}
