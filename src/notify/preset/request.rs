//! The request that a preset makes of a notice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::{
    PresetError, PresetPart,
    data::{Grade, Limits, Preset},
    fit::{Measure, Unit, cut_text, fit},
    markup::Markup,
};
use crate::{
    http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE},
    model::{Notice, Priority},
    notify::{
        engine::{Engine, Escape, json},
        options::is_json,
        render::{Line, Message, Span, clean},
    },
};

/// How much shorter the text becomes each time the whole body is too long.
const SHRINK: (usize, usize) = (3, 4);
/// With less text than this, it is not the text that makes the body too long.
const LEAST_TEXT: usize = 16;

/// The longest title where the template failed.
const MAX_PLAIN_TITLE_CHARS: usize = 200;

/// All tags together, in the preset's unit.
const MAX_TAGS_LENGTH: usize = 1000;

/// The names of [`Names`], which no parameter may have.
pub(super) const NAMES: [&str; 15] = [
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
];

/// Parameters and their values; a secret one is shown or not, as the reader may see it.
pub(super) type Values<'a> = BTreeMap<&'a str, Option<&'a str>>;

/// A preset with its templates compiled.
#[derive(Debug)]
pub(super) struct Templates {
    url: Engine,
    headers: Vec<(HeaderName, Engine)>,
    body: Option<Engine>,
    is_json: bool,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Rendered {
    /// As rendered; [`url`] makes one of it.
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// What a template sees.
#[derive(Serialize)]
struct Names<'a> {
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
    #[serde(flatten)]
    values: &'a Values<'a>,
}

impl Templates {
    pub(super) fn new(preset: &Preset) -> Result<Self, PresetError> {
        let compile = |part: PresetPart, source: &str| {
            Engine::new(source, Escape::Nothing).map_err(|error| part.failed(error))
        };
        let mut headers = Vec::new();
        for (name, value) in &preset.headers {
            let part = PresetPart::Header(name.clone());
            let unusable = || part.clone().wrong("it cannot be the name of a header");
            let name = HeaderName::try_from(name).map_err(|_| unusable())?;
            headers.push((name, compile(part, value)?));
        }
        let body = preset.body.as_deref();
        let types = preset.headers.iter();
        let types = types.map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Self {
            is_json: body.is_some() && is_json(types),
            url: compile(PresetPart::Url, &preset.url)?,
            headers,
            body: body
                .map(|body| compile(PresetPart::Body, body))
                .transpose()?,
        })
    }

    /// The same bytes for the same notice, message and values.
    pub(super) fn render(
        &self,
        preset: &Preset,
        values: &Values<'_>,
        notice: &Notice,
        message: &Message,
    ) -> Result<Rendered, PresetError> {
        let mut room = preset.limits.body.unwrap_or(usize::MAX);
        loop {
            let names = names(preset, values, notice, message, room);
            let body = self.body(&names)?;
            let most = preset.limits.body.unwrap_or(usize::MAX);
            if body.len() <= most {
                if self.is_json {
                    json(&body, "text").map_err(|error| PresetPart::Body.failed(error))?;
                }
                return Ok(Rendered {
                    url: self.url(&names)?,
                    headers: self.headers(&names)?,
                    body,
                });
            }
            if room < LEAST_TEXT {
                let fault = format!("it has {} bytes and may have {most}", body.len());
                return Err(PresetPart::Body.wrong(fault));
            }
            room = room / SHRINK.1 * SHRINK.0;
        }
    }

    fn url(&self, names: &Names<'_>) -> Result<String, PresetError> {
        let url = self.url.render(names);
        text(url.map_err(|error| PresetPart::Url.failed(error))?)
            .ok_or_else(|| PresetPart::Url.wrong("it is not UTF-8"))
    }

    fn headers(&self, names: &Names<'_>) -> Result<HeaderMap, PresetError> {
        let mut headers = HeaderMap::new();
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, engine) in &self.headers {
            let part = || PresetPart::Header(name.to_string());
            let value = engine.render(names).map_err(|error| part().failed(error))?;
            if value.is_empty() {
                continue;
            }
            let value = HeaderValue::from_bytes(&value)
                .map_err(|_| part().wrong("it holds what a header cannot"))?;
            headers.insert(name.clone(), value);
        }
        Ok(headers)
    }

    fn body(&self, names: &Names<'_>) -> Result<Vec<u8>, PresetError> {
        let Some(body) = &self.body else {
            return Ok(Vec::new());
        };
        body.render(names)
            .map_err(|error| PresetPart::Body.failed(error))
    }
}

/// The URL of a request. Its fault is told without it: it may be secret.
pub(super) fn url(rendered: &str) -> Result<Url, PresetError> {
    match Url::parse(rendered.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Ok(_) => Err(PresetPart::Url.wrong("what it makes is not an http: or https: URL")),
        Err(error) => Err(PresetPart::Url.wrong(format!("what it makes is not a URL: {error}"))),
    }
}

/// The same in one sentence, with why: for a template that cannot say it otherwise.
pub(super) fn in_plain_words(message: Message, note: String) -> Message {
    let line = |text: String, link: Option<String>| {
        vec![Span {
            text: clean::line(&text),
            is_bold: false,
            link,
        }]
    };
    let story = message.link.map(|link| line(link.clone(), Some(link)));
    Message {
        title: clean::cut(&message.title, MAX_PLAIN_TITLE_CHARS),
        link: None,
        tags: vec!["fivebells".to_owned()],
        priority: message.priority,
        lines: [line(note, None)].into_iter().chain(story).collect(),
    }
}

fn text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok()
}

/// `room` bounds each text, for the sake of the whole body.
fn names<'a>(
    preset: &'a Preset,
    values: &'a Values<'a>,
    notice: &'a Notice,
    message: &'a Message,
    room: usize,
) -> Names<'a> {
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
