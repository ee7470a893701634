//! `timezone`.

use jiff::tz::TimeZone;

use super::{problem::Problem, value::Text};
use crate::suggest::closest;

/// Abbreviations that people write, and a zone that has them. Others that have the same letters are
/// hours away, so that no abbreviation is taken for a zone.
const ABBREVIATIONS: [(&str, &str); 40] = [
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("HKT", "Asia/Hong_Kong"),
    ("SGT", "Asia/Singapore"),
    ("PHT", "Asia/Manila"),
    ("ICT", "Asia/Bangkok"),
    ("WIB", "Asia/Jakarta"),
    (
        "IST",
        "Asia/Kolkata\", \"Europe/Dublin\" or \"Asia/Jerusalem",
    ),
    ("PKT", "Asia/Karachi"),
    (
        "CST",
        "America/Chicago\", \"Asia/Shanghai\" or \"Asia/Taipei",
    ),
    ("CDT", "America/Chicago"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("ET", "America/New_York"),
    ("MST", "America/Denver\" or \"America/Phoenix"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles\" or \"Asia/Manila"),
    ("PDT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("AKST", "America/Anchorage"),
    ("HST", "Pacific/Honolulu"),
    ("AST", "America/Halifax\" or \"Asia/Riyadh"),
    ("BRT", "America/Sao_Paulo"),
    ("ART", "America/Argentina/Buenos_Aires"),
    ("BST", "Europe/London\" or \"Asia/Dhaka"),
    ("WET", "Europe/Lisbon"),
    ("WEST", "Europe/Lisbon"),
    ("CET", "Europe/Berlin"),
    ("CEST", "Europe/Berlin"),
    ("MET", "Europe/Berlin"),
    ("EET", "Europe/Kyiv"),
    ("EEST", "Europe/Kyiv"),
    ("MSK", "Europe/Moscow"),
    ("TRT", "Europe/Istanbul"),
    ("GST", "Asia/Dubai"),
    ("SAST", "Africa/Johannesburg"),
    ("EAT", "Africa/Nairobi"),
    ("AEST", "Australia/Sydney\" or \"Australia/Brisbane"),
    ("AEDT", "Australia/Sydney"),
    ("NZST", "Pacific/Auckland"),
];

/// A zone's own offset all year round, whatever its name suggests.
const FIXED: [&str; 3] = ["EST", "MST", "HST"];

/// Reads `timezone`.
pub(super) fn read_time_zone(text: Text<'_>) -> Option<TimeZone> {
    let written = text.text.trim();
    let Ok(zone) = TimeZone::get(written) else {
        text.error_with(format!("{:?} is not a time zone", text.text), help(written));
        return None;
    };
    let doubt = if FIXED.contains(&written.to_uppercase().as_str()) {
        Some((
            "has no summer time: it is the same offset all year",
            help(written),
        ))
    } else if written.starts_with("Etc/GMT+") || written.starts_with("Etc/GMT-") {
        let help = "write the Area/City that is meant, such as \"Asia/Tokyo\"".to_owned();
        Some((
            "counts the other way round: Etc/GMT+9 is nine hours behind UTC",
            help,
        ))
    } else {
        None
    };
    if let Some((doubt, help)) = doubt {
        let problem = Problem::warning(text.place(), format!("the zone {written:?} {doubt}"));
        text.value.context.report(problem.help(help));
    }
    Some(zone)
}

/// What to write instead.
fn help(written: &str) -> String {
    let names: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .filter(|name| name.contains('/'))
        .collect();
    if names.is_empty() {
        return "install the system's time zone data (tzdata)".to_owned();
    }
    let mut abbreviations = ABBREVIATIONS.iter();
    let same = |(name, _): &&(&str, &str)| name.eq_ignore_ascii_case(written);
    if let Some((_, zone)) = abbreviations.find(same) {
        return format!("an abbreviation is not one zone; write its Area/City: \"{zone}\"");
    }
    let is_offset = written.contains(|letter: char| letter.is_ascii_digit());
    if is_offset {
        let help = "an offset has no summer time; write an Area/City that keeps this time";
        return format!("{help}, such as \"Asia/Tokyo\" nine hours ahead of UTC");
    }
    let city = written.replace(' ', "_");
    let is_its = |name: &&String| {
        name.rsplit('/')
            .next()
            .is_some_and(|last| last.eq_ignore_ascii_case(&city))
    };
    let meant = names.iter().find(is_its).map(String::as_str);
    let long = written.chars().count() > 4;
    let alike = || closest(written, names.iter().map(String::as_str)).filter(|_| long);
    match meant.or_else(alike) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => "write its Area/City, such as \"Asia/Tokyo\" or \"Europe/Berlin\", or \"UTC\""
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_that_is_proposed_is_one() {
        for (abbreviation, zones) in ABBREVIATIONS {
            for zone in zones
                .split(['"', ' ', ','])
                .filter(|part| part.contains('/'))
            {
                assert!(TimeZone::get(zone).is_ok(), "{abbreviation} {zone}");
            }
        }
    }

    #[test]
    fn a_word_that_is_no_zone_leads_to_an_area_and_city_and_to_none_that_is_hours_off() {
        for (written, expected) in [
            ("JST", "\"Asia/Tokyo\""),
            ("edt", "\"America/New_York\""),
            ("Tokyo", "did you mean \"Asia/Tokyo\"?"),
            ("new york", "did you mean \"America/New_York\"?"),
            ("Asia/Tokio", "did you mean \"Asia/Tokyo\"?"),
            ("UTC+9", "an offset has no summer time"),
            ("+09:00", "an offset has no summer time"),
            ("XST", "write its Area/City"),
        ] {
            let help = help(written);
            assert!(help.contains(expected), "{written}: {help}");
        }
    }
}
