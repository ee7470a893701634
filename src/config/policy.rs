//! When a receiver is notified: `digest`, `quiet`, `at_most` and `group_wait`.
//!
//! Each has a short form, and but for `group_wait` a long one that names the priority which does
//! not wait: `quiet = "22:30-06:30"` is `quiet = { hours = "22:30-06:30", passes = "bulletin" }`.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{
    limits::{AT_MOST, AT_MOST_PER, DIGEST_COUNT, DIGEST_EVERY, GROUP_WAIT, MAX_QUIET_HOURS},
    schema::{AT_MOST_TABLE, DIGEST_TABLE, Kind, QUIET_TABLE, Table},
    strings::quoted,
    times::{daily_texts, parse_daily, parse_window, window_text},
    units::{duration_text, parse_duration},
    value::{Text, Value},
};
use crate::{
    delivery_policy::{Digest, Policy, Quiet, Rate},
    model::Priority,
};

/// What breaks through a digest and a rate where the config does not say.
const PASSES: Priority = Priority::Flash;
/// What breaks through quiet hours where the config does not say.
const PASSES_QUIET: Priority = Priority::Bulletin;

/// Reads the policy of an entry of `[receiver]`; `None` where it has none.
pub(super) fn read_policy(entry: Value<'_>, zone: &TimeZone) -> Option<Policy> {
    let keys = entry.is_table().then(|| entry.entries()).flatten()?;
    let get = |name: &str| keys.iter().copied().find(|value| value.name() == name);
    let policy = Policy {
        zone: zone.clone(),
        digest: get("digest").and_then(read_digest),
        quiet: get("quiet").and_then(|value| read_quiet(value, zone)),
        at_most: get("at_most").and_then(read_rate),
        group_wait: get("group_wait").and_then(|value| value.duration(&GROUP_WAIT)),
    };
    (!policy.is_immediate()).then_some(policy)
}

fn read_digest(value: Value<'_>) -> Option<Digest> {
    let (when, passes) = long_form(value, &DIGEST_TABLE, "when", Kind::StringsOrTable)?;
    let mut digest = Digest {
        times: Vec::new(),
        every: None,
        count: None,
        passes: passes.unwrap_or(PASSES),
    };
    for text in when.strings()? {
        read_when(&text, &mut digest)?;
    }
    if digest.times.is_empty() && digest.every.is_none() {
        let help = "add a time such as \"08:00\", or \"every 1d\"";
        let message = match digest.count {
            Some(_) => "the last alerts would wait for others for ever: there is no time",
            None => "`digest` names no time",
        };
        when.error_with(message, help);
        return None;
    }
    Some(digest)
}

fn read_when(text: &Text<'_>, digest: &mut Digest) -> Option<()> {
    let words = text.text.trim();
    if let Some(length) = words.strip_prefix("every ") {
        let length = bounded_duration(text, length, &DIGEST_EVERY)?;
        return once(text, &mut digest.every, length);
    }
    if let Some(count) = words.strip_suffix("alerts") {
        let (least, most) = (DIGEST_COUNT.start(), DIGEST_COUNT.end());
        let count = count.trim().parse().ok();
        let Some(count) = count.filter(|count| DIGEST_COUNT.contains(count)) else {
            text.error(format!(
                "a digest is made early at {least} to {most} alerts"
            ));
            return None;
        };
        return once(text, &mut digest.count, count);
    }
    let Some(times) = parse_daily(words) else {
        let help = "write \"08:00\", \"Mon-Fri 08:00\", \"every 2h\" or \"50 alerts\"";
        text.error_with(format!("{words:?} is no time for a digest"), help);
        return None;
    };
    digest.times.push(times);
    Some(())
}

/// Of two intervals or numbers only one could hold.
fn once<T>(text: &Text<'_>, place: &mut Option<T>, value: T) -> Option<()> {
    if place.is_some() {
        text.error("there is another one before it: one of them is enough");
        return None;
    }
    *place = Some(value);
    Some(())
}

fn read_quiet(value: Value<'_>, zone: &TimeZone) -> Option<Quiet> {
    let (hours, passes) = long_form(value, &QUIET_TABLE, "hours", Kind::StringsOrTable)?;
    let mut windows = Vec::new();
    for text in hours.strings()? {
        let Some(window) = parse_window(text.text) else {
            let help = "write \"22:30-06:30\", or days before it: \"Sat-Sun 00:00-24:00\"";
            text.error_with(format!("{:?} are no hours", text.text), help);
            return None;
        };
        windows.push(window);
    }
    if windows.is_empty() || windows.len() > MAX_QUIET_HOURS {
        hours.error(format!(
            "`{}` takes 1 to {MAX_QUIET_HOURS} entries",
            hours.name()
        ));
        return None;
    }
    let quiet = Quiet {
        hours: windows,
        passes: passes.unwrap_or(PASSES_QUIET),
    };
    if !quiet.ends(zone) {
        hours.error_with(
            "these hours never end: nothing would ever be sent",
            "leave some time of the week free, or do not notify the receiver",
        );
        return None;
    }
    Some(quiet)
}

fn read_rate(value: Value<'_>) -> Option<Rate> {
    let (rate, passes) = long_form(value, &AT_MOST_TABLE, "rate", Kind::StringOrTable)?;
    let text = rate.text(Kind::String)?;
    let Some((count, per)) = text.text.split_once('/') else {
        return not_a_rate(&text);
    };
    let Ok(count) = count.trim().parse::<u64>() else {
        return not_a_rate(&text);
    };
    if !AT_MOST.contains(&count) {
        let (least, most) = (AT_MOST.start(), AT_MOST.end());
        text.error(format!("the number must be from {least} to {most}"));
        return None;
    }
    // "20/h" is "20/1h".
    let per = per.trim();
    let per = if per.starts_with(|letter: char| letter.is_ascii_digit()) {
        per.to_owned()
    } else {
        format!("1{per}")
    };
    Some(Rate {
        count: usize::try_from(count).ok()?,
        per: bounded_duration(&text, &per, &AT_MOST_PER)?,
        passes: passes.unwrap_or(PASSES),
    })
}

fn not_a_rate<T>(text: &Text<'_>) -> Option<T> {
    let help = "write how many in what time: \"20/h\", \"5/10m\", \"100/d\"";
    text.error_with(format!("{:?} is no rate", text.text), help);
    None
}

fn bounded_duration(
    text: &Text<'_>,
    length: &str,
    bounds: &std::ops::RangeInclusive<Duration>,
) -> Option<Duration> {
    match parse_duration(length) {
        Ok(length) if bounds.contains(&length) => return Some(length),
        Ok(_) => {
            let [least, most] = [bounds.start(), bounds.end()].map(|it| duration_text(*it));
            text.error(format!("the time must be from {least} to {most}"));
        }
        Err(error) => {
            let help = "write a number and its unit: s, m, h, d or w, such as \"10m\"";
            text.error_with(format!("that is no length of time: {error}"), help);
        }
    }
    None
}

/// The value itself, or what a table has under `key`, and what passes.
fn long_form<'a>(
    value: Value<'a>,
    table: &'static Table,
    key: &'static str,
    kind: Kind,
) -> Option<(Value<'a>, Option<Priority>)> {
    if !value.is_table() {
        let takes = value.is_string() || kind == Kind::StringsOrTable && value.is_list();
        return if takes {
            Some((value, None))
        } else {
            value.mismatch(kind)
        };
    }
    let section = value.section(format!("`{}`", value.name()), table)?;
    let help = format!(
        "such as {} = {{ {key} = …, passes = \"flash\" }}",
        value.name()
    );
    let inner = section.require(key, &help);
    let passes = match section.string("passes") {
        // A routine alert that passes would make the rule one without effect.
        Some(text) => Some(text.one_of("priority that can pass", &Priority::ALL[1..])?),
        None => None,
    };
    Some((inner?, passes))
}

/// The policy as [`read_policy`] reads it: keys and values.
pub(super) fn as_written(policy: &Policy) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(digest) = &policy.digest {
        let times = digest.times.iter().flat_map(daily_texts);
        let every = digest
            .every
            .map(|every| format!("every {}", duration_text(every)));
        let count = digest.count.map(|count| format!("{count} alerts"));
        let when = listed(times.chain(every).chain(count));
        lines.push(("digest", table("when", &when, digest.passes)));
    }
    if let Some(quiet) = &policy.quiet {
        let hours = listed(quiet.hours.iter().map(window_text));
        lines.push(("quiet", table("hours", &hours, quiet.passes)));
    }
    if let Some(rate) = &policy.at_most {
        let text = quoted(&format!("{}/{}", rate.count, duration_text(rate.per)));
        lines.push(("at_most", table("rate", &text, rate.passes)));
    }
    if let Some(wait) = policy.group_wait {
        lines.push(("group_wait", quoted(&duration_text(wait))));
    }
    lines
}

fn listed(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| quoted(&text)).collect();
    format!("[{}]", texts.join(", "))
}

fn table(key: &str, value: &str, passes: Priority) -> String {
    format!(
        "{{ {key} = {value}, passes = {} }}",
        quoted(passes.as_str())
    )
}
