//! The second reader: feed-rs, for the documents that ours does not read whole.
//!
//! Ours goes by prefixes and repairs what is broken; feed-rs follows XML's namespaces to the letter
//! and repairs nothing. So where the markup shows more items than ours found, or ours panicked, a
//! well-formed document may still give them all here. It is not asked otherwise: alone it reads
//! all items of 92 % of real feeds, ours of all of them, in less than half the time that both
//! would take.
//!
//! feed-rs 3.0 panics on some feeds, overflows the stack on deeply nested ones and takes quadratic
//! time over some tags. The panic is caught, the rest ruled out first. (The panic hook is the program's; nothing is installed.)

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::{
    model::{Entry, Feed, Text},
    parser::{Builder, Parser},
};
use jiff::Timestamp;
use memchr::memmem;

use super::{
    address::{RawLink, Rel},
    date,
    guard::{MAX_ITEMS, is_fit_for_feed_rs},
    raw::{Body, RawFeed, RawItem},
};

/// Reads a document that is text already. `None` where feed-rs cannot or must not.
pub(super) fn read(text: &str, now: Timestamp) -> Option<RawFeed<'static>> {
    if !is_fit_for_feed_rs(text) {
        return None;
    }
    let text = undeclared(text);
    // Over one that comes later its XML library panics.
    if memmem::find(text.as_bytes(), b"<?xml ").is_some() {
        return None;
    }
    let feed = catch_unwind(AssertUnwindSafe(|| parser(now).parse(text.as_bytes()))).ok()?;
    feed.ok().map(raw_feed)
}

/// The document without its declaration, which names the encoding it had before.
fn undeclared(text: &str) -> &str {
    let declaration = text.strip_prefix("<?xml").and_then(|rest| {
        let (_, behind) = rest.split_once("?>")?;
        Some(behind.trim_ascii_start())
    });
    declaration.unwrap_or(text)
}

fn parser(now: Timestamp) -> Parser {
    Builder::new()
        // Its own ids are hashes of link and title, or random: worse than none.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            let date = date::read(text).filter(|date| date::is_plausible(*date, now))?;
            date.to_string().parse().ok()
        })
        .sanitize_content(false)
        .build()
}

fn raw_feed(feed: Feed) -> RawFeed<'static> {
    RawFeed {
        title: feed.title.map(body).unwrap_or_default(),
        links: feed.links.into_iter().filter_map(raw_link).collect(),
        language: feed.language.map(Into::into),
        items: feed
            .entries
            .into_iter()
            .take(MAX_ITEMS)
            .map(raw_item)
            .collect(),
        ..RawFeed::default()
    }
}

fn raw_item(entry: Entry) -> RawItem<'static> {
    let date = |at: Option<i64>| at.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let content = entry.content.map(|content| Body {
        is_html: content.content_type.as_str() != "text/plain",
        text: content.body.unwrap_or_default().into(),
    });
    let media = entry.media.into_iter();
    RawItem {
        id: Some(entry.id.into()),
        title: entry.title.map(body).unwrap_or_default(),
        summary: entry.summary.map(body).unwrap_or_default(),
        content: content.unwrap_or_default(),
        media: media
            .filter_map(|media| Some(media.description?.content.into()))
            .collect(),
        links: entry.links.into_iter().filter_map(raw_link).collect(),
        published: date(entry.published.map(|at| at.timestamp())),
        updated: date(entry.updated.map(|at| at.timestamp())),
        date_text: None,
        authors: entry
            .authors
            .into_iter()
            .filter_map(|person| person.name.map(Into::into))
            .collect(),
        categories: entry
            .categories
            .into_iter()
            .map(|category| category.term.into())
            .collect(),
        language: entry.language.map(Into::into),
    }
}

fn body(text: Text) -> Body<'static> {
    Body {
        is_html: text.content_type.as_str() != "text/plain",
        text: text.content.into(),
    }
}

fn raw_link(link: feed_rs::model::Link) -> Option<RawLink<'static>> {
    Some(RawLink {
        rel: Rel::of(link.rel.as_deref())?,
        href: link.href.into(),
        media_type: link.media_type.map(Into::into),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Option<usize> {
        let now = "2026-11-22T00:00:00Z".parse().expect("RFC 3339");
        Some(read(text, now)?.items.len())
    }

    #[test]
    fn reads_what_is_well_formed_and_no_more() {
        let declared = "<?xml version='1.0' encoding='utf-16'?>\n<rss version='2.0'><channel>\
                        <item><title>é</title></item></channel></rss>";
        assert_eq!(items(declared), Some(1));
        assert_eq!(items("<feed><entry></feed>"), None);
        assert_eq!(items(&format!("<!-- -->{declared}")), None);
    }

    #[test]
    fn a_panic_of_feed_rs_is_caught() {
        let rss = "<rss version='2.0'><channel><item><author>a@b.co（王）</author></item></channel></rss>";
        assert_eq!(items(rss), None);
    }
}
