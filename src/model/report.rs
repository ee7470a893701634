//! The regular report: how everything is, in numbers and with some names.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{HealthIssue, ReportedMute};

/// `data` of `report.ready`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportReady {
    /// What it counts from: the last report, or when reports were switched on.
    pub since: Timestamp,
    /// Feeds in the config.
    pub feeds: u32,
    /// Those whose last poll failed.
    pub feeds_failing: u32,
    /// Those that were not polled yet.
    pub feeds_unpolled: u32,
    /// Those that read well and were reported as silent or empty.
    #[serde(default)]
    pub feeds_silent: u32,
    /// Those where items may have been missed.
    pub feeds_missed: u32,
    /// Items that were not seen before.
    pub items: u32,
    /// Items that satisfied a watch.
    pub alerts: u32,
    /// The watches with the most of them, the most first.
    #[serde(default)]
    pub watches: Vec<ReportedWatch>,
    /// Watches that had one.
    #[serde(default)]
    pub watches_alerting: u32,
    /// Since when our own network fails, if that was reported and goes on.
    #[serde(default)]
    pub network_failing_since: Option<Timestamp>,
    /// Some of the failing feeds by name, those that fail longest first.
    pub failing: Vec<ReportedFeed>,
    /// Some of the silent and empty feeds, by name.
    #[serde(default)]
    pub silent: Vec<ReportedSilence>,
    /// Receivers for which something waits or died, or that take nothing.
    pub outbox: Vec<ReportedReceiver>,
    /// Some of the mutes in force, those that end first.
    #[serde(default)]
    pub mutes: Vec<ReportedMute>,
    /// The publishers that were first with a story most often.
    #[serde(default)]
    pub firsts: Vec<ReportedFirst>,
}

impl ReportReady {
    /// Whether nothing in it asks for someone to look. What waits for a receiver that takes
    /// deliveries is on its way.
    pub fn is_well(&self) -> bool {
        let in_trouble = |it: &ReportedReceiver| it.died > 0 || it.failing_since.is_some();
        let feeds = self.feeds_failing + self.feeds_silent + self.feeds_missed;
        feeds == 0 && self.network_failing_since.is_none() && !self.outbox.iter().any(in_trouble)
    }
}

/// What a watch found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedWatch {
    /// The watch's name.
    pub watch: String,
    /// Its alerts; one that others have too counts for each.
    pub alerts: u32,
}

/// How often a publisher was first with a story that others have, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedFirst {
    /// Its name.
    pub publisher: String,
    /// With how many stories.
    pub stories: u32,
    /// How much later the second one came, the median of these stories.
    pub lead_seconds: u64,
}

/// A feed whose last poll failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedFeed {
    /// The feed's name.
    pub feed: String,
    /// The first of the failed polls in a row.
    pub since: Option<Timestamp>,
    /// The last failure's closed reason.
    pub reason: Option<String>,
    /// The last failure in words.
    pub error: Option<String>,
}

/// A feed that reads well and brings nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedSilence {
    /// The feed's name.
    pub feed: String,
    /// Silent or empty.
    pub state: HealthIssue,
    /// The last poll that brought something new, or the first that found no items.
    pub since: Option<Timestamp>,
}

/// What is in the outbox for a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedReceiver {
    /// The receiver's name.
    pub receiver: String,
    /// Since when it takes nothing, not by its first way, or not for all of those behind it; `None`
    /// where all is well.
    pub failing_since: Option<Timestamp>,
    /// The mail server that its mail goes through since then.
    #[serde(default)]
    pub through: Option<String>,
    /// The recipients that it does not reach since then, in words; without this and `through` it
    /// takes nothing.
    #[serde(default)]
    pub partial: Option<String>,
    /// Deliveries still to be made.
    pub waiting: u32,
    /// Deliveries given up since the last report.
    pub died: u32,
}
