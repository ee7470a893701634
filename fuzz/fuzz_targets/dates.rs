//! Dates as feeds write them: no text panics, and no date is out of bounds.

#![no_main]

use std::{
    panic::{self, PanicHookInfo},
    process,
};

use fivebells::parse::{Document, parse};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(init: panic::set_hook(Box::new(report)), |text: &str| {
    let url = Url::parse("https://example.org/feed").expect("a URL");
    let now = Timestamp::constant(1_795_305_600, 0);
    let date = text.replace(['<', '&'], " ");
    let feed = format!("<rss><item><pubDate>{date}</pubDate></item></rss>");
    let document = Document {
        bytes: feed.as_bytes(),
        content_type: None,
        url: &url,
    };
    let feed = parse(&document, now).expect("a feed");
    if let Some(date) = feed.items[0].item.published {
        assert!(date >= Timestamp::constant(631_152_000, 0));
        assert!(date <= now + SignedDuration::from_hours(48));
    }
});

/// Every panic is a crash but those of feed-rs and its XML library, which the reader catches.
fn report(panic: &PanicHookInfo<'_>) {
    let is_theirs = |file: &str| file.contains("/feed-rs-") || file.contains("/quick-xml-");
    if !panic.location().is_some_and(|at| is_theirs(at.file())) {
        eprintln!("{panic}");
        process::abort();
    }
}
