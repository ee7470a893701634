//! What is folded, waits and is sent again because others have the same story: `stories`, `sources`,
//! `corroborate` and `escalate`.

use std::{collections::BTreeSet, time::Duration};

use super::{
    hints::meant_duration,
    limits::{CORROBORATED_WITHIN, PUBLISHERS},
    problem::Problem,
    schema::{CORROBORATE_TABLE, ESCALATE_TABLE, Kind},
    section::Section,
    selectors::Selectors,
    strings::quoted,
    units::{duration_text, parse_duration},
    value::{Text, Value},
};
use crate::{
    model::{Corroborate, CountFrom, Escalate, Otherwise, Priority, ReceiverStories, Stories},
    publisher::{Publishers, agency_names},
};

/// What a watch says of stories.
#[derive(Debug, Default)]
pub(super) struct WatchStories {
    pub(super) stories: Option<Stories>,
    pub(super) corroborate: Option<Corroborate>,
    pub(super) escalate: Option<Escalate>,
}

/// Reads what a watch says. `priority` is its own; `None` where that could not be read.
pub(super) fn read_of_watch(
    section: &Section<'_>,
    priority: Option<Priority>,
    feeds: &Selectors<'_>,
    publishers: &Publishers,
) -> WatchStories {
    let corroborate = section
        .get("corroborate")
        .and_then(|value| read_corroborate(value, priority, feeds, publishers));
    let escalate = section
        .get("escalate")
        .and_then(|value| read_escalate(value, priority));
    if let (Some(waits), Some(rises)) = (&corroborate, &escalate)
        && rises.publishers <= waits.publishers
        && let Some(value) = section.get("escalate")
    {
        let message = format!(
            "`escalate` needs more publishers than the {} that `corroborate` waits for",
            waits.publishers
        );
        let help = format!("write publishers = {}, or more", waits.publishers + 1);
        value.error_with(message, help);
    }
    WatchStories {
        stories: section.get("stories").and_then(read_stories),
        corroborate,
        escalate,
    }
}

/// Reads `stories`, of a watch, of a receiver or at the top.
pub(super) fn read_stories(value: Value<'_>) -> Option<Stories> {
    value.string()?.one_of("value of `stories`", &Stories::ALL)
}

/// Reads what an entry of `[receiver]` says; `None` where it says nothing.
pub(super) fn read_of_receiver(entry: Value<'_>) -> Option<ReceiverStories> {
    let keys = entry.is_table().then(|| entry.entries()).flatten()?;
    let get = |name: &str| keys.iter().copied().find(|value| value.name() == name);
    let stories = ReceiverStories {
        mode: get("stories").and_then(read_stories),
        sources: get("sources").and_then(Value::boolean).unwrap_or(false),
    };
    (stories != ReceiverStories::default()).then_some(stories)
}

fn read_corroborate(
    value: Value<'_>,
    priority: Option<Priority>,
    feeds: &Selectors<'_>,
    publishers: &Publishers,
) -> Option<Corroborate> {
    let read = if value.is_table() {
        read_long(value, feeds, publishers)
    } else {
        read_short(&value.text(Kind::StringOrTable)?)
    }?;
    if priority.is_some_and(|priority| priority >= read.passes) {
        let message = format!(
            "`corroborate` does nothing here: alerts of {} priority do not wait",
            read.passes
        );
        let help = "leave it out, or give the watch a lower `priority`";
        let problem = Problem::warning(value.key_place(), message).help(help);
        value.context.report(problem);
    }
    Some(read)
}

/// Reads `3 publishers within 6h`.
fn read_short(text: &Text<'_>) -> Option<Corroborate> {
    let words: Vec<&str> = text.text.split_whitespace().collect();
    let [count, "publisher" | "publishers", "within", length @ ..] = &words[..] else {
        return not_a_rule(text);
    };
    let Ok(count) = count.parse::<u64>() else {
        return not_a_rule(text);
    };
    if !PUBLISHERS.contains(&count) {
        let (least, most) = (PUBLISHERS.start(), PUBLISHERS.end());
        text.error(format!("the number must be from {least} to {most}"));
        return None;
    }
    Some(Corroborate {
        publishers: u32::try_from(count).ok()?,
        within: read_length(text, &length.join(" "))?,
        otherwise: Otherwise::default(),
        from: Vec::new(),
        passes: Priority::Flash,
    })
}

fn not_a_rule<T>(text: &Text<'_>) -> Option<T> {
    let message = format!(
        "{:?} does not say how many publishers in what time",
        text.text
    );
    text.error_with(message, "write \"3 publishers within 6h\"");
    None
}

fn read_length(text: &Text<'_>, length: &str) -> Option<Duration> {
    match parse_duration(length) {
        Ok(length) if CORROBORATED_WITHIN.contains(&length) => return Some(length),
        Ok(_) => {
            let bounds = [CORROBORATED_WITHIN.start(), CORROBORATED_WITHIN.end()];
            let [least, most] = bounds.map(|bound| duration_text(*bound));
            text.error(format!("the time must be from {least} to {most}"));
        }
        Err(error) => {
            let usual = "write a number and its unit: m, h or d, such as \"6h\"";
            let help = meant_duration(length).unwrap_or_else(|| usual.to_owned());
            text.error_with(format!("that is no length of time: {error}"), help);
        }
    }
    None
}

fn read_long(
    value: Value<'_>,
    feeds: &Selectors<'_>,
    publishers: &Publishers,
) -> Option<Corroborate> {
    let section = value.section("`corroborate`".to_owned(), &CORROBORATE_TABLE)?;
    let help = "such as corroborate = { publishers = 3, within = \"6h\" }";
    let count = read_count(&section, help);
    let within = read_within(&section, help);
    let otherwise = match section.string("else") {
        Some(text) => text.one_of("value of `else`", &Otherwise::ALL),
        None => Some(Otherwise::default()),
    };
    let passes = match section.string("passes") {
        // A routine alert that passes would make the rule one without effect.
        Some(text) => text.one_of("priority that can pass", &Priority::ALL[1..]),
        None => Some(Priority::Flash),
    };
    let from = match section.get("from") {
        Some(value) => read_from(value, feeds, publishers),
        None => Some(Vec::new()),
    };
    let read = Corroborate {
        publishers: count?,
        within: within?,
        otherwise: otherwise?,
        from: from?,
        passes: passes?,
    };
    let is_named = |from: &CountFrom| matches!(from, CountFrom::Publisher(_));
    let named = u32::try_from(read.from.len()).unwrap_or(u32::MAX);
    if !read.from.is_empty() && read.from.iter().all(is_named) && named < read.publishers {
        let message = format!(
            "`from` names {named}, which never are {} publishers",
            read.publishers
        );
        section.get("from")?.error(message);
        return None;
    }
    Some(read)
}

fn read_count(section: &Section<'_>, help: &str) -> Option<u32> {
    let count = section.require("publishers", help)?;
    u32::try_from(count.integer(Kind::Integer, &PUBLISHERS)?).ok()
}

fn read_within(section: &Section<'_>, help: &str) -> Option<Duration> {
    section
        .require("within", help)?
        .duration(&CORROBORATED_WITHIN)
}

/// Publishers and tags, each once.
fn read_from(
    value: Value<'_>,
    feeds: &Selectors<'_>,
    publishers: &Publishers,
) -> Option<Vec<CountFrom>> {
    let texts = value.strings()?;
    if texts.is_empty() {
        value.error_with("`from` names nobody", "leave `from` out to count everybody");
        return None;
    }
    let named = texts.iter();
    let named = named.filter_map(|text| read_one_from(text, feeds, publishers));
    let named: BTreeSet<CountFrom> = named.collect();
    Some(named.into_iter().collect())
}

fn read_one_from(
    text: &Text<'_>,
    feeds: &Selectors<'_>,
    publishers: &Publishers,
) -> Option<CountFrom> {
    let context = text.value.context;
    if let Some(tag) = text.text.strip_prefix('#') {
        if feeds.knows(text.text) {
            return Some(CountFrom::Tag(tag.to_owned()));
        }
        let tags = feeds.all().filter(|name| name.starts_with('#'));
        context.report_unknown(text.place(), "feed with the tag", text.text, tags);
        return None;
    }
    let named = publishers.named(text.text).map(CountFrom::Publisher);
    if named.is_none() {
        let mut known: Vec<&str> = publishers
            .families()
            .iter()
            .map(|family| family.name.as_str())
            .collect();
        for agency in agency_names() {
            known.push(agency);
        }
        known.extend(feeds.all().filter(|name| name.starts_with('#')));
        context.report_unknown(text.place(), "publisher", text.text, known.into_iter());
    }
    named
}

fn read_escalate(value: Value<'_>, own: Option<Priority>) -> Option<Escalate> {
    let title = "`escalate`".to_owned();
    if !value.is_table() {
        return value.mismatch(Kind::Table);
    }
    let section = value.section(title, &ESCALATE_TABLE)?;
    let help = "such as escalate = { publishers = 3, within = \"6h\", priority = \"bulletin\" }";
    let count = read_count(&section, help);
    let within = read_within(&section, help);
    let text = section.require("priority", help)?.string()?;
    let priority = text.one_of("priority to rise to", &Priority::ALL[1..])?;
    if let Some(own) = own.filter(|own| priority <= *own) {
        let higher: Vec<String> = Priority::ALL
            .iter()
            .filter(|priority| **priority > own)
            .map(|priority| quoted(priority.as_str()))
            .collect();
        let help = if higher.is_empty() {
            "no priority is higher: leave `escalate` out".to_owned()
        } else {
            format!("it can be {}", higher.join(" or "))
        };
        let message = format!("{priority} is not higher than the watch's own priority, {own}");
        text.error_with(message, help);
        return None;
    }
    Some(Escalate {
        publishers: count?,
        within: within?,
        priority,
    })
}
