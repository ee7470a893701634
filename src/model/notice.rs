//! What a notice says: one [`Event`], in the shape that webhooks get.
//!
//! Events are stored as JSON until they are delivered, so a field is only ever added, with a
//! default.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Alert, ConfigFailing, ConfigRecovered, DeliveryKey, DigestReady, HealthIssue, MuteEnded,
    Priority, ReceiverFailing, ReceiverMissed, ReceiverRecovered, ReportReady, StoreFailing,
    StoreRecovered, StorySources,
};

/// Something that receivers are notified of, in the shape of the webhook body's `type` and `data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A watch matched an item.
    #[serde(rename = "alert.matched")]
    Alert(Box<Alert>),
    /// Alerts that a receiver's policy deferred, together.
    #[serde(rename = "digest.ready")]
    DigestReady(Box<DigestReady>),
    /// A feed has not been read for longer than `[health] failing`.
    #[serde(rename = "feed.failing")]
    FeedFailing(FeedFailing),
    /// A feed that reads well has brought nothing new for longer than it should.
    #[serde(rename = "feed.silent")]
    FeedSilent(FeedSilent),
    /// A feed that had items reads well and has none any more.
    #[serde(rename = "feed.empty")]
    FeedEmpty(FeedEmpty),
    /// A feed that was reported as failing, silent or empty is well again.
    #[serde(rename = "feed.recovered")]
    FeedRecovered(FeedRecovered),
    /// A feed renamed its items all at once; nothing of that poll was alerted.
    #[serde(rename = "feed.rebased")]
    FeedRebased(FeedRebased),
    /// Items may have come and gone between two polls of a feed.
    #[serde(rename = "feed.items_missed")]
    FeedItemsMissed(FeedItemsMissed),
    /// Most origins cannot be reached: our own network fails, in the place of a notice for each.
    #[serde(rename = "network.failing")]
    NetworkFailing(NetworkFailing),
    /// They can be reached again.
    #[serde(rename = "network.recovered")]
    NetworkRecovered(NetworkRecovered),
    /// A receiver takes nothing, its mail goes through another server, or it reaches only some;
    /// sent to the others.
    #[serde(rename = "receiver.failing")]
    ReceiverFailing(ReceiverFailing),
    /// A receiver that was reported as failing takes notices again, or reaches those that it did
    /// not.
    #[serde(rename = "receiver.recovered")]
    ReceiverRecovered(ReceiverRecovered),
    /// Notices for a receiver were given up; sent to the others.
    #[serde(rename = "receiver.missed")]
    ReceiverMissed(ReceiverMissed),
    /// A story that a receiver was sent is over, and others had it too.
    #[serde(rename = "story.sources")]
    StorySources(Box<StorySources>),
    /// A mute ran out by itself, and it had suppressed something.
    #[serde(rename = "mute.ended")]
    MuteEnded(MuteEnded),
    /// The store's disk is nearly full, full, or refuses; polling pauses.
    #[serde(rename = "store.failing")]
    StoreFailing(StoreFailing),
    /// The store's disk is well again; polling goes on.
    #[serde(rename = "store.recovered")]
    StoreRecovered(StoreRecovered),
    /// A new config was refused, or one with failing tests is in force.
    #[serde(rename = "config.failing")]
    ConfigFailing(ConfigFailing),
    /// The config in force is the one on the disk again, and its tests pass.
    #[serde(rename = "config.recovered")]
    ConfigRecovered(ConfigRecovered),
    /// A regular report of how everything is: `[health] report`.
    #[serde(rename = "report.ready")]
    ReportReady(Box<ReportReady>),
    /// `fivebells send`.
    #[serde(rename = "test.ping")]
    TestPing(TestPing),
}

impl Event {
    /// The `type` on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Alert(_) => "alert.matched",
            Self::DigestReady(_) => "digest.ready",
            Self::FeedFailing(_) => "feed.failing",
            Self::FeedSilent(_) => "feed.silent",
            Self::FeedEmpty(_) => "feed.empty",
            Self::FeedRecovered(_) => "feed.recovered",
            Self::FeedRebased(_) => "feed.rebased",
            Self::FeedItemsMissed(_) => "feed.items_missed",
            Self::NetworkFailing(_) => "network.failing",
            Self::NetworkRecovered(_) => "network.recovered",
            Self::ReceiverFailing(_) => "receiver.failing",
            Self::ReceiverRecovered(_) => "receiver.recovered",
            Self::ReceiverMissed(_) => "receiver.missed",
            Self::StorySources(_) => "story.sources",
            Self::MuteEnded(_) => "mute.ended",
            Self::StoreFailing(_) => "store.failing",
            Self::StoreRecovered(_) => "store.recovered",
            Self::ConfigFailing(_) => "config.failing",
            Self::ConfigRecovered(_) => "config.recovered",
            Self::ReportReady(_) => "report.ready",
            Self::TestPing(_) => "test.ping",
        }
    }

    /// The name of the one feed that it is about.
    pub fn feed(&self) -> Option<&str> {
        match self {
            Self::Alert(alert) => Some(&alert.feed.name),
            Self::FeedFailing(event) => Some(&event.feed),
            Self::FeedSilent(event) => Some(&event.feed),
            Self::FeedEmpty(event) => Some(&event.feed),
            Self::FeedRecovered(event) => Some(&event.feed),
            Self::FeedRebased(event) => Some(&event.feed),
            Self::FeedItemsMissed(event) => Some(&event.feed),
            _ => None,
        }
    }

    /// The alerts that it holds; `None` for a notice of another kind.
    pub fn alerts(&self) -> Option<&[Alert]> {
        match self {
            Self::Alert(alert) => Some(std::slice::from_ref(alert)),
            Self::DigestReady(digest) => Some(&digest.alerts),
            _ => None,
        }
    }

    /// The alert's own priority, the highest of a digest's; the monitor's own troubles are urgent,
    /// a report or the end of a mute is not.
    pub const fn priority(&self) -> Priority {
        match self {
            Self::Alert(alert) => alert.priority,
            Self::DigestReady(digest) => digest.priority,
            Self::StorySources(_)
            | Self::MuteEnded(_)
            | Self::ReportReady(_)
            | Self::TestPing(_) => Priority::Routine,
            _ => Priority::Urgent,
        }
    }
}

/// `data` of `feed.failing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedFailing {
    /// The feed's name.
    pub feed: String,
    /// The feed's URL as configured.
    pub url: String,
    /// The closed reason, also a metric label.
    pub reason: String,
    /// The last error in words.
    pub error: String,
    /// When it was last read well; `None` if never.
    pub last_success: Option<Timestamp>,
    /// Failed polls in a row.
    pub failures: u32,
    /// When it is asked again; `None` where it is not, for it is gone.
    #[serde(default)]
    pub next_try: Option<Timestamp>,
    /// Other feeds of the same origin that fail too, by name; they get no notice of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// `data` of `feed.silent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedSilent {
    /// The feed's name.
    pub feed: String,
    /// The feed's URL as configured.
    pub url: String,
    /// The last poll that brought something new; the first of all where none has.
    pub last_news: Timestamp,
    /// By when something new should have come.
    pub expected_by: Timestamp,
    /// Whether that is the feed's own rhythm, not what the config says.
    pub learned: bool,
}

/// `data` of `feed.empty`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEmpty {
    /// The feed's name.
    pub feed: String,
    /// The feed's URL as configured.
    pub url: String,
    /// The first poll that found no items.
    pub since: Timestamp,
    /// Such polls in a row.
    pub polls: u32,
}

/// `data` of `feed.recovered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRecovered {
    /// The feed's name.
    pub feed: String,
    /// The feed's URL as configured.
    pub url: String,
    /// What it was reported to be.
    pub was: HealthIssue,
    /// The first failed poll, the last one that brought something new, or the first without items.
    pub since: Option<Timestamp>,
    /// When it was last read well before it failed, or before this poll.
    pub last_success: Option<Timestamp>,
    /// Failed polls in a row until then; zero where it did not fail.
    pub failures: u32,
    /// Other feeds of the same origin that recovered too, by name; they get no notice of their
    /// own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Other feeds of the same origin that were reported as failing and fail still, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still: Vec<String>,
    /// Whether that is over because the config has the feed no more, or not there and so named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// `data` of `feed.rebased`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRebased {
    /// The feed's name.
    pub feed: String,
    /// The feed's URL as configured.
    pub url: String,
    /// Items whose ids changed.
    pub items: u32,
}

/// `data` of `feed.items_missed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedItemsMissed {
    /// The feed's name.
    pub feed: String,
    /// The feed's URL as configured.
    pub url: String,
    /// The last poll before the gap: what came between then and this notice may be missing.
    pub since: Option<Timestamp>,
    /// Why the feed's own archive did not fill the gap, in words; `None` where it names none.
    pub archive_error: Option<String>,
}

/// `data` of `network.failing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkFailing {
    /// Since when two thirds of the origins cannot be reached.
    pub since: Timestamp,
    /// Origins that were asked since feeds began to fail, without those known to be dead.
    pub origins: u32,
    /// Those of them that cannot be reached.
    pub origins_failing: u32,
    /// Feeds that cannot be read for it.
    pub feeds_failing: u32,
    /// The commonest closed reason of their failures.
    pub reason: String,
    /// The last failure in words.
    pub error: String,
    /// Some of the feeds, by name; twenty at most.
    pub named: Vec<String>,
}

/// `data` of `network.recovered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkRecovered {
    /// As `network.failing` said.
    pub since: Timestamp,
    /// The poll that showed that it is over.
    pub until: Timestamp,
}

/// `data` of `test.ping`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestPing {
    /// The receiver it is sent to.
    pub receiver: String,
    /// A sentence for people.
    pub message: String,
}

/// An event on its way to one receiver. Frozen: the same on every attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same on every attempt; receivers may use it to drop repeats.
    pub key: DeliveryKey,
    /// When the event happened, to the second.
    pub timestamp: Timestamp,
    /// What happened.
    pub event: Event,
    /// Parts of the receiver (mail addresses) that already accepted this notice.
    pub accepted: Vec<String>,
    /// The key of the notice that the receiver got of the same story first, where this is not that one:
    /// mail programs show the later ones under it.
    pub thread: Option<DeliveryKey>,
}
