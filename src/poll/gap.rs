//! Whether items were missed between two documents of a feed, and what follows from that.
//!
//! A feed shows its latest items. While a document still holds some of the one before, nothing can
//! have come and gone between them; where nothing is left, something may have. That is counted, reported
//! once, and answered with a shorter interval; [`backfill`](super::backfill) looks for what was missed.
//!
//! What the last document held is kept in the store by row id, so neither a restart nor a month of
//! 304 makes a gap, and an item from long ago that is shown again joins nothing.

use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;

use url::Url;

use super::{
    answer::{Answer, Reading},
    moved,
};
use crate::{
    model::{Feed, ItemId},
    parse::Relations,
    store::{Backfill, Continuity, FeedState},
};

/// A window of one item is replaced whenever a new one comes, however often it is read.
const MIN_WINDOW: usize = 2;

/// At most one in so many items of a window is taken for pinned.
const PINNED_SHARE: usize = 4;

/// Where this much of a window is left in the next, twice the interval would do.
const AMPLE_SHARE: (usize, usize) = (3, 4);

/// No gap makes the interval shorter than this.
const MIN_PACE: Duration = Duration::from_mins(1);

/// How a document joins the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    /// Nothing is new, or nothing was there before: this says nothing.
    Silent,
    /// Something is left.
    Overlap {
        /// And it is most of the window.
        ample: bool,
    },
    /// Nothing is left: items may have been missed.
    Gap,
}

/// What the continuity of a feed is after this answer; `None` where it stays. `every` is the
/// interval that no gap has made shorter.
pub(super) fn after(
    every: Duration,
    feed: &Feed,
    state: &FeedState,
    answer: &Answer,
    polled_at: Timestamp,
) -> Option<Continuity> {
    let before = &state.continuity;
    match answer {
        Answer::Unchanged { .. } => before.pace.is_some().then(|| Continuity {
            pace: pace(every, before.pace, Join::Silent),
            ..before.clone()
        }),
        Answer::Read(reading) => Some(after_document(every, feed, state, reading, polled_at)),
        // Only a panic on a page of the archive fails the feed: that page is not tried again.
        Answer::Failed(_) => before
            .backfill
            .is_some()
            .then(|| given_up(before, polled_at)),
    }
}

/// A gap that stays open: it is counted, and receivers are notified unless they were.
pub(super) fn given_up(before: &Continuity, at: Timestamp) -> Continuity {
    Continuity {
        missed: before.missed.saturating_add(1),
        missed_at: Some(at),
        in_gap: true,
        backfill: None,
        ..before.clone()
    }
}

fn after_document(
    every: Duration,
    feed: &Feed,
    state: &FeedState,
    reading: &Reading,
    polled_at: Timestamp,
) -> Continuity {
    let before = &state.continuity;
    let judged = &reading.identified;
    let read = judged.records.iter().filter_map(|item| item.id);
    let shown: Vec<ItemId> = judged.unread.iter().copied().chain(read).collect();
    let news = judged.judgement.news().filter(|new| *new).count();
    let join = join(&before.last_items, &shown, news);
    let next = Continuity {
        pace: pace(every, before.pace, join),
        in_gap: before.in_gap && !matches!(join, Join::Overlap { .. }),
        last_items: shown,
        ..before.clone()
    };
    if join != Join::Gap {
        return next;
    }
    match begin_backfill(feed, state, reading) {
        Some(backfill) => Continuity {
            backfill: Some(backfill),
            ..next
        },
        None => given_up(&next, polled_at),
    }
}

/// How a document with these known items, and so many new ones, joins the window `before`.
///
/// Items leave a feed in the order they came, so what is left of a window is its latest. A few that
/// stay while all later ones left are pinned, and join nothing.
fn join(before: &[ItemId], shown: &[ItemId], news: usize) -> Join {
    if news == 0 || before.len() < MIN_WINDOW {
        return Join::Silent;
    }
    let shown: HashSet<&ItemId> = shown.iter().collect();
    let (stayed, left): (Vec<&ItemId>, Vec<&ItemId>) =
        before.iter().partition(|item| shown.contains(item));
    let few = stayed.len() * PINNED_SHARE <= before.len();
    if few && stayed.iter().max() < left.iter().min() {
        return Join::Gap;
    }
    let (share, of) = AMPLE_SHARE;
    Join::Overlap {
        ample: stayed.len() * of >= before.len() * share,
    }
}

/// The interval after this: halved by a gap, then a tenth longer with each poll that has room to
/// spare, until it is the feed's own again (`None`).
fn pace(every: Duration, pace: Option<Duration>, join: Join) -> Option<Duration> {
    let current = pace.map_or(every, |pace| pace.min(every));
    let next = match join {
        Join::Gap => (current / 2).max(MIN_PACE),
        Join::Overlap { ample: false } => current,
        Join::Overlap { ample: true } | Join::Silent => current + current / 10,
    };
    (next < every).then_some(next)
}

/// The way back from this document; `None` where it names no archive that may be asked.
fn begin_backfill(feed: &Feed, state: &FeedState, reading: &Reading) -> Option<Backfill> {
    let base = &reading.document.page.final_url;
    Some(Backfill {
        url: older(&moved::in_use(feed, state), base, &reading.parsed.relations)?.into(),
        until: *state.continuity.last_items.iter().max()?,
        since: state.last_success?,
        pages: 0,
    })
}

/// The page of older items, if it is on the feed's own origin and no less safe: its pause and its
/// Retry-After are the only ones that this claim keeps.
pub(super) fn older(feed: &Url, base: &Url, relations: &Relations) -> Option<Url> {
    let link = relations
        .prev_archive
        .as_ref()
        .or(relations.next.as_ref())?;
    let page = base.join(link).ok()?;
    let is_near = page.host() == feed.host() && page.port() == feed.port();
    let is_safe = page.scheme() == feed.scheme() || page.scheme() == "https";
    (is_near && is_safe && page.has_host()).then_some(page)
}

#[cfg(test)]
mod tests;
