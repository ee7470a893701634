//! How urgent an alert is, in the wire services' own grades.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The wires' four grades, lowest first: on the teleprinter urgent rang three bells, bulletin
/// five, flash ten.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait for a digest.
    #[default]
    Routine,
    /// Wanted soon.
    Urgent,
    /// Breaks through quiet hours.
    Bulletin,
    /// Never waits.
    Flash,
}

impl Priority {
    /// All grades, lowest first.
    pub const ALL: [Self; 4] = [Self::Routine, Self::Urgent, Self::Bulletin, Self::Flash];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Urgent => "urgent",
            Self::Bulletin => "bulletin",
            Self::Flash => "flash",
        }
    }

    /// The grade as a number that sorts: 0 (routine) to 3 (flash).
    pub const fn rank(self) -> i64 {
        self as i64
    }

    /// The grade of a [rank](Self::rank); ranks out of range are clamped.
    pub fn from_rank(rank: i64) -> Self {
        match rank {
            ..=0 => Self::Routine,
            1 => Self::Urgent,
            2 => Self::Bulletin,
            3.. => Self::Flash,
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A priority that is not one of the four.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a priority (routine, urgent, bulletin, flash)")]
pub struct ParsePriorityError(pub String);

impl FromStr for Priority {
    type Err = ParsePriorityError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.as_str() == name)
            .ok_or_else(|| ParsePriorityError(name.to_owned()))
    }
}
