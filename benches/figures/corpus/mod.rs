//! How well the feeds of a folder are read, by us and by feed-rs alone.
//!
//! `DIR/expected.jsonl` has a line for each file: `{"file": "real/a.xml", "items": 25,
//! "read_by_feedparser": [{"title": …, "link": …, "published": …, "updated": …}]}`, with the number
//! of its items and what Python feedparser reads. The table counts by the first folder
//! of `file`; `--list` names every difference.
//!
//! With `--words FILE`, which `feedparser_words.py` writes, the table says how many of the words that
//! feedparser shows our text holds.

mod expectation;
mod words;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write as _},
    panic,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use fivebells::parse::{Document, ParseError, ParsedFeed, parse};
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use expectation::{Agreement, Theirs};

/// Times each file is read by each of the two, alternately; the median counts.
const RUNS: usize = 9;

#[derive(Deserialize)]
struct Expected {
    file: String,
    items: usize,
    #[serde(default)]
    read_by_feedparser: Option<Vec<Theirs>>,
}

/// A part of a whole.
#[derive(Default, Clone, Copy)]
struct Share {
    part: usize,
    whole: usize,
}

impl Share {
    fn count(&mut self, is_part: bool) {
        self.part += usize::from(is_part);
        self.whole += 1;
    }
}

#[derive(Default)]
struct Folder {
    complete: Share,
    complete_raw: Share,
    items: Share,
    items_raw: Share,
    expectations: Share,
    agreement: Agreement,
    /// Each run's time for the whole folder: ours, and that of feed-rs.
    times: [(Duration, Duration); RUNS],
}

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder, with its `expected.jsonl`.
    directory: PathBuf,
    /// Compares the words of our text with those in this file.
    #[arg(long)]
    words: Option<PathBuf>,
    /// Names every difference.
    #[arg(long)]
    list: bool,
}

pub(crate) fn print(arguments: &Arguments) {
    read_all(arguments).expect("the folder can be read and the table written");
}

fn read_all(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let Arguments {
        directory,
        words,
        list,
    } = arguments;
    let list = *list;
    let mut out = io::stdout().lock();
    if let Some(words) = words {
        return Ok(words::compare(directory, words, list, &mut out)?);
    }
    // feed-rs panics on some files; without this each would print a message.
    panic::set_hook(Box::new(|_| {}));

    let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
    for line in BufReader::new(File::open(directory.join("expected.jsonl"))?).lines() {
        let expected: Expected = serde_json::from_str(&line?)?;
        let bytes = fs::read(directory.join(&expected.file))?;
        let name = expected.file.split('/').next().unwrap_or_default();
        let mut differences = Vec::new();
        for (name, differences) in [("all", &mut Vec::new()), (name, &mut differences)] {
            let folder = folders.entry(name.to_owned()).or_default();
            folder.read(&expected, &bytes, differences);
        }
        for difference in differences.iter().filter(|_| list) {
            writeln!(out, "{}: {difference}", expected.file)?;
        }
    }
    for (name, folder) in folders {
        folder.write(&name, &mut out)?;
    }
    Ok(())
}

impl Folder {
    fn read(&mut self, expected: &Expected, bytes: &[u8], differences: &mut Vec<String>) {
        let parsed = ours(bytes);
        let served = as_served(bytes);
        for expectation in &expectation::expectations(bytes) {
            let is_met = served.as_ref().is_ok_and(|feed| expectation.is_met(feed));
            self.expectations.count(is_met);
            if !is_met {
                differences.push(format!("not met: {expectation:?}"));
            }
        }
        if expected.items == 0 {
            return;
        }
        let raw = raw(bytes).unwrap_or(0);
        let read = parsed.as_ref().map_or(0, |feed| feed.items.len());
        self.complete.count(read >= expected.items);
        self.complete_raw.count(raw >= expected.items);
        for (items, read) in [(&mut self.items, read), (&mut self.items_raw, raw)] {
            items.part += read.min(expected.items);
            items.whole += expected.items;
        }
        if read != expected.items {
            differences.push(format!("{read} of {} items", expected.items));
        }
        if let (Ok(feed), Some(theirs)) = (&parsed, &expected.read_by_feedparser) {
            self.agreement.compare(feed, theirs, differences);
        }
        for (time_ours, time_raw) in &mut self.times {
            *time_ours += timed(|| ours(bytes).is_ok());
            *time_raw += timed(|| self::raw(bytes).is_some());
        }
    }

    fn write(&self, name: &str, out: &mut impl io::Write) -> io::Result<()> {
        writeln!(
            out,
            "{name}: {} files, {} items",
            self.complete.whole, self.items.whole
        )?;
        let mut line = |label: &str, ours: String, raw: &str| {
            writeln!(out, "  {label:<34} {ours:>9} {raw:>9}")
        };
        line("", "ours".to_owned(), "feed-rs")?;
        line(
            "files with all items out",
            percent(self.complete),
            &percent(self.complete_raw),
        )?;
        line("items", percent(self.items), &percent(self.items_raw))?;
        line(
            "feedparser's expectations met",
            percent(self.expectations),
            "",
        )?;
        let agreement = [
            ("title as feedparser's", self.agreement.title),
            ("link as feedparser's", self.agreement.link),
            ("date as feedparser's", self.agreement.date),
        ];
        for (label, share) in agreement {
            line(label, percent(share), "")?;
        }
        let [ours, raw] = [
            median(self.times.map(|(ours, _)| ours)),
            median(self.times.map(|(_, raw)| raw)),
        ];
        let ratio = median(
            self.times
                .map(|(ours, raw)| ours.as_secs_f64() / raw.as_secs_f64()),
        );
        let shown = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
        line("time, median", shown(ours), &shown(raw))?;
        line("time ours / feed-rs, median", format!("{ratio:.2}"), "1")
    }
}

/// The whole chain, from bytes to items with their keys.
fn ours(bytes: &[u8]) -> Result<ParsedFeed, ParseError> {
    parse_at(bytes, "https://example.org/feed", None)
}

fn parse_at(bytes: &[u8], url: &str, content_type: Option<&str>) -> Result<ParsedFeed, ParseError> {
    let url = Url::parse(url).expect("a URL");
    let now = Timestamp::constant(1_795_305_600, 0);
    let document = Document {
        bytes,
        content_type,
        url: &url,
    };
    parse(&document, now)
}

/// The chain for a file of feedparser's tests, with the headers that it wants and the address that
/// its expectations name.
fn as_served(bytes: &[u8]) -> Result<ParsedFeed, ParseError> {
    let base = Url::parse("http://127.0.0.1:8097/").expect("a URL");
    let location = expectation::header(bytes, "Content-Location").unwrap_or_default();
    let url = base.join(&location).unwrap_or(base);
    let content_type = expectation::header(bytes, "Content-Type");
    parse_at(bytes, url.as_str(), content_type.as_deref())
}

/// How many entries feed-rs reads, if it does not refuse the document or panic.
fn raw(bytes: &[u8]) -> Option<usize> {
    let feed = panic::catch_unwind(|| feed_rs::parser::parse(bytes))
        .ok()?
        .ok()?;
    Some(feed.entries.len())
}

fn timed(read: impl FnOnce() -> bool) -> Duration {
    let started = Instant::now();
    std::hint::black_box(read());
    started.elapsed()
}

fn median<T: PartialOrd + Copy>(mut values: [T; RUNS]) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
    values[RUNS / 2]
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn percent(share: Share) -> String {
    if share.whole == 0 {
        return "–".to_owned();
    }
    format!("{:.2} %", 100.0 * share.part as f64 / share.whole as f64)
}
