//! HTTP dates (RFC 9110 §5.6.7).

use jiff::{Timestamp, fmt::rfc2822, fmt::strtime, tz::TimeZone};

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

#[cfg(test)]
mod tests {
    use super::http_date;

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
