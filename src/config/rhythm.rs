//! When feeds are polled, and expected to speak: `every` and `respect`, of `[poll]` and of a feed,
//! `silent`, of `[health]` and of a feed.

use std::time::Duration;

use super::{
    limits::{EVERY, SILENT},
    schema::EVERY_TABLE,
    section::Section,
    units::duration_text,
};
use crate::model::{Hint, Silent};

/// What `every` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every {
    /// The interval; the shortest where there is an `at_most`.
    pub every: Duration,
    /// The longest, where the feed's own rhythm decides.
    pub at_most: Option<Duration>,
}

impl Every {
    /// An interval that stays.
    pub(super) const fn fixed(every: Duration) -> Self {
        Self {
            every,
            at_most: None,
        }
    }
}

/// Reads `every`: a duration, or the shortest and the longest in a table.
pub(super) fn read_every(section: &Section<'_>) -> Option<Every> {
    let value = section.get("every")?;
    if !value.is_table() {
        return value.duration(&EVERY).map(Every::fixed);
    }
    let table = value.section(format!("`every` of {}", section.title), &EVERY_TABLE)?;
    let help = "such as every = { min = \"2m\", max = \"1h\" }";
    let [least, most] = ["min", "max"].map(|key| table.require(key, help)?.duration(&EVERY));
    let (every, most) = (least?, most?);
    if most < every {
        let help = format!("write `max` of at least {}", duration_text(every));
        value.error_with("`max` is shorter than `min`", help);
        return None;
    }
    Some(Every {
        every,
        at_most: Some(most),
    })
}

/// Reads `respect`: the publisher's hints that are followed, without the others.
pub(super) fn read_respect(section: &Section<'_>) -> Option<Vec<Hint>> {
    let named = section.strings("respect")?;
    let named = named
        .iter()
        .map(|text| text.one_of("value of `respect`", &Hint::ALL));
    let named: Vec<Hint> = named.collect::<Option<_>>()?;
    Some(
        Hint::ALL
            .into_iter()
            .filter(|hint| named.contains(hint))
            .collect(),
    )
}

/// Reads `silent`.
pub(super) fn read_silent(section: &Section<'_>) -> Option<Silent> {
    let value = section.get("silent")?;
    if value.is_string() {
        match value.string()?.text {
            "auto" => return Some(Silent::Auto),
            "never" => return Some(Silent::Never),
            text if !text
                .trim_start()
                .starts_with(|sign: char| sign.is_ascii_digit()) =>
            {
                let help = "write \"auto\", \"never\" or a duration such as \"3d\"";
                value.error_with(format!("`silent` cannot be {text:?}"), help);
                return None;
            }
            _ => {}
        }
    }
    value.duration(&SILENT).map(Silent::After)
}

/// Reports an interval that the longest wait would cut short.
pub(super) fn check_interval(section: &Section<'_>, every: Every, longest: Duration) {
    if let Some(value) = section.get("every")
        && every.at_most.unwrap_or(every.every) > longest
    {
        let help = format!(
            "raise `max_interval` in [poll]: it is {}",
            duration_text(longest)
        );
        value.error_with("`every` is longer than `max_interval`", help);
    }
}
