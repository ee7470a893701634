//! The plain part of a mail.

use std::fmt::{self, Write as _};

use super::{
    digest::{Story, Topic},
    runs::{marked, plain},
    sheet::Sheet,
};
use crate::model::Priority;

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
        writeln!(out, "  {}: {}", also.feed, also.title)?;
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

fn write_story(out: &mut String, story: &Story) -> fmt::Result {
    writeln!(out, "\n{}", marked(&story.headline, "*", "*"))?;
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
    if let Some(quote) = &story.quote {
        writeln!(out, "{}: {}", quote.field, marked(&quote.runs, "*", "*"))?;
    }
    Ok(())
}
