//! `fetch`: a feed as it is read.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::{
    Answer, CliError, config,
    output::{Output, one_line},
};
use crate::{
    app,
    clock::{Clock as _, SystemClock},
    fetch::{FetchOptions, FetchRequest, Fetched, Fetcher},
    http::{Http, HttpOptions},
    model::Item,
    parse::{self, Document, ParsedFeed, Warning},
};

/// Show a feed as it is read; nothing is stored.
#[derive(Debug, Args)]
pub(super) struct Fetch {
    /// A URL, a file, or the name of a configured feed.
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
    summary: &'a str,
    content: &'a str,
}

impl Fetch {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let (fetcher, url, allow_private) = self.resolve(path)?;
        let request = FetchRequest {
            url: &url,
            etag: None,
            last_modified: None,
            allow_private,
        };
        let failed = |error: String| CliError::Failed(format!("{}: {error}", self.target));
        let answer = fetcher
            .fetch(&request)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let Fetched::Document(document) = answer else {
            return Err(failed(
                "the server says nothing changed, but nothing was asked".to_owned(),
            ));
        };
        let source = Document {
            bytes: &document.body,
            content_type: document.content_type.as_deref(),
            url: &document.page.final_url,
        };
        let feed =
            parse::parse(&source, SystemClock.now()).map_err(|error| failed(error.to_string()))?;
        output.print(&Page::of(&feed), describe)?;
        Ok(true)
    }

    /// A name in the config, then a URL, then a file. Without a config, the built-in limits hold.
    fn resolve(&self, path: &Path) -> Result<(Fetcher, Url, bool), CliError> {
        let named = if path.exists() {
            Some(config::load(path)?.config)
        } else {
            None
        };
        let fetcher = match &named {
            Some(config) => app::fetcher(config)?,
            None => Fetcher::new(
                Http::new(&HttpOptions::default()).map_err(app::SetupError::from)?,
                FetchOptions::default(),
            ),
        };
        let feed = named
            .iter()
            .flat_map(|config| &config.feeds)
            .find(|feed| feed.name == self.target);
        if let Some(feed) = feed {
            return Ok((fetcher, feed.url.clone(), feed.allow_private));
        }
        if let Ok(url) = Url::parse(&self.target)
            && matches!(url.scheme(), "http" | "https" | "file")
        {
            return Ok((fetcher, url, false));
        }
        let file = std::fs::canonicalize(&self.target).ok();
        let url = file
            .and_then(|file| Url::from_file_path(file).ok())
            .ok_or_else(|| {
                CliError::Failed(format!(
                    "{:?} is no URL, no file and no configured feed",
                    self.target
                ))
            })?;
        Ok((fetcher, url, false))
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
    for warning in page.warnings {
        lines.push(format!(
            "warning: {} ({} times)",
            warning.kind.as_str(),
            warning.count
        ));
    }
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
