//! Events about the store and the config: they are in trouble, or well again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the store is in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreReason {
    /// Its disk has little room left; everything can still be written.
    Low,
    /// Its disk, or what this program may use of it, is full.
    Full,
    /// Its disk can only be read.
    ReadOnly,
    /// Its disk refuses for a reason of its own.
    Io,
    /// The content of its file cannot be read.
    Damaged,
    /// Its file, or its log, was deleted, moved or replaced.
    Gone,
}

impl StoreReason {
    /// The name on the wire and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Io => "io",
            Self::Damaged => "damaged",
            Self::Gone => "gone",
        }
    }
}

/// `data` of `store.failing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFailing {
    /// The closed reason.
    pub reason: StoreReason,
    /// What the store answered, or what was found, in words.
    pub error: String,
    /// Since when, to the second.
    pub since: Timestamp,
    /// Room on its disk for this program, in bytes; `None` where nobody knows.
    pub free_bytes: Option<u64>,
}

/// `data` of `store.recovered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreRecovered {
    /// Since when it was in trouble, to the second.
    pub since: Timestamp,
    /// Room on its disk now.
    pub free_bytes: Option<u64>,
}

/// Why what the config says is not, or not all, what is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigReason {
    /// A reload was refused; the old config stays in force.
    Refused,
    /// It is in force, but some of its own `[[test]]`s fail.
    Tests,
}

impl ConfigReason {
    /// The name on the wire and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Tests => "tests",
        }
    }
}

/// `data` of `config.failing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigFailing {
    /// The closed reason.
    pub reason: ConfigReason,
    /// The config file.
    pub path: String,
    /// What is wrong, a line for each fault.
    pub error: String,
    /// When that was found, to the second.
    pub since: Timestamp,
}

/// `data` of `config.recovered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigRecovered {
    /// The config file.
    pub path: String,
    /// When it was found to be wrong, to the second.
    pub since: Timestamp,
}
