//! Bytes to items: no input panics, and what is read is known when it is read again.

#![no_main]

use std::{
    panic::{self, PanicHookInfo},
    process,
};

use fivebells::parse::{Document, ItemKeys, ParseError, judge, parse};
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
            let keys: Vec<ItemKeys> = feed.items.into_iter().map(|item| item.keys).collect();
            let known = keys.iter().flat_map(ItemKeys::all).collect();
            assert!(!judge(&keys, &known).new.contains(&true));
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
