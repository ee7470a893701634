//! How often a feed brings something new, from when we saw it: dates in feeds decide nothing.

use std::time::Duration;

use jiff::{Timestamp, fmt::serde::unsigned_duration::friendly::compact::optional as words};
use serde::{Deserialize, Serialize};

use crate::model::time::elapsed;

/// Longer gaps say nothing that this one does not.
const LONGEST_GAP: Duration = Duration::from_hours(24 * 365);

/// The usual gap is told apart no finer than this; it is never zero.
const SHORTEST_GAP: Duration = Duration::from_millis(1);

/// Later arrivals of one poll change the usual gap by less than it is told apart.
const MOST_ARRIVALS: u32 = 64;

/// The rhythm in which new items arrive.
///
/// The usual gap between two arrivals is a geometric running mean, in which every arrival weighs
/// as much as all before it: after a quiet month a burst counts at once, and one straggler does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// Between two arrivals; `None` until there was one.
    #[serde(with = "words", skip_serializing_if = "Option::is_none")]
    gap: Option<Duration>,
    /// The last poll that brought something new; the first poll where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    news_at: Option<Timestamp>,
}

impl Pace {
    /// The pace after a good poll at `at` that brought so many new items, the good poll before it
    /// having been at `read_at`. `None` is a window that says nothing of what is new: the first, or
    /// one in which every item was renamed.
    ///
    /// The first of the new items ended the silence; the others came between the two polls, evenly
    /// for all we know, and can only shorten the gap.
    #[must_use]
    pub fn after(self, news: Option<u32>, read_at: Option<Timestamp>, at: Timestamp) -> Self {
        let (Some(news), Some(before)) = (news, self.news_at) else {
            return Self {
                gap: self.gap,
                news_at: Some(at),
            };
        };
        if news == 0 {
            return self;
        }
        let silence = elapsed(before, at).clamp(SHORTEST_GAP, LONGEST_GAP);
        let mut gap = self.gap.map_or(silence, |gap| mean(gap, silence));
        let apart = elapsed(read_at.unwrap_or(before), at) / news;
        for _ in 1..news.min(MOST_ARRIVALS) {
            gap = mean(gap, apart.min(gap));
        }
        Self {
            gap: Some(gap),
            news_at: Some(at),
        }
    }

    /// The last poll that brought something new; the first poll where none has.
    pub const fn news_at(self) -> Option<Timestamp> {
        self.news_at
    }

    /// The usual gap between two arrivals at `now`: at least the silence so far. `None` before the
    /// first poll.
    pub fn gap(self, now: Timestamp) -> Option<Duration> {
        let silence = elapsed(self.news_at?, now).min(LONGEST_GAP);
        Some(self.gap.map_or(silence, |gap| gap.max(silence)))
    }

    /// Half the usual gap, within `min` and `max`, so that an item waits a quarter of a gap on
    /// average. It goes from `min` up in doublings, so that it stays the same for a while: polls
    /// then keep to their slots.
    pub fn interval(self, min: Duration, max: Duration, now: Timestamp) -> Duration {
        let wanted = self.gap(now).map_or(min, |gap| gap / 2);
        if wanted >= max {
            return max;
        }
        let mut interval = min;
        while !interval.is_zero() && interval * 2 <= wanted {
            interval *= 2;
        }
        interval
    }
}

/// The geometric mean.
fn mean(a: Duration, b: Duration) -> Duration {
    let mean = a.as_secs_f64().sqrt() * b.as_secs_f64().sqrt();
    let millis = Duration::from_secs_f64(mean).as_millis();
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).max(SHORTEST_GAP)
}

#[cfg(test)]
mod tests;
