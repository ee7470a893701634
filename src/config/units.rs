//! Durations and sizes as people write them.

use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

/// Longest unit first: the order they are written in.
const TIME_UNITS: [(&str, Duration); 7] = [
    ("y", Duration::from_secs(365 * DAY)),
    ("w", Duration::from_secs(7 * DAY)),
    ("d", Duration::from_secs(DAY)),
    ("h", Duration::from_hours(1)),
    ("m", Duration::from_mins(1)),
    ("s", Duration::from_secs(1)),
    ("ms", Duration::from_millis(1)),
];

/// Largest unit first.
const SIZE_UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

/// Why a text is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// A number was expected.
    #[error("expected a number at {0:?}")]
    NoNumber(String),
    /// A number without its unit.
    #[error("the unit is missing after {0}")]
    NoUnit(u64),
    /// A unit nobody knows.
    #[error("{0:?} is not a unit")]
    UnknownUnit(String),
    /// Beyond what can be counted.
    #[error("the number is too large")]
    TooLarge,
}

/// `15m`, `1h30m`, `90s`, `2d`, `500ms`; parts add up and may be spaced.
///
/// # Errors
/// Why it is no duration.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(UnitError::Empty);
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (count, unit, after) = next_part(rest)?;
        let length = lookup(&TIME_UNITS, unit, str::eq)?;
        let part = u32::try_from(count)
            .ok()
            .and_then(|count| length.checked_mul(count));
        total = part
            .and_then(|part| total.checked_add(part))
            .ok_or(UnitError::TooLarge)?;
        rest = after;
    }
    Ok(total)
}

/// `10 MB`, `512 KiB`, `16MiB`, `900 B`; units in any case.
pub(super) fn parse_size(text: &str) -> Result<u64, UnitError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UnitError::Empty);
    }
    let (count, unit, rest) = next_part(text)?;
    if !rest.is_empty() {
        return Err(UnitError::UnknownUnit(format!("{unit} {rest}")));
    }
    let size = lookup(&SIZE_UNITS, unit, str::eq_ignore_ascii_case)?;
    count.checked_mul(size).ok_or(UnitError::TooLarge)
}

/// The shortest text that [`parse_duration`] reads as `duration`; below a millisecond is dropped.
pub(super) fn duration_text(duration: Duration) -> String {
    let mut millis = duration.as_millis();
    let mut text = String::new();
    for (unit, length) in TIME_UNITS {
        // Weeks are read but not written: "90d" stays "90d".
        if unit == "w" {
            continue;
        }
        let count = millis / length.as_millis();
        if count > 0 {
            text.push_str(&count.to_string());
            text.push_str(unit);
            millis %= length.as_millis();
        }
    }
    if text.is_empty() {
        text.push_str("0s");
    }
    text
}

/// The shortest text that [`parse_size`] reads as `bytes`.
pub(super) fn size_text(bytes: u64) -> String {
    let (unit, size) = SIZE_UNITS
        .into_iter()
        .find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size))
        .unwrap_or(("B", 1));
    format!("{} {unit}", bytes / size)
}

/// A number, the letters after it, and what follows.
fn next_part(text: &str) -> Result<(u64, &str, &str), UnitError> {
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    if digits == 0 {
        return Err(UnitError::NoNumber(text.to_owned()));
    }
    let count = text[..digits].parse().map_err(|_| UnitError::TooLarge)?;
    let unit = text[digits..].trim_start();
    let length = unit
        .find(|letter: char| !letter.is_alphabetic())
        .unwrap_or(unit.len());
    let (unit, rest) = unit.split_at(length);
    if unit.is_empty() {
        return Err(UnitError::NoUnit(count));
    }
    Ok((count, unit, rest.trim_start()))
}

fn lookup<T: Copy>(
    units: &[(&str, T)],
    unit: &str,
    same: impl Fn(&str, &str) -> bool,
) -> Result<T, UnitError> {
    units
        .iter()
        .find(|(name, _)| same(name, unit))
        .map(|(_, size)| *size)
        .ok_or_else(|| UnitError::UnknownUnit(unit.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        for (text, seconds) in [
            ("15m", 900),
            ("1h30m", 5_400),
            ("1h 30m", 5_400),
            ("90s", 90),
            (" 2d ", 172_800),
            ("2y", 63_072_000),
            ("1w", 604_800),
            ("0s", 0),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
    }

    #[test]
    fn what_is_no_duration_says_why() {
        use UnitError::{Empty, NoNumber, NoUnit, TooLarge, UnknownUnit};
        for (text, error) in [
            ("", Empty),
            ("  ", Empty),
            ("15", NoUnit(15)),
            ("m", NoNumber("m".into())),
            ("-5m", NoNumber("-5m".into())),
            ("1.5h", NoUnit(1)),
            ("5min", UnknownUnit("min".into())),
            ("5M", UnknownUnit("M".into())),
            ("5分", UnknownUnit("分".into())),
            ("99999999999999999999s", TooLarge),
            ("4294967296s", TooLarge),
        ] {
            assert_eq!(parse_duration(text), Err(error), "{text}");
        }
    }

    #[test]
    fn sizes_as_people_write_them() {
        for (text, bytes) in [
            ("10 MB", 10_000_000),
            ("512 KiB", 524_288),
            ("16MiB", 16_777_216),
            ("900 b", 900),
            ("1gib", 1_073_741_824),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        assert_eq!(parse_size("16"), Err(UnitError::NoUnit(16)));
        assert_eq!(parse_size("16 M"), Err(UnitError::UnknownUnit("M".into())));
        assert_eq!(
            parse_size("1 MB 2"),
            Err(UnitError::UnknownUnit("MB 2".into()))
        );
        assert_eq!(
            parse_size("18446744073709551615 KB"),
            Err(UnitError::TooLarge)
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(millis in 0_u64..10_000_000_000_000, bytes: u64) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(parse_duration(&duration_text(duration)), Ok(duration));
            prop_assert_eq!(parse_size(&size_text(bytes)), Ok(bytes));
        }

        #[test]
        fn nothing_panics(text in "\\PC*|[0-9a-zA-Z. ]*") {
            let _ = parse_duration(&text);
            let _ = parse_size(&text);
        }
    }
}
