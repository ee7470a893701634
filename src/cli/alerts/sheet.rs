//! Alerts as CSV (RFC 4180), for spreadsheets.

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};

use super::super::{
    error::CliError,
    terminal::{one_line, width},
};
use crate::model::Alert;

const HEADING: [&str; 13] = [
    "alert",
    "made",
    "priority",
    "watches",
    "feed",
    "tags",
    "title",
    "link",
    "published",
    "authors",
    "terms",
    "summary",
    "item",
];

/// What begins a formula, also in the wide forms that a Japanese keyboard gives.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// What stands between the names of one cell.
const AND: &str = "; ";

/// A table that is written row by row.
pub(super) struct Sheet<'a> {
    rows: csv::Writer<Box<dyn Write + Send>>,
    zone: &'a TimeZone,
}

impl<'a> Sheet<'a> {
    /// On standard output, with its heading.
    pub(super) fn begin(zone: &'a TimeZone) -> Result<Self, CliError> {
        Self::on(Box::new(io::stdout()), zone)
    }

    fn on(out: Box<dyn Write + Send>, zone: &'a TimeZone) -> Result<Self, CliError> {
        let mut options = csv::WriterBuilder::new();
        let mut rows = options.terminator(csv::Terminator::CRLF).from_writer(out);
        rows.write_record(HEADING).map_err(failed)?;
        Ok(Self { rows, zone })
    }

    pub(super) fn row(&mut self, alert: &Alert, made_at: Timestamp) -> Result<(), CliError> {
        let Alert { item, feed, .. } = alert;
        let mut terms: Vec<&str> = alert.matches.iter().map(|hit| hit.text.as_str()).collect();
        let mut seen = std::collections::HashSet::new();
        terms.retain(|term| seen.insert(*term));
        let cells = [
            format!("a{}", alert.id),
            self.time(made_at),
            alert.priority.to_string(),
            alert.watches.join(AND),
            feed.name.clone(),
            feed.tags.join(AND),
            item.title.clone(),
            item.link.clone().unwrap_or_default(),
            item.published.map(|at| self.time(at)).unwrap_or_default(),
            item.authors.join(AND),
            terms.join(AND),
            item.summary.clone(),
            format!("#{}", item.id),
        ];
        let cells = cells.iter().map(|text| cell(text));
        self.rows.write_record(cells).map_err(failed)
    }

    pub(super) fn flush(&mut self) -> Result<(), CliError> {
        Ok(self.rows.flush()?)
    }

    fn time(&self, at: Timestamp) -> String {
        let time = at.to_zoned(self.zone.clone());
        time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// A stranger's text on one line; what a spreadsheet would take for a formula gets an apostrophe
/// before it, by which the spreadsheet takes it for text.
fn cell(text: &str) -> String {
    let text = one_line(text, usize::MAX);
    // What cannot be seen may be left out before the cell is read.
    let seen = text.trim_start_matches(|sign: char| width(sign.encode_utf8(&mut [0; 4])) == 0);
    if seen.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text
    }
}

fn failed(error: csv::Error) -> CliError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        // Every row has as many cells as the heading.
        other => CliError::Failed(format!("cannot write CSV: {other:?}")),
    }
}

#[cfg(test)]
mod tests;
