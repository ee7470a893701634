//! The dates that feeds write.
//!
//! RFC 3339 and RFC 2822 first, through jiff; then a reader that goes by the look of the parts,
//! for everything else: `Thurs, 13 July 2011 7:38 PM EST`, `13. Juli 2011`, `2011年7月13日 7時38分`.

mod clock;
mod names;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    fmt::rfc2822,
    tz::Offset,
};

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
        .or_else(|| by_parts(text))?;
    Timestamp::from_second(date.as_second()).ok()
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

/// The longest text that is looked at part by part.
const MAX_DATE_BYTES: usize = 96;

/// What stands between the parts of a date and says nothing.
const SEPARATORS: &str = ",/()年月日년월일分분秒초";

#[derive(Debug, Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    days: Vec<i8>,
    time: Option<Time>,
    afternoon: Option<bool>,
    offset: Option<Offset>,
}

fn by_parts(text: &str) -> Option<Timestamp> {
    if text.len() > MAX_DATE_BYTES {
        return None;
    }
    let mut parts = Parts::default();
    for word in spaced_out(text).split_ascii_whitespace() {
        parts.take(word);
    }
    parts.timestamp()
}

/// `text` with a space wherever one part ends: at commas, slashes, between a date and its `T`, and
/// before the sign of an offset.
fn spaced_out(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut previous = ' ';
    let mut after_time = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_before_digit = characters.peek().is_some_and(char::is_ascii_digit);
        let character = match character {
            'T' if is_before_digit => ' ',
            '時' | '时' | '点' | '點' | '시' => {
                // `7시 38분`
                while characters.next_if(|next| next.is_whitespace()).is_some() {}
                ':'
            }
            '分' | '분' if is_before_digit => ':',
            other if SEPARATORS.contains(other) => ' ',
            other => other,
        };
        after_time |= character == ':';
        if (character == '+' || character == '-') && after_time {
            spaced.push(' ');
            spaced.push(character);
        } else if character == '-' || (character == '.' && !after_time) {
            spaced.push(' ');
        } else {
            let starts_word = character.is_alphabetic() && previous.is_ascii_digit();
            let starts_number = character.is_ascii_digit() && previous.is_alphabetic();
            if starts_word || (starts_number && !previous.is_ascii()) {
                spaced.push(' ');
            }
            spaced.push(character);
        }
        previous = character;
    }
    spaced
}

impl Parts {
    fn take(&mut self, word: &str) {
        let lower = word.to_lowercase();
        let lower = lower.trim_end_matches('.');
        if word.contains(':') && !word.starts_with(['+', '-']) {
            self.time = self.time.or_else(|| clock::time(word));
        } else if let Some(offset) = clock::offset(word) {
            self.offset = self.offset.or(Some(offset));
        } else if let Ok(number) = lower.parse::<i32>() {
            self.take_number(number, lower.len());
        } else if let Some(is_afternoon) = names::is_afternoon(lower) {
            self.afternoon = Some(is_afternoon);
        } else if let Some(hours) = names::zone(lower) {
            self.offset = self.offset.or_else(|| Offset::from_hours(hours).ok());
        } else if let Some(month) = names::month(lower) {
            // `mar. 13 juil.`: the first was a Tuesday. What stands behind the time is a zone.
            if self.month.is_none() || self.time.is_none() {
                self.month = Some(month);
            }
        }
    }

    fn take_number(&mut self, number: i32, digits: usize) {
        match digits {
            8 => {
                self.year = i16::try_from(number / 10_000).ok();
                self.month = i8::try_from(number / 100 % 100).ok();
                self.days = i8::try_from(number % 100).into_iter().collect();
            }
            4 => self.year = self.year.or_else(|| i16::try_from(number).ok()),
            1 | 2 => self.days.extend(i8::try_from(number)),
            _ => {}
        }
    }

    fn timestamp(self) -> Option<Timestamp> {
        let mut numbers = self.days.into_iter();
        // With the year first (2011/07/13) the month comes before the day; with a name for the
        // month, the day comes first. 13/07/2011 and 07/13/2011 are told apart by the 13 alone.
        let (month, day) = match self.month {
            Some(month) => (month, numbers.next().unwrap_or(1)),
            None => match (numbers.next(), numbers.next()) {
                (Some(first), Some(second)) if first > 12 => (second, first),
                (Some(first), second) => (first, second.unwrap_or(1)),
                (None, _) => (1, 1),
            },
        };
        let year = match self.year {
            Some(year) => year,
            None => two_digit_year(numbers.next()?),
        };
        let time = self.time.unwrap_or_else(Time::midnight);
        let hour = match (self.afternoon, time.hour()) {
            (Some(true), hour) if hour < 12 => hour + 12,
            (Some(false), 12) => 0,
            (_, hour) => hour,
        };
        let time = Time::new(hour, time.minute(), time.second(), 0).ok()?;
        let datetime = Date::new(year, month, day).ok()?.to_datetime(time);
        self.offset
            .unwrap_or(Offset::UTC)
            .to_timestamp(datetime)
            .ok()
    }
}

fn two_digit_year(year: i8) -> i16 {
    // RFC 2822 §4.3
    i16::from(year) + if year < 50 { 2000 } else { 1900 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_feeds_write() {
        let noon = "2011-07-13T07:38:00Z";
        let cases = [
            ("2011-07-13T07:38:00Z", noon),
            ("2011-07-13T16:38:00+09:00", noon),
            ("2011-07-13T16:38:00+0900", noon),
            ("2011-07-13T07:38:00.000Z", noon),
            ("2011-07-13 07:38:00", noon),
            ("2011-07-13T07:38Z", noon),
            ("  2011-07-13T07:38:00Z\n", noon),
            ("Wed, 13 Jul 2011 07:38:00 GMT", noon),
            ("Wed, 13 Jul 2011 07:38:00 UTC", noon),
            ("Wed, 13 Jul 2011 07:38:00 Z", noon),
            ("Wed, 13 Jul 2011 16:38:00 +0900", noon),
            ("Wed, 13 Jul 2011 03:38:00 EDT", noon),
            ("Wed, 13 Jul 2011 16:38:00 JST", noon),
            ("Wed, 13 Jul 11 07:38:00 GMT", noon),
            ("Sat, 13 Jul 2011 07:38:00 GMT", noon),
            ("Thurs, 13 July 2011 7:38:00 GMT", noon),
            ("13 Jul 2011 07:38", noon),
            ("13-Jul-2011 07:38:00", noon),
            ("July 13, 2011 7:38 AM", noon),
            ("Jul 13 2011 07:38:00", noon),
            ("Wed Jul 13 07:38:00 2011", noon),
            ("Wed Jul 13 07:38:00 GMT 2011", noon),
            ("2011/07/13 07:38", noon),
            ("13/07/2011 07:38", noon),
            ("2011年07月13日 07:38", noon),
            ("mercredi 13 juillet 2011 07:38", noon),
            ("mar. 13 juil. 2011 07:38", noon),
            ("Mi, 13. Juli 2011 07:38 Uhr", noon),
            ("13 de julio de 2011 7:38 a.m.", noon),
            ("Среда, 13 июля 2011 г. 11:38:00 +0400", noon),
            ("середа, 13 липня 2011 07:38", noon),
            ("Wed, 13 Jul 2011 02:38:00 CDT", noon),
            ("2011年7月13日 7時38分", noon),
            ("2011年7月13日 7時38分00秒", noon),
            ("2011年7月13日 (水) 上午7:38", noon),
            ("2011년 7월 13일 오전 7시 38분", noon),
            ("2011. 7. 13. 오전 7:38", noon),
            ("2011-07-13T07:38:00.999Z", noon),
            ("13 Mar 2011 10:00 NOVT", "2011-03-13T10:00:00Z"),
            ("2011年7月13日 午後7時", "2011-07-13T19:00:00Z"),
            ("20110713T07:38:00", noon),
            ("2011-07-13 T07:38:00Z", noon),
            ("July 12, 2011 7:38 PM", "2011-07-12T19:38:00Z"),
            ("Wed, 13 Jul 2011 24:00:00 GMT", "2011-07-13T00:00:00Z"),
            ("2011-07-13", "2011-07-13T00:00:00Z"),
            ("2011-07", "2011-07-01T00:00:00Z"),
            ("2011", "2011-01-01T00:00:00Z"),
        ];
        for (text, expected) in cases {
            let expected: Timestamp = expected.parse().expect("RFC 3339");
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in ["", "yesterday", "Wed", "12:30", "2011-13-45", "99999"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(
            read(&format!("2011{}", " ".repeat(MAX_DATE_BYTES) + "7 x")),
            None
        );
    }

    #[test]
    fn bounds_are_inclusive() {
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().expect("RFC 3339");
        let second = SignedDuration::from_secs(1);
        assert_eq!(EARLIEST.to_string(), "1990-01-01T00:00:00Z");
        assert!(is_plausible(EARLIEST, now));
        assert!(!is_plausible(EARLIEST - second, now));
        assert!(is_plausible(now + MAX_AHEAD, now));
        assert!(!is_plausible(now + MAX_AHEAD + second, now));
    }
}
