//! A feed as the operator configured it. What polls learn of it is the store's.

use std::{fmt, time::Duration};

use url::Url;

use super::{Access, Hint};

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
