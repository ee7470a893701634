//! When the silence of a feed becomes surprising, from when it usually brings something.

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
mod tests;
