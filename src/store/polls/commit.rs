//! What a poll found, in one transaction.

use super::{
    NewItem, PollCommit, PollCommitted, PollRead, PollResult, PolledTo, RecentPolls, alerts, items,
    outage,
};
use crate::store::{
    Store, StoreError,
    engine::{Tx, Value, values},
    notifications, origin, outbox,
};

impl Store {
    /// Writes all that a poll came to, in one transaction: the feed's state, items, keys, alerts,
    /// deliveries, and when feed and origin are due next; or, if the claim is no longer ours,
    /// nothing of it. Waits for as long as another process writes.
    pub async fn commit_poll(&self, poll: PollCommit) -> Result<PollCommitted, StoreError> {
        let (polled_at, is_poll) = (poll.polled_at, came_to(&poll.result).is_some());
        let committed = self.record(move |tx| commit(tx, poll)).await?;
        if is_poll && matches!(committed, PollCommitted::Done { .. }) {
            self.last_poll.note(polled_at);
        }
        Ok(committed)
    }
}

fn commit(tx: &mut dyn Tx, poll: PollCommit) -> Result<PollCommitted, StoreError> {
    if !end_claim(tx, &poll)? {
        return Ok(PollCommitted::Fenced);
    }
    if let (true, Some(until)) = (poll.pause.whole_domain, poll.pause.until) {
        tx.exec(PAUSE_DOMAIN, values![poll.claim.origin, until])?;
    }
    if !write_feed(tx, &poll)? {
        origin::free(tx, poll.claim.origin)?;
        return Ok(PollCommitted::Fenced);
    }
    let feed = poll.claim.feed;
    let leaves_origin = poll.moved.is_some() || poll.result.is_gone();
    let (mut effects, shown) = items::write(tx, feed, poll.result, poll.committed_at)?;
    alerts::count(tx, feed, &effects)?;
    if let Some(continuity) = poll.continuity {
        continuity.write(tx, feed, shown)?;
    }
    if let Some(moved) = &poll.moved {
        moved.write(tx, feed, poll.committed_at)?;
    }
    let outage = poll.health.outage.map(|change| outage::write(tx, change));
    let of_outage = outage.transpose()?.unwrap_or_default();
    let of_health = notifications::notify(tx, feed, poll.health.findings, poll.committed_at)?;
    let notices = [poll.health.notices, of_outage].concat();
    outbox::enqueue(tx, &notices, poll.committed_at)?;
    for notice in of_health.into_iter().chain(notices) {
        effects.receivers.entry(notice.receiver).or_default();
    }
    if leaves_origin {
        origin::free(tx, poll.claim.origin)?;
    }
    Ok(PollCommitted::Done {
        alerts: effects.alerts,
        watches: effects.watches,
        receivers: effects.receivers.into_keys().collect(),
    })
}

/// The fence: false, and nothing written, if the origin was claimed again since. Frees the origin,
/// with the feed due when the poll says.
fn end_claim(tx: &mut dyn Tx, poll: &PollCommit) -> Result<bool, StoreError> {
    // From the end: from its beginning, a request that took its time on the way would bring the
    // next one too near, as the origin sees it.
    let paused = poll
        .committed_at
        .saturating_add(poll.pause.gap)
        .expect("a duration is always in units that add");
    let not_before = poll.pause.until.map_or(paused, |asked| asked.max(paused));
    origin::end_poll(
        tx,
        poll.claim.origin,
        &origin::PollEnd {
            fence: poll.claim.fence,
            not_before,
            refusals: poll.pause.refusals,
            unreachable_at: poll.pause.unreachable.then_some(poll.polled_at),
            feed: poll.claim.feed,
            feed_due_at: poll.next.due_at,
        },
    )
}

/// Nothing is asked of any host of the origin's domain until then.
pub(in crate::store) const PAUSE_DOMAIN: &str = "
    UPDATE origin SET not_before = ?2, due = CASE WHEN due < ?2 THEN ?2 ELSE due END
     WHERE domain = (SELECT o.domain FROM origin o WHERE o.id = ?1)
       AND id <> ?1 AND not_before < ?2";

/// False, and nothing written, if the config moved the feed to another URL.
fn write_feed(tx: &mut dyn Tx, poll: &PollCommit) -> Result<bool, StoreError> {
    let before = &poll.claim.polls;
    let after = |(to, new)| before.after(poll.polled_at, to, new);
    let polls = &came_to(&poll.result).map(after).unwrap_or_default();
    let rows = match &poll.result {
        PollResult::Unchanged {
            status,
            etag,
            last_modified,
            by_validators,
        } => tx.exec(
            UNCHANGED,
            &with_schedule(
                poll,
                values![
                    *status,
                    etag.as_deref(),
                    last_modified.as_deref(),
                    *by_validators,
                    poll.next.learned,
                    poll.health.state,
                    polls,
                ],
            ),
        )?,
        PollResult::Read(read) => {
            tx.exec(READ, &with_schedule(poll, &columns(poll, read, polls)))?
        }
        PollResult::Backfilled(missed) => tx.exec(
            BACKFILLED,
            &with_schedule(poll, values![polls, count(missed)]),
        )?,
        PollResult::PutOff => tx.exec(
            PUT_OFF,
            values![
                poll.claim.feed,
                poll.claim.url.as_str(),
                poll.next.due_at,
                poll.next.reason.as_str(),
            ],
        )?,
        PollResult::Failed {
            reason,
            error,
            status,
            gone,
        } => tx.exec(
            FAILED,
            &with_schedule(
                poll,
                values![
                    *status,
                    reason.as_str(),
                    error.as_str(),
                    *gone,
                    poll.next.learned,
                    poll.health.state,
                    polls,
                ],
            ),
        )?,
    };
    Ok(rows == 1)
}

const UNCHANGED: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, asked = 0, polled_at = ?5, succeeded_at = ?5, status = ?6,
           etag = ?7, last_modified = ?8,
           not_modified_since = CASE WHEN ?9 = 1 THEN coalesce(not_modified_since, ?5) END,
           failures = 0, failing_since = NULL, gone = 0,
           reason = NULL, error = NULL, learned = ?10, health = ?11, polls = ?12
     WHERE id = ?1 AND url = ?2";

const READ: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, asked = 0, polled_at = ?5, succeeded_at = ?5, status = ?6,
           etag = ?7, last_modified = ?8, not_modified_since = NULL,
           body_hash = ?9, title = ?10, link = ?11, language = ?12, format = ?13,
           items_total = ?14, warnings = ?15, changed_at = ?16,
           baseline_at = CASE WHEN ?17 = 1 THEN ?16 ELSE coalesce(baseline_at, ?16) END,
           failures = 0, failing_since = NULL, gone = 0,
           reason = NULL, error = NULL, learned = ?18, health = ?19, polls = ?20,
           kept_items = kept_items + ?21
     WHERE id = ?1 AND url = ?2";

const BACKFILLED: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, asked = 0, polled_at = ?5, polls = ?6,
           kept_items = kept_items + ?7
     WHERE id = ?1 AND url = ?2";

const PUT_OFF: &str =
    "UPDATE feed SET due = ?3, due_reason = ?4, asked = 0 WHERE id = ?1 AND url = ?2";

/// Of the failures in a row that make polls rarer, those that someone asked for are none: whoever looks
/// whether a feed is well again must not put that off.
const FAILED: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, asked = 0, polled_at = ?5, status = ?6,
           failures = failures + CASE WHEN asked = 1 AND failures > 0 THEN 0 ELSE 1 END,
           failing_since = coalesce(failing_since, ?5),
           reason = ?7, error = ?8, gone = ?9, learned = ?10, health = ?11, polls = ?12
     WHERE id = ?1 AND url = ?2";

/// The parameters ?1 to ?5, which the statements share, and the rest.
fn with_schedule(poll: &PollCommit, rest: &[Value]) -> Vec<Value> {
    let mut params = values![
        poll.claim.feed,
        poll.claim.url.as_str(),
        poll.next.due_at,
        poll.next.reason.as_str(),
        poll.polled_at,
    ]
    .to_vec();
    params.extend_from_slice(rest);
    params
}

fn columns(poll: &PollCommit, read: &PollRead, polls: &RecentPolls) -> [Value; 16] {
    [
        read.status.into(),
        read.etag.as_deref().into(),
        read.last_modified.as_deref().into(),
        read.body_hash.as_slice().into(),
        read.title.as_deref().into(),
        read.link.as_deref().into(),
        read.language.as_deref().into(),
        read.format.as_str().into(),
        read.items_total.into(),
        read.warnings.as_str().into(),
        poll.committed_at.into(),
        read.baseline.into(),
        poll.next.learned.into(),
        poll.health.state.into(),
        polls.into(),
        count(&read.news).into(),
    ]
}

/// Items that will be kept.
fn count(new: &[NewItem]) -> i64 {
    i64::try_from(new.len()).expect("a document has far fewer")
}

/// To what the poll came, and how many items were new; `None` where there was no poll.
fn came_to(result: &PollResult) -> Option<(PolledTo, usize)> {
    let new = match result {
        PollResult::PutOff => return None,
        PollResult::Unchanged { .. } => return Some((PolledTo::Unchanged, 0)),
        PollResult::Failed { gone: true, .. } => return Some((PolledTo::Gone, 0)),
        PollResult::Failed {
            status: Some(429 | 503),
            ..
        } => return Some((PolledTo::AskedToWait, 0)),
        PollResult::Failed { .. } => return Some((PolledTo::Failed, 0)),
        PollResult::Read(read) => read.news.len(),
        PollResult::Backfilled(missed) => missed.len(),
    };
    let to = match new {
        0 => PolledTo::NothingNew,
        _ => PolledTo::News,
    };
    Some((to, new))
}
