//! Times as people read them.
//!
//! `jiff` writes [`exact`] lengths. A length that is only to be judged has one unit, which its printer
//! does not choose: what is left to print then is one letter.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::model::time::elapsed;

/// `2026-11-22 15:30:05 JST`.
pub(crate) fn at(instant: Timestamp, zone: &TimeZone) -> String {
    instant
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S %Z")
        .to_string()
}

/// `2026-11-22 15:30:05 JST, 4m ago`; `never` where there is none.
pub(crate) fn moment(instant: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> String {
    instant.map_or_else(
        || "never".to_owned(),
        |instant| format!("{}, {}", at(instant, zone), relative(instant, now)),
    )
}

/// `4m ago`, `in 2h`, `now`.
pub(crate) fn relative(instant: Timestamp, now: Timestamp) -> String {
    match (length(elapsed(instant, now)), length(elapsed(now, instant))) {
        // Within a second.
        (ago, ahead) if ago == ahead => "now".to_owned(),
        (ago, _) if instant < now => format!("{ago} ago"),
        (_, ahead) => format!("in {ahead}"),
    }
}

/// The largest unit, rounded down: `45s`, `12m`, `3h`, `8d`.
pub(crate) fn length(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m", seconds / 60),
        seconds @ 3600..172_800 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// All units down to the second: `1h 30m`, `45s`.
pub(crate) fn exact(duration: Duration) -> String {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    format!("{:#}", SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_given_in_their_largest_unit() {
        let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).expect("in range");
        let words =
            [0, -59, -61, 7200, 90_000, -864_000_i64].map(|second| relative(at(second), at(0)));
        assert_eq!(
            words,
            ["now", "59s ago", "1m ago", "in 2h", "in 25h", "10d ago"]
        );
    }

    #[test]
    fn lengths_are_exact_to_the_second() {
        let words = [0, 45, 5400, 100_000].map(|seconds| exact(Duration::from_secs(seconds)));
        assert_eq!(words, ["0s", "45s", "1h 30m", "27h 46m 40s"]);
    }

    #[test]
    fn instants_are_shown_in_the_zone() {
        let instant = "2026-11-22T06:30:05Z".parse().expect("a time");
        let tokyo = TimeZone::get("Asia/Tokyo").expect("a zone");
        assert_eq!(at(instant, &tokyo), "2026-11-22 15:30:05 JST");
    }
}
