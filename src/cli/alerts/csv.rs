//! Alerts as CSV (RFC 4180), for spreadsheets.

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};

use super::super::{error::CliError, terminal::width};
use crate::{model::Alert, view::words::one_line};

const HEADING: [&str; 15] = [
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
    "story",
    "role",
];

/// What begins a formula, also in the wide forms that a Japanese keyboard gives.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Between the names in one cell.
const AND: &str = "; ";

/// A table that is written row by row.
pub(super) struct CsvTable<'a> {
    rows: csv::Writer<Box<dyn Write + Send>>,
    zone: &'a TimeZone,
}

impl<'a> CsvTable<'a> {
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
            { alert.story.as_ref() }
                .map(|story| format!("s{}", story.id))
                .unwrap_or_default(),
            { alert.story.as_ref() }
                .map(|story| story.role.to_string())
                .unwrap_or_default(),
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
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::csv::*;
    use crate::{
        model::{Event, StoryRole},
        notify::sample_notice,
    };

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn table(title: &str) -> String {
        let at: Timestamp = "2026-11-22T06:41:07Z".parse().expect("a time");
        let Event::Alert(mut alert) = sample_notice(at).event else {
            panic!("an alert")
        };
        alert.item.title = title.to_owned();
        if let Some(story) = &mut alert.story {
            story.id = "812".to_owned();
            story.role = StoryRole::Copy;
        }
        let (tokyo, out) = (
            TimeZone::get("Asia/Tokyo").expect("a zone"),
            Shared::default(),
        );
        let mut table = CsvTable::on(Box::new(out.clone()), &tokyo).expect("begun");
        table.row(&alert, at).expect("written");
        table.flush().expect("written");
        let bytes = out.0.lock().expect("no panic").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn a_row_is_an_alert_and_reads_back() {
        let csv = table("He said \"no\", twice\nand more");
        assert!(
            csv.starts_with("alert,made,priority,watches,feed,"),
            "{csv}"
        );
        assert_eq!(
            csv.matches("\r\n").count(),
            2,
            "no cell has a line end: {csv}"
        );
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let row = reader.records().next().expect("a row").expect("CSV");
        assert_eq!(row.len(), HEADING.len());
        let cell = |name: &str| {
            let place = HEADING.iter().position(|it| *it == name);
            row.get(place.expect(name)).expect("a cell")
        };
        assert_eq!(cell("alert"), "a1842");
        assert_eq!(cell("made"), "2026-11-22T15:41:07+09:00");
        assert_eq!(cell("watches"), "koizumi; hegseth");
        assert_eq!(cell("title"), "He said \"no\", twice and more");
        assert_eq!(cell("terms"), "Koizumi; 小泉進次郎; Hegseth");
        assert_eq!(cell("item"), "#48121");
        assert_eq!((cell("story"), cell("role")), ("s812", "copy"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, wanted) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("  =1", "'=1"),
            ("\t=1", "'=1"),
            ("\u{202e}@x", "'@x"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("＝1", "'＝1"),
            ("＠x", "'＠x"),
            ("\u{feff}\u{200b}=1", "'\u{feff}\u{200b}=1"),
            ("1-1", "1-1"),
            ("'=1", "'=1"),
            ("#12", "#12"),
            ("", ""),
        ] {
            assert_eq!(cell(text), wanted, "{text:?}");
        }
        assert!(table("=1+1").contains(",'=1+1,"));
    }
}
