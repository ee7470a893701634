//! One block per notice on a terminal or in a pipe.

use std::fmt::{self, Write as _};

use super::{
    digest::Story,
    runs::{Run, marked, plain},
    sheet::Sheet,
};
use crate::model::Priority;

const BOLD: &str = "\u{1b}[1m";
const HIT: &str = "\u{1b}[1;33m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// Bells and watches, title, source and time, link, sentences, other sources, a blank line.
/// Lines are never wrapped: the terminal does that, and a pipe wants them whole.
pub(super) fn block(sheet: &Sheet, colour: bool) -> String {
    let mut block = String::new();
    write(&mut block, sheet, &Style { colour }).expect("a String takes every write");
    block
}

fn write(out: &mut String, sheet: &Sheet, style: &Style) -> fmt::Result {
    let tags = format!("[{}]", sheet.tags.join(", "));
    match sheet.priority {
        Priority::Routine => writeln!(out, "{} {tags}", bells(sheet.priority))?,
        priority => {
            let name = priority.as_str().to_uppercase();
            writeln!(out, "{} {} {tags}", bells(priority), style.bold(&name))?;
        }
    }
    writeln!(out, "{}", style.title(&sheet.headline))?;
    if let Some(origin) = &sheet.origin {
        let title = &origin.title;
        match &origin.published {
            Some(published) => writeln!(out, "{}", style.dim(&format!("{title}, {published}")))?,
            None => writeln!(out, "{}", style.dim(title))?,
        }
    }
    if let Some(link) = &sheet.link {
        writeln!(out, "{link}")?;
    }
    if let Some(update) = &sheet.update {
        writeln!(out, "update: {update}")?;
    }
    if let Some(standing) = &sheet.standing {
        writeln!(out, "story: {standing}")?;
    }
    for topic in sheet.several.iter().flat_map(|several| &several.topics) {
        writeln!(out, "{}:", style.bold(&topic.name))?;
        for story in &topic.stories {
            write_story(out, story, style)?;
        }
    }
    for quote in &sheet.quotes {
        let (open, close) = style.hit();
        writeln!(out, "{}: {}", quote.field, marked(&quote.runs, open, close))?;
    }
    if sheet.origin.is_none() {
        for (label, value) in &sheet.facts {
            writeln!(out, "{}: {value}", label.to_lowercase())?;
        }
    }
    for also in &sheet.also {
        let link = also.link.as_deref().unwrap_or(&also.title);
        writeln!(out, "also in {}: {link}", also.source)?;
    }
    writeln!(out)
}

fn write_story(out: &mut String, story: &Story, style: &Style) -> fmt::Result {
    let headline = style.title(&story.headline);
    writeln!(out, "  {} {headline}", bells(story.priority))?;
    let source = format!("{}, {}", story.source, story.time);
    writeln!(out, "    {}", style.dim(&source))?;
    if let Some(link) = &story.link {
        writeln!(out, "    {link}")?;
    }
    if let Some(update) = &story.update {
        writeln!(out, "    update: {update}")?;
    }
    if let Some(quote) = &story.quote {
        let (open, close) = style.hit();
        let runs = marked(&quote.runs, open, close);
        writeln!(out, "    {}: {runs}", quote.field)?;
    }
    Ok(())
}

/// As many marks as the teleprinter rang bells: urgent three, bulletin five, flash ten.
fn bells(priority: Priority) -> String {
    "•".repeat(match priority {
        Priority::Routine => 1,
        Priority::Urgent => 3,
        Priority::Bulletin => 5,
        Priority::Flash => 10,
    })
}

struct Style {
    colour: bool,
}

impl Style {
    fn wrap(&self, open: &str, text: &str) -> String {
        if self.colour {
            format!("{open}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }

    fn bold(&self, text: &str) -> String {
        self.wrap(BOLD, text)
    }

    fn dim(&self, text: &str) -> String {
        self.wrap(DIM, text)
    }

    fn hit(&self) -> (&'static str, &'static str) {
        if self.colour { (HIT, RESET) } else { ("", "") }
    }

    /// Bold all through: the reset after a hit must not end it.
    fn title(&self, runs: &[Run]) -> String {
        if !self.colour {
            return plain(runs);
        }
        let run = |run: &Run| self.wrap(if run.is_hit { HIT } else { BOLD }, &run.text);
        runs.iter().map(run).collect()
    }
}
