//! Times of the day, and offsets from UTC.

use jiff::{civil::Time, tz::Offset};

/// The last hour of Japan's day of broadcasts: 29:59 is one minute to six of the next morning.
const LAST_HOUR: i8 = 30;

/// `7:38`, `07:38:00`, `07:38:00.123`, and whether it is of the next day: 24:00 is the end of one.
pub(super) fn time(word: &str) -> Option<(Time, bool)> {
    let mut numbers = word.split(':');
    let hour: i8 = numbers.next()?.parse().ok()?;
    let minute: i8 = match numbers.next()? {
        "" => 0,
        minute => minute.parse().ok()?,
    };
    let second: i8 = match numbers.next().filter(|second| !second.is_empty()) {
        Some(second) => second.split('.').next()?.parse().ok()?,
        None => 0,
    };
    if hour > LAST_HOUR {
        return None;
    }
    let time = Time::new(hour % 24, minute, second.min(59), 0).ok()?;
    Some((time, hour >= 24))
}

/// `+0900`, `-05:00`, `+9`.
pub(super) fn offset(word: &str) -> Option<Offset> {
    let (sign, digits) = match word.as_bytes().first()? {
        b'+' => (1, &word[1..]),
        b'-' => (-1, &word[1..]),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number, 0),
        3 | 4 => (number / 100, number % 100),
        _ => return None,
    };
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}
