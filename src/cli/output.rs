//! What goes to standard output and standard error.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use super::{
    CliError, Format, breaks,
    table::{Screen, alarming, laid_out},
};

/// Where a fact stands beside its name.
const FACT: usize = 13;

/// Standard output in the format that was asked for.
#[derive(Debug)]
pub(super) struct Output {
    format: Format,
    /// Whether to use colour.
    pub(super) color: bool,
    /// Columns of the terminal; `None` for a pipe, which wants lines whole.
    pub(super) columns: Option<usize>,
}

impl Output {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            color: AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            columns: terminal_size::terminal_size_of(io::stdout())
                .map(|(columns, _)| usize::from(columns.0)),
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    pub(super) fn is_csv(&self) -> bool {
        self.format == Format::Csv
    }

    /// Prints lines for people, broken between words where the terminal is narrower.
    pub(super) fn say(&self, text: &str) -> Result<(), CliError> {
        let lines = text.lines().flat_map(|line| wrap(line, self.columns));
        line(&lines.collect::<Vec<_>>().join("\n"))
    }

    /// Facts with their names before them, a line each; more where the terminal is narrower.
    pub(super) fn facts(&self, facts: &[(&str, String)]) -> String {
        let room = self.columns.map(|columns| columns.saturating_sub(FACT));
        let mut out = Vec::new();
        for (name, fact) in facts {
            let mut name = *name;
            for line in wrap(fact, room) {
                let line = if self.color { alarming(&line) } else { line };
                out.push(format!("{name:<FACT$}{line}"));
                name = "";
            }
        }
        out.join("\n")
    }

    /// Prints a table for people.
    pub(super) fn table(&self, heading: &[&str], rows: &[Vec<String>]) -> Result<(), CliError> {
        let screen = Screen {
            columns: self.columns,
            color: self.color,
        };
        let mut lines = laid_out(heading, rows, screen).into_iter();
        lines.try_for_each(|text| line(&text))
    }

    /// Prints a value: as one JSON line, or as the text that `text` makes of it.
    pub(super) fn print<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), CliError> {
        line(&match self.format {
            Format::Json => harmless(&serde_json::to_string(value).expect("plain data serializes")),
            Format::Text | Format::Csv => text(value),
        })
    }
}

/// JSON without a character that acts on the terminal it may be read on: what JSON leaves as it is,
/// DEL and the controls of C1, and what turns the direction of a line, is escaped. Such characters
/// stand in strings only.
fn harmless(json: &str) -> String {
    let acts = |c: char| {
        matches!(c, '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !json.contains(acts) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if acts(c) {
            write!(out, "\\u{:04x}", u32::from(c)).expect("a String takes every write");
        } else {
            out.push(c);
        }
    }
    out
}

/// Columns on a terminal: East Asian wide characters take two, a colour takes none.
pub(super) fn width(text: &str) -> usize {
    let whole = unicode_width::UnicodeWidthStr::width(text);
    let colors = text.match_indices("\x1b[");
    let colors = colors.map(|(at, _)| text[at..].find('m').map_or(0, |end| end + 1));
    whole.saturating_sub(colors.sum())
}

/// What fits into so many columns of the terminal, an ellipsis at its end where it was cut.
pub(super) fn fit(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| width(text) > *columns) else {
        return text.to_owned();
    };
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if width(&kept) >= columns {
            kept.pop();
            break;
        }
    }
    kept + "…"
}

/// The text in lines of so many columns. Lines after the first stand as far in as it does.
pub(super) fn wrap(text: &str, columns: Option<usize>) -> Vec<String> {
    let Some(columns) = columns else {
        return vec![text.to_owned()];
    };
    let indent = &text[..text.len() - text.trim_start_matches(' ').len()];
    let lines = breaks::lines(text, columns.saturating_sub(indent.len())).into_iter();
    lines.map(|line| format!("{indent}{line}")).collect()
}

/// Prints a line on standard output.
pub(super) fn line(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()?;
    Ok(())
}

/// How wide the terminal of standard error is.
pub(super) fn stderr_columns() -> Option<usize> {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map(|(columns, _)| usize::from(columns.0))
}

/// Whether colour may be used on standard error.
pub(super) fn stderr_color() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Tells on standard error what went wrong. A report that is already laid out stands as it is.
pub(super) fn complain(message: &str) {
    let is_report = ["error", "warning", "\x1b["];
    let prefix = if is_report.iter().any(|start| message.starts_with(start)) {
        ""
    } else {
        "error: "
    };
    let text = format!("{prefix}{}", message.trim_end());
    // Nobody is left to tell where standard error is gone.
    let _ = writeln!(io::stderr(), "{}", of_one_line(&text, stderr_columns()));
}

/// Text of one line, broken between words; a report has its own lines, with marks below their places.
fn of_one_line(text: &str, columns: Option<usize>) -> String {
    if text.contains('\n') {
        return text.to_owned();
    }
    wrap(text, columns).join("\n")
}

/// Tells on standard error what is worth knowing.
pub(super) fn remark(message: &str) {
    let message = message.trim_end();
    if !message.is_empty() {
        let _ = writeln!(io::stderr(), "{}", of_one_line(message, stderr_columns()));
    }
}

/// Text from a stranger on one line of a terminal: control characters become spaces, what turns the
/// direction of all that follows is dropped, and it is cut after `limit` characters.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let text = text.replace(
        |it| matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
        "",
    );
    let clean = text.split(|character: char| character.is_control() || character.is_whitespace());
    let words: Vec<&str> = clean.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
