//! A repaired document through feed-rs.
//!
//! feed-rs 3.0 panics on some feeds, overflows the stack on others and loses items without a word.
//! All of it comes from markup that [`repair`](super::repair) never writes. What is left is belt
//! and braces: a panic is caught and is this document's failure. (The panic hook is the program's;
//! nothing is installed here.)

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::{
    model::{Entry, Feed, Text},
    parser::{Builder, Parser},
};
use jiff::Timestamp;

use super::{
    ParseError,
    raw::{Body, RawFeed, RawItem, RawLink},
};

/// Reads an Atom document of our own writing.
pub(super) fn read(atom: &str) -> Result<RawFeed, ParseError> {
    let feed = catch_unwind(AssertUnwindSafe(|| parser().parse(atom.as_bytes())))
        .map_err(|_| ParseError::Panicked)?
        .map_err(|error| ParseError::Malformed {
            detail: error.to_string(),
        })?;
    Ok(raw_feed(feed))
}

fn parser() -> Parser {
    Builder::new()
        // Its own ids are hashes of link and title, or random: worse than none.
        .id_generator(|_, _, _| String::new())
        // We write RFC 3339; its own reader tries eight regular expressions.
        .timestamp_parser(|date| date.parse().ok())
        .sanitize_content(false)
        .build()
}

fn raw_feed(feed: Feed) -> RawFeed {
    RawFeed {
        title: feed.title.map(body).unwrap_or_default(),
        links: feed.links.into_iter().map(raw_link).collect(),
        language: feed.language,
        items: feed.entries.into_iter().map(raw_item).collect(),
    }
}

fn raw_item(entry: Entry) -> RawItem {
    let date = |at: Option<i64>| at.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let content = entry.content.map(|content| Body {
        is_html: content.content_type.as_str() != "text/plain",
        text: content.body.unwrap_or_default(),
    });
    let media = entry.media.into_iter();
    RawItem {
        id: Some(entry.id),
        title: entry.title.map(body).unwrap_or_default(),
        summary: entry.summary.map(body).unwrap_or_default(),
        content: content.unwrap_or_default(),
        media: media
            .filter_map(|media| Some(media.description?.content))
            .collect(),
        links: entry.links.into_iter().map(raw_link).collect(),
        published: date(entry.published.map(|at| at.timestamp())),
        updated: date(entry.updated.map(|at| at.timestamp())),
        authors: entry
            .authors
            .into_iter()
            .filter_map(|person| person.name)
            .collect(),
        categories: entry
            .categories
            .into_iter()
            .map(|category| category.term)
            .collect(),
        language: entry.language,
    }
}

fn body(text: Text) -> Body {
    Body {
        is_html: text.content_type.as_str() != "text/plain",
        text: text.content,
    }
}

fn raw_link(link: feed_rs::model::Link) -> RawLink {
    RawLink {
        rel: link.rel.unwrap_or_default(),
        href: link.href,
        media_type: link.media_type,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_feed_rs_cannot_read_is_malformed() {
        let error = read("<feed><entry></feed>").expect_err("not well-formed");
        assert!(matches!(error, ParseError::Malformed { .. }), "{error:?}");
    }

    #[test]
    fn a_panic_of_feed_rs_is_caught() {
        let rss = "<rss version='2.0'><channel><item><author>a@b.co（王）</author></item></channel></rss>";
        assert_eq!(read(rss).expect_err("it panics"), ParseError::Panicked);
    }
}
