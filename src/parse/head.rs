//! What a feed says of itself to those who poll it.

use std::time::Duration;

use jiff::civil::Weekday;
use serde::Serialize;

/// When a feed says it changes, beside its `ttl`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The time between two changes: `sy:updatePeriod` by `sy:updateFrequency` (RSS 1.0
    /// syndication module).
    pub update_every: Option<Duration>,
    /// The hours of the day in UTC, 0 to 23, ascending, in which nothing changes (`skipHours`).
    pub skip_hours: Vec<i8>,
    /// The days of the week, in the feed's order, on which nothing changes (`skipDays`).
    pub skip_days: Vec<Weekday>,
}

/// The addresses that a feed names for itself, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Relations {
    /// Where the feed says it lives: `rel="self"`, or `feed_url` of JSON Feed.
    #[serde(rename = "self")]
    pub own: Option<String>,
    /// `WebSub` hubs, in the feed's order.
    pub hubs: Vec<String>,
    /// The page of older items (RFC 5005 §3), or `next_url` of JSON Feed.
    pub next: Option<String>,
    /// The archive before this document (RFC 5005 §4).
    pub prev_archive: Option<String>,
}

/// The syndication module's defaults: a period of a day, once in it.
const DAY: Duration = Duration::from_hours(24);

/// The elements that make [`Schedule::update_every`].
#[derive(Debug, Default)]
pub(super) struct Rhythm {
    period: Option<Duration>,
    frequency: Option<u32>,
}

impl Rhythm {
    pub(super) fn set_period(&mut self, text: &str) {
        self.period = match text.trim().to_ascii_lowercase().as_str() {
            "hourly" => Some(Duration::from_hours(1)),
            "daily" => Some(DAY),
            "weekly" => Some(DAY * 7),
            "monthly" => Some(DAY * 30),
            "yearly" => Some(DAY * 365),
            _ => None,
        };
    }

    pub(super) fn set_frequency(&mut self, text: &str) {
        self.frequency = text.trim().parse().ok().filter(|times| *times > 0);
    }

    pub(super) fn every(&self) -> Option<Duration> {
        if self.period.is_none() && self.frequency.is_none() {
            return None;
        }
        Some(self.period.unwrap_or(DAY) / self.frequency.unwrap_or(1))
    }
}

impl Schedule {
    /// One `hour` of `skipHours`. Some write 24 for midnight.
    pub(super) fn skip_hour(&mut self, text: &str) {
        let hour = text.trim().parse::<i8>().ok().map(|hour| hour % 24);
        if let Some(hour) = hour.filter(|hour| *hour >= 0)
            && let Err(at) = self.skip_hours.binary_search(&hour)
        {
            self.skip_hours.insert(at, hour);
        }
    }

    /// One `day` of `skipDays`, by its English name.
    pub(super) fn skip_day(&mut self, text: &str) {
        let day = match text.trim().to_ascii_lowercase().as_str() {
            "monday" => Weekday::Monday,
            "tuesday" => Weekday::Tuesday,
            "wednesday" => Weekday::Wednesday,
            "thursday" => Weekday::Thursday,
            "friday" => Weekday::Friday,
            "saturday" => Weekday::Saturday,
            "sunday" => Weekday::Sunday,
            _ => return,
        };
        if !self.skip_days.contains(&day) {
            self.skip_days.push(day);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhythm_has_defaults() {
        let every = |period: &str, frequency: &str| {
            let mut rhythm = Rhythm::default();
            rhythm.set_period(period);
            rhythm.set_frequency(frequency);
            rhythm.every()
        };
        assert_eq!(every("hourly", "2"), Some(Duration::from_mins(30)));
        assert_eq!(every(" Weekly ", ""), Some(DAY * 7));
        assert_eq!(every("", "4"), Some(Duration::from_hours(6)));
        assert_eq!(every("hourly", "0"), Some(Duration::from_hours(1)));
        assert_eq!(every("often", "x"), None);
    }

    #[test]
    fn hours_and_days_are_read_once() {
        let mut schedule = Schedule::default();
        for hour in ["23", "0", " 5 ", "24", "-1", "x", "5"] {
            schedule.skip_hour(hour);
        }
        for day in ["Sunday", "MONDAY", "Sunday", "Someday"] {
            schedule.skip_day(day);
        }
        assert_eq!(schedule.skip_hours, [0, 5, 23]);
        assert_eq!(schedule.skip_days, [Weekday::Sunday, Weekday::Monday]);
    }
}
