//! What polls have taught about a feed. It is stored in the feed's row, so that anyone can work out
//! the next due time again without another poll.
//!
//! The JSON form is the stored form: names that older versions wrote are still read.

use std::{fmt, time::Duration};

use jiff::{
    SignedDuration, Timestamp, civil::Weekday,
    fmt::serde::unsigned_duration::friendly::compact::optional as words,
};
use serde::{Deserialize, Serialize};

use super::Pace;
use crate::model::Hint;

const HOUR: Duration = Duration::from_hours(1);
const HOURS_OF_A_WEEK: i64 = 7 * 24;

/// Everything that decides about the next poll beside the config, the last poll's time and the
/// failures in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    /// What the publisher asks for, in its last answer and the last document that was read.
    #[serde(alias = "wishes")]
    pub hints: Hints,
    /// When the server wants to be asked again; `None` after a good poll.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// How often new items come.
    pub pace: Pace,
    /// A shorter interval than the config's, because items came and went between two polls.
    #[serde(with = "words", skip_serializing_if = "Option::is_none")]
    pub shorten: Option<Duration>,
}

/// A publisher's hints, as it says them: bounds and the config's `respect` come later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// How long the last answer is fresh, from its receipt.
    #[serde(with = "words", skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
    /// The document's `ttl`.
    #[serde(with = "words", skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Duration>,
    /// The document's time between two changes.
    #[serde(with = "words", skip_serializing_if = "Option::is_none")]
    pub update_period: Option<Duration>,
    /// When the document does not change.
    pub skips: Skips,
    /// Whether the `ttl` is the software's own, which nobody chose.
    #[serde(skip_serializing_if = "is_false")]
    pub ttl_unasked: bool,
    /// The same of the update period.
    #[serde(skip_serializing_if = "is_false")]
    pub update_period_unasked: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Hints {
    /// How long a hint asks us to wait; `None` where the hint is missing or about hours and days.
    pub fn wait(&self, hint: Hint) -> Option<Duration> {
        match hint {
            Hint::MaxAge => self.max_age,
            Hint::Ttl => self.ttl,
            Hint::UpdatePeriod => self.update_period,
            Hint::SkipHours | Hint::SkipDays => None,
        }
    }

    /// Whether software wrote a hint by itself: then it does not count.
    pub fn is_unasked(&self, hint: Hint) -> bool {
        match hint {
            Hint::Ttl => self.ttl_unasked,
            Hint::UpdatePeriod => self.update_period_unasked,
            Hint::MaxAge | Hint::SkipHours | Hint::SkipDays => false,
        }
    }
}

impl fmt::Display for HintText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(hints, hint) = *self;
        let wait = hints.wait(hint).unwrap_or_default();
        let wait = SignedDuration::from_secs(wait.as_secs().try_into().unwrap_or(i64::MAX));
        match hint {
            Hint::MaxAge => write!(formatter, "the answer is fresh for {wait:#}"),
            Hint::Ttl => write!(formatter, "the feed asks for {wait:#} between polls"),
            Hint::UpdatePeriod => write!(formatter, "the feed changes every {wait:#}"),
            Hint::SkipHours => {
                let hours = listed(hints.skips.hours());
                write!(formatter, "the feed skips the hours {hours} UTC")
            }
            Hint::SkipDays => {
                let days = hints.skips.days().into_iter();
                let days = listed(days.map(|day| format!("{day:?}")));
                write!(formatter, "the feed skips {days} UTC")
            }
        }
    }
}

/// A hint and its value, in words.
#[derive(Debug, Clone, Copy)]
pub struct HintText<'a>(pub &'a Hints, pub Hint);

fn listed(values: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    values.join(", ")
}

/// Hours of the day and days of the week, in UTC, in which nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Skips {
    /// Bit n is the hour n, 0 to 23.
    hours: u32,
    /// Bit n is the day n, Monday being 0.
    days: u8,
}

impl Skips {
    /// These hours, 0 to 23 (RSS 2.0 `skipHours`; 24 is taken for 0), and days. Other numbers are
    /// no hours.
    pub fn new(
        hours: impl IntoIterator<Item = i8>,
        days: impl IntoIterator<Item = Weekday>,
    ) -> Self {
        let hours = hours.into_iter().filter(|hour| (0..=24).contains(hour));
        let days = days.into_iter().map(Weekday::to_monday_zero_offset);
        Self {
            hours: hours.fold(0, |mask, hour| mask | 1 << (hour % 24)),
            days: days.fold(0, |mask, day| mask | 1 << day),
        }
    }

    /// The hours, ascending.
    pub fn hours(self) -> Vec<u8> {
        (0..24)
            .filter(|hour| self.hours & (1 << hour) != 0)
            .collect()
    }

    /// The days, from Monday on.
    pub fn days(self) -> Vec<Weekday> {
        let days = (0..7_i8).filter(|day| self.days & (1 << day) != 0);
        days.filter_map(|day| Weekday::from_monday_zero_offset(day).ok())
            .collect()
    }

    /// What of it these hints cover.
    pub(super) fn of(self, respect: &[Hint]) -> Self {
        let respects = |hint| respect.contains(&hint);
        Self {
            hours: if respects(Hint::SkipHours) {
                self.hours
            } else {
                0
            },
            days: if respects(Hint::SkipDays) {
                self.days
            } else {
                0
            },
        }
    }

    /// Where `at` is skipped: the beginning of the first hour after it that is not, and what skips
    /// `at`. `None` where it is not skipped, or where everything is, which nobody can mean.
    pub(super) fn push(self, at: Timestamp) -> Option<(Timestamp, Hint)> {
        let this_hour = at.as_second().div_euclid(HOUR.as_secs().cast_signed());
        let skipped_by = self.skipped_by(this_hour)?;
        let allowed = (1..=HOURS_OF_A_WEEK)
            .map(|later| this_hour + later)
            .find(|hour| self.skipped_by(*hour).is_none())?;
        let allowed = Timestamp::from_second(allowed * HOUR.as_secs().cast_signed()).ok()?;
        Some((allowed, skipped_by))
    }

    /// Which list names an hour, counted from 1970; that began on a Thursday.
    fn skipped_by(self, hour: i64) -> Option<Hint> {
        let day = (hour.div_euclid(24) + 3).rem_euclid(7);
        if self.days & (1 << day) != 0 {
            Some(Hint::SkipDays)
        } else if self.hours & (1 << hour.rem_euclid(24)) != 0 {
            Some(Hint::SkipHours)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_skipped_hour_is_pushed_to_the_first_that_is_not() {
        // 22 November 2026 is a Sunday.
        let night = Skips::new([0, 1, 2, 23], []);
        for (skips, at, pushed) in [
            (night, "2026-11-22T22:59:59Z", None),
            (
                night,
                "2026-11-22T23:00:00Z",
                Some(("2026-11-23T03:00:00Z", Hint::SkipHours)),
            ),
            (
                night,
                "2026-11-22T02:59:59Z",
                Some(("2026-11-22T03:00:00Z", Hint::SkipHours)),
            ),
            (
                Skips::new([24], []),
                "2026-11-22T00:30:00Z",
                Some(("2026-11-22T01:00:00Z", Hint::SkipHours)),
            ),
            (
                Skips::new([0], [Weekday::Saturday, Weekday::Sunday]),
                "2026-11-21T12:00:00Z",
                Some(("2026-11-23T01:00:00Z", Hint::SkipDays)),
            ),
            (Skips::default(), "2026-11-22T00:30:00Z", None),
            (Skips::new([-1, 25, 99], []), "2026-11-22T01:30:00Z", None),
        ] {
            let pushed = pushed.map(|(at, hint)| (time(at), hint));
            assert_eq!(skips.push(time(at)), pushed, "{skips:?} {at}");
        }
    }

    #[test]
    fn to_skip_everything_is_to_skip_nothing() {
        let week =
            [0, 1, 2, 3, 4, 5, 6].map(|day| Weekday::from_monday_zero_offset(day).expect("a day"));
        for skips in [
            Skips::new(0..24, []),
            Skips::new([], week),
            Skips::new(0..24, week),
        ] {
            assert_eq!(skips.push(time("2026-11-22T00:30:00Z")), None);
        }
    }

    #[test]
    fn the_lists_can_be_read_back() {
        let skips = Skips::new([23, 0, 5, 24], [Weekday::Sunday, Weekday::Monday]);
        assert_eq!(skips.hours(), [0, 5, 23]);
        assert_eq!(skips.days(), [Weekday::Monday, Weekday::Sunday]);
        assert_eq!(skips.of(&[Hint::SkipDays]).hours(), Vec::<u8>::new());
        assert_eq!(skips.of(&[Hint::SkipHours]).days(), Vec::<Weekday>::new());
        assert_eq!(skips.of(&Hint::ALL), skips);
    }

    #[test]
    fn what_was_learned_is_in_a_row_in_words() {
        let learned = Learned {
            hints: Hints {
                max_age: Some(Duration::from_secs(90)),
                ..Hints::default()
            },
            ..Learned::default()
        };
        let text = serde_json::to_string(&learned).expect("plain data");
        assert!(text.contains(r#""max_age":"1m 30s""#), "{text}");
        assert_eq!(
            serde_json::from_str::<Learned>(&text).expect("it reads back"),
            learned
        );
        assert_eq!(
            serde_json::from_str::<Learned>("{}").expect("nothing yet"),
            Learned::default()
        );
    }

    proptest! {
        #[test]
        fn a_pushed_time_is_never_skipped(second in 0_i64..2_000_000_000, hours: u32, days: u8) {
            let skips = Skips { hours: hours & 0xff_ffff, days: days & 0x7f };
            let at = Timestamp::from_second(second).expect("in range");
            if let Some((pushed, _)) = skips.push(at) {
                prop_assert!(pushed > at);
                prop_assert_eq!(skips.push(pushed), None);
                prop_assert_eq!(pushed.as_second() % 3600, 0);
            }
        }
    }
}
