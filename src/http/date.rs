//! The times in HTTP headers: dates (RFC 9110 §5.6.7), and when a server wants to be asked again
//! (Retry-After, §10.2.3). Nonsense is `None`, never an error.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822, fmt::strtime, tz::TimeZone};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Reads all three forms a recipient must accept: IMF-fixdate, RFC 850 and asctime. Anything
/// else, such as the `0` and `-1` of many Expires headers, is `None`.
pub fn http_date(value: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(value).ok()?.trim();
    rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(text)
        .ok()
        .or_else(|| old_date("%A, %d-%b-%y %H:%M:%S GMT", text))
        .or_else(|| old_date("%a %b %e %H:%M:%S %Y", text))
}

fn old_date(format: &str, text: &str) -> Option<Timestamp> {
    let date = strtime::parse(format, text).ok()?.to_datetime().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A server's hint not to be asked before. As it says: whoever obeys sets an upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After a pause, counted from the answer.
    In(Duration),
    /// At a time by the server's clock, where its answer did not say how late that clock is.
    At(Timestamp),
}

impl RetryAfter {
    /// The pause from `now` on; zero where the time has passed.
    pub fn delay(self, now: Timestamp) -> Duration {
        match self {
            Self::In(pause) => pause,
            Self::At(instant) => gap(now, instant),
        }
    }
}

/// Reads Retry-After in both its forms. A date counts from the answer's own Date, so that a
/// server whose clock is wrong is still understood; nonsense is `None`.
pub fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let value = headers.get(RETRY_AFTER)?.as_bytes().trim_ascii();
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        let seconds = std::str::from_utf8(value).ok()?.parse();
        return Some(RetryAfter::In(Duration::from_secs(
            seconds.unwrap_or(u64::MAX),
        )));
    }
    let instant = http_date(value)?;
    let date = headers
        .get(DATE)
        .and_then(|date| http_date(date.as_bytes()));
    Some(match date {
        Some(date) => RetryAfter::In(gap(date, instant)),
        None => RetryAfter::At(instant),
    })
}

fn gap(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn read(pairs: &[(reqwest::header::HeaderName, &str)]) -> Option<RetryAfter> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).expect("a value")))
            .collect();
        retry_after(&headers)
    }

    #[test]
    fn seconds() {
        assert_eq!(
            read(&[(RETRY_AFTER, "120")]),
            Some(RetryAfter::In(Duration::from_mins(2)))
        );
        assert_eq!(
            read(&[(RETRY_AFTER, " 0 ")]),
            Some(RetryAfter::In(Duration::ZERO))
        );
    }

    #[test]
    fn a_date_counts_from_the_servers_own_clock() {
        assert_eq!(
            read(&[
                (RETRY_AFTER, "Sun, 06 Nov 1994 08:50:37 GMT"),
                (DATE, "Sun, 06 Nov 1994 08:49:37 GMT")
            ]),
            Some(RetryAfter::In(Duration::from_mins(1)))
        );
        assert_eq!(
            read(&[
                (RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT"),
                (DATE, "Sun, 06 Nov 1994 08:50:37 GMT")
            ]),
            Some(RetryAfter::In(Duration::ZERO))
        );
    }

    #[test]
    fn a_date_without_a_clock_stays_a_date() {
        let at: Timestamp = "1994-11-06T08:49:37Z".parse().expect("a time");
        let read = read(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT")]).expect("a hint");
        assert_eq!(read, RetryAfter::At(at));
        let minute_before = "1994-11-06T08:48:37Z".parse().expect("a time");
        assert_eq!(read.delay(minute_before), Duration::from_mins(1));
        let minute_after = "1994-11-06T08:50:37Z".parse().expect("a time");
        assert_eq!(read.delay(minute_after), Duration::ZERO);
    }

    #[test]
    fn nonsense_is_no_hint_and_the_absurd_does_not_overflow() {
        for value in ["", "soon", "-5", "1.5", "12 minutes"] {
            assert_eq!(read(&[(RETRY_AFTER, value)]), None, "{value}");
        }
        assert_eq!(read(&[]), None);
        assert_eq!(
            read(&[(RETRY_AFTER, "99999999999999999999999999")]),
            Some(RetryAfter::In(Duration::from_secs(u64::MAX)))
        );
    }

    #[test]
    fn all_three_forms_are_one_instant() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT ",
            "Mon, 06 Nov 1994 08:49:37 GMT",
        ] {
            let instant = http_date(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(instant.to_string(), "1994-11-06T08:49:37Z", "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_date() {
        for text in [
            "",
            "0",
            "-1",
            "soon",
            "1994-11-06",
            "Sun, 31 Feb 1994 08:49:37 GMT",
        ] {
            assert_eq!(http_date(text.as_bytes()), None, "{text}");
        }
        assert_eq!(http_date(b"\xff\xfe"), None);
    }
}
