//! Times of day and days of the week, where and when clocks change.
//!
//! A time that a day skips (02:30 when clocks go forward) is the moment as much later, one that a
//! day has twice is the first of the two: RFC 5545 §3.3.5.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

/// Days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// These days.
    pub fn of(days: impl IntoIterator<Item = Weekday>) -> Self {
        let bits = days.into_iter().map(bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// Whether it has that day.
    pub fn has(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// The days from Monday on.
    pub fn days(self) -> impl Iterator<Item = Weekday> {
        Weekday::Monday
            .cycle_forward()
            .take(7)
            .filter(move |day| self.has(*day))
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

/// Times of day on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyTimes {
    /// The days; at least one.
    pub days: Weekdays,
    /// The times; at least one.
    pub times: Vec<Time>,
}

impl DailyTimes {
    /// The first of these times that is not before `from`.
    pub fn next(&self, from: Timestamp, zone: &TimeZone) -> Timestamp {
        let first = zone.to_datetime(from).date();
        // The day before, for a time that its clock change moved past midnight.
        let day = |ahead: i32| first.checked_add((ahead - 1).days()).ok();
        (0..=8)
            .filter_map(day)
            .filter(|day| self.days.has(day.weekday()))
            .flat_map(|day| {
                self.times
                    .iter()
                    .filter_map(move |time| at(day, *time, zone))
            })
            .filter(|time| *time >= from)
            .min()
            .unwrap_or(Timestamp::MAX)
    }
}

/// Hours of the day; past midnight where they end before they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The days they begin on.
    pub days: Weekdays,
    /// When they begin.
    pub from: Time,
    /// When they end; a day later where that is the same as [`from`](Self::from).
    pub to: Time,
}

impl Window {
    /// When the hours end that `moment` is in; `None` outside of them.
    pub fn end_around(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = zone.to_datetime(moment).date();
        let yesterday = today.checked_sub(1.day()).ok();
        let days = [yesterday, Some(today)].into_iter().flatten();
        days.filter(|day| self.days.has(day.weekday()))
            .filter_map(|day| {
                let last = if self.to <= self.from {
                    day.checked_add(1.day()).ok()?
                } else {
                    day
                };
                Some((at(day, self.from, zone)?, at(last, self.to, zone)?))
            })
            .find(|(from, to)| (*from..*to).contains(&moment))
            .map(|(_, to)| to)
    }
}

/// The moment of a day's time.
fn at(day: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    let moment = day.to_datetime(time).to_zoned(zone.clone());
    moment.ok().map(|moment| moment.timestamp())
}

#[cfg(test)]
pub(crate) mod tests;
