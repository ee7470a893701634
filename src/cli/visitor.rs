//! A visit to a feed or page that a user names, for `fetch` and `add`.

use url::{ParseError as UrlFault, Url};

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
    let parsed = Url::parse(target);
    if let Ok(url) = &parsed
        && is_read(url)
    {
        return Ok(url.clone());
    }
    let file = std::fs::canonicalize(target).ok();
    let file = file.and_then(|file| Url::from_file_path(file).ok());
    file.ok_or_else(|| CliError::Failed(nothing_at(target, parsed.err(), config)))
}

/// Whether a feed may have such a URL.
pub(super) fn is_read(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "file")
}

/// What was tried, and what to type.
fn nothing_at(target: &str, fault: Option<UrlFault>, config: Option<&Config>) -> String {
    let feeds = config.iter().flat_map(|config| &config.feeds);
    let feed = || closest(target, feeds.map(|feed| feed.name.as_str()));
    let meant = meant(target).map(|url| url.to_string());
    let meant = meant.or_else(|| feed().map(|name| format!("{name:?}")));
    let example = "type the address of a site or a feed, such as https://www.example.org, or the \
                   path of a file";
    let help = meant.map_or_else(
        || example.to_owned(),
        |meant| format!("did you mean {meant}?"),
    );
    let tried = match (target.split_once("://"), fault) {
        (Some((scheme, _)), None) => {
            format!(
                "{target:?} begins with {scheme}://, but feeds are read from https://, http:// and file:// only"
            )
        }
        (Some(_), Some(fault)) => format!("{target:?} is not a valid URL: {fault}"),
        (None, _) if target.starts_with(['/', '.', '~']) => format!("there is no file {target:?}"),
        (None, _) => {
            let feed = config.map_or("", |_| ", and no feed in the config has that name");
            format!("{target:?} is not a URL, and there is no file of that name{feed}")
        }
    };
    format!("{tried}; help: {help}")
}

/// An address as people say it, without `https://`, or with another slip for it.
fn meant(target: &str) -> Option<Url> {
    if target.starts_with(['/', '.', '~']) || target.contains(char::is_whitespace) {
        return None;
    }
    let scheme = target.find("//").map(|at| at + "//".len());
    let plain = scheme.map_or(target, |end| &target[end..]);
    let plain = plain.strip_prefix("feed:").unwrap_or(plain);
    let url = Url::parse(&format!("https://{plain}")).ok()?;
    let is_host = url.host_str().is_some_and(|host| host.contains('.'));
    is_host.then_some(url)
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

#[cfg(test)]
mod tests {
    use super::nothing_at;
    use url::Url;

    #[test]
    fn what_is_no_feed_says_what_was_tried_and_what_to_type() {
        let example = "type the address of a site or a feed";
        for (typed, tried, help) in [
            (
                "htps://nhk.example/a",
                "begins with htps://, but feeds are",
                "did you mean https://nhk.example/a?",
            ),
            (
                "ftp://x.example",
                "begins with ftp://",
                "did you mean https://x.example/?",
            ),
            ("http://", "is not a valid URL: empty host", example),
            (
                "https://nhk.example:99999",
                "is not a valid URL: invalid port number",
                example,
            ),
            (
                "nhk.example",
                "is not a URL, and there is no file of that name;",
                "did you mean https://nhk.example/?",
            ),
            (
                "feed:nhk.example",
                "is not a URL",
                "did you mean https://nhk.example/?",
            ),
            (
                "https//nhk.example",
                "is not a URL",
                "did you mean https://nhk.example/?",
            ),
            ("nhk", "is not a URL", example),
            ("nhk world", "is not a URL", example),
            ("./feed.xml", "there is no file \"./feed.xml\"", example),
        ] {
            let said = nothing_at(typed, Url::parse(typed).err(), None);
            assert!(said.contains(tried) && said.contains(help), "{said}");
        }
    }
}
