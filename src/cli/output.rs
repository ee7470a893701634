//! What goes to standard output and standard error.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use serde::Serialize;

use super::{
    error::CliError,
    table::{Screen, alarming, laid_out},
    terminal::wrap,
};

/// The columns that the name of a fact takes.
const FACT: usize = 13;

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
    /// Comma-separated values (RFC 4180), for spreadsheets; of `alerts` only.
    Csv,
}

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

    /// The columns that a fact has beside its name.
    pub(super) fn fact_columns(&self) -> Option<usize> {
        self.columns.map(|columns| columns.saturating_sub(FACT))
    }

    /// Facts with their names before them, a line each; more where the terminal is narrower.
    pub(super) fn facts(&self, facts: &[(&str, String)]) -> String {
        let room = self.fact_columns();
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
/// are in strings only.
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

/// Says on standard error what went wrong. A report that is already laid out is printed as it is.
pub(super) fn complain(message: &str) {
    let is_report = ["error", "warning", "\x1b["];
    let prefix = if is_report.iter().any(|start| message.starts_with(start)) {
        ""
    } else {
        "error: "
    };
    let text = format!("{prefix}{}", message.trim_end());
    // Where standard error is gone, nobody can read it.
    let _ = writeln!(io::stderr(), "{}", of_one_line(&text, stderr_columns()));
}

/// Text of one line, broken between words; a report has its own lines, with marks below their places.
fn of_one_line(text: &str, columns: Option<usize>) -> String {
    if text.contains('\n') {
        return text.to_owned();
    }
    wrap(text, columns).join("\n")
}

/// Says on standard error what is worth knowing.
pub(super) fn remark(message: &str) {
    let message = message.trim_end();
    if !message.is_empty() {
        let _ = writeln!(io::stderr(), "{}", of_one_line(message, stderr_columns()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_nothing_that_acts_on_a_terminal_and_reads_the_same() {
        let text = "小泉 a\u{9b}31m\u{202e}b\u{2066}\u{7f}\u{2028} é";
        let json = harmless(&serde_json::to_string(text).expect("a string"));
        assert_eq!(json, "\"小泉 a\\u009b31m\\u202eb\\u2066\\u007f\\u2028 é\"");
        let read: String = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read, text);
    }

    #[test]
    fn an_error_is_broken_between_words_and_a_report_is_left_alone() {
        let error = "error: feed is off; help: add --write";
        assert_eq!(
            of_one_line(error, Some(32)),
            "error: feed is off; help: add\n--write"
        );
        assert_eq!(of_one_line(error, None), error);
        let report = "error: no such key\n  |  wire = 1\n";
        assert_eq!(of_one_line(report, Some(8)), report);
    }
}
