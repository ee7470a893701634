//! What all words about events are made of.

use jiff::{Timestamp, tz::TimeZone};

/// An event that is no alert, in words; not yet clean.
#[derive(Debug)]
pub(in crate::notify) struct Trouble {
    /// One sentence that says what happened, and what it means where that is not plain.
    pub(in crate::notify) sentence: String,
    /// The feed it is about.
    pub(in crate::notify) feed: Option<String>,
    /// That feed's URL.
    pub(in crate::notify) url: Option<String>,
    /// Labels and values.
    pub(in crate::notify) facts: Vec<(&'static str, String)>,
}

/// A time as people write it: `Sun 22 Nov 2026, 15:30 JST`.
pub(super) fn at(time: Timestamp, timezone: &TimeZone) -> String {
    time.to_zoned(timezone.clone())
        .strftime("%a %-d %b %Y, %H:%M %Z")
        .to_string()
}

/// When it is tried next, in words.
pub(super) fn next_try(time: Option<Timestamp>, timezone: &TimeZone) -> String {
    time.map_or_else(
        || "none until the config gives it another address".to_owned(),
        |time| at(time, timezone),
    )
}

/// `1 poll`, `12 polls`.
pub(super) fn count(number: u32, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}
