//! Moments as people type them: the same words wherever one is taken.

use std::time::Duration;

use jiff::{
    SignedDuration, Timestamp, ToSpan as _, Zoned,
    civil::{DateTime, Time},
    tz::TimeZone,
};

use super::when;
use crate::{
    calendar::{DailyTimes, Weekdays},
    config::parse_duration,
};

/// A moment as people type it. Which one it is depends on what it is for: one that has been, or one to
/// come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// With its own offset or zone.
    Instant(Timestamp),
    /// In the config's time zone.
    Local(DateTime),
    /// When the clock shows it in the config's time zone.
    Clock(Time),
    /// So far away.
    Span(Duration),
    /// The beginning of a day, counted from today.
    Day(i64),
}

/// A text that names no moment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected how far away, such as 2h or 30d, a time of day, such as 08:00, yesterday, today or \
     tomorrow, a day, such as 2026-12-01, or a time of it, such as 2026-12-01T08:00 or \
     2026-12-01T08:00+09:00"
)]
pub(crate) struct NoMoment;

/// Reads a moment.
pub(crate) fn moment(text: &str) -> Result<Moment, NoMoment> {
    let day = match text {
        "yesterday" => Some(-1),
        "today" => Some(0),
        "tomorrow" => Some(1),
        "now" => return Ok(Moment::Span(Duration::ZERO)),
        _ => None,
    };
    if let Some(day) = day {
        return Ok(Moment::Day(day));
    }
    let zoned = || text.parse().map(|time: Zoned| time.timestamp());
    let instant = || text.parse().or_else(|_| zoned()).map(Moment::Instant).ok();
    // With a zone in brackets that is none, it would be read as if that were not there.
    let plain = Some(text).filter(|text| !text.contains('['));
    let local = || plain?.parse().map(Moment::Local).ok();
    let clock = || Time::strptime("%H:%M", text).map(Moment::Clock).ok();
    let span = || parse_duration(text).map(Moment::Span).ok();
    let found = instant().or_else(local).or_else(clock).or_else(span);
    found.ok_or(NoMoment)
}

impl Moment {
    /// The one that has been: so long ago, or the last time the clock showed it.
    pub(crate) fn past(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Span(length) => now.checked_sub(length).unwrap_or(Timestamp::MIN),
            Self::Clock(time) => last(time, now, zone),
            other => other.fixed(now, zone).unwrap_or(Timestamp::MIN),
        }
    }

    /// The one to come: in so long, or the next time the clock shows it; `None` where time ends
    /// before.
    pub(crate) fn coming(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Span(length) => now.checked_add(length).ok(),
            Self::Clock(time) => Some(next(time, now, zone)),
            other => other.fixed(now, zone),
        }
    }

    fn fixed(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Instant(instant) => Some(instant),
            Self::Local(time) => zone.to_timestamp(time).ok(),
            Self::Day(days) => {
                let today = zone.to_datetime(now).date();
                let day = today.checked_add(days.days()).ok()?;
                zone.to_timestamp(day.to_datetime(Time::midnight())).ok()
            }
            Self::Clock(_) | Self::Span(_) => None,
        }
    }
}

/// A span of time that can hold nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EmptySpan {
    /// It begins in the future.
    #[error("--since {since} is in the future; help: give a time that has been")]
    Future {
        /// When it begins.
        since: String,
    },
    /// It ends before it begins: both are times ago, so that the earlier one is the greater number.
    #[error(
        "nothing lies between them: --since {since} is {order} --until {until}; \
         help: --since takes the earlier time, such as --since 5m --until 1m"
    )]
    Backwards {
        /// When it begins.
        since: String,
        /// `after` or `the same as`.
        order: &'static str,
        /// When it ends.
        until: String,
    },
}

/// The moments from `since` until before `until`. One that can hold nothing is a slip.
pub(crate) fn span(
    since: Option<Moment>,
    until: Option<Moment>,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<(Option<Timestamp>, Option<Timestamp>), EmptySpan> {
    let past = |moment: Moment| moment.past(now, zone);
    let (since, until) = (since.map(past), until.map(past));
    let at = |moment| when::at(moment, zone);
    match (since, until) {
        (Some(since), _) if since > now => Err(EmptySpan::Future { since: at(since) }),
        (Some(since), Some(until)) if since >= until => Err(EmptySpan::Backwards {
            since: at(since),
            order: if since == until {
                "the same as"
            } else {
                "after"
            },
            until: at(until),
        }),
        _ => Ok((since, until)),
    }
}

/// The first moment after `now` at which the clock shows this.
fn next(time: Time, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let daily = DailyTimes {
        days: Weekdays::ALL,
        times: vec![time],
    };
    let after = now.saturating_add(SignedDuration::from_nanos(1));
    daily.next(after.expect("nanoseconds always add"), zone)
}

/// The last moment up to `now` at which the clock showed this.
fn last(time: Time, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = zone.to_datetime(now).date();
    let yesterday = today.yesterday().unwrap_or(today);
    let moments = [today, yesterday].map(|day| zone.to_timestamp(day.to_datetime(time)));
    let mut moments = moments.into_iter().flatten();
    moments.find(|it| *it <= now).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn a_time_of_day_is_the_next_in_the_zone_also_where_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        for (now, text, wanted) in [
            ("2026-11-22T02:00Z", "08:00", "2026-11-22T07:00:00Z"),
            ("2026-11-22T06:59:59.9Z", "08:00", "2026-11-22T07:00:00Z"),
            ("2026-11-22T07:00:00Z", "08:00", "2026-11-23T07:00:00Z"),
            ("2026-11-22T23:30:00Z", "08:00", "2026-11-23T07:00:00Z"),
            // Clocks go back in this night, and there is no 02:30 in that one.
            ("2026-10-24T22:00:00Z", "08:00", "2026-10-25T07:00:00Z"),
            ("2026-03-28T22:00:00Z", "02:30", "2026-03-29T01:30:00Z"),
        ] {
            let end = moment(text).expect(text).coming(at(now), &berlin);
            assert_eq!(end, Some(at(wanted)), "{now} {text}");
        }
    }

    #[test]
    fn what_has_been_and_what_is_to_come_are_distinguished() {
        let tokyo = TimeZone::get("Asia/Tokyo").expect("a zone");
        // 15:30 in Tokyo.
        let now = at("2026-11-22T06:30:00Z");
        for (text, past, coming) in [
            ("2h", "2026-11-22T04:30:00Z", "2026-11-22T08:30:00Z"),
            ("30d", "2026-10-23T06:30:00Z", "2026-12-22T06:30:00Z"),
            ("now", "2026-11-22T06:30:00Z", "2026-11-22T06:30:00Z"),
            ("15:30", "2026-11-22T06:30:00Z", "2026-11-23T06:30:00Z"),
            ("8:00", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"),
            ("16:00", "2026-11-21T07:00:00Z", "2026-11-22T07:00:00Z"),
        ] {
            let moment = moment(text).expect(text);
            assert_eq!(moment.past(now, &tokyo), at(past), "{text}");
            assert_eq!(moment.coming(now, &tokyo), Some(at(coming)), "{text}");
        }
        for (text, wanted) in [
            ("yesterday", "2026-11-20T15:00:00Z"),
            ("today", "2026-11-21T15:00:00Z"),
            ("tomorrow", "2026-11-22T15:00:00Z"),
            ("2026-12-01", "2026-11-30T15:00:00Z"),
            ("2026-12-01T08:00", "2026-11-30T23:00:00Z"),
            ("2026-12-01 08:00:30", "2026-11-30T23:00:30Z"),
            ("2026-12-01T08:00Z", "2026-12-01T08:00:00Z"),
            ("2026-12-01T08:00-05:00", "2026-12-01T13:00:00Z"),
            ("2026-12-01T08:00[Europe/Berlin]", "2026-12-01T07:00:00Z"),
        ] {
            let moment = moment(text).expect(text);
            assert_eq!(moment.past(now, &tokyo), at(wanted), "{text}");
            assert_eq!(moment.coming(now, &tokyo), Some(at(wanted)), "{text}");
        }
        let longest = Moment::Span(Duration::MAX);
        assert_eq!(longest.past(now, &tokyo), Timestamp::MIN);
        assert_eq!(longest.coming(now, &tokyo), None);
    }

    #[test]
    fn what_names_no_moment_is_refused() {
        for text in [
            "",
            "24:00",
            "08:60",
            "08",
            "8am",
            "0800",
            "soon",
            "2026-13-01",
            "-2h",
            "Yesterday",
            "2026-12-01T08:00[Asia/Tokio]",
        ] {
            assert_eq!(moment(text), Err(NoMoment), "{text}");
        }
    }

    #[test]
    fn a_span_that_can_hold_nothing_is_a_slip_and_said_so() {
        let now = at("2026-11-22T06:30:00Z");
        for (since, until, wanted) in [
            (Some("5m"), Some("1m"), None),
            (Some("1h"), Some("now"), None),
            (Some("now"), None, None),
            (None, Some("tomorrow"), None),
            (Some("yesterday"), Some("tomorrow"), None),
            (
                Some("1m"),
                Some("5m"),
                Some("2026-11-22 06:29:00 UTC is after --until 2026-11-22 06:25:00 UTC"),
            ),
            (Some("08:00"), Some("yesterday"), Some("is after --until")),
            (Some("1d"), Some("24h"), Some("is the same as --until")),
            (Some("tomorrow"), None, Some("is in the future")),
            (Some("tomorrow"), Some("1m"), Some("is in the future")),
        ] {
            let of = |text: &str| moment(text).expect(text);
            let found = span(since.map(of), until.map(of), now, &TimeZone::UTC);
            let fault = found.err().map(|error| error.to_string());
            let is_so = match (&fault, wanted) {
                (None, None) => true,
                (Some(text), Some(wanted)) => text.contains(wanted) && text.contains("help: "),
                _ => false,
            };
            assert!(is_so, "{since:?} {until:?}: {fault:?}");
        }
    }
}
