//! What is told of a receiver.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `data` of `receiver.failing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverFailing {
    /// The receiver's name.
    pub receiver: String,
    /// The closed reason, also a metric label.
    pub reason: String,
    /// The last answer in words.
    pub error: String,
    /// Since when nothing got through.
    pub since: Timestamp,
    /// Deliveries that wait for it.
    pub waiting: u32,
    /// When it is tried again; `None` where it is not, for it is gone, or where nothing waits.
    #[serde(default)]
    pub next_try: Option<Timestamp>,
    /// The mail server that its mail goes through, because the one that comes first fails; then
    /// nothing has to wait.
    #[serde(default)]
    pub through: Option<String>,
    /// Whether it reaches some of those behind it and not the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The mail addresses that it does not reach, where it reaches others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
}

/// `data` of `receiver.recovered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverRecovered {
    /// The receiver's name.
    pub receiver: String,
    /// Since when it failed, or did not reach all of those behind it.
    pub since: Timestamp,
    /// Deliveries that waited for it, and go out now.
    pub waiting: u32,
    /// Whether it took notices all the time, but reached not all of those behind it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The mail addresses that it had not reached, and reaches or does not have any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// Others of them that were told, and that it does not reach still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still: Vec<String>,
    /// Whether that is over because the config has it no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}
