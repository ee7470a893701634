//! From a feed to its new items: fetched, parsed, judged.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;
use tracing::warn;
use url::Url;

use super::{
    Poller,
    failure::Failure,
    moved,
    recognise::{Memory, Recognised},
    window::Window,
};
use crate::{
    fetch::{FetchReason, FetchRequest, Fetched, FetchedDocument},
    heavy::heavy,
    http::MemoryPermit,
    model::Feed,
    model::time,
    parse::{self, Document, ParsedFeed, WarningKind},
    store::{FeedState, StoreError},
};

/// After this long of nothing but 304 one GET goes out without validators, in case the server's
/// idea of "not modified" is broken: `WordPress` 6.1 goes on saying it while a story that was
/// scheduled, and is published late, stands in the feed. A day is what such a story may be late.
const UNCONDITIONAL_AFTER: Duration = Duration::from_hours(24);

/// What came back.
pub(super) enum Answer {
    Unchanged {
        status: u16,
        etag: Option<Vec<u8>>,
        last_modified: Option<Vec<u8>>,
        by_validators: bool,
        freshness: Option<Duration>,
        /// Where the feed says it lives now.
        target: Option<Url>,
    },
    Read(Box<Reading>),
    Failed(Failure),
}

impl Answer {
    pub(super) const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// Bytes of the document that was read.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Read(reading) => reading.document.body.len(),
            Self::Unchanged { .. } | Self::Failed(_) => 0,
        }
    }

    /// What is to be done and let go of when the commit is done.
    pub(super) fn take_pending(&mut self) -> Option<Pending> {
        match self {
            Self::Read(reading) => reading.pending.take(),
            Self::Unchanged { .. } | Self::Failed(_) => None,
        }
    }
}

/// A document that was read.
pub(super) struct Reading {
    pub(super) document: FetchedDocument,
    pub(super) parsed: ParsedFeed,
    pub(super) recognised: Recognised,
    pub(super) pending: Option<Pending>,
}

/// What a document that was read leaves to do when its commit is done.
#[derive(Debug)]
pub(super) struct Pending {
    /// To be remembered once the items are in the store.
    pub(super) window: Option<Window>,
    /// Of the documents that may be in memory, parsed, at the same time.
    #[expect(dead_code, reason = "held until it is dropped")]
    pub(super) room: OwnedSemaphorePermit,
    /// Of the large bodies that may be in memory at the same time.
    #[expect(dead_code, reason = "held until it is dropped")]
    pub(super) place: Option<MemoryPermit>,
}

/// Fetches, parses and asks what is new. Everything that can go wrong with a feed is an answer;
/// `None` where it was ours to go wrong: there was no memory for its document.
pub(super) async fn visit(
    poller: &Poller,
    feed: &Feed,
    state: &FeedState,
) -> Result<Option<Answer>, StoreError> {
    let clock = poller.clock.as_ref();
    let now = clock.now();
    let url = moved::in_use(feed, state);
    let document = match poller.fetcher.fetch(&request(feed, &url, state, now)).await {
        Err(error) if error.reason == FetchReason::Crowded => return Ok(None),
        Err(error) => {
            let mut failure = Failure::fetch(&error, &url, &feed.url, clock.now());
            // What is gone is where the feed had moved, not the feed.
            failure.gone &= state.moved.to.is_none();
            return Ok(Some(Answer::Failed(failure)));
        }
        Ok(Fetched::NotModified(page)) => {
            return Ok(Some(Answer::Unchanged {
                target: moved::target(&page).cloned(),
                status: page.status,
                etag: page.etag,
                last_modified: page.last_modified,
                by_validators: true,
                freshness: page.freshness,
            }));
        }
        Ok(Fetched::Document(document)) => document,
    };
    poller.metrics.fetched(document.body.len());
    let is_same = state.body_hash == Some(document.body_hash);
    if state.baseline.is_done() && is_same && !brings_first_validators(&document, state) {
        return Ok(Some(Answer::Unchanged {
            target: moved::target(&document.page).cloned(),
            status: document.page.status,
            etag: document.page.etag,
            last_modified: document.page.last_modified,
            by_validators: false,
            freshness: document.page.freshness,
        }));
    }
    read(poller, feed, state, document, now).await.map(Some)
}

/// Reads what is new of a document, or where that cannot be told the whole.
async fn read(
    poller: &Poller,
    feed: &Feed,
    state: &FeedState,
    mut document: FetchedDocument,
    now: Timestamp,
) -> Result<Answer, StoreError> {
    let room = poller.room(state, document.body.len()).await;
    let place = document.permit.take();
    let windows = &poller.windows;
    let memory = Memory {
        store: &poller.store,
        feed: state.id,
        identity: feed.identity,
        needs_earlier: poller.rules.needs_earlier(),
        window: &state.continuity.window,
        now,
    };
    let shown = as_document(&document);
    if let Some(news) = windows.read_news(&memory, &shown).await? {
        return Ok(Answer::Read(Box::new(Reading {
            document,
            parsed: news.parsed,
            recognised: news.recognised,
            pending: Some(Pending {
                window: Some(news.window),
                room,
                place,
            }),
        })));
    }
    let size = document.body.len();
    let parsed = match heavy(size, || parse::parse(&shown, now)) {
        Err(error) => return Ok(Answer::Failed(Failure::parse(&error, document.page.status))),
        Ok(parsed) => parsed,
    };
    tell_excess(feed, &parsed);
    let window = heavy(size, || windows.of_whole(&shown, &parsed, now));
    if is_cut(&parsed) {
        // With the validators of half a document, the server would keep the rest from us.
        document.page.etag = None;
        document.page.last_modified = None;
    }
    let recognised = if state.baseline.is_done() || state.baseline.is_inherited() {
        memory.recognise(&parsed.items).await?
    } else {
        heavy(size, || memory.recognise_first(&parsed.items))
    };
    Ok(Answer::Read(Box::new(Reading {
        document,
        parsed,
        recognised,
        pending: Some(Pending {
            window,
            room,
            place,
        }),
    })))
}

fn request<'a>(
    feed: &'a Feed,
    url: &'a Url,
    state: &'a FeedState,
    now: Timestamp,
) -> FetchRequest<'a> {
    let unconditional = !state.baseline.is_done()
        || state
            .not_modified_since
            .is_some_and(|since| time::elapsed(since, now) >= UNCONDITIONAL_AFTER);
    let validator = |bytes: &'a Option<Vec<u8>>| bytes.as_deref().filter(|_| !unconditional);
    FetchRequest {
        url,
        etag: validator(&state.etag),
        last_modified: validator(&state.last_modified),
        from_stranger: state.moved.to.is_some(),
        ..FetchRequest::first(feed)
    }
}

fn as_document(document: &FetchedDocument) -> Document<'_> {
    Document {
        bytes: &document.body,
        content_type: document.content_type.as_deref(),
        url: &document.page.final_url,
    }
}

/// Whether validators come with a body that was kept without any. They may be those of half a
/// document, so it is read again before they are kept.
fn brings_first_validators(document: &FetchedDocument, state: &FeedState) -> bool {
    let page = &document.page;
    let had_none = state.etag.is_none() && state.last_modified.is_none();
    had_none && (page.etag.is_some() || page.last_modified.is_some())
}

/// Whether the document ends before it should: items are lost, and nobody says how many.
fn is_cut(parsed: &ParsedFeed) -> bool {
    let is_cut = |warning: &parse::Warning| warning.kind == WarningKind::Truncated;
    parsed.warnings.iter().any(is_cut)
}

/// Says that a document has more items than are read of it.
fn tell_excess(feed: &Feed, parsed: &ParsedFeed) {
    let is_excess = |warning: &&parse::Warning| warning.kind == WarningKind::TooManyItems;
    if let Some(excess) = parsed.warnings.iter().find(is_excess) {
        let (name, left_out, read) = (&feed.name, excess.count, parsed.items.len());
        warn!(
            left_out,
            "feed {name:?}: has {left_out} items more than the {read} that are read: those at its beginning, at its end, and the latest between them"
        );
    }
}
