//! What a feed says of itself: its format, when it changes, and its other addresses.
//!
//! Nothing here decides anything: the values are what the publisher wrote, within bounds, and what
//! makes no sense is left out.

use std::{fmt, time::Duration};

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
    /// What of it the software wrote by itself.
    pub unasked: Unasked,
}

/// Hints that a feed's software writes into every feed, unless its owner sets them: nobody
/// chose them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unasked {
    /// `ttl`.
    pub ttl: bool,
    /// `sy:updatePeriod` with `sy:updateFrequency`.
    pub update_every: bool,
}

/// What software calls itself in `generator`, in small letters, and the minutes of the `ttl` and of
/// the update period that it writes of its own accord.
const WRITES: [(&str, Option<u64>, Option<u64>); 6] = [
    ("wordpress", None, Some(60)),
    ("classicpress", None, Some(60)),
    ("buddypress", Some(30), Some(30)),
    ("buddyboss", Some(30), Some(30)),
    ("ghost ", Some(60), None),
    ("mkdocs rss plugin", Some(1440), None),
];

impl Unasked {
    /// By the feed's generator and the values that this one writes by itself: another value is one
    /// that somebody has set.
    ///
    /// An RSS 2.0 feed without a generator that says "hourly", once, is taken for one of
    /// `WordPress` whose owner has removed that line, as many do.
    pub(super) fn of(
        generator: Option<&str>,
        format: Format,
        ttl: Option<Duration>,
        update_every: Option<Duration>,
    ) -> Self {
        let name = match generator.map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => name.to_lowercase(),
            None if format == Format::Rss20 => "wordpress".to_owned(),
            None => return Self::default(),
        };
        let is = |minutes: Option<u64>, found: Option<Duration>| {
            minutes.is_some_and(|minutes| found == Some(Duration::from_mins(minutes)))
        };
        let mut found = Self::default();
        for (software, ttl_minutes, period_minutes) in WRITES {
            if name.contains(software) {
                found.ttl |= is(ttl_minutes, ttl);
                found.update_every |= is(period_minutes, update_every);
            }
        }
        found
    }
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

/// What a feed is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[expect(missing_docs, reason = "as_str() says it all")]
pub enum Format {
    #[serde(rename = "rss0.90")]
    Rss090,
    #[serde(rename = "rss0.91")]
    Rss091,
    #[serde(rename = "rss0.92")]
    Rss092,
    #[serde(rename = "rss1.0")]
    Rss10,
    #[serde(rename = "rss2.0")]
    Rss20,
    #[serde(rename = "atom0.3")]
    Atom03,
    #[serde(rename = "atom1.0")]
    Atom10,
    #[serde(rename = "json1.0")]
    Json10,
    #[serde(rename = "json1.1")]
    Json11,
}

impl Format {
    /// Its name and version. Unknown versions count as the nearest known one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rss090 => "rss0.90",
            Self::Rss091 => "rss0.91",
            Self::Rss092 => "rss0.92",
            Self::Rss10 => "rss1.0",
            Self::Rss20 => "rss2.0",
            Self::Atom03 => "atom0.3",
            Self::Atom10 => "atom1.0",
            Self::Json10 => "json1.0",
            Self::Json11 => "json1.1",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
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
    fn what_software_writes_by_itself_is_nobodys_hint() {
        const NO: Unasked = Unasked {
            ttl: false,
            update_every: false,
        };
        const PERIOD: Unasked = Unasked {
            update_every: true,
            ..NO
        };
        const TTL: Unasked = Unasked { ttl: true, ..NO };
        let minutes = |minutes: u64| (minutes > 0).then(|| Duration::from_mins(minutes));
        for (generator, ttl, period, expected) in [
            ("https://wordpress.org/?v=6.1.9", 0, 60, PERIOD),
            ("\n\thttp://wordpress.com/ ", 0, 60, PERIOD),
            ("WordPress 2.0", 0, 60, PERIOD),
            ("https://wordpress.org/?v=6.1.9", 0, 30, NO),
            ("https://wordpress.org/?v=6.1.9", 0, 1440, NO),
            ("https://wordpress.org/?v=6.1.9", 60, 60, PERIOD),
            ("https://www.classicpress.net/?v=1.7", 0, 60, PERIOD),
            (
                "https://buddypress.org/?v=12.0",
                30,
                30,
                Unasked {
                    ttl: true,
                    ..PERIOD
                },
            ),
            ("MkDocs RSS plugin - v1.19.0", 1440, 0, TTL),
            ("MkDocs RSS plugin - v1.19.0", 60, 0, NO),
            ("Ghost 5.2", 60, 0, TTL),
            ("Ghostwriter", 60, 0, NO),
            ("Our own", 60, 60, NO),
            ("", 1440, 60, PERIOD),
            ("", 60, 30, NO),
        ] {
            let generator = Some(generator).filter(|it| !it.is_empty());
            let of = |format| Unasked::of(generator, format, minutes(ttl), minutes(period));
            assert_eq!(of(Format::Rss20), expected, "{generator:?} {ttl} {period}");
            let elsewhere = if generator.is_some() { expected } else { NO };
            assert_eq!(of(Format::Rss10), elsewhere, "{generator:?} {ttl} {period}");
        }
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
