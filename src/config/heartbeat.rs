//! `[health]`'s signs of life.

use url::Url;

use super::{
    schema::Kind,
    times::parse_daily,
    urls::url_fault,
    value::{Text, Value},
};
use crate::calendar::DailyTimes;

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
    let times = parse_daily(text.text);
    if times.is_none() {
        text.error_with(
            format!("{:?} is no time of a day or a week", text.text),
            "write \"09:00\" for every day, or days before it: \"Mon 09:00\", \"Mon-Fri 09:00\"",
        );
    }
    times
}
