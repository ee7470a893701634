//! `fetch`: a feed as it is read.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::{
    config,
    error::Answer,
    output::{Output, remark},
    visitor::{Visited, Visitor},
};
use crate::{
    config::{Config, PollOptions},
    discover::FoundFeed,
    model::Item,
    parse::{ParsedFeed, Warning},
    schedule::{Hints, Rhythm},
    view::{repairs, words::one_line},
};

/// Show a feed as Fivebells reads it; nothing is stored.
#[derive(Debug, Args)]
pub(super) struct Fetch {
    /// A URL, a file, or the name of a configured feed. For a web page, the feed that it names.
    #[arg(value_name = "URL|FILE|FEED")]
    target: String,
}

/// What `fetch` prints.
#[derive(Serialize)]
struct Page<'a> {
    feed: Head<'a>,
    items: Vec<Row<'a>>,
    warnings: &'a [Warning],
}

/// One feed of a page that names several.
#[derive(Serialize)]
struct Choice<'a> {
    url: &'a str,
    title: Option<&'a str>,
}

#[derive(Serialize)]
struct Head<'a> {
    title: Option<&'a str>,
    link: Option<&'a str>,
    language: Option<&'a str>,
    format: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    id: Option<&'a str>,
    title: &'a str,
    link: Option<&'a str>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
    authors: &'a [String],
    categories: &'a [String],
    language: Option<&'a str>,
    summary: &'a str,
    content: &'a str,
}

impl Fetch {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let loaded = if path.exists() {
            Some(config::load(path)?.config)
        } else {
            None
        };
        let visitor = Visitor::to(&self.target, loaded.as_ref())?;
        let seen = match visitor.visit().await? {
            Visited::Feed(seen) => *seen,
            Visited::Page(feeds) => match feeds.as_slice() {
                [only] => {
                    let url = &only.url;
                    remark(&format!("{} is a web page; its feed is {url}", self.target));
                    visitor.follow(only).await?
                }
                _ => return self.list(&feeds, output),
            },
        };
        output.print(&Page::of(&seen.feed), describe)?;
        self.say_what_slows(&seen.hints, loaded.as_ref());
        Ok(true)
    }

    /// Says which of the feed's hints keep it from the interval that the config gives it.
    fn say_what_slows(&self, hints: &Hints, config: Option<&Config>) {
        let default = PollOptions::default();
        let poll = config.map_or(&default, |config| &config.poll);
        let mut feeds = config.iter().flat_map(|config| config.all_feeds());
        let configured = feeds.find(|feed| feed.name == self.target);
        let (every, respect) = match configured {
            Some(feed) => (feed.every, &feed.respect),
            None => (poll.every.every, &poll.respect),
        };
        let rhythm = Rhythm {
            every,
            every_at_most: None,
            max_interval: poll.max_interval,
            respect,
            phase: 0.0,
            jitter: 0.0,
        };
        let slowing = rhythm.slowed_by(hints);
        if !slowing.is_empty() {
            let words = rhythm.slowed_in_words(hints, &slowing);
            remark(&format!("{}: {words}", self.target));
        }
    }

    /// A page with several feeds: which one is for the user to say.
    fn list(&self, feeds: &[FoundFeed], output: &Output) -> Answer {
        let count = feeds.len();
        let target = &self.target;
        remark(&format!(
            "{target} is a web page with {count} feeds; fetch one of them:"
        ));
        for feed in feeds {
            let choice = Choice {
                url: feed.url.as_str(),
                title: feed.title.as_deref(),
            };
            output.print(&choice, |choice| {
                let title = choice
                    .title
                    .map(|title| format!("  {}", one_line(title, 120)));
                format!("{}{}", choice.url, title.unwrap_or_default())
            })?;
        }
        Ok(false)
    }
}

impl<'a> Page<'a> {
    fn of(feed: &'a ParsedFeed) -> Self {
        Self {
            feed: Head {
                title: feed.title.as_deref(),
                link: feed.link.as_deref(),
                language: feed.language.as_deref(),
                format: feed.format.as_str(),
            },
            items: feed.items.iter().map(|item| Row::of(&item.item)).collect(),
            warnings: &feed.warnings,
        }
    }
}

impl<'a> Row<'a> {
    fn of(item: &'a Item) -> Self {
        Self {
            id: item.guid.as_deref(),
            title: &item.title,
            link: item.link.as_deref(),
            published: item.published,
            updated: item.updated,
            authors: &item.authors,
            categories: &item.categories,
            language: item.language.as_deref(),
            summary: &item.summary,
            content: &item.content,
        }
    }
}

fn describe(page: &Page<'_>) -> String {
    let Head {
        title,
        link,
        language,
        format,
    } = &page.feed;
    let mut lines = vec![
        one_line(title.unwrap_or("(no title)"), 120),
        format!(
            "{format}, {} items, language {}",
            page.items.len(),
            language.unwrap_or("unknown")
        ),
    ];
    lines.extend(link.map(|link| one_line(link, 200)));
    let repairs = repairs::found(page.warnings).into_iter();
    lines.extend(repairs.map(|repair| format!("repaired: {repair}")));
    for item in &page.items {
        let published = item
            .published
            .map_or_else(|| "no date".to_owned(), |at| at.to_string());
        lines.push(String::new());
        lines.push(one_line(item.title, 160));
        lines.push(format!(
            "  {published}  {}",
            one_line(item.link.unwrap_or("no link"), 200)
        ));
        let text = if item.summary.is_empty() {
            item.content
        } else {
            item.summary
        };
        if !text.is_empty() {
            lines.push(format!("  {}", one_line(text, 240)));
        }
    }
    lines.join("\n")
}
