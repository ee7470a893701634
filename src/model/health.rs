//! What can be wrong with a feed.

use serde::{Deserialize, Serialize};

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
