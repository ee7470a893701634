//! Missed items from the feed's own archive (RFC 5005), one page a visit.
//!
//! A page is a visit like any other: under the origin's claim, after its pause, with one commit. The
//! page to read next is in the feed's row, so nothing waits inside a step and a restart goes on
//! where it was. Pages are followed until an item from before the gap is met, on the feed's own
//! origin only, at most [`MAX_PAGES`] of them, each asked once. A page's address is a stranger's.
//!
//! What a page shows neither replaces the feed's last items nor counts for its health.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{
    alerts::{self, Budget},
    answer::{Failure, Pending},
    conclude::next_poll,
    gap::{given_up, older},
    identify::{Identified, Memory},
    poller::{PollRules, Poller},
    rate_limit,
};
use crate::{
    fetch::{FetchReason, FetchRequest, Fetched, FetchedDocument, Grant},
    heavy::heavy,
    model::Feed,
    parse::{self, Document, ParsedItem},
    schedule::LastPoll,
    store::{
        Backfill, Continuity, FeedState, NewItem, PollClaim, PollCommit, PollResult, StoreError,
    },
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

impl Poller {
    /// Reads one page of the archive in the place of the feed.
    pub(super) async fn visit_archive(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        backfill: &Backfill,
        started_at: Timestamp,
    ) -> Result<(PollCommit, Option<Pending>), StoreError> {
        let url = Url::parse(&backfill.url).expect("it was a URL when it was stored");
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
                self.page(feed, &claim.feed, backfill, document).await?
            }
            Ok(Fetched::NotModified(_)) => unreachable!("no validators were sent"),
            Err(error) if error.reason == FetchReason::Crowded => {
                let times = [started_at, self.clock.now()];
                return Ok((self.rules.put_off(claim, times), None));
            }
            Err(error) => Err(Failure::fetch(&error, &url, &feed.url, self.clock.now())),
        };
        let pending = page.as_mut().ok().and_then(|page| page.pending.take());
        let times = [started_at, self.clock.now()];
        let commit = self.rules.conclude_page(feed, claim, backfill, page, times);
        Ok((commit, pending))
    }

    /// What a page of the archive shows.
    async fn page(
        &self,
        feed: &Feed,
        state: &FeedState,
        backfill: &Backfill,
        mut document: FetchedDocument,
    ) -> Result<Result<Page, Failure>, StoreError> {
        let pending = Pending {
            document: None,
            permit: self.memory_permit(state, document.body.len()).await,
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
            last_items: &[],
            now,
        };
        let identified = memory.identify(&parsed.items).await?;
        let (missed, is_joined) = pick(&parsed.items, &identified, backfill);
        let source = alerts::source(feed, parsed.title.as_deref().filter(|it| !it.is_empty()));
        let asked = Url::parse(&backfill.url).expect("it was a URL when it was stored");
        let next = older(&asked, &document.page.final_url, &parsed.relations);
        let items = parsed.items.into_iter().zip(identified.records).zip(missed);
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
}

impl PollRules {
    /// What a page comes to: the next one, the end of the search, or a gap that stays. Pure.
    fn conclude_page(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        backfill: &Backfill,
        page: Result<Page, Failure>,
        [polled_at, committed_at]: [Timestamp; 2],
    ) -> PollCommit {
        let before = &claim.feed.continuity;
        let pages = backfill.pages + 1;
        let failure = page.as_ref().err();
        let pause = rate_limit::pause(self.gap, claim.refusals, failure, polled_at);
        let (missed, open) = match page {
            Err(failure) => (Vec::new(), Err(failure.message)),
            Ok(page) if page.is_joined => (page.missed, Ok(None)),
            Ok(page) => (page.missed, follow(page.next, backfill, pages)),
        };
        let (continuity, error) = match open {
            Ok(backfill) => (
                Continuity {
                    backfill,
                    ..before.clone()
                },
                None,
            ),
            Err(error) => (given_up(before, polled_at), Some(error)),
        };
        // A page says nothing about when the feed changes.
        let last = LastPoll {
            at: polled_at,
            failures: 0,
            learned: claim.feed.learned,
        };
        let next = next_poll(&self.rhythm(feed, polled_at), &continuity, last);
        let notices = self.health.items_missed(feed, claim, &continuity, error);
        let times = [polled_at, committed_at];
        let mut commit = PollCommit::of(claim, times, next, pause, PollResult::Backfilled(missed));
        commit.health.notices = notices;
        commit.continuity = Some(continuity);
        commit
    }
}

/// The next page, or why there is none.
fn follow(next: Option<Url>, backfill: &Backfill, pages: u32) -> Result<Option<Backfill>, String> {
    match next {
        Some(_) if pages == MAX_PAGES => Err(format!(
            "{MAX_PAGES} pages do not reach back to the last poll"
        )),
        Some(url) => Ok(Some(Backfill {
            url: url.into(),
            pages,
            ..backfill.clone()
        })),
        None => Err("it does not reach back to the last poll".to_owned()),
    }
}

/// Which items of a page were missed, and whether the page reaches back to before the gap.
///
/// A page goes on behind the gap, with items that the feed never showed us: what is older than the
/// latest item that was known is not news. Where there is no date, what is above it is later.
fn pick(items: &[ParsedItem], identified: &Identified, backfill: &Backfill) -> (Vec<bool>, bool) {
    let date = |item: &ParsedItem| item.item.published.or(item.item.updated);
    let since = backfill
        .since
        .saturating_sub(SLACK)
        .expect("a constant of a day");
    let is_past = |item: &ParsedItem| date(item).is_some_and(|date| date < since);
    let is_known = |index: &usize| {
        let id = identified.records[*index].id;
        id.is_some_and(|id| id <= backfill.until)
    };
    let known: Vec<usize> = (0..items.len()).filter(is_known).collect();
    let latest = known.iter().filter_map(|&index| date(&items[index])).max();
    let is_later = |(index, item): (usize, &ParsedItem)| match (date(item), latest) {
        (Some(date), Some(latest)) => date >= latest,
        (Some(_), None) => true,
        (None, _) => known.first().is_none_or(|&first| index < first),
    };
    let missed = items.iter().enumerate().zip(identified.judgement.news());
    let missed = missed
        .map(|((index, item), new)| new && !is_past(item) && is_later((index, item)))
        .collect();
    let is_joined = !known.is_empty() || (!items.is_empty() && items.iter().all(is_past));
    (missed, is_joined)
}

#[cfg(test)]
mod tests;
