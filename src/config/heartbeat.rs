//! `[health]`'s signs of life.

use jiff::civil::{Time, Weekday};
use url::Url;

use super::{
    schema::Kind,
    urls::url_fault,
    value::{Text, Value},
};
use crate::calendar::{DailyTimes, Weekdays};

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

/// Reads `ping`: a URL, or a secret that is one. It is a secret either way, so no message shows it.
pub(super) fn read_ping(value: Value<'_>) -> Option<Url> {
    let url = if value.is_string() {
        Url::parse(value.string()?.text.trim())
    } else if value.is_table() {
        Url::parse(value.secret()?.expose().trim())
    } else {
        return value.mismatch(Kind::StringOrSecret);
    };
    let fault = match url {
        Err(error) => format!("`ping` is not a URL: {}", url_fault(error)),
        Ok(url) if matches!(url.scheme(), "http" | "https") => return Some(url),
        Ok(_) => "`ping` is not an http: or https: URL".to_owned(),
    };
    let help = "copy the ping URL of the check from your monitoring service";
    value.error_concealed(fault, help);
    None
}

/// Reads `report`: one or more of `Mon 09:00`, or `09:00` for every day.
pub(super) fn read_report(value: Value<'_>) -> Option<Vec<DailyTimes>> {
    let texts = value.strings()?;
    if texts.is_empty() {
        value.error_with("`report` names no time", "delete it to get no report");
    }
    texts.into_iter().map(read_time).collect()
}

fn read_time(text: Text<'_>) -> Option<DailyTimes> {
    let (day, clock) = match text.text.trim().split_once(' ') {
        Some((day, clock)) => (Some(day), clock.trim_start()),
        None => (None, text.text.trim()),
    };
    let days = match day {
        None => Some(Weekdays::ALL),
        Some(day) => {
            let known = DAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(day));
            known.map(|(_, day)| Weekdays::of([*day]))
        }
    };
    let time = Time::strptime("%H:%M", clock).ok();
    let (Some(days), Some(time)) = (days, time) else {
        text.error_with(
            format!("{:?} is no time of a day or a week", text.text),
            "write \"09:00\" for every day, or a day before it: Mon, Tue, Wed, Thu, Fri, Sat, Sun",
        );
        return None;
    };
    let times = vec![time];
    Some(DailyTimes { days, times })
}

/// The times as [`read_report`] reads them.
pub(super) fn as_written(times: &DailyTimes) -> Vec<String> {
    let clocks = times
        .times
        .iter()
        .map(|time| time.strftime("%H:%M").to_string());
    if times.days == Weekdays::ALL {
        return clocks.collect();
    }
    let days = DAYS.iter().filter(|(_, day)| times.days.has(*day));
    days.flat_map(|(day, _)| clocks.clone().map(move |clock| format!("{day} {clock}")))
        .collect()
}
