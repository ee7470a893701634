//! The hints that a publisher can give about when to poll.

use std::fmt;

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
