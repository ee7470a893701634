//! What the templates of a preset see.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    data::{Grade, Limits, Preset},
    fit::{Measure, Unit, cut_text, fit},
    markup::Markup,
};
use crate::{
    model::{Notice, Priority},
    notify::{
        incident::Incident,
        render::{Line, Message, Span},
    },
};

/// Parameters and their values; a secret one is shown or not, as the reader may see it.
pub(super) type Values<'a> = BTreeMap<&'a str, Option<&'a str>>;

/// All tags together, in the preset's unit.
const MAX_TAGS_LENGTH: usize = 1000;

/// The names of [`Names`], which no parameter may have.
pub(super) const NAMES: [&str; 20] = [
    "id",
    "type",
    "timestamp",
    "time",
    "priority",
    "grade",
    "title",
    "heading",
    "headline",
    "text",
    "message",
    "plain",
    "link",
    "tags",
    "lines",
    "feed",
    "incident",
    "resolved",
    "now",
    "body",
];

/// What a request is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) preset: &'a Preset,
    pub(super) values: &'a Values<'a>,
    pub(super) notice: &'a Notice,
    pub(super) message: &'a Message,
    /// When it is sent.
    pub(super) now: Timestamp,
}

/// What a template sees.
#[derive(Serialize)]
pub(super) struct Names<'a> {
    /// The notice's key, the same on every attempt.
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    /// The same in seconds since 1970.
    time: i64,
    priority: Priority,
    /// The priority in the service's own words.
    grade: &'a Grade,
    /// The headline, plain.
    title: String,
    /// The headline, escaped.
    heading: String,
    /// The headline, bold, and a link where there is one.
    headline: String,
    /// All but the headline.
    text: String,
    /// The headline and the text.
    message: String,
    /// The message without markup.
    plain: String,
    link: Option<&'a str>,
    /// The watches that matched, as many as [`MAX_TAGS_LENGTH`] holds.
    tags: Vec<&'a str>,
    /// The message as lines of spans, for services that take structure and no markup.
    lines: Vec<Line>,
    /// The feed that it is about, where it is one.
    feed: Option<&'a str>,
    /// What the notices of one trouble share, from its beginning to its end.
    incident: String,
    /// Whether this is its end.
    resolved: bool,
    /// The attempt's time, in seconds since 1970: the only name that another attempt changes.
    now: i64,
    /// The body as it is sent, for signatures in the URL and in headers; empty within the body.
    pub(super) body: String,
    #[serde(flatten)]
    values: &'a Values<'a>,
}

/// `room` bounds each text, for the sake of the whole body.
pub(super) fn names(subject: Subject<'_>, room: usize) -> Names<'_> {
    let Subject {
        preset,
        values,
        notice,
        message,
        now,
    } = subject;
    let Incident { key, is_over } = Incident::of(notice);
    let (markup, limits) = (preset.markup, &preset.limits);
    let measure = Measure {
        markup,
        unit: preset.unit,
        is_text_only: preset.is_text_only,
    };
    let limit = |limit: Option<usize>| limit.unwrap_or(Limits::UNSTATED).min(room);
    let fits = |link: &&String| preset.unit.length(link) <= limits.link.unwrap_or(room).min(room);
    let link = message.link.as_ref().filter(fits).map(String::as_str);
    let heading = headline(&message.title, None, false);
    let linked = headline(&message.title, link, true);
    let bare = link.map(|link| headline(link, None, false));
    let whole = |bare: Option<Line>| {
        let lines = [linked.clone()].into_iter().chain(bare);
        let lines = lines.chain(message.lines.iter().cloned()).collect();
        fit(lines, limit(limits.message), measure)
    };
    let shown = whole(bare.clone().filter(|_| markup.has_no_links()));
    let title = limit(limits.title);
    Names {
        id: &notice.key.0,
        kind: notice.event.kind(),
        timestamp: notice.timestamp,
        time: notice.timestamp.as_second(),
        priority: message.priority,
        grade: &preset.priority[message.priority as usize],
        title: cut_text(&message.title, title, preset.unit),
        heading: markup.lines(&fit(vec![heading], title, measure)),
        headline: markup.lines(&fit(vec![linked.clone()], title, measure)),
        text: markup.lines(&fit(message.lines.clone(), limit(limits.text), measure)),
        message: markup.lines(&shown),
        plain: Markup::Plain.lines(&whole(bare)),
        link,
        tags: tags(&message.tags, room.min(MAX_TAGS_LENGTH), preset.unit),
        lines: whole(None).into_iter().map(spoken).collect(),
        feed: notice.event.feed(),
        incident: key,
        resolved: is_over,
        now: now.as_second(),
        body: String::new(),
        values,
    }
}

fn tags(tags: &[String], mut room: usize, unit: Unit) -> Vec<&str> {
    let fitting = tags.iter().map(String::as_str).take_while(|tag| {
        let left = room.checked_sub(unit.length(tag));
        room = left.unwrap_or(0);
        left.is_some()
    });
    fitting.collect()
}

/// A line without spans that say nothing, which some services refuse.
fn spoken(line: Line) -> Line {
    line.into_iter()
        .filter(|span| !span.text.is_empty())
        .collect()
}

fn headline(title: &str, link: Option<&str>, is_bold: bool) -> Line {
    vec![Span {
        text: title.to_owned(),
        is_bold,
        link: link.map(str::to_owned),
    }]
}
