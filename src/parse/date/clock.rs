//! Times of the day, and offsets from UTC.

use jiff::{civil::Time, tz::Offset};

/// `7:38`, `07:38:00`, `07:38:00.123`; 24:00 is midnight.
pub(super) fn time(word: &str) -> Option<Time> {
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
    Time::new(hour % 24, minute, second.min(59), 0).ok()
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
