//! JSON Feed 1.1.

use jiff::Timestamp;
use serde::Serialize;

use super::{AlertsFeed, entry::Entry};
use crate::{model::Priority, web::reply::json_bytes};

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    description: &'static str,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_html: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    date_published: Timestamp,
    date_modified: Timestamp,
    authors: Vec<Author<'a>>,
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    _fivebells: Own<'a>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

/// What the format has no place for: an extension of it.
#[derive(Serialize)]
struct Own<'a> {
    about: &'static str,
    watches: &'a [String],
    priority: Priority,
    feed: &'a str,
    explain: &'a str,
}

/// The document.
pub(super) fn write(feed: &AlertsFeed) -> Vec<u8> {
    json_bytes(&Document {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.page,
        feed_url: &feed.own,
        description: "Stories in which a watched term appeared",
        items: feed.entries.iter().map(item).collect(),
    })
}

fn item(entry: &Entry) -> Item<'_> {
    let names: &[String] = match entry.authors.as_slice() {
        [] => std::slice::from_ref(&entry.feed),
        names => names,
    };
    let tags = entry.watches.iter().chain(&entry.tags);
    Item {
        id: &entry.id,
        url: entry.link.as_ref().unwrap_or(&entry.why),
        title: &entry.title,
        content_html: &entry.content,
        summary: entry.summary.trim(),
        date_published: entry.published,
        date_modified: entry.updated,
        authors: names.iter().map(|name| Author { name }).collect(),
        tags: tags.map(String::as_str).collect(),
        language: entry.language.as_deref(),
        _fivebells: Own {
            about: "Which watches it alerted, how urgent they are, and why",
            watches: &entry.watches,
            priority: entry.priority,
            feed: &entry.feed,
            explain: &entry.why,
        },
    }
}
