//! One visit to one feed, from the claim to the commit.
//!
//! In: a claim on an origin with the feed to ask. Out: exactly one commit, good or bad, which also
//! sets the next due time; no path can forget the schedule. On a crash before the commit the feed
//! is read again when the lease ends; after it nothing is lost. A step: no loop, no spawn.

mod alerts;
mod health;

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tracing::{Instrument as _, Span, debug, field::Empty, info, info_span, warn};

use crate::{
    cadence::{self, PollWish, Rhythm},
    clock::Clock,
    fetch::{FetchError, FetchReason, FetchRequest, Fetched, FetchedDocument, Fetcher},
    matcher::Matcher,
    model::{Feed, Initial, Watch},
    parse::{self, Document, ItemKeys, Judgement, ParseError, ParsedFeed, judge},
    store::{
        FeedState, NewItem, PollClaim, PollCommit, PollCommitted, PollRead, PollResult, Store,
        StoreError,
    },
    unwind,
};

pub use health::HealthRules;

/// After this long of nothing but 304 one GET goes out without validators, in case the server's
/// idea of "not modified" is broken.
const UNCONDITIONAL_AFTER: Duration = Duration::from_hours(30 * 24);

/// What the config says about polling.
#[derive(Debug)]
pub struct PollRules {
    /// Every configured feed.
    pub feeds: Vec<Feed>,
    /// Every configured watch, in the order they were compiled.
    pub watches: Vec<Watch>,
    /// The watches, compiled.
    pub matcher: Matcher,
    /// The longest a server's wish is followed.
    pub max_interval: Duration,
    /// The pause between two requests to one origin.
    pub gap: Duration,
    /// When the monitor's own blindness is told, and to whom.
    pub health: HealthRules,
}

/// Polls feeds.
#[derive(Debug)]
pub struct Poller {
    store: Store,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    rules: PollRules,
    feeds: HashMap<String, usize>,
}

/// What a poll came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollOutcome {
    /// Nothing new.
    Unchanged,
    /// Read; so many new items, so many alerts.
    Read {
        /// Items not seen before.
        news: usize,
        /// Items that satisfied a watch.
        alerts: usize,
        /// Receivers that have something to do now.
        receivers: Vec<String>,
    },
    /// Not read; receivers that are told so.
    Failed {
        /// Receivers that have something to do now.
        receivers: Vec<String>,
    },
    /// Another worker has the origin, or a reload took the feed away: nothing was written.
    Superseded,
}

/// What came back.
enum Answer {
    Unchanged {
        status: u16,
        etag: Option<Vec<u8>>,
        last_modified: Option<Vec<u8>>,
        by_validators: bool,
        freshness: Option<Duration>,
    },
    Read(Box<Reading>),
    Failed(Failure),
}

/// A document that was read.
struct Reading {
    document: FetchedDocument,
    parsed: ParsedFeed,
    judgement: Judgement,
}

/// Why a feed could not be read.
#[derive(Debug)]
struct Failure {
    reason: &'static str,
    message: String,
    status: Option<u16>,
    retry_at: Option<Timestamp>,
    gone: bool,
}

impl Poller {
    /// A poller under these rules.
    pub fn new(store: Store, fetcher: Fetcher, clock: Arc<dyn Clock>, rules: PollRules) -> Self {
        let feeds = rules.feeds.iter().enumerate();
        let feeds = feeds
            .map(|(index, feed)| (feed.name.clone(), index))
            .collect();
        Self {
            store,
            fetcher,
            clock,
            rules,
            feeds,
        }
    }

    /// Polls one feed once. Always commits, so the feed always gets a next poll.
    ///
    /// # Errors
    /// Only the store's: the lease then ends by itself and the feed is polled again.
    pub async fn poll(&self, claim: PollClaim) -> Result<PollOutcome, StoreError> {
        let Some(feed) = self.feeds.get(&claim.feed.name) else {
            return Ok(PollOutcome::Superseded);
        };
        let feed = &self.rules.feeds[*feed];
        let span = info_span!("poll", feed = %feed.name, status = Empty, duration_ms = Empty);
        self.poll_feed(feed, claim).instrument(span).await
    }

    async fn poll_feed(&self, feed: &Feed, claim: PollClaim) -> Result<PollOutcome, StoreError> {
        let started_at = self.clock.now();
        let answer = match unwind::catch(self.read(feed, &claim.feed, started_at)).await {
            Ok(answer) => answer?,
            Err(message) => Answer::Failed(Failure::panicked(message)),
        };
        let commit = self.conclude(feed, &claim, answer, started_at, self.clock.now());
        log(feed, &commit, started_at);
        let outcome = summarize(&commit.result);
        Ok(match self.store.commit_poll(commit).await? {
            PollCommitted::Fenced => PollOutcome::Superseded,
            PollCommitted::Done { receivers, .. } => outcome.telling(receivers),
        })
    }

    /// Fetches, parses and asks what is new. Everything that can go wrong with a feed is an answer.
    async fn read(
        &self,
        feed: &Feed,
        state: &FeedState,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        let document = match self.fetcher.fetch(&request(feed, state, now)).await {
            Err(error) => return Ok(Answer::Failed(Failure::fetch(&error, self.clock.now()))),
            Ok(Fetched::NotModified(page)) => {
                return Ok(Answer::Unchanged {
                    status: page.status,
                    etag: page.etag,
                    last_modified: page.last_modified,
                    by_validators: true,
                    freshness: page.freshness,
                });
            }
            Ok(Fetched::Document(document)) => document,
        };
        if state.baseline_done && state.body_hash == Some(document.body_hash) {
            return Ok(Answer::Unchanged {
                status: document.page.status,
                etag: document.page.etag,
                last_modified: document.page.last_modified,
                by_validators: false,
                freshness: document.page.freshness,
            });
        }
        let parsed = match parse::parse(&as_document(&document), now) {
            Err(error) => return Ok(Answer::Failed(Failure::parse(&error, document.page.status))),
            Ok(parsed) => parsed,
        };
        let keys: Vec<ItemKeys> = parsed.items.iter().map(|item| item.keys.clone()).collect();
        let all = keys.iter().flat_map(ItemKeys::all).collect();
        let known = self.store.known(state.id, all).await?;
        let judgement = judge(&keys, &known);
        Ok(Answer::Read(Box::new(Reading {
            document,
            parsed,
            judgement,
        })))
    }

    /// Decides everything a poll writes. Pure but for the jitter.
    fn conclude(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        answer: Answer,
        polled_at: Timestamp,
        committed_at: Timestamp,
    ) -> PollCommit {
        let state = &claim.feed;
        let wish = wish(&answer, state.failures);
        let (next_due_at, due_reason) =
            cadence::next_poll(polled_at, self.rhythm(feed), wish, fastrand::f64());
        let health = &self.rules.health;
        let (result, notices, origin_not_before) = match answer {
            Answer::Unchanged {
                status,
                etag,
                last_modified,
                by_validators,
                ..
            } => {
                let result = PollResult::Unchanged {
                    status,
                    etag,
                    last_modified,
                    by_validators,
                };
                (result, health.recovered(feed, state), None)
            }
            Answer::Read(reading) => {
                let mut notices = health.recovered(feed, state);
                notices.extend(health.rebased(feed, reading.judgement.renamed));
                let result = self.result(feed, state, *reading, committed_at);
                (result, notices, None)
            }
            Answer::Failed(failure) => {
                let notices = health.failing(feed, state, &failure, polled_at);
                let result = PollResult::Failed {
                    reason: failure.reason.to_owned(),
                    error: failure.message,
                    status: failure.status,
                    told_failing: state.told_failing || !notices.is_empty(),
                    gone: failure.gone,
                };
                (result, notices, failure.retry_at)
            }
        };
        PollCommit {
            origin: claim.origin,
            turn: claim.turn,
            feed: state.id,
            url: state.url.clone(),
            polled_at,
            committed_at,
            next_due_at,
            due_reason: due_reason.as_str().to_owned(),
            gap: self.rules.gap,
            origin_not_before,
            result,
            notices,
        }
    }

    /// What a document that was read brings: its new items, matched.
    fn result(
        &self,
        feed: &Feed,
        state: &FeedState,
        reading: Reading,
        seen_at: Timestamp,
    ) -> PollResult {
        let Reading {
            document,
            parsed,
            judgement,
        } = reading;
        let title = parsed.title.clone().filter(|title| !title.is_empty());
        let source = alerts::source(feed, title.as_deref());
        let alerted = alerted(feed, state, &parsed, &judgement);
        let items_total = u32::try_from(parsed.items.len()).unwrap_or(u32::MAX);
        let warnings = serde_json::to_string(&parsed.warnings).expect("plain data serializes");
        let mut seen = Vec::new();
        let mut news = Vec::new();
        for ((item, new), alerted) in parsed.items.into_iter().zip(judgement.new).zip(alerted) {
            if !new {
                seen.extend(item.keys.all());
                continue;
            }
            let alert = alerted
                .then(|| alerts::find(&self.rules, &source, &item.item, seen_at))
                .flatten();
            news.push(NewItem {
                keys: item.keys.all(),
                item: item.item,
                alert,
            });
        }
        // Feeds list the newest first; people read alerts in the order things happened.
        news.reverse();
        PollResult::Read(Box::new(PollRead {
            status: document.page.status,
            etag: document.page.etag,
            last_modified: document.page.last_modified,
            body_hash: document.body_hash,
            title,
            link: parsed.link,
            language: parsed.language,
            format: parsed.format.as_str().to_owned(),
            items_total,
            warnings,
            seen,
            news,
            baseline: !state.baseline_done,
        }))
    }

    fn rhythm(&self, feed: &Feed) -> Rhythm {
        Rhythm {
            every: feed.every,
            max_interval: self.rules.max_interval,
            phase: phase(&feed.name),
        }
    }
}

/// A feed's place within its interval: constant for a name, even over all names.
fn phase(name: &str) -> f64 {
    let digest = ring::digest::digest(&ring::digest::SHA256, name.as_bytes());
    let mut first = [0; 4];
    first.copy_from_slice(&digest.as_ref()[..4]);
    f64::from(u32::from_be_bytes(first)) / f64::from(u32::MAX)
}

impl PollOutcome {
    fn telling(self, told: Vec<String>) -> Self {
        match self {
            Self::Read { news, alerts, .. } => Self::Read {
                news,
                alerts,
                receivers: told,
            },
            Self::Failed { .. } => Self::Failed { receivers: told },
            other => other,
        }
    }
}

fn summarize(result: &PollResult) -> PollOutcome {
    let receivers = Vec::new();
    match result {
        PollResult::Unchanged { .. } => PollOutcome::Unchanged,
        PollResult::Failed { .. } => PollOutcome::Failed { receivers },
        PollResult::Read(read) => PollOutcome::Read {
            news: read.news.len(),
            alerts: read.news.iter().filter(|item| item.alert.is_some()).count(),
            receivers,
        },
    }
}

/// Which items may alert: all of a later poll, of the first what `initial` asks for.
fn alerted(
    feed: &Feed,
    state: &FeedState,
    parsed: &ParsedFeed,
    judgement: &Judgement,
) -> Vec<bool> {
    let everything = state.baseline_done || feed.initial == Initial::All;
    let mut alerted = vec![everything; parsed.items.len()];
    if let (false, Initial::Newest(count)) = (everything, feed.initial) {
        // By date where there is one; a feed without dates has its newest on top.
        let mut order: Vec<usize> = (0..alerted.len())
            .filter(|&index| judgement.new[index])
            .collect();
        order.sort_by_key(|&index| std::cmp::Reverse(parsed.items[index].item.published));
        for index in order
            .into_iter()
            .take(usize::try_from(count).unwrap_or(usize::MAX))
        {
            alerted[index] = true;
        }
    }
    alerted
}

fn request<'a>(feed: &'a Feed, state: &'a FeedState, now: Timestamp) -> FetchRequest<'a> {
    let unconditional = !state.baseline_done
        || state
            .not_modified_since
            .is_some_and(|since| cadence::elapsed(since, now) >= UNCONDITIONAL_AFTER);
    let validator = |bytes: &'a Option<Vec<u8>>| bytes.as_deref().filter(|_| !unconditional);
    FetchRequest {
        url: &feed.url,
        etag: validator(&state.etag),
        last_modified: validator(&state.last_modified),
        allow_private: feed.allow_private,
    }
}

fn as_document(document: &FetchedDocument) -> Document<'_> {
    Document {
        bytes: &document.body,
        content_type: document.content_type.as_deref(),
        url: &document.page.final_url,
    }
}

fn wish(answer: &Answer, failures: u32) -> PollWish {
    match answer {
        Answer::Unchanged { freshness, .. } => PollWish::Good {
            freshness: *freshness,
            ttl: None,
        },
        Answer::Read(reading) => PollWish::Good {
            freshness: reading.document.page.freshness,
            ttl: reading.parsed.ttl,
        },
        Answer::Failed(failure) => PollWish::Failed {
            failures: failures.saturating_add(1),
            retry_at: failure.retry_at,
        },
    }
}

fn log(feed: &Feed, commit: &PollCommit, started_at: Timestamp) {
    let name = &feed.name;
    let next_due_at = commit.next_due_at;
    let elapsed = cadence::elapsed(started_at, commit.committed_at).as_millis();
    Span::current().record("duration_ms", u64::try_from(elapsed).unwrap_or(u64::MAX));
    match &commit.result {
        PollResult::Unchanged { status, .. } => {
            Span::current().record("status", status);
            debug!(%next_due_at, "feed {name:?}: unchanged");
        }
        PollResult::Read(read) => {
            Span::current().record("status", read.status);
            let (items, news) = (read.items_total, read.news.len());
            if read.baseline {
                info!(%next_due_at, "feed {name:?}: first poll, {items} items remembered");
            } else if news > 0 {
                info!(%next_due_at, "feed {name:?}: {news} new of {items} items");
            } else {
                debug!(%next_due_at, "feed {name:?}: nothing new in {items} items");
            }
        }
        PollResult::Failed { error, reason, .. } => {
            warn!(reason, %next_due_at, "feed {name:?}: {error}");
        }
    }
}

impl Failure {
    fn fetch(error: &FetchError, now: Timestamp) -> Self {
        Self {
            reason: error.reason.as_str(),
            message: error.to_string(),
            status: error.status,
            retry_at: error
                .retry_after
                .map(|wish| cadence::add(now, wish.delay(now))),
            gone: error.reason == FetchReason::Gone,
        }
    }

    fn parse(error: &ParseError, status: u16) -> Self {
        Self {
            reason: error.reason().as_str(),
            message: error.to_string(),
            status: Some(status),
            retry_at: None,
            gone: false,
        }
    }

    fn panicked(message: String) -> Self {
        Self {
            reason: "panic",
            message,
            status: None,
            retry_at: None,
            gone: false,
        }
    }
}
