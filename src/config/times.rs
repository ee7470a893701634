//! Times of day and days of the week, as people write them.

use jiff::civil::{Time, Weekday};

use crate::calendar::{DailyTimes, Weekdays, Window};

/// The days as they are written.
const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// `09:00` for every day, or days before it: `Mon 09:00`, `Mon-Fri 09:00`, `Sat,Sun 10:00`.
pub(super) fn parse_daily(text: &str) -> Option<DailyTimes> {
    let (days, clock) = split(text)?;
    Some(DailyTimes {
        days,
        times: vec![parse_clock(clock)?],
    })
}

/// `22:30-06:30` for every day, or the days it begins on before it: `Sat-Sun 00:00-24:00`.
pub(super) fn parse_window(text: &str) -> Option<Window> {
    let (days, clocks) = split(text)?;
    let (from, to) = clocks.split_once(['-', '–'])?;
    let (from, to) = (parse_clock(from)?, to.trim());
    let (to, is_to_midnight) = match to {
        "24:00" => (Time::midnight(), true),
        clock => (parse_clock(clock)?, false),
    };
    // From a time to the same time is either no hours or all: nobody can tell.
    (from != to || is_to_midnight).then_some(Window { days, from, to })
}

/// The times as [`parse_daily`] reads them.
pub(super) fn daily_texts(daily: &DailyTimes) -> impl Iterator<Item = String> {
    let days = days_text(daily.days);
    let times = daily.times.iter();
    times.map(move |time| format!("{days}{}", clock_text(*time)))
}

/// The hours as [`parse_window`] reads them.
pub(super) fn window_text(window: &Window) -> String {
    let (days, from) = (days_text(window.days), clock_text(window.from));
    match window.to {
        to if to == Time::midnight() => format!("{days}{from}-24:00"),
        to => format!("{days}{from}-{}", clock_text(to)),
    }
}

/// The days, and what follows them.
fn split(text: &str) -> Option<(Weekdays, &str)> {
    let (days, clocks) = text.split_at(text.find(|letter: char| letter.is_ascii_digit())?);
    let days = match days.trim() {
        "" => Weekdays::ALL,
        days => parse_days(days)?,
    };
    Some((days, clocks))
}

fn parse_days(text: &str) -> Option<Weekdays> {
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once(['-', '–']).unwrap_or((part, part));
        let (first, last) = (parse_day(first)?, parse_day(last)?);
        let after_first = first.cycle_forward().take(7);
        days.extend(after_first.take_while(|day| *day != last));
        days.push(last);
    }
    Some(Weekdays::of(days))
}

fn parse_day(text: &str) -> Option<Weekday> {
    let known = DAYS.iter();
    let mut known = known.filter(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
    known.next().map(|(_, day)| *day)
}

fn parse_clock(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text.trim()).ok()
}

fn clock_text(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// With a space behind them; nothing for every day. Days in a row are written as a range.
fn days_text(days: Weekdays) -> String {
    if days == Weekdays::ALL {
        return String::new();
    }
    let named: Vec<&str> = DAYS
        .iter()
        .filter(|(_, day)| days.has(*day))
        .map(|(name, _)| *name)
        .collect();
    let all = DAYS.map(|(name, _)| name);
    match named[..] {
        [first, _, .., last] if all.windows(named.len()).any(|row| *row == named[..]) => {
            format!("{first}-{last} ")
        }
        _ => format!("{} ", named.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_back() {
        for (text, written) in [
            ("8:00", "08:00"),
            (" mon  09:05 ", "Mon 09:05"),
            ("Mon-Fri 09:00", "Mon-Fri 09:00"),
            ("sat, sun 10:30", "Sat,Sun 10:30"),
            ("Fri-Mon 10:30", "Mon,Fri,Sat,Sun 10:30"),
            ("Mon,Wed-Fri 10:30", "Mon,Wed,Thu,Fri 10:30"),
            ("Mon-Sun 23:59", "23:59"),
        ] {
            let daily = parse_daily(text).expect(text);
            let texts: Vec<String> = daily_texts(&daily).collect();
            assert_eq!(texts, [written], "{text}");
            assert_eq!(parse_daily(written), Some(daily), "{text}");
        }
    }

    #[test]
    fn hours_are_read_and_written_back() {
        for (text, written) in [
            ("22:30-06:30", "22:30-06:30"),
            ("Sat-Sun 00:00 - 24:00", "Sat,Sun 00:00-24:00"),
            ("Fri 18:00–00:00", "Fri 18:00-24:00"),
            ("Mon-Fri 12:00-13:00", "Mon-Fri 12:00-13:00"),
        ] {
            let window = parse_window(text).expect(text);
            assert_eq!(window_text(&window), written, "{text}");
            assert_eq!(parse_window(written), Some(window), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "noon",
            "25:00",
            "24:00",
            "9",
            "Mon",
            "Mon-Xyz 09:00",
            "09:00 Mon",
            "Mon,,Tue 09:00",
        ] {
            assert_eq!(parse_daily(text), None, "{text}");
        }
        for text in [
            "",
            "22:30",
            "22:30-22:30",
            "24:00-06:00",
            "22:30-25:00",
            "00:00-00:00",
            "Mon 22:30-",
            "a-b",
        ] {
            assert_eq!(parse_window(text), None, "{text}");
        }
    }
}
