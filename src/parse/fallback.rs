//! The fallback reader: feed-rs, for the documents that ours does not read whole.
//!
//! Ours goes by prefixes and repairs what is broken; feed-rs follows XML's namespaces to the letter
//! and repairs nothing. So where the markup shows more items than ours found, or ours panicked, a
//! well-formed document may still give them all here. It is not asked otherwise: alone it reads all
//! items of 92 % of real feeds, ours of all of them, in less than half the time that both would
//! take.
//!
//! feed-rs 3.0.0 (with quick-xml 0.42.0) was seen to panic, to overflow its stack and to take more
//! than linear time. The panic is caught; [`is_fit_for_feed_rs`] excludes the rest beforehand. (The
//! panic hook is the program's; nothing is installed.)

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
    guard::is_fit_for_feed_rs,
    limit::Limited,
    raw::{Body, RawFeed, RawItem},
};

/// Reads a document that is text already. `None` where feed-rs cannot or must not.
pub(super) fn read(text: &str, now: Timestamp) -> Option<RawFeed<'static>> {
    if !is_fit_for_feed_rs(text) {
        return None;
    }
    let text = undeclared(text)?;
    caught(|| parser(now).parse(text.as_bytes()).ok()).map(raw_feed)
}

/// What a reader makes of a document, if it does not panic.
fn caught<T>(reader: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(reader)).ok().flatten()
}

/// The document without its declaration, which names the encoding it had before. `None` where
/// another one is elsewhere.
fn undeclared(text: &str) -> Option<&str> {
    let declaration = text.strip_prefix("<?xml").and_then(|rest| {
        let (_, behind) = rest.split_once("?>")?;
        Some(behind.trim_ascii_start())
    });
    let text = declaration.unwrap_or(text);
    let is_declared = memmem::find(text.as_bytes(), b"<?xml ").is_some();
    (!is_declared).then_some(text)
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
            .map(raw_item)
            .collect::<Limited<'_>>()
            .into_vec(),
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
        more: media
            .flat_map(|media| media.title.into_iter().chain(media.description))
            .map(|text| Body {
                is_html: true,
                text: text.content.into(),
            })
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
            .flat_map(|category| category.label.into_iter().chain([category.term]))
            .map(Into::into)
            .collect(),
        language: entry.language.map(Into::into),
        // feed-rs 3.0 reads no source of an entry.
        source: None,
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
    use super::{
        super::guard::{MAX_FALLBACK_DEPTH, MAX_FALLBACK_TAG_BYTES},
        *,
    };

    fn items(text: &str) -> Option<usize> {
        let now = "2026-11-22T00:00:00Z".parse().expect("RFC 3339");
        Some(read(text, now)?.items.len())
    }

    #[test]
    fn reads_what_is_well_formed_and_no_more() {
        let rss = "<rss version='2.0'><channel><item><title>é</title></item></channel></rss>";
        let declared = format!("<?xml version='1.0' encoding='utf-16'?>\n{rss}");
        assert_eq!(items(&declared), Some(1));
        assert_eq!(items("<feed><entry></feed>"), None);
        let late = format!("<!-- --><?xml version='1.0' encoding='utf-8'?>{rss}");
        assert_eq!(
            items(&late),
            None,
            "a declaration that is not the first thing"
        );
    }

    #[test]
    fn reads_up_to_the_bounds_and_no_further() {
        let channel = |inside: &str| {
            items(&format!(
                "<rss version='2.0'><channel><item>{inside}</item></channel></rss>"
            ))
        };
        // Within `rss`, `channel` and `item`.
        let nested = |depth: usize| "<a>".repeat(depth - 3) + &"</a>".repeat(depth - 3);
        assert_eq!(channel(&nested(MAX_FALLBACK_DEPTH)), Some(1));
        assert_eq!(channel(&nested(MAX_FALLBACK_DEPTH + 1)), None);
        let tag = |bytes: usize| format!("<a b='{}'/>", "c".repeat(bytes - "<a b=''/>".len()));
        assert_eq!(channel(&tag(MAX_FALLBACK_TAG_BYTES)), Some(1));
        assert_eq!(channel(&tag(MAX_FALLBACK_TAG_BYTES + 1)), None);
    }

    #[test]
    fn a_panic_is_caught() {
        assert_eq!(caught(|| Some(1)), Some(1));
        let panics = || -> Option<u8> { panic!("as a library may") };
        assert_eq!(caught(panics), None);
    }
}
