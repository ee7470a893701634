//! A visit to a feed or page that a user names, for `fetch` and `add`.

use url::Url;

use super::error::CliError;
use crate::{
    app,
    clock::{Clock as _, SystemClock},
    config::Config,
    discover::{FoundFeed, discover},
    fetch::{FetchOptions, FetchRequest, Fetched, FetchedDocument, Fetcher, Grant},
    http::{Http, HttpOptions},
    model::{Access, Transport},
    parse::{self, Document, ParseError, ParsedFeed},
    poll,
    schedule::Hints,
    suggest::closest,
};

/// What is at an address.
pub(super) enum Visited {
    /// A feed.
    Feed(Box<Seen>),
    /// A web page that names feeds, one at least.
    Page(Vec<FoundFeed>),
}

/// A feed that was read.
pub(super) struct Seen {
    pub(super) feed: ParsedFeed,
    /// When it asks to be polled.
    pub(super) hints: Hints,
}

/// Visits one target and the feeds it names.
pub(super) struct Visitor<'a> {
    target: &'a str,
    fetcher: Fetcher,
    /// Where the target is.
    pub(super) url: Url,
    allow_private: bool,
    access: Access,
}

impl<'a> Visitor<'a> {
    /// A name in the config, then a URL, then a file. Without a config, the built-in limits hold.
    pub(super) fn to(target: &'a str, config: Option<&Config>) -> Result<Self, CliError> {
        let fetcher = match config {
            Some(config) => app::fetcher(config)?,
            None => Fetcher::new(
                Http::new(&HttpOptions::default()).map_err(app::SetupError::from)?,
                FetchOptions::default(),
            ),
        };
        let mut feeds = config.iter().flat_map(|config| config.all_feeds());
        let (url, allow_private, access) = match feeds.find(|feed| feed.name == target) {
            Some(feed) => (feed.url.clone(), feed.allow_private, feed.access.clone()),
            None => (address(target, config)?, false, access_of_strangers(config)),
        };
        Ok(Self {
            target,
            fetcher,
            url,
            allow_private,
            access,
        })
    }

    /// Reads what is at the target.
    pub(super) async fn visit(&self) -> Result<Visited, CliError> {
        let document = self.fetch(&self.url, false).await?;
        let source = source(&document);
        match parse::parse(&source, SystemClock.now()) {
            Ok(feed) => Ok(Visited::Feed(Box::new(Seen::of(feed, &document)))),
            Err(error @ ParseError::Html { .. }) => {
                let feeds = discover(&parse::text(&source), &document.page.final_url);
                if feeds.is_empty() {
                    let error = format!("{}: {error} and names no feed", self.target);
                    return Err(CliError::Failed(error));
                }
                Ok(Visited::Page(feeds))
            }
            Err(error) => Err(failed(self.target, &error)),
        }
    }

    /// Reads a feed that the target names. It is trusted like the target where it lives on the
    /// same host, like a redirect where it does not.
    pub(super) async fn follow(&self, found: &FoundFeed) -> Result<Seen, CliError> {
        let is_elsewhere = found.url.origin() != self.url.origin();
        let document = self.fetch(&found.url, is_elsewhere).await?;
        parse::parse(&source(&document), SystemClock.now())
            .map(|feed| Seen::of(feed, &document))
            .map_err(|error| failed(found.url.as_str(), &error))
    }

    async fn fetch(&self, url: &Url, from_stranger: bool) -> Result<FetchedDocument, CliError> {
        let request = FetchRequest {
            url,
            etag: None,
            last_modified: None,
            allow_private: self.allow_private,
            from_stranger,
            grant: Some(Grant {
                access: &self.access,
                home: &self.url,
            }),
        };
        let name = if *url == self.url {
            self.target
        } else {
            url.as_str()
        };
        match self.fetcher.fetch(&request).await {
            Ok(Fetched::Document(document)) => Ok(document),
            Ok(Fetched::NotModified(_)) => {
                let odd = "the server says nothing changed, but nothing was asked";
                Err(failed(name, &odd))
            }
            Err(error) => Err(failed(name, &error)),
        }
    }
}

impl Seen {
    fn of(feed: ParsedFeed, document: &FetchedDocument) -> Self {
        Self {
            hints: poll::hints(&feed, document.page.freshness),
            feed,
        }
    }
}

/// How what is not in the config is reached: like a feed that says nothing of its own.
fn access_of_strangers(config: Option<&Config>) -> Access {
    let proxy = config.and_then(|config| config.poll.proxy.clone());
    let transport = Transport {
        proxy,
        ..Transport::default()
    };
    Access {
        transport,
        ..Access::default()
    }
}

fn address(target: &str, config: Option<&Config>) -> Result<Url, CliError> {
    if let Ok(url) = Url::parse(target)
        && matches!(url.scheme(), "http" | "https" | "file")
    {
        return Ok(url);
    }
    let file = std::fs::canonicalize(target).ok();
    file.and_then(|file| Url::from_file_path(file).ok())
        .ok_or_else(|| {
            let meant = with_scheme(target);
            let feeds = config.iter().flat_map(|config| &config.feeds);
            let feed = || closest(target, feeds.map(|feed| feed.name.as_str()));
            let meant = meant.map(|url| url.to_string());
            let meant = meant.or_else(|| feed().map(|name| format!("{name:?}")));
            let meant = meant.map(|meant| format!("; did you mean {meant}?"));
            CliError::Failed(format!(
                "{target:?} is no URL, no file and no configured feed{}",
                meant.unwrap_or_default()
            ))
        })
}

/// An address as people say it, without `https://`.
fn with_scheme(target: &str) -> Option<Url> {
    let plain = target.strip_prefix("feed:").unwrap_or(target);
    let plain = plain.trim_start_matches('/');
    let url = Url::parse(&format!("https://{plain}")).ok()?;
    let is_host = url.host_str().is_some_and(|host| host.contains('.'));
    (is_host && !target.contains(char::is_whitespace)).then_some(url)
}

fn source(document: &FetchedDocument) -> Document<'_> {
    Document {
        bytes: &document.body,
        content_type: document.content_type.as_deref(),
        url: &document.page.final_url,
    }
}

fn failed(name: &str, error: &dyn std::fmt::Display) -> CliError {
    CliError::Failed(format!("{name}: {error}"))
}
