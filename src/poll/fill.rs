//! Missed items from the feed's own archive (RFC 5005), one page a visit.
//!
//! A page is a visit like any other: under the origin's claim, after its pause, with one commit. The
//! page to read next stands in the feed's row, so nothing waits inside a step and a restart goes on
//! where it was. Pages are followed until an item from before the gap is met, on the feed's own
//! origin only, at most [`MAX_PAGES`] of them, each asked once. A page's address is a stranger's.
//!
//! What a page shows neither replaces the feed's window nor counts for its health.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{
    Poller,
    alerts::{self, Budget},
    cooling,
    failure::Failure,
    missed, moved,
    recognise::{Memory, Recognised},
    visit::{Pending, Reading},
};
use crate::{
    fetch::{FetchReason, FetchRequest, Fetched, FetchedDocument, Grant},
    heavy::heavy,
    model::Feed,
    parse::{self, Document, ParsedItem, Relations},
    schedule::LastPoll,
    store::{Continuity, FeedState, Fill, NewItem, PollClaim, PollCommit, PollResult, StoreError},
};

/// Pages read for one gap.
const MAX_PAGES: u32 = 10;

/// A missed item may be dated this long before the last poll that came before the gap: clocks
/// differ, and some stories are held back. Older ones were never missed, the feed did not show them.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// What a page of the archive shows.
struct Page {
    missed: Vec<NewItem>,
    /// Whether it reaches back to what was known before the gap.
    is_joined: bool,
    next: Option<Url>,
    pending: Option<Pending>,
}

/// The way back from this document; `None` where it names no archive that may be asked.
pub(super) fn begin(feed: &Feed, state: &FeedState, reading: &Reading) -> Option<Fill> {
    let base = &reading.document.page.final_url;
    Some(Fill {
        url: older(&moved::in_use(feed, state), base, &reading.parsed.relations)?.into(),
        until: *state.continuity.window.iter().max()?,
        since: state.last_success?,
        pages: 0,
    })
}

/// The page of older items, if it is on the feed's own origin and no less safe: its pause and its
/// Retry-After are the only ones that this claim keeps.
fn older(feed: &Url, base: &Url, relations: &Relations) -> Option<Url> {
    let link = relations
        .prev_archive
        .as_ref()
        .or(relations.next.as_ref())?;
    let page = base.join(link).ok()?;
    let is_near = page.host() == feed.host() && page.port() == feed.port();
    let is_safe = page.scheme() == feed.scheme() || page.scheme() == "https";
    (is_near && is_safe && page.has_host()).then_some(page)
}

impl Poller {
    /// Reads one page of the archive in the place of the feed.
    pub(super) async fn visit_archive(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        fill: &Fill,
        started_at: Timestamp,
    ) -> Result<(PollCommit, Option<Pending>), StoreError> {
        let url = Url::parse(&fill.url).expect("it was a URL when it was stored");
        let request = FetchRequest {
            url: &url,
            etag: None,
            last_modified: None,
            allow_private: feed.allow_private,
            from_stranger: true,
            grant: Some(Grant {
                access: &feed.access,
                home: &feed.url,
            }),
        };
        let mut page = match self.fetcher.fetch(&request).await {
            Ok(Fetched::Document(document)) => {
                self.metrics.fetched(document.body.len());
                self.page(feed, &claim.feed, fill, document).await?
            }
            Ok(Fetched::NotModified(_)) => unreachable!("no validators were sent"),
            Err(error) if error.reason == FetchReason::Crowded => {
                return Ok((self.put_off(claim, started_at), None));
            }
            Err(error) => Err(Failure::fetch(&error, &url, &feed.url, self.clock.now())),
        };
        let pending = page.as_mut().ok().and_then(|page| page.pending.take());
        let commit = self.conclude_page(feed, claim, fill, page, started_at);
        Ok((commit, pending))
    }

    /// What a page of the archive shows.
    async fn page(
        &self,
        feed: &Feed,
        state: &FeedState,
        fill: &Fill,
        mut document: FetchedDocument,
    ) -> Result<Result<Page, Failure>, StoreError> {
        let pending = Pending {
            window: None,
            room: self.room(state, document.body.len()).await,
            place: document.permit.take(),
        };
        let now = self.clock.now();
        let read = Document {
            bytes: &document.body,
            content_type: document.content_type.as_deref(),
            url: &document.page.final_url,
        };
        let parsed = match heavy(document.body.len(), || parse::parse(&read, now)) {
            Ok(parsed) => parsed,
            Err(error) => return Ok(Err(Failure::parse(&error, document.page.status))),
        };
        let memory = Memory {
            store: &self.store,
            feed: state.id,
            identity: feed.identity,
            needs_earlier: false,
            window: &[],
            now,
        };
        let recognised = memory.recognise(&parsed.items).await?;
        let (missed, is_joined) = pick(&parsed.items, &recognised, fill);
        let source = alerts::source(feed, parsed.title.as_deref().filter(|it| !it.is_empty()));
        let asked = Url::parse(&fill.url).expect("it was a URL when it was stored");
        let next = older(&asked, &document.page.final_url, &parsed.relations);
        let items = parsed.items.into_iter().zip(recognised.records).zip(missed);
        let missed = items
            .filter(|(_, missed)| *missed)
            .map(|((item, record), _)| NewItem {
                fingerprint: item.fingerprint,
                identified_by: record.identified_by,
                text_hash: record.text_hash,
                alert: None,
                item: item.item,
                is_baseline: false,
            });
        let mut missed: Vec<NewItem> = missed.collect();
        alerts::in_order_of_events(&mut missed);
        let mut budget = Budget::default();
        for new in &mut missed {
            new.alert = alerts::find(&self.rules, &source, &new.item, now, &mut budget);
        }
        Ok(Ok(Page {
            missed,
            is_joined,
            next,
            pending: Some(pending),
        }))
    }

    /// What a page comes to: the next one, the end of the search, or a gap that stays.
    fn conclude_page(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        fill: &Fill,
        page: Result<Page, Failure>,
        polled_at: Timestamp,
    ) -> PollCommit {
        let before = &claim.feed.continuity;
        let pages = fill.pages + 1;
        let cooling = cooling::cool(claim.refusals, page.as_ref().err(), polled_at);
        let (missed, open) = match page {
            Err(failure) => (Vec::new(), Err(failure.message)),
            Ok(page) if page.is_joined => (page.missed, Ok(None)),
            Ok(page) => (page.missed, follow(page.next, fill, pages)),
        };
        let (continuity, error) = match open {
            Ok(fill) => (
                Continuity {
                    fill,
                    ..before.clone()
                },
                None,
            ),
            Err(error) => (missed::given_up(before, polled_at), Some(error)),
        };
        // A page says nothing about when the feed changes.
        let last = LastPoll {
            at: polled_at,
            failures: 0,
            learned: claim.feed.learned,
        };
        let (next_due_at, due_reason) = self.next_due(feed, &claim.feed, &continuity, &last);
        let notices = self
            .rules
            .health
            .items_missed(feed, claim, &continuity, error);
        PollCommit {
            next_due_at,
            due_reason: due_reason.as_str().to_owned(),
            notices,
            continuity: Some(continuity),
            ..self.commit(claim, polled_at, cooling, PollResult::Filled(missed))
        }
    }
}

/// The next page, or why there is none.
fn follow(next: Option<Url>, fill: &Fill, pages: u32) -> Result<Option<Fill>, String> {
    match next {
        Some(_) if pages == MAX_PAGES => Err(format!(
            "{MAX_PAGES} pages do not reach back to the last poll"
        )),
        Some(url) => Ok(Some(Fill {
            url: url.into(),
            pages,
            ..fill.clone()
        })),
        None => Err("it does not reach back to the last poll".to_owned()),
    }
}

/// Which items of a page were missed, and whether the page reaches back to before the gap.
///
/// A page goes on behind the gap, with items that the feed never showed us: what is older than the
/// latest item that was known is not news. Where there is no date, what stands above it is later.
fn pick(items: &[ParsedItem], recognised: &Recognised, fill: &Fill) -> (Vec<bool>, bool) {
    let date = |item: &ParsedItem| item.item.published.or(item.item.updated);
    let since = fill
        .since
        .saturating_sub(SLACK)
        .expect("a constant of a day");
    let is_past = |item: &ParsedItem| date(item).is_some_and(|date| date < since);
    let is_known = |index: &usize| {
        let id = recognised.records[*index].id;
        id.is_some_and(|id| id <= fill.until)
    };
    let known: Vec<usize> = (0..items.len()).filter(is_known).collect();
    let latest = known.iter().filter_map(|&index| date(&items[index])).max();
    let is_later = |(index, item): (usize, &ParsedItem)| match (date(item), latest) {
        (Some(date), Some(latest)) => date >= latest,
        (Some(_), None) => true,
        (None, _) => known.first().is_none_or(|&first| index < first),
    };
    let missed = items.iter().enumerate().zip(recognised.judgement.news());
    let missed = missed
        .map(|((index, item), new)| new && !is_past(item) && is_later((index, item)))
        .collect();
    let is_joined = !known.is_empty() || (!items.is_empty() && items.iter().all(is_past));
    (missed, is_joined)
}

#[cfg(test)]
mod tests;
