//! The receiver's own words in the place of a mail's subject, text and HTML.
//!
//! A subject is always one line without control characters, whatever a template or a feed makes of
//! it, and in HTML every value is escaped. A template that fails after all leaves the words of the
//! program: a mail that looks different is better than none.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    model::{Notice, Priority},
    notify::{
        MailTemplates,
        engine::{Engine, Escape, TemplateError},
        incident::Incident,
        render::{self, Line, MailContent, clean},
        sample::trials,
    },
};

/// The longest subject, in characters.
const MAX_SUBJECT_CHARS: usize = 300;

/// A part of a mail that a template can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPart {
    /// `subject`.
    Subject,
    /// `text`.
    Text,
    /// `html`.
    Html,
}

/// The templates of a receiver, compiled.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    subject: Option<Engine>,
    text: Option<Engine>,
    html: Option<Engine>,
}

/// What a template sees.
#[derive(Serialize)]
struct Names<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    time: i64,
    priority: Priority,
    title: &'a str,
    link: Option<&'a str>,
    tags: &'a [String],
    lines: &'a [Line],
    feed: Option<&'a str>,
    incident: &'a str,
    resolved: bool,
    /// The subject that it would be without a template.
    subject: &'a str,
    /// The text that it would be without a template.
    text: &'a str,
}

/// Tries a template of a mail on the notices of `trials`.
///
/// # Errors
/// [`TemplateError`]: what is wrong, and where.
pub fn check_mail_template(part: MailPart, source: &str) -> Result<(), TemplateError> {
    let engine = compile(part, source)?;
    for notice in trials() {
        let content = render::mail(&notice, &TimeZone::UTC);
        let made = rendered(&engine, &notice, &content, &TimeZone::UTC);
        made.map_err(|error| TemplateError {
            message: format!(
                "{} (in a notice of type {})",
                error.message,
                notice.event.kind()
            ),
            ..error
        })?;
    }
    Ok(())
}

fn compile(part: MailPart, source: &str) -> Result<Engine, TemplateError> {
    let escape = match part {
        MailPart::Html => Escape::Html,
        MailPart::Subject | MailPart::Text => Escape::Nothing,
    };
    Engine::new(source, escape)
}

impl Compiled {
    pub(super) fn new(templates: &MailTemplates) -> Result<Self, TemplateError> {
        let compiled = |part, source: &Option<String>| {
            let source = source.as_deref();
            source.map(|source| compile(part, source)).transpose()
        };
        Ok(Self {
            subject: compiled(MailPart::Subject, &templates.subject)?,
            text: compiled(MailPart::Text, &templates.text)?,
            html: compiled(MailPart::Html, &templates.html)?,
        })
    }

    /// What a mail says.
    pub(super) fn content(&self, notice: &Notice, timezone: &TimeZone) -> MailContent {
        let content = render::mail(notice, timezone);
        let made = |engine: &Option<Engine>| {
            let made = rendered(engine.as_ref()?, notice, &content, timezone).ok()?;
            (!made.trim().is_empty()).then_some(made)
        };
        let [text, html] = [&self.text, &self.html].map(made);
        MailContent {
            subject: self.subject(notice, timezone),
            text: text.unwrap_or(content.text),
            html: html.unwrap_or(content.html),
        }
    }

    /// Also what follows a story has a subject of its own: it may be read in a list, and it may be about
    /// another event than what it was grouped with.
    fn subject(&self, notice: &Notice, timezone: &TimeZone) -> String {
        let content = render::mail(notice, timezone);
        let engine = self.subject.as_ref();
        let made = engine.and_then(|it| rendered(it, notice, &content, timezone).ok());
        match made.filter(|made| !made.trim().is_empty()) {
            Some(made) => clean::cut(&clean::squeezed(&made), MAX_SUBJECT_CHARS),
            None => content.subject,
        }
    }
}

fn rendered(
    engine: &Engine,
    notice: &Notice,
    content: &MailContent,
    timezone: &TimeZone,
) -> Result<String, TemplateError> {
    let message = render::message(notice, timezone);
    let Incident { key, is_over } = Incident::of(notice);
    let made = engine.render(&Names {
        id: &notice.key.0,
        kind: notice.event.kind(),
        timestamp: notice.timestamp,
        time: notice.timestamp.as_second(),
        priority: message.priority,
        title: &message.title,
        link: message.link.as_deref(),
        tags: &message.tags,
        lines: &message.lines,
        feed: notice.event.feed(),
        incident: &key,
        resolved: is_over,
        subject: &content.subject,
        text: &content.text,
    })?;
    Ok(String::from_utf8_lossy(&made).into_owned())
}

#[cfg(test)]
mod tests;
