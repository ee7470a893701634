//! Bytes to items: no input panics, and what is read is known when it is read again.

#![no_main]

use std::{
    panic::{self, PanicHookInfo},
    process,
};

use fivebells::{
    model::{Identity, ItemId, Remembered},
    parse::{Document, ParseError, ParsedItem, judge, parse},
};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(init: panic::set_hook(Box::new(report)), |bytes: &[u8]| {
    let url = Url::parse("https://example.org/feed").expect("a URL");
    let now = Timestamp::constant(1_795_305_600, 0);
    let document = Document {
        bytes,
        content_type: None,
        url: &url,
    };
    match parse(&document, now) {
        Err(ParseError::Panicked) => panic!("the reader panicked"),
        Err(_) => {}
        Ok(feed) => {
            let known = (0..).zip(&feed.items).map(|(row, item)| Remembered {
                item: ItemId(row),
                alias: 0,
                fingerprint: item.fingerprint,
                seen_at: 0,
            });
            let items: Vec<_> = feed.items.iter().map(ParsedItem::shown).collect();
            let again = judge(&items, &known.collect::<Vec<_>>(), Identity::Auto);
            assert!(!again.news().any(|new| new));
        }
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
