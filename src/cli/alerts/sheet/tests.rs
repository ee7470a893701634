use std::sync::{Arc, Mutex};

use super::*;
use crate::{model::Event, notify::sample_notice};

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

fn sheet(title: &str) -> String {
    let at: Timestamp = "2026-11-22T06:41:07Z".parse().expect("a time");
    let Event::Alert(mut alert) = sample_notice(at).event else {
        panic!("an alert")
    };
    alert.item.title = title.to_owned();
    let (tokyo, out) = (
        TimeZone::get("Asia/Tokyo").expect("a zone"),
        Shared::default(),
    );
    let mut sheet = Sheet::on(Box::new(out.clone()), &tokyo).expect("begun");
    sheet.row(&alert, at).expect("written");
    sheet.flush().expect("written");
    let bytes = out.0.lock().expect("no panic").clone();
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn a_row_is_an_alert_and_reads_back() {
    let csv = sheet("He said \"no\", twice\nand more");
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
    assert!(sheet("=1+1").contains(",'=1+1,"));
}
