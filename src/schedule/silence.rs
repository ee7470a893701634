//! When the silence of a feed becomes surprising, given when it usually brings something. A feed
//! whose rhythm is not known yet never surprises.

use std::time::Duration;

use jiff::{Timestamp, tz::Offset};

use crate::model::time::{add, elapsed};

/// What a feed brought before this long ago says nothing of its rhythm now.
pub const RHYTHM: Duration = Duration::from_hours(WEEKS as u64 * 7 * 24);

/// No silence is surprising before this.
pub const SHORTEST_SILENCE: Duration = Duration::from_hours(6);

/// A rhythm is known from so many arrivals ...
const MIN_ARRIVALS: usize = 20;

/// ... over this long.
const MIN_SPAN: Duration = Duration::from_hours(14 * 24);

/// Silence is surprising where so many arrivals should have come. If they came by chance alone, one
/// silence in 160,000 would be as long (e^12).
const MISSING_ARRIVALS: f64 = 12.0;

const WEEKS: u32 = 4;
const HOUR: Duration = Duration::from_hours(1);
const HOURS_OF_WEEK: usize = 7 * 24;

/// When the silence after `news_at` becomes surprising. `arrivals` are the polls that brought
/// something new, in order, from [`RHYTHM`] before `news_at` on and with it; `None` where they are
/// too few or too short a time to know a rhythm from.
///
/// By then, at the pace of each hour of the week (UTC), twelve arrivals should have come, and the
/// silence is longer than each one in those weeks: a feed that rests every weekend may do so again.
pub fn surprising_at(arrivals: &[Timestamp], news_at: Timestamp) -> Option<Timestamp> {
    let first = *arrivals.first()?;
    let span = elapsed(first, news_at);
    if arrivals.len() < MIN_ARRIVALS || span < MIN_SPAN {
        return None;
    }
    let mut counts = [0.0; HOURS_OF_WEEK];
    for arrival in arrivals {
        counts[hour_of_week(*arrival)] += 1.0;
    }
    let weeks = span.as_secs_f64() / (HOUR * 7 * 24).as_secs_f64();
    let gaps = arrivals.windows(2).map(|pair| elapsed(pair[0], pair[1]));
    let longest = gaps.max().unwrap_or_default().max(SHORTEST_SILENCE);
    let missing = after_missing(&counts.map(|count| count / weeks), news_at);
    Some(missing.max(add(news_at, longest)))
}

/// The end of the hour by which so many arrivals should have come; the hour that has begun does
/// not count.
fn after_missing(hourly: &[f64; HOURS_OF_WEEK], news_at: Timestamp) -> Timestamp {
    let mut expected = 0.0;
    let mut at = news_at;
    // A known rhythm has five arrivals a week, so this ends in the third.
    for _ in 0..WEEKS as usize * HOURS_OF_WEEK {
        at = add(at, HOUR);
        expected += hourly[hour_of_week(at)];
        if expected >= MISSING_ARRIVALS {
            break;
        }
    }
    add(at, HOUR)
}

fn hour_of_week(at: Timestamp) -> usize {
    let time = Offset::UTC.to_datetime(at);
    let day = time.weekday().to_monday_zero_offset().unsigned_abs();
    usize::from(day) * 24 + usize::from(time.hour().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// Every hour from nine to five UTC of every working day, for so many days up to Friday 5 p.m.
    fn office(days: i64) -> Vec<Timestamp> {
        let end = time("2026-11-20T17:00:00Z");
        let hours = (0..days * 24).rev();
        let hours = hours.map(|hours| end - SignedDuration::from_hours(hours));
        hours
            .filter(|at| {
                let hour = hour_of_week(*at);
                hour < 5 * 24 && (9..=17).contains(&(hour % 24))
            })
            .collect()
    }

    #[test]
    fn a_feed_that_rests_every_weekend_is_no_surprise_before_monday() {
        let arrivals = office(28);
        let news_at = *arrivals.last().expect("some");
        let surprising = surprising_at(&arrivals, news_at).expect("a known rhythm");
        assert!(surprising > time("2026-11-23T17:00:00Z"), "{surprising}");
        assert!(surprising < time("2026-11-24T17:00:00Z"), "{surprising}");
    }

    #[test]
    fn in_the_week_the_same_feed_is_a_surprise_after_its_longest_rest() {
        let mut arrivals = office(28);
        let news_at = time("2026-11-17T12:00:00Z");
        arrivals.retain(|at| *at <= news_at);
        let surprising = surprising_at(&arrivals, news_at).expect("a known rhythm");
        assert_eq!(surprising, time("2026-11-20T04:00:00Z"));
    }

    #[test]
    fn a_rhythm_needs_twenty_arrivals_over_two_weeks() {
        let news_at = time("2026-11-20T17:00:00Z");
        let known = |count: i64, hours: i64| {
            let first = news_at - SignedDuration::from_hours(hours);
            let arrivals = (1..count).map(|number| news_at - SignedDuration::from_mins(number));
            let mut arrivals: Vec<Timestamp> = arrivals.chain([first]).collect();
            arrivals.sort();
            surprising_at(&arrivals, news_at).is_some()
        };
        assert!(known(20, 14 * 24));
        assert!(!known(19, 14 * 24));
        assert!(!known(20, 14 * 24 - 1));
        assert_eq!(surprising_at(&[], news_at), None);
    }

    #[test]
    fn a_busy_feed_may_be_silent_for_six_hours() {
        let news_at = time("2026-11-20T17:00:00Z");
        let arrivals = (0..28 * 24 * 12).rev();
        let arrivals = arrivals.map(|number| news_at - SignedDuration::from_mins(5 * number));
        let surprising = surprising_at(&arrivals.collect::<Vec<_>>(), news_at);
        assert_eq!(surprising, Some(add(news_at, SHORTEST_SILENCE)));
    }

    proptest! {
        /// Whatever the rhythm: not before six hours, not within a silence that it had before, and
        /// not never.
        #[test]
        fn a_silence_as_long_as_one_before_is_no_surprise(
            minutes in prop::collection::btree_set(0_i64..28 * 24 * 60, 20..300),
        ) {
            let begin = time("2026-10-23T17:00:00Z");
            let arrivals: Vec<Timestamp> =
                minutes.iter().map(|minute| begin + SignedDuration::from_mins(*minute)).collect();
            let news_at = *arrivals.last().expect("twenty");
            let longest = arrivals.windows(2).map(|pair| elapsed(pair[0], pair[1])).max().expect("19");
            if let Some(surprising) = surprising_at(&arrivals, news_at) {
                let silence = elapsed(news_at, surprising);
                prop_assert!(silence >= longest && silence >= SHORTEST_SILENCE);
                prop_assert!(silence <= RHYTHM);
            } else {
                prop_assert!(elapsed(arrivals[0], news_at) < MIN_SPAN);
            }
        }
    }
}
