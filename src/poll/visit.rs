//! From a feed to its new items: fetched, parsed, judged.

use std::time::Duration;

use jiff::Timestamp;
use tracing::warn;
use url::Url;

use super::{
    answer::{Answer, Failure, Pending, Reading},
    identify::Memory,
    moved,
    poller::Poller,
};
use crate::{
    fetch::{FetchReason, FetchRequest, Fetched, FetchedDocument},
    heavy::heavy,
    model::Feed,
    model::time,
    parse::{self, Document, ParsedFeed, WarningKind},
    store::{FeedState, StoreError},
};

/// After this long of nothing but 304 one GET goes out without validators, in case the server's
/// idea of "not modified" is broken: `WordPress` 6.1 goes on saying it while a story that was
/// scheduled, and is published late, is in the feed. A day is what such a story may be late.
const UNCONDITIONAL_AFTER: Duration = Duration::from_hours(24);

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

/// Reads what is new of a document, or where nobody can say that the whole.
async fn read(
    poller: &Poller,
    feed: &Feed,
    state: &FeedState,
    mut document: FetchedDocument,
    now: Timestamp,
) -> Result<Answer, StoreError> {
    let permit = poller.memory_permit(state, document.body.len()).await;
    let place = document.permit.take();
    let documents = &poller.documents;
    let memory = Memory {
        store: &poller.store,
        feed: state.id,
        identity: feed.identity,
        needs_earlier: poller.rules.needs_earlier(),
        last_items: &state.continuity.last_items,
        now,
    };
    let shown = as_document(&document);
    if let Some(news) = documents.read_news(&memory, &shown).await? {
        return Ok(Answer::Read(Box::new(Reading {
            document,
            parsed: news.parsed,
            identified: news.identified,
            pending: Some(Pending {
                document: Some(news.document),
                permit,
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
    let cached = heavy(size, || documents.of_whole(&shown, &parsed, now));
    if is_cut(&parsed) {
        // With the validators of half a document, the server would keep the rest from us.
        document.page.etag = None;
        document.page.last_modified = None;
    }
    let identified = if state.baseline.is_done() || state.baseline.is_inherited() {
        memory.identify(&parsed.items).await?
    } else {
        heavy(size, || memory.identify_first(&parsed.items))
    };
    Ok(Answer::Read(Box::new(Reading {
        document,
        parsed,
        identified,
        pending: Some(Pending {
            document: cached,
            permit,
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
