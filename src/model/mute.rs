//! Mutes: what sends no notices until a time.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Row id of a mute in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MuteId(pub i64);

/// What is muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MuteKind {
    /// A watch: its alerts, but for those that another watch of the receiver has too.
    Watch,
    /// A feed: its alerts, and the notices of its health.
    Feed,
    /// A tag: the alerts of the feeds that bear it, not the notices of their health.
    Tag,
    /// A receiver: everything it would have been sent.
    Receiver,
    /// A story: its alerts.
    Story,
}

impl MuteKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Watch,
        Self::Feed,
        Self::Tag,
        Self::Receiver,
        Self::Story,
    ];

    /// The name as typed, stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Feed => "feed",
            Self::Tag => "tag",
            Self::Receiver => "receiver",
            Self::Story => "story",
        }
    }
}

impl fmt::Display for MuteKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A name of nothing that can be muted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be muted (watch, feed, tag, receiver, story)")]
pub struct ParseMuteKindError(pub String);

impl FromStr for MuteKind {
    type Err = ParseMuteKindError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| ParseMuteKindError(name.to_owned()))
    }
}

/// `data` of `mute.ended`: a mute ran out by itself, and something was suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MuteEnded {
    /// The mute's row id in decimal: what `outbox retry --mute` takes.
    pub id: String,
    /// What was muted.
    pub kind: MuteKind,
    /// Its name in the config.
    pub name: String,
    /// From when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why, as the operator wrote.
    pub comment: Option<String>,
    /// Who muted it, as the system calls them; `None` where nobody knows.
    #[serde(default)]
    pub by: Option<String>,
    /// Alerts that were suppressed for this receiver.
    pub alerts: u32,
    /// Other notices that were.
    pub notices: u32,
}

/// A mute that is in force when a report is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedMute {
    /// What is muted.
    pub kind: MuteKind,
    /// Its name in the config.
    pub name: String,
    /// Until when.
    pub until: Timestamp,
    /// Who muted it, as the system calls them; `None` where nobody knows.
    #[serde(default)]
    pub by: Option<String>,
    /// Alerts suppressed so far.
    pub alerts: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_that_reads_back() {
        for kind in MuteKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("word".parse::<MuteKind>().is_err());
    }
}
