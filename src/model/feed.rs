//! A feed as the operator configured it, the hints of its publisher, and what can be wrong with it.
//! What polls learn of it is the store's.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::Access;

/// Row id of a feed in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedId(pub i64);

/// Row id of an origin (the host that feeds live on) in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub i64);

/// What happens to the items that are in a feed at its first poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initial {
    /// Remembered, not alerted.
    #[default]
    Baseline,
    /// Matched like any later item.
    All,
    /// The newest N are matched, the rest are the baseline.
    Newest(u32),
}

/// What an item is identified by when its feed shows it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Identity {
    /// Everything together: guid, link, title, date and text.
    #[default]
    Auto,
    /// The guid alone: another guid is another item, whatever else is the same.
    Guid,
    /// The link alone.
    Link,
    /// The title alone.
    Title,
}

impl Identity {
    /// All of them, the default first.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Guid, Self::Link, Self::Title];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Guid => "guid",
            Self::Link => "link",
            Self::Title => "title",
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// How long a feed that reads well may bring nothing new before `feed.silent` is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Silent {
    /// Longer than its own rhythm lets expect.
    #[default]
    Auto,
    /// So long.
    After(Duration),
    /// For ever; nor is `feed.empty` sent.
    Never,
}

/// A URL we read, with what the config says about it. State (validators, due times) is the store's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The key in `[feed]`: unique, stable, what people see.
    pub name: String,
    /// `http`, `https` or `file`.
    pub url: Url,
    /// The interval between polls, before the publisher's own hints; the shortest, where there is
    /// an [`every_at_most`](Self::every_at_most).
    pub every: Duration,
    /// The longest interval of a feed that is polled in its own rhythm; `None` is a fixed interval.
    pub every_at_most: Option<Duration>,
    /// The publisher's hints that are followed.
    pub respect: Vec<Hint>,
    /// Selectable in a watch as `#tag`; without the `#`.
    pub tags: Vec<String>,
    /// What the first poll does.
    pub initial: Initial,
    /// What its items are identified by.
    pub identity: Identity,
    /// After how long `feed.silent` is sent; `None` as `[health]` says.
    pub silent: Option<Silent>,
    /// Whether an address that a stranger chose may be private.
    pub allow_private: bool,
    /// How it is reached, and what is shown there.
    pub access: Access,
}

impl Feed {
    /// A feed of which the config says only where it is and how often it is polled: a fixed
    /// interval, and no hint is followed.
    pub fn new(name: &str, url: Url, every: Duration) -> Self {
        Self {
            name: name.to_owned(),
            url,
            every,
            every_at_most: None,
            respect: Vec::new(),
            tags: Vec::new(),
            initial: Initial::Baseline,
            identity: Identity::Auto,
            silent: None,
            allow_private: false,
            access: Access::default(),
        }
    }
}

/// A hint about when to poll, which a config can decide not to follow. Retry-After is none of
/// these: it is always followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hint {
    /// The answer is fresh for so long: `Cache-Control: max-age` less `Age`, or `Expires`
    /// (RFC 9111 §4.2).
    MaxAge,
    /// `ttl` of RSS 2.0.
    Ttl,
    /// `sy:updatePeriod` by `sy:updateFrequency` (RSS 1.0 syndication module).
    UpdatePeriod,
    /// `skipHours` of RSS 2.0.
    SkipHours,
    /// `skipDays` of RSS 2.0.
    SkipDays,
}

impl Hint {
    /// All of them: what is followed unless the config says otherwise.
    pub const ALL: [Self; 5] = [
        Self::MaxAge,
        Self::Ttl,
        Self::UpdatePeriod,
        Self::SkipHours,
        Self::SkipDays,
    ];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxAge => "max-age",
            Self::Ttl => "ttl",
            Self::UpdatePeriod => "update-period",
            Self::SkipHours => "skip-hours",
            Self::SkipDays => "skip-days",
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What is wrong with a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthIssue {
    /// It could not be read.
    Failing,
    /// It brought nothing new.
    Silent,
    /// It had no items.
    Empty,
}

impl HealthIssue {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Failing, Self::Silent, Self::Empty];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Silent => "silent",
            Self::Empty => "empty",
        }
    }
}
