//! The dates that feeds write.
//!
//! RFC 3339 and RFC 2822 first, through jiff; then a reader that goes by the look of the parts, for
//! everything else: `Thurs, 13 July 2011 7:38 PM EST`, `13. Juli 2011`, `2011年7月13日 7時38分`. It
//! requires no part but a year and passes over what says nothing.
//!
//! A text that is no date, that is too long, or whose parts make no day, is `None`.
//! [`is_plausible`] says whether a date can be true.

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
        .or_else(|| by_parts(text))
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

/// The longest text that is looked at part by part.
const MAX_DATE_BYTES: usize = 96;

/// The last hour of Japan's day of broadcasts: 29:59 is one minute to six of the next morning.
const LAST_HOUR: i8 = 30;

/// Characters between the parts of a date that say nothing.
const SEPARATORS: &str = ",/()年月日년월일分분秒초";

#[derive(Debug, Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    days: Vec<i8>,
    time: Option<Time>,
    /// The time is one of the next day.
    is_next_day: bool,
    afternoon: Option<bool>,
    /// As a number, which says more than a name: `GMT+0900`.
    offset: Option<Offset>,
    zone: Option<Offset>,
    /// Day, month and year with dots between them, which is their order wherever dots are used
    /// and the year is not first.
    is_dotted: bool,
}

fn by_parts(text: &str) -> Option<Timestamp> {
    if text.len() > MAX_DATE_BYTES {
        return None;
    }
    let is_dotted = is_dotted(text);
    let mut parts = Parts {
        is_dotted,
        ..Parts::default()
    };
    for word in spaced_out(text, is_dotted).split_ascii_whitespace() {
        parts.take(word);
    }
    parts.timestamp()
}

/// Whether a text holds a date such as `7.2.2025` or `07. 02. 25`, and not `2025. 2. 7. 14:33`.
fn is_dotted(text: &str) -> bool {
    let is_short = |number: Option<&str>| {
        let digits = number.map(str::as_bytes).unwrap_or_default();
        matches!(digits.len(), 1 | 2) && digits.iter().all(u8::is_ascii_digit)
    };
    let starts_so = |text: &str| {
        let mut numbers = text.splitn(3, '.').map(str::trim);
        let (day, month, rest) = (numbers.next(), numbers.next(), numbers.next());
        let rest = rest.and_then(|rest| rest.bytes().next());
        is_short(day) && is_short(month) && rest.is_some_and(|first| first.is_ascii_digit())
    };
    let is_digit = |c: char| c.is_ascii_digit();
    // Where a number begins that is not the second of such a date.
    text.match_indices(is_digit).any(|(at, _)| {
        let before = &text[..at];
        let goes_on = before.trim_end().strip_suffix('.');
        let is_second =
            before.ends_with(is_digit) || goes_on.is_some_and(|it| it.ends_with(is_digit));
        !is_second && starts_so(&text[at..])
    })
}

/// `text` with a space wherever one part ends: at commas, slashes, between a date and its `T`, and
/// before the sign of an offset.
fn spaced_out(text: &str, is_dotted: bool) -> String {
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
            '\u{2212}' | '–' => '-',
            other if SEPARATORS.contains(other) || other.is_whitespace() => ' ',
            other => other,
        };
        after_time |= character == ':';
        if (character == '+' || character == '-') && after_time {
            spaced.push(' ');
            spaced.push(character);
        } else if character == '-' || (character == '.' && (is_dotted || !after_time)) {
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
            if let Some((time, is_next_day)) = time(word).filter(|_| self.time.is_none()) {
                (self.time, self.is_next_day) = (Some(time), is_next_day);
            }
        } else if let Some(offset) = offset(word) {
            self.offset = self.offset.or(Some(offset));
        } else if let Ok(number) = lower.parse::<i32>() {
            self.take_number(number, lower.len());
        } else if let Some(is_afternoon) = names::is_afternoon(lower) {
            self.afternoon = Some(is_afternoon);
        } else if let Some(hours) = names::zone(lower) {
            self.zone = self.zone.or_else(|| Offset::from_hours(hours).ok());
        } else if let Some(month) = names::month(lower) {
            // `mar. 13 juil.`: the first was a Tuesday. A name behind the time is a zone.
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
        let mut numbers = self.days.iter().copied();
        // With the year first (2011/07/13) the month comes before the day; with a name for the
        // month, or dots, the day comes first. 13/07/2011 and 07/13/2011 are distinguished by the
        // 13 alone. With dots and a name, the name is a weekday's: `mar. 04.02.2025`.
        let (month, day) = match self.month.filter(|_| !self.is_dotted) {
            Some(month) => (month, numbers.next().unwrap_or(1)),
            None => match (numbers.next(), numbers.next()) {
                (Some(first), Some(second)) if first > 12 || (self.is_dotted && second <= 12) => {
                    (second, first)
                }
                (Some(first), second) => (first, second.unwrap_or(1)),
                (None, _) => (1, 1),
            },
        };
        let year = match self.year {
            Some(year) => year,
            None => two_digit_year(numbers.next()?),
        };
        let time = match (self.time, numbers.next(), numbers.next()) {
            (Some(time), ..) => time,
            // `07.02.2025 14.33`
            (None, Some(hour), Some(minute)) if self.is_dotted => {
                Time::new(hour, minute, 0, 0).ok()?
            }
            _ => Time::midnight(),
        };
        let hour = match (self.afternoon, time.hour()) {
            (Some(true), hour) if hour < 12 => hour + 12,
            (Some(false), 12) => 0,
            (_, hour) => hour,
        };
        let time = Time::new(hour, time.minute(), time.second(), 0).ok()?;
        let datetime = Date::new(year, month, day).ok()?.to_datetime(time);
        let offset = self.offset.or(self.zone).unwrap_or(Offset::UTC);
        let date = offset.to_timestamp(datetime).ok()?;
        let days_over = SignedDuration::from_hours(if self.is_next_day { 24 } else { 0 });
        date.checked_add(days_over).ok()
    }
}

fn two_digit_year(year: i8) -> i16 {
    // RFC 2822 §4.3
    i16::from(year) + if year < 50 { 2000 } else { 1900 }
}

/// `7:38`, `07:38:00`, `07:38:00.123`, and whether it is of the next day: 24:00 is the end of one.
fn time(word: &str) -> Option<(Time, bool)> {
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
fn offset(word: &str) -> Option<Offset> {
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

#[cfg(test)]
mod tests;
