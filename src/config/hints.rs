//! What to write in the place of a value of the wrong kind: quantities as other programs have them,
//! and an example for keys that take a text of their own form.

use std::{ops::RangeInclusive, time::Duration};

use super::units::{duration_text, parse_duration, parse_size, size_text};

/// Words for units of time, and what they are here.
const TIME_WORDS: [(&str, &str); 6] = [
    ("s", "sec secs second seconds"),
    ("m", "min mins minute minutes"),
    ("h", "hr hrs hour hours"),
    ("d", "day days"),
    ("w", "week weeks"),
    ("y", "year years"),
];

/// An example for each key whose values have a form of their own.
const EXAMPLES: [(&str, &str); 23] = [
    (
        "silent",
        "write \"auto\", \"never\", or how long, such as \"3d\"",
    ),
    (
        "priority",
        "it can be \"routine\", \"urgent\", \"bulletin\" or \"flash\"",
    ),
    ("passes", "it can be \"urgent\", \"bulletin\" or \"flash\""),
    ("stories", "it can be \"copies\", \"all\" or \"off\""),
    ("else", "it can be \"tell\", \"digest\" or \"drop\""),
    ("corroborate", "such as \"3 publishers within 6h\""),
    (
        "escalate",
        "such as escalate = { publishers = 3, within = \"6h\", priority = \"bulletin\" }",
    ),
    ("on_update", "it can be \"never\", \"match\" or \"every\""),
    (
        "identity",
        "it can be \"auto\", \"guid\", \"link\" or \"title\"",
    ),
    (
        "security",
        "it can be \"starttls\", \"implicit\" or \"plain\"",
    ),
    (
        "initial",
        "it can be \"baseline\", \"all\" or how many of the newest, such as 10",
    ),
    ("timezone", "write an Area/City, such as \"Asia/Tokyo\""),
    ("at_most", "such as \"20/h\""),
    ("rate", "such as \"20/h\""),
    ("quiet", "such as \"22:30-06:30\""),
    ("hours", "such as \"22:30-06:30\""),
    ("digest", "such as [\"08:00\", \"18:00\"], or \"every 2h\""),
    ("when", "such as [\"08:00\", \"18:00\"], or \"every 2h\""),
    ("report", "such as \"Mon 09:00\""),
    ("headers", "such as headers = { X-Key = \"value\" }"),
    (
        "body",
        "write the template as a text: '''{ \"text\": {{ item.title | tojson }} }'''",
    ),
    (
        "expect",
        "name the watches, such as [\"koizumi\"], or [] for none",
    ),
    (
        "exec",
        "such as exec = [\"/usr/local/bin/program\", \"argument\"]",
    ),
];

/// Words for what has no end.
const WITHOUT_END: [&str; 8] = [
    "forever",
    "never",
    "always",
    "all",
    "infinite",
    "unlimited",
    "none",
    "no limit",
];

/// Longer numbers count bytes.
const LONG_NUMBER: usize = 4;

/// An example of what this key takes.
pub(super) fn example(key: &str) -> Option<&'static str> {
    let mut examples = EXAMPLES.iter();
    examples.find(|(of, _)| *of == key).map(|(_, text)| *text)
}

/// What to write for a number without a unit of time.
pub(super) fn bare_duration(number: &str, bounds: &RangeInclusive<Duration>) -> Option<String> {
    let units = [
        ("m", "minutes"),
        ("s", "seconds"),
        ("h", "hours"),
        ("d", "days"),
    ];
    let in_bounds = |text: &str| parse_duration(text).is_ok_and(|it| bounds.contains(&it));
    bare(number, "", &units, in_bounds)
}

/// What to write for a number without a unit of size.
pub(super) fn bare_size(number: &str, bounds: &RangeInclusive<u64>) -> Option<String> {
    let mut units = [("MiB", "mebibytes"), ("KB", "kilobytes"), ("B", "bytes")];
    if number.len() > LONG_NUMBER {
        units.reverse();
    }
    let in_bounds = |text: &str| parse_size(text).is_ok_and(|it| bounds.contains(&it));
    bare(number, " ", &units, in_bounds)
}

/// The first two units with which it is within its bounds.
fn bare(
    number: &str,
    joint: &str,
    units: &[(&str, &str)],
    in_bounds: impl Fn(&str) -> bool,
) -> Option<String> {
    let texts = units
        .iter()
        .map(|(unit, word)| (format!("{number}{joint}{unit}"), word));
    let fitting = texts.filter(|(text, _)| in_bounds(text)).take(2);
    let fitting: Vec<String> = fitting
        .map(|(text, word)| format!("\"{text}\" for {word}"))
        .collect();
    (!fitting.is_empty()).then(|| format!("write {}", fitting.join(", ")))
}

/// What to write for a duration without an end, where this is the longest.
pub(super) fn longest(text: &str, most: Duration) -> Option<String> {
    let text = text.trim().to_lowercase();
    let is_endless = WITHOUT_END.contains(&text.as_str());
    is_endless.then(|| format!("the longest is \"{}\"", duration_text(most)))
}

/// The secret that was probably meant by a variable in a string: `$NAME`, `${NAME}`.
pub(super) fn meant_variable(key: &str, text: &str) -> Option<String> {
    let name = text
        .trim()
        .strip_prefix('$')?
        .trim_matches(['{', '}', '(', ')']);
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_whole = !name.is_empty() && name.chars().all(is_name);
    is_whole.then(|| format!("write {key} = {{ env = \"{name}\" }}"))
}

/// The duration that was probably meant: `5 minutes`, `5min`, `1.5h`, `PT5M`.
pub(super) fn meant_duration(text: &str) -> Option<String> {
    let plain = text.trim().to_lowercase();
    if plain.contains('*') {
        return Some("write how often, not when: \"15m\", \"1h\"".to_owned());
    }
    let plain = plain.strip_prefix("every ").unwrap_or(&plain);
    let plain = iso(plain).unwrap_or_else(|| plain.to_owned());
    let mut total = Duration::ZERO;
    let mut rest = plain.trim();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !(letter.is_ascii_digit() || letter == '.'))?;
        let (number, behind) = rest.split_at(end);
        let behind = behind.trim_start();
        let end = behind
            .find(|letter: char| !letter.is_alphabetic())
            .unwrap_or(behind.len());
        let (word, behind) = behind.split_at(end);
        let mut words = TIME_WORDS.iter();
        let unit = words
            .find(|(unit, words)| *unit == word || words.split(' ').any(|it| it == word))
            .map(|(unit, _)| *unit)?;
        let one = parse_duration(&format!("1{unit}")).ok()?;
        let count: f64 = number.parse().ok()?;
        total = total.checked_add(Duration::try_from_secs_f64(one.as_secs_f64() * count).ok()?)?;
        rest = behind.trim_start_matches([' ', ',']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    (!total.is_zero()).then(|| format!("write \"{}\"", duration_text(total)))
}

/// A duration as ISO 8601 has it, but for months: `pt5m`.
fn iso(text: &str) -> Option<String> {
    let text = text.strip_prefix('p')?;
    let (days, time) = text.split_once('t').unwrap_or((text, ""));
    (!days.contains('m')).then(|| format!("{days}{time}"))
}

/// The size that was probably meant: `10M`, `10 megabytes`.
pub(super) fn meant_size(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let letter = unit.trim().chars().next()?.to_ascii_uppercase();
    let unit = match letter {
        'K' | 'M' | 'G' => format!("{letter}B"),
        'B' => "B".to_owned(),
        _ => return None,
    };
    let size = parse_size(&format!("{number} {unit}")).ok()?;
    Some(format!("write \"{}\"", size_text(size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_in_the_words_of_others_is_written_in_ours() {
        for (text, meant) in [
            ("5 minutes", Some("write \"5m\"")),
            ("5min", Some("write \"5m\"")),
            ("every 2 hours", Some("write \"2h\"")),
            ("1 hour and 30 mins", Some("write \"1h30m\"")),
            ("1 hr, 30 min", Some("write \"1h30m\"")),
            ("90 Days", Some("write \"90d\"")),
            ("0.5h", Some("write \"30m\"")),
            ("PT5M", Some("write \"5m\"")),
            ("P1DT12H", Some("write \"1d12h\"")),
            ("P1M", None),
            ("5 parsecs", None),
            ("0 minutes", None),
            ("soon", None),
            ("999999999999999999999999 years", None),
        ] {
            assert_eq!(meant_duration(text).as_deref(), meant, "{text}");
        }
        let cron = meant_duration("*/5 * * * *").expect("a word");
        assert!(cron.contains("how often"), "{cron}");
    }

    #[test]
    fn a_variable_in_a_string_is_a_secret() {
        for (text, name) in [
            ("$A_1", Some("A_1")),
            (" ${A} ", Some("A")),
            ("$", None),
            ("$a b", None),
            ("A", None),
        ] {
            let expected = name.map(|name| format!("write webhook = {{ env = \"{name}\" }}"));
            assert_eq!(meant_variable("webhook", text), expected, "{text}");
        }
        let most = Duration::from_hours(48);
        assert_eq!(
            longest("Forever", most).as_deref(),
            Some("the longest is \"2d\"")
        );
        assert_eq!(longest("15m", most), None);
    }

    #[test]
    fn a_size_in_the_words_of_others_is_written_in_ours() {
        for (text, meant) in [
            ("10M", Some("write \"10 MB\"")),
            ("10 megabytes", Some("write \"10 MB\"")),
            ("2g", Some("write \"2 GB\"")),
            ("10", None),
            ("ten", None),
        ] {
            assert_eq!(meant_size(text).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn a_bare_number_gets_units_with_which_it_is_allowed() {
        let days = Duration::from_hours(24)..=Duration::from_hours(24 * 3650);
        assert_eq!(
            bare_duration("90", &days).as_deref(),
            Some("write \"90h\" for hours, \"90d\" for days")
        );
        let any = Duration::from_secs(10)..=Duration::from_hours(24 * 365);
        assert_eq!(
            bare_duration("300", &any).as_deref(),
            Some("write \"300m\" for minutes, \"300s\" for seconds")
        );
        assert_eq!(bare_duration("-1", &any), None);
        let sizes = 1024..=(64 << 20);
        assert_eq!(
            bare_size("1000000", &sizes).as_deref(),
            Some("write \"1000000 B\" for bytes")
        );
    }
}
