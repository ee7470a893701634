//! A feed: asked and read as its first poll would.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use url::Url;

use super::{Fault, Probe, Rest, Subject, SubjectKind, Trying, Verdict, clock::Ahead};
use crate::{
    clock::Clock,
    config::Config,
    discover::discover,
    fetch::{
        FetchError, FetchOptions, FetchReason, FetchRequest, Fetched, FetchedDocument, Fetcher,
    },
    http::Http,
    model::{Feed, Hint, Origin},
    parse::{self, Document, ParseError, ParsedFeed, Warning},
    poll,
    schedule::{Hints, Rhythm},
};

/// What is known of a feed that was read.
#[derive(Debug)]
pub struct FeedFacts {
    /// How many items it shows.
    pub items: usize,
    /// The latest date of any.
    pub newest: Option<Timestamp>,
    /// Where the feed says it lives now, for good.
    pub moved_to: Option<Url>,
    /// The publisher's hints for which it is asked less often than the config has it.
    pub slowed_by: Vec<Hint>,
    /// What they do, for people; empty where there are none.
    pub slowed: String,
    /// What had to be repaired.
    pub warnings: Vec<Warning>,
    /// How far this machine's clock is ahead of its host's, where the host says what time it is.
    pub(super) clock: Option<Ahead>,
}

/// Asks for a feed.
pub(super) struct FeedProbe {
    feed: Feed,
    max_interval: Duration,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
}

impl FeedProbe {
    pub(super) fn new(feed: &Feed, config: &Config, http: Http, clock: Arc<dyn Clock>) -> Self {
        Self {
            feed: feed.clone(),
            max_interval: config.poll.max_interval,
            fetcher: Fetcher::new(http, FetchOptions::default()),
            clock,
        }
    }

    async fn ask(&self) -> Result<FeedFacts, Fault> {
        let request = FetchRequest::first(&self.feed);
        let asked_at = self.clock.now();
        match self.fetcher.fetch(&request).await {
            Ok(Fetched::Document(document)) => {
                let within = asked_at..=self.clock.now();
                let date = document.page.date;
                let clock = date.map(|date| Ahead::of(&self.feed.url, date, &within));
                let facts = self.read(&document)?;
                Ok(FeedFacts { clock, ..facts })
            }
            Ok(Fetched::NotModified(_)) => Err(Fault::new(
                FetchReason::Protocol.as_str(),
                "the server says that nothing changed, but that was not asked",
            )),
            Err(error) => Err(refusal(&error)),
        }
    }

    fn read(&self, document: &FetchedDocument) -> Result<FeedFacts, Fault> {
        let now = self.clock.now();
        let page = &document.page;
        let source = Document {
            bytes: &document.body,
            content_type: document.content_type.as_deref(),
            url: &page.final_url,
        };
        let parsed = parse::parse(&source, now).map_err(|error| Fault {
            status: Some(page.status),
            ..Fault::new(error.reason().as_str(), in_words(&error, &source))
        })?;
        let hints = poll::hints(&parsed, page.freshness);
        Ok(self.facts(parsed, &hints, poll::moved_to(page).cloned(), now))
    }

    fn facts(
        &self,
        parsed: ParsedFeed,
        hints: &Hints,
        moved_to: Option<Url>,
        now: Timestamp,
    ) -> FeedFacts {
        let rhythm = Rhythm::of(&self.feed, self.max_interval, now);
        let slowed_by = rhythm.slowed_by(hints);
        let slowed = if slowed_by.is_empty() {
            String::new()
        } else {
            rhythm.slowed_in_words(hints, &slowed_by)
        };
        let items = parsed.items.iter().map(|item| &item.item);
        let dates = items.filter_map(|item| item.published.max(item.updated));
        FeedFacts {
            items: parsed.items.len(),
            newest: dates.max(),
            moved_to,
            slowed_by,
            slowed,
            warnings: parsed.warnings,
            clock: None,
        }
    }
}

/// Why no document came, and whether the host asks to wait: as the daemon takes it.
fn refusal(error: &FetchError) -> Fault {
    let rest = match error.status {
        _ if error.elsewhere => Rest::Nobody,
        Some(429) => Rest::Domain,
        Some(403 | 503) if error.retry_after.is_some() => Rest::Host,
        _ => Rest::Nobody,
    };
    Fault {
        status: error.status,
        rest,
        ..Fault::new(error.reason.as_str(), error.to_string())
    }
}

/// Why a document is no feed; of a web page, the feeds that it names.
fn in_words(error: &ParseError, source: &Document<'_>) -> String {
    let is_page = matches!(
        error,
        ParseError::Html {
            asks_password: false,
            ..
        }
    );
    let named = if is_page {
        discover(&parse::text(source), source.url)
    } else {
        Vec::new()
    };
    let urls: Vec<&str> = named.iter().map(|feed| feed.url.as_str()).collect();
    match urls.as_slice() {
        [] => poll::unreadable(error),
        [url] => format!("{error}; its feed is {url}"),
        urls => format!("{error}; its feeds are {}", urls.join(", ")),
    }
}

impl Probe for FeedProbe {
    fn subject(&self) -> Subject {
        Subject {
            kind: SubjectKind::Feed,
            name: self.feed.name.clone(),
        }
    }

    fn origin(&self) -> Origin {
        Origin::of(&self.feed.url)
    }

    fn run(&self) -> Trying<'_> {
        Box::pin(async {
            match self.ask().await {
                Ok(facts) => Verdict::Feed(Box::new(facts)),
                Err(fault) => Verdict::Failed(fault),
            }
        })
    }
}
