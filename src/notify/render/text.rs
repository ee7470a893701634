//! The subject and the plain part of a mail.

use std::fmt::{self, Write as _};

use super::{
    clean,
    digest::{Story, Topic},
    runs::{marked, plain},
    sheet::Sheet,
};
use crate::model::Priority;

/// The longest list of watches, in characters.
const MAX_TAGS_CHARS: usize = 60;
/// The longest title, in characters: phones show about 40, Gmail on a desk about 70.
const MAX_TITLE_CHARS: usize = 160;
/// The longest feed title, in characters.
const MAX_SOURCE_CHARS: usize = 60;

/// `[koizumi, hegseth] Title — Feed title` or `[5 alerts] Title, and 4 more`, on one line; from
/// urgent up with the priority before it, for an inbox shows little more.
pub(super) fn subject(sheet: &Sheet) -> String {
    let is_of_stories = sheet.origin.is_some() || sheet.several.is_some();
    match sheet.priority {
        priority if is_of_stories && priority > Priority::Routine => {
            let priority = priority.as_str().to_uppercase();
            format!("{priority} {}", line(sheet))
        }
        _ => line(sheet),
    }
}

fn line(sheet: &Sheet) -> String {
    if let Some(several) = &sheet.several {
        let [count, first] = &several.lead;
        return format!("[{count}] {first}");
    }
    let tags = clean::cut(&clean::squeezed(&sheet.tags.join(", ")), MAX_TAGS_CHARS);
    let title = clean::cut(&clean::squeezed(&plain(&sheet.headline)), MAX_TITLE_CHARS);
    let update = sheet.update.as_ref().map_or("", |_| "Update: ");
    let source = sheet.origin.as_ref();
    let source = source.map(|origin| clean::squeezed(&origin.title));
    match source.as_deref() {
        None | Some("") => format!("[{tags}] {update}{title}"),
        Some(source) => format!(
            "[{tags}] {update}{title} — {}",
            clean::cut(source, MAX_SOURCE_CHARS)
        ),
    }
}

/// Headline, link, sentences with `*hits*`, facts in two columns, other sources; of a digest the
/// stories, then the facts.
pub(super) fn text(sheet: &Sheet) -> String {
    let mut text = String::new();
    write(&mut text, sheet).expect("a String takes every write");
    text
}

fn write(out: &mut String, sheet: &Sheet) -> fmt::Result {
    match &sheet.several {
        Some(several) => {
            for (at, topic) in several.topics.iter().enumerate() {
                let apart = if at == 0 { "" } else { "\n\n" };
                write!(out, "{apart}")?;
                write_topic(out, topic)?;
            }
        }
        None => write_story_of_its_own(out, sheet)?,
    }
    writeln!(out)?;
    let facts_of_origin = sheet.origin.iter().flat_map(|origin| &origin.facts);
    let facts: Vec<_> = facts_of_origin.chain(&sheet.facts).collect();
    let width = facts.iter().map(|(label, _)| label.len()).max();
    for (label, value) in facts {
        writeln!(out, "{label:<0$}  {value}", width.unwrap_or_default())?;
    }
    if !sheet.also.is_empty() {
        writeln!(out, "\nAlso in")?;
    }
    for also in &sheet.also {
        writeln!(out, "  {}: {}", also.source, also.title)?;
        if let Some(link) = &also.link {
            writeln!(out, "    {link}")?;
        }
    }
    // "-- " alone on a line starts a signature: programs fold it away (RFC 3676 §4.3).
    writeln!(out, "\n-- \nFivebells. {}", sheet.footer)
}

fn write_story_of_its_own(out: &mut String, sheet: &Sheet) -> fmt::Result {
    writeln!(out, "{}", plain(&sheet.headline))?;
    if let Some(link) = &sheet.link {
        writeln!(out, "{link}")?;
    }
    if let Some(update) = &sheet.update {
        writeln!(out, "Update: {update}")?;
    }
    if let Some(standing) = &sheet.standing {
        writeln!(out, "Story: {standing}")?;
    }
    for quote in &sheet.quotes {
        writeln!(out, "\n{}: {}", quote.field, marked(&quote.runs, "*", "*"))?;
    }
    Ok(())
}

/// The name, underlined, and below it each story.
fn write_topic(out: &mut String, topic: &Topic) -> fmt::Result {
    let name = &topic.name;
    writeln!(out, "{name}\n{}", "=".repeat(name.chars().count()))?;
    topic
        .stories
        .iter()
        .try_for_each(|story| write_story(out, story))
}

/// What is under the first alert of its story is indented.
fn write_story(out: &mut String, story: &Story) -> fmt::Result {
    let mut lines = String::new();
    write_lines(&mut lines, story)?;
    let indent = if story.is_under { "    " } else { "" };
    writeln!(out)?;
    { lines.lines() }.try_for_each(|line| writeln!(out, "{indent}{line}"))
}

fn write_lines(out: &mut String, story: &Story) -> fmt::Result {
    writeln!(out, "{}", marked(&story.headline, "*", "*"))?;
    if let Some(link) = &story.link {
        writeln!(out, "{link}")?;
    }
    let Story { source, time, .. } = story;
    match story.priority {
        Priority::Routine => writeln!(out, "{source}, {time}")?,
        priority => writeln!(out, "{source}, {time} ({priority})")?,
    }
    if let Some(update) = &story.update {
        writeln!(out, "Update: {update}")?;
    }
    if let Some(standing) = &story.standing {
        writeln!(out, "Story: {standing}")?;
    }
    if let Some(quote) = &story.quote {
        writeln!(out, "{}: {}", quote.field, marked(&quote.runs, "*", "*"))?;
    }
    Ok(())
}
