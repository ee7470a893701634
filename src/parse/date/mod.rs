//! The dates that feeds write.
//!
//! RFC 3339 and RFC 2822 first, through jiff; then a reader that goes by the look of the parts, for
//! everything else: `Thurs, 13 July 2011 7:38 PM EST`, `13. Juli 2011`, `2011年7月13日 7時38分`.
//!
//! A text that is no date is `None`. Whether a date can be true is asked apart, by
//! [`is_plausible`].

mod names;
mod parts;

use jiff::{SignedDuration, Timestamp, civil::DateTime, fmt::rfc2822, tz::Offset};

/// A date further ahead than this is a mistake: two days are the widest time-zone confusion.
pub(super) const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(48);
/// No feed is older than the web; `1970-01-01` is a publisher's empty field.
pub(super) const EARLIEST: Timestamp = Timestamp::constant(631_152_000, 0);

const RFC_2822: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);

/// Reads a date, to the second. One without a zone is UTC, one without a time midnight.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let date = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| rfc_2822(text))
        .or_else(|| text.parse::<DateTime>().ok().and_then(in_utc))
        .or_else(|| parts::read(text))
        .or_else(|| unix(text))?;
    Timestamp::from_second(date.as_second()).ok()
}

/// Seconds, or as JavaScript counts milliseconds, since 1970: ten digits or thirteen in this
/// century.
fn unix(text: &str) -> Option<Timestamp> {
    let number: i64 =
        { text.parse().ok() }.filter(|_| text.bytes().all(|it| it.is_ascii_digit()))?;
    match text.len() {
        10 => Timestamp::from_second(number).ok(),
        13 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

/// Only with a number for the zone: a name it does not know is UTC to RFC 2822 §4.3, and there are
/// more names than it knows.
fn rfc_2822(text: &str) -> Option<Timestamp> {
    if !text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    RFC_2822.parse_timestamp(text).ok()
}

/// Whether a date can be true at `now`.
pub(super) fn is_plausible(date: Timestamp, now: Timestamp) -> bool {
    date >= EARLIEST && date.duration_since(now) <= MAX_AHEAD
}

fn in_utc(datetime: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(datetime).ok()
}

#[cfg(test)]
mod tests;
