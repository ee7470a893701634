//! How many feeds of a folder are read with all their items, by us and by feed-rs alone.
//!
//! `cargo run --release --example corpus -- DIR [--list]`
//!
//! `DIR/expected.jsonl` has a line for each file: `{"file": "real/a.xml", "items": 25}`, with the
//! number of items that stand in it. The table counts by the first folder of `file`; `--list`
//! names the files of which we read fewer.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    panic,
    path::Path,
    time::{Duration, Instant},
};

use fivebells::parse::{Document, parse};
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

#[derive(Deserialize)]
struct Expected {
    file: String,
    items: usize,
}

/// One reader's score over one folder.
#[derive(Default)]
struct Score {
    complete: usize,
    nothing: usize,
    items: usize,
    time: Duration,
}

impl Score {
    fn add(&mut self, expected: usize, read: usize, time: Duration) {
        self.complete += usize::from(read >= expected);
        self.nothing += usize::from(read == 0);
        self.items += read.min(expected);
        self.time += time;
    }
}

#[derive(Default)]
struct Folder {
    files: usize,
    items: usize,
    ours: Score,
    raw: Score,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("usage: corpus DIR [--list]")?;
    let list = arguments.next().as_deref() == Some("--list");
    let directory = Path::new(&directory);
    let url = Url::parse("https://example.org/feed")?;
    let now: Timestamp = "2026-11-22T00:00:00Z".parse()?;
    let mut out = std::io::stdout().lock();
    // feed-rs panics on some files; without this each would print a message.
    panic::set_hook(Box::new(|_| {}));

    let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
    for line in BufReader::new(File::open(directory.join("expected.jsonl"))?).lines() {
        let expected: Expected = serde_json::from_str(&line?)?;
        if expected.items == 0 {
            continue;
        }
        let bytes = fs::read(directory.join(&expected.file))?;
        let document = Document {
            bytes: &bytes,
            content_type: None,
            url: &url,
        };
        let started = Instant::now();
        let parsed = parse(&document, now);
        let ours = (
            parsed.as_ref().map_or(0, |feed| feed.items.len()),
            started.elapsed(),
        );
        let started = Instant::now();
        let raw = panic::catch_unwind(|| feed_rs::parser::parse(&bytes[..]));
        let raw = (
            raw.ok()
                .and_then(Result::ok)
                .map_or(0, |feed| feed.entries.len()),
            started.elapsed(),
        );
        if list && ours.0 != expected.items {
            let reason = parsed
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            writeln!(
                out,
                "{}: {} of {} {reason}",
                expected.file, ours.0, expected.items
            )?;
        }
        let name = expected.file.split('/').next().unwrap_or_default();
        for name in [name, "all"] {
            let folder = folders.entry(name.to_owned()).or_default();
            folder.files += 1;
            folder.items += expected.items;
            folder.ours.add(expected.items, ours.0, ours.1);
            folder.raw.add(expected.items, raw.0, raw.1);
        }
    }
    for (name, folder) in folders {
        writeln!(
            out,
            "{name}: {} files, {} items",
            folder.files, folder.items
        )?;
        for (reader, score) in [("ours", folder.ours), ("feed-rs", folder.raw)] {
            writeln!(
                out,
                "  {reader:8} complete {:6.2} %  nothing {:4}  items {:6.2} %  {:5} ms",
                percent(score.complete, folder.files),
                score.nothing,
                percent(score.items, folder.items),
                score.time.as_millis()
            )?;
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}
