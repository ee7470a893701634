//! `[feed]`.

use std::{collections::HashMap, path::absolute};

use url::{Position, Url};

use super::{
    access::{check_access, read_access},
    context::apart,
    limits::INITIAL,
    names::{Named, read_name},
    problem::Problem,
    rhythm::{Every, check_interval, read_every, read_respect, read_silent},
    schema::{FEED, Kind},
    section::Section,
    settings::PollOptions,
    shape::report_no_entry,
    urls::url_fault,
    value::{Text, Value},
};
use crate::model::{Access, Feed, Identity, Initial};

/// A feed, and whether it is to be polled.
#[derive(Debug)]
pub(super) struct ReadFeed {
    pub(super) feed: Feed,
    pub(super) is_on: bool,
}

/// Reads one entry of `[feed]`.
pub(super) fn read_feed(entry: Value<'_>, poll: &PollOptions) -> Option<ReadFeed> {
    let name = read_name(entry, "feed")?;
    if report_no_entry(entry, "feed") {
        return None;
    }
    let mut feed = Feed {
        name: name.to_owned(),
        url: Url::parse("file:///").expect("a constant that parses"),
        every: poll.every.every,
        every_at_most: poll.every.at_most,
        respect: poll.respect.clone(),
        tags: Vec::new(),
        initial: Initial::default(),
        identity: Identity::Auto,
        silent: None,
        allow_private: false,
        access: Access::default(),
    };
    feed.access.transport.proxy.clone_from(&poll.proxy);
    if !entry.is_table() {
        feed.url = read_url(entry.text(Kind::StringOrTable)?)?;
        return Some(ReadFeed { feed, is_on: true });
    }
    let section = entry.section(format!("[feed.{name}]"), &FEED)?;
    read_options(&section, &mut feed);
    feed.access = read_access(&section, poll.proxy.as_ref());
    let every = Every {
        every: feed.every,
        at_most: feed.every_at_most,
    };
    check_interval(&section, every, poll.max_interval);
    let url = section.require("url", "such as url = \"https://example.org/feed.xml\"")?;
    feed.url = read_url(url.string()?)?;
    check_access(&section, &feed.url, &feed.access);
    let is_on = section.boolean("enabled").unwrap_or(true);
    Some(ReadFeed { feed, is_on })
}

fn read_options(section: &Section<'_>, feed: &mut Feed) {
    if let Some(Every { every, at_most }) = read_every(section) {
        (feed.every, feed.every_at_most) = (every, at_most);
    }
    if let Some(respect) = read_respect(section) {
        feed.respect = respect;
    }
    if let Some(tags) = section.strings("tags") {
        feed.tags = tags.iter().filter_map(read_tag).collect();
    }
    if let Some(initial) = section.get("initial").and_then(read_initial) {
        feed.initial = initial;
    }
    if let Some(identity) = section.string("identity") {
        feed.identity = identity
            .one_of("value of `identity`", &Identity::ALL)
            .unwrap_or_default();
    }
    feed.silent = read_silent(section);
    feed.allow_private = section.boolean("allow_private").unwrap_or(false);
}

/// Two feeds of one URL would be polled twice and alert twice. A fragment is not sent, so it makes
/// no other URL; and one that is off is not polled.
pub(super) fn report_double_urls(feeds: &[Named<'_, ReadFeed>]) {
    // What is shown to a login may be another document.
    let mut by_url: HashMap<&str, Vec<&Named<'_, ReadFeed>>> = HashMap::new();
    for feed in feeds.iter().filter(|feed| feed.item.is_on) {
        let same_url = by_url
            .entry(&feed.item.feed.url[..Position::AfterQuery])
            .or_default();
        let access = &feed.item.feed.access;
        let is_same = |earlier: &&&Named<'_, ReadFeed>| earlier.item.feed.access == *access;
        let Some(earlier) = same_url.iter().find(is_same) else {
            same_url.push(feed);
            continue;
        };
        let message = format!(
            "the feeds {:?} and {:?} have the same URL",
            earlier.item.feed.name, feed.item.feed.name
        );
        let problem = Problem::error(feed.entry.key_place(), message)
            .related(earlier.entry.key_place(), "the other one")
            .help("keep one of them, which is asked once: a feed can have several tags");
        feed.entry.context.report(problem);
    }
}

fn read_tag(tag: &Text<'_>) -> Option<String> {
    if let Some(plain) = tag.text.strip_prefix('#') {
        let help = format!("write {plain:?}; use # only where a watch selects the tag");
        tag.error_with(format!("{:?} begins with #", tag.text), help);
        return None;
    }
    if tag.text.contains(',') {
        let message = format!("the tag {:?} has a comma in it", tag.text);
        let problem = Problem::warning(tag.place(), message);
        let help = format!("write each as a string of its own: {}", apart(tag.text));
        tag.value.context.report(problem.help(help));
    }
    super::names::check(tag, "tag").map(str::to_owned)
}

fn read_initial(value: Value<'_>) -> Option<Initial> {
    if !value.is_string() {
        let newest = value.integer(Kind::Initial, &INITIAL)?;
        return Some(Initial::Newest(u32::try_from(newest).ok()?));
    }
    let text = value.string()?;
    match text.one_of("value of `initial`", &["baseline", "all"])? {
        "all" => Some(Initial::All),
        _ => Some(Initial::Baseline),
    }
}

fn read_url(text: Text<'_>) -> Option<Url> {
    let written = text.text.trim();
    if let Some(path) = written.strip_prefix("file:") {
        return read_file_url(text, path);
    }
    let fault = match Url::parse(written) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            format!("a feed cannot be read over {:?}", url.scheme())
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            let help = "write the URL without them, and beside it username = \"…\" and \
                        password = { env = \"NAME\" }";
            let message = "the URL holds a user name or password, which is a secret";
            text.value.error_concealed(message, help);
            return None;
        }
        Ok(url) => {
            report_escaped(text, written);
            return Some(url);
        }
        Err(error) => format!("{written:?} is not a URL: {}", url_fault(error)),
    };
    text.error_with(fault, url_help(written));
    None
}

/// A URL that was copied out of HTML or OPML with its `&` escaped asks for something else.
fn report_escaped(text: Text<'_>, written: &str) {
    if written.contains("&amp;") {
        let help = format!("write {:?}", written.replace("&amp;", "&"));
        let problem = Problem::warning(text.place(), "the URL has `&amp;` in it, as HTML writes &");
        text.value.context.report(problem.help(help));
    }
}

/// What was probably meant.
fn url_help(written: &str) -> String {
    let after_feed = written
        .strip_prefix("feed:")
        .map(|rest| rest.trim_start_matches('/'));
    match after_feed {
        Some(rest) if rest.starts_with("http") => format!("write {rest:?}"),
        Some(rest) => format!("write {:?}", format!("https://{rest}")),
        None if written.starts_with(['/', '.', '~']) => {
            format!("write {:?} for a file", format!("file:{written}"))
        }
        None if written.contains(['<', '>', ' ']) => {
            "only the address of the feed, such as \"https://example.org/feed.xml\"".to_owned()
        }
        None if !written.contains(':') && written.contains('.') => {
            format!(
                "write {:?}, or {:?} for a file",
                format!("https://{written}"),
                format!("file:{written}")
            )
        }
        None => "a feed's URL begins with http:, https: or file:".to_owned(),
    }
}

fn read_file_url(text: Text<'_>, path: &str) -> Option<Url> {
    let path = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(_) => {
            let help = "write file:path, relative to this config, or file:///absolute/path";
            text.error_with("a file: URL cannot name a host", help);
            return None;
        }
        None => path,
    };
    let path = text.resolve(path);
    let url = absolute(&path)
        .ok()
        .and_then(|path| Url::from_file_path(path).ok());
    match url {
        None => text.error(format!("{} is not a path", path.display())),
        Some(_) if !path.is_file() => {
            text.value
                .warning(format!("there is no file {} yet", path.display()));
        }
        Some(_) => {}
    }
    url
}
