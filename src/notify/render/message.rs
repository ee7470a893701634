//! A notice as chat and push services take it: a title, a link and lines of spans.
//!
//! This is the one form between what happens and what a service gets: a new kind of event needs
//! words ([`super::trouble`]) and nothing else, and no service knows of events.

use serde::Serialize;

use super::{
    alert::{Also, Quote},
    digest::Topic,
    runs::{Run, plain},
    sheet::Sheet,
};
use crate::model::Priority;

/// A stretch of text of one look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::notify) struct Span {
    /// Clean: one line, nothing that acts; not yet escaped.
    pub(in crate::notify) text: String,
    /// Whether it is a hit or a headline.
    #[serde(rename = "bold")]
    pub(in crate::notify) is_bold: bool,
    /// Where it leads; only `http` or `https`.
    pub(in crate::notify) link: Option<String>,
}

/// One line.
pub(in crate::notify) type Line = Vec<Span>;

/// What a service gets, before its markup, its escapes and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::notify) struct Message {
    /// One line, plain.
    pub(in crate::notify) title: String,
    /// The story.
    pub(in crate::notify) link: Option<String>,
    /// Watches, or the program's own name.
    pub(in crate::notify) tags: Vec<String>,
    /// How urgent.
    pub(in crate::notify) priority: Priority,
    /// All but the title, the most important first: what is too long is cut at its end.
    pub(in crate::notify) lines: Vec<Line>,
}

impl Message {
    /// The headline and the link, on one line.
    pub(in crate::notify) fn one_line(&self) -> String {
        let parts = [Some(&self.title), self.link.as_ref()];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join(" ")
    }

    /// All of it without markup: the headline, the link and the rest, a line each.
    pub(in crate::notify) fn plain_text(&self) -> String {
        let rest = self.lines.iter().map(|line| {
            let spans = line.iter().map(|span| span.text.as_str());
            spans.collect::<String>()
        });
        let head = [Some(self.title.clone()), self.link.clone()];
        let lines: Vec<String> = head.into_iter().flatten().chain(rest).collect();
        lines.join("\n")
    }
}

/// Puts a sheet in lines.
pub(super) fn message(sheet: Sheet) -> Message {
    // Every part is named, so that a new one cannot be forgotten here.
    let Sheet {
        tags,
        priority,
        headline,
        link,
        origin,
        update,
        standing,
        quotes,
        facts,
        also,
        several,
        footer,
    } = sheet;
    let mut lines: Vec<Line> = Vec::new();
    let title = match several {
        None => plain(&headline),
        Some(several) => {
            lines.extend(several.topics.into_iter().flat_map(topic));
            several.lead.join(": ")
        }
    };
    lines.extend(update.map(|update| vec![text(format!("Update: {update}"))]));
    lines.extend(standing.map(|standing| vec![text(format!("Story: {standing}"))]));
    lines.extend(quotes.into_iter().map(quote));
    let facts_of_origin = origin.into_iter().flat_map(|origin| origin.facts);
    let facts = facts_of_origin.chain(facts);
    lines.extend(facts.map(|(label, value)| fact(label, value)));
    lines.extend(also.into_iter().map(elsewhere));
    lines.push(vec![text(footer)]);
    Message {
        title,
        link,
        tags,
        priority,
        lines,
    }
}

/// The watch, and two lines a story.
fn topic(topic: Topic) -> Vec<Line> {
    let name = Span {
        is_bold: true,
        ..text(topic.name)
    };
    let stories = topic.stories.into_iter().flat_map(|story| {
        let under = if story.is_under { "↳ " } else { "" };
        let grade = match story.priority {
            Priority::Routine => String::new(),
            priority => format!("{}: ", priority.as_str()),
        };
        let update = story.update.map(|update| format!("Update ({update}): "));
        let title = Span {
            link: story.link,
            ..text(plain(&story.headline))
        };
        let before = text([under.to_owned(), grade, update.unwrap_or_default()].concat());
        let source = text(format!(" ({}, {})", story.source, story.time));
        let headline = [before, title, source];
        let headline = headline.into_iter().filter(|span| !span.text.is_empty());
        std::iter::once(headline.collect()).chain(story.quote.map(quote))
    });
    std::iter::once(vec![name]).chain(stories).collect()
}

fn quote(quote: Quote) -> Line {
    let label = text(format!("{}: ", quote.field));
    let runs = quote.runs.into_iter().map(|Run { text, is_hit }| Span {
        text,
        is_bold: is_hit,
        link: None,
    });
    std::iter::once(label).chain(runs).collect()
}

/// The fact `URL` is a feed's: a link, and as such safe from the escapes of a markup.
fn fact(label: &str, value: String) -> Line {
    match label {
        "URL" if value.starts_with("http") => {
            let link = Span {
                link: Some(value.clone()),
                ..text(value)
            };
            vec![text(format!("{label}: ")), link]
        }
        _ => vec![text(format!("{label}: {value}"))],
    }
}

fn elsewhere(also: Also) -> Line {
    let title = Span {
        text: also.title,
        is_bold: false,
        link: also.link,
    };
    vec![text(format!("Also in {}: ", also.source)), title]
}

fn text(text: String) -> Span {
    Span {
        text,
        is_bold: false,
        link: None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use crate::notify::{render, sample::sample_digest};

    #[test]
    fn a_digest_has_every_story_under_its_watch_with_its_link() {
        let message = render::message(&sample_digest(Timestamp::UNIX_EPOCH), &TimeZone::UTC);
        assert!(
            message.title.starts_with("3 alerts: Shinjir"),
            "{}",
            message.title
        );
        let lines: Vec<String> = { message.lines.iter() }
            .map(|line| line.iter().map(|span| span.text.as_str()).collect())
            .collect();
        let place = |text: &str| lines.iter().position(|line| line.contains(text));
        let [watch, story] = ["hegseth", "Pentagon: Hegseth to visit Manila"];
        let watch = lines.iter().position(|line| line == watch);
        assert_eq!(
            watch.expect("the watch") + 1,
            place(story).expect("its story")
        );
        let linked = message.lines.iter().flatten();
        assert_eq!(linked.filter(|span| span.link.is_some()).count(), 3);
    }
}
