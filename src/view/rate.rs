//! How many items a day: what a watch would cost its readers.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

/// Shorter than this and nothing can be said of a day.
const SHORTEST_DAYS: f64 = 1.0;

/// Days drawn at most, the latest.
const DRAWN_DAYS: usize = 90;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Hits by day.
#[derive(Debug)]
pub(crate) struct Rate {
    since: Timestamp,
    now: Timestamp,
    zone: TimeZone,
    days: BTreeMap<Date, u64>,
}

/// How many on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Day {
    pub(crate) day: String,
    pub(crate) hits: u64,
}

impl Rate {
    /// No hits yet, of those that can be since then.
    pub(crate) fn new(since: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        Self {
            since: since.min(now),
            now,
            zone: zone.clone(),
            days: BTreeMap::new(),
        }
    }

    /// What came before this was not looked at.
    pub(crate) fn begin(&mut self, since: Timestamp) {
        self.since = since.min(self.now);
    }

    /// Counts a hit of this moment.
    pub(crate) fn add(&mut self, at: Timestamp) {
        *self.days.entry(self.day(at)).or_default() += 1;
    }

    pub(crate) fn total(&self) -> u64 {
        self.days.values().sum()
    }

    /// Hits a day on average; `None` where less than a day was seen.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 hits")]
    pub(crate) fn per_day(&self) -> Option<f64> {
        let days = self.now.duration_since(self.since).as_secs_f64() / 86_400.0;
        (days >= SHORTEST_DAYS).then(|| self.total() as f64 / days)
    }

    /// Every day since the first, those without a hit too.
    pub(crate) fn days(&self) -> Vec<Day> {
        let day = |(day, hits): (Date, u64)| Day {
            day: day.to_string(),
            hits,
        };
        self.all().map(day).collect()
    }

    /// A bar a day, and what they add up to:
    /// `▁▁▃▁█▁▂  16 Nov to 22 Nov: 12 new, 1.7 a day, at most 5 on 20 Nov`.
    pub(crate) fn line(&self) -> String {
        let counts: Vec<(Date, u64)> = self.all().collect();
        let drawn = &counts[counts.len().saturating_sub(DRAWN_DAYS)..];
        let most = drawn
            .iter()
            .max_by_key(|(_, hits)| *hits)
            .expect("today is there");
        let bars: String = drawn.iter().map(|(_, hits)| bar(*hits, most.1)).collect();
        let name = |day: Date| day.strftime("%-d %b").to_string();
        let average = match self.per_day() {
            Some(average) => format!("{average:.1} a day"),
            None => "less than a day to judge by".to_owned(),
        };
        let peak = match most {
            (_, 0..=1) => String::new(),
            (day, hits) => format!(", at most {hits} on {}", name(*day)),
        };
        let (first, last) = (name(self.day(self.since)), name(self.day(self.now)));
        let total = self.total();
        format!("{bars}  {first} to {last}: {total} new, {average}{peak}")
    }

    fn all(&self) -> impl Iterator<Item = (Date, u64)> {
        let last = self.day(self.now);
        let first = self.day(self.since);
        let days = first.series(jiff::Span::new().days(1));
        let days = days.take_while(move |day| *day <= last);
        days.map(|day| (day, self.days.get(&day).copied().unwrap_or_default()))
    }

    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }
}

/// A day without hits is the lowest bar, one with any is higher.
fn bar(hits: u64, most: u64) -> char {
    let steps = BARS.len() as u64 - 1;
    let height = (hits * steps).div_ceil(most.max(1));
    BARS[usize::try_from(height).expect("at most the number of steps")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn days_are_those_of_the_zone_and_quiet_ones_count() {
        let tokyo = TimeZone::get("Asia/Tokyo").expect("a zone");
        let mut rate = Rate::new(
            at("2026-11-18T15:00:00Z"),
            at("2026-11-22T15:00:00Z"),
            &tokyo,
        );
        for hit in [
            "2026-11-19T14:59:59Z",
            "2026-11-19T15:00:00Z",
            "2026-11-19T16:00:00Z",
        ] {
            rate.add(at(hit));
        }
        let days: Vec<_> = rate
            .days()
            .into_iter()
            .map(|day| (day.day, day.hits))
            .collect();
        let wanted = [("2026-11-19", 1), ("2026-11-20", 2), ("2026-11-21", 0)];
        let later = [("2026-11-22", 0), ("2026-11-23", 0)];
        let wanted = wanted
            .into_iter()
            .chain(later)
            .map(|(day, hits)| (day.to_owned(), hits));
        assert_eq!(days, wanted.collect::<Vec<_>>());
        assert_eq!(
            rate.line(),
            "▅█▁▁▁  19 Nov to 23 Nov: 3 new, 0.8 a day, at most 2 on 20 Nov"
        );
    }

    #[test]
    fn an_hour_says_nothing_of_a_day() {
        let mut rate = Rate::new(
            at("2026-11-22T07:00:00Z"),
            at("2026-11-22T08:00:00Z"),
            &TimeZone::UTC,
        );
        rate.add(at("2026-11-22T07:30:00Z"));
        assert_eq!(rate.per_day(), None);
        assert_eq!(
            rate.line(),
            "█  22 Nov to 22 Nov: 1 new, less than a day to judge by"
        );
    }
}
