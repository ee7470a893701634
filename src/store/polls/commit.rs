//! What a poll found, in one transaction.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    PollCommit, PollCommitted, PollRead, PollResult, continuity, health, moved, news, outage,
    remember::{self, NewFingerprints},
    revise,
};
use crate::{
    model::{AlertId, FeedId, ItemId},
    store::{
        Store, StoreError,
        engine::{Tx, Value, values},
        outbox, schedule,
    },
};

impl Store {
    /// Writes all that a poll came to, in one transaction: the feed's state, items, keys, alerts,
    /// deliveries, and when feed and origin are due next; or, if the claim is no longer ours,
    /// nothing of it. Waits for as long as another process writes.
    pub async fn commit_poll(&self, poll: PollCommit) -> Result<PollCommitted, StoreError> {
        self.record(move |tx| commit(tx, poll)).await
    }
}

fn commit(tx: &mut dyn Tx, mut poll: PollCommit) -> Result<PollCommitted, StoreError> {
    if !end_turn(tx, &poll)? {
        return Ok(PollCommitted::Fenced);
    }
    if let (true, Some(until)) = (poll.cools_domain, poll.origin_not_before) {
        tx.exec(COOL_DOMAIN, values![poll.origin, until])?;
    }
    health::keep_untold(tx, &mut poll)?;
    if !write_feed(tx, &poll)? {
        schedule::free(tx, poll.origin)?;
        return Ok(PollCommitted::Fenced);
    }
    let failed = matches!(poll.result, PollResult::Failed { .. });
    let leaves_origin = poll.moved.is_some() || poll.result.is_gone();
    let (mut told, shown) = write_items(tx, poll.feed, poll.result, poll.committed_at)?;
    if let Some(continuity) = poll.continuity {
        continuity::write(tx, poll.feed, continuity, shown)?;
    }
    if let Some(moved) = &poll.moved {
        moved::write(tx, poll.feed, moved, poll.committed_at)?;
    }
    health::tell_with(tx, &poll.told_with, failed)?;
    let outage = poll.outage.map(|change| outage::write(tx, change));
    let of_outage = outage.transpose()?.unwrap_or_default();
    let notices = [poll.notices, of_outage].concat();
    outbox::enqueue(tx, &notices, poll.committed_at)?;
    for notice in notices {
        told.receivers.entry(notice.receiver).or_default();
    }
    if leaves_origin {
        schedule::free(tx, poll.origin)?;
    }
    Ok(PollCommitted::Done {
        alerts: told.alerts,
        watches: told.watches,
        receivers: told.receivers.into_keys().collect(),
    })
}

/// Writes the items that were read; gives the rows of the new ones that the feed shows now.
fn write_items(
    tx: &mut dyn Tx,
    feed: FeedId,
    result: PollResult,
    now: Timestamp,
) -> Result<(Told, Vec<ItemId>), StoreError> {
    let (mut told, mut shown) = (Told::default(), Vec::new());
    let mut prints = NewFingerprints::default();
    match result {
        PollResult::Read(read) => {
            remember::refresh(tx, feed, &read.seen, now)?;
            for item in read.known {
                revise::write(tx, feed, item, now, &mut told)?;
            }
            for new in read.news {
                shown.push(news::insert(tx, feed, new, now, &mut prints, &mut told)?);
            }
        }
        PollResult::Filled(missed) => {
            for new in missed {
                news::insert(tx, feed, new, now, &mut prints, &mut told)?;
            }
        }
        PollResult::Unchanged { .. } | PollResult::PutOff | PollResult::Failed { .. } => {}
    }
    prints.write(tx, feed, now)?;
    Ok((told, shown))
}

/// What [`PollCommitted::Done`] will say.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) alerts: Vec<AlertId>,
    /// Of those alerts.
    pub(super) watches: Vec<String>,
    /// With how many alerts.
    pub(super) receivers: BTreeMap<String, u32>,
    name: Option<String>,
}

impl Told {
    /// What the feed is called now: a reload may have given it another name since the poll began, and
    /// that is the one under which it is muted.
    pub(super) fn name_of(&mut self, tx: &mut dyn Tx, feed: FeedId) -> Result<String, StoreError> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let row = tx.row("SELECT name FROM feed WHERE id = ?1", values![feed])?;
        let name: String = row.expect("no feed is ever deleted").take(0)?;
        Ok(self.name.insert(name).clone())
    }
}

/// The fence: false, and nothing written, if the origin was claimed again since. Frees the origin,
/// with the feed due when the poll says.
fn end_turn(tx: &mut dyn Tx, poll: &PollCommit) -> Result<bool, StoreError> {
    // From the end: from its beginning, a request that took its time on the way would bring the
    // next one too near, as the origin sees it.
    let paused = poll
        .committed_at
        .saturating_add(poll.gap)
        .expect("a duration is always in units that add");
    let not_before = poll
        .origin_not_before
        .map_or(paused, |asked| asked.max(paused));
    schedule::end_turn(
        tx,
        poll.origin,
        &schedule::TurnEnd {
            fence: poll.fence,
            not_before,
            refusals: poll.refusals,
            unreachable_at: poll.unreachable.then_some(poll.polled_at),
            feed: poll.feed,
            feed_due_at: poll.next_due_at,
        },
    )
}

/// Nothing is asked of any host of the origin's domain until then.
pub(in crate::store) const COOL_DOMAIN: &str = "
    UPDATE origin SET not_before = ?2, due = CASE WHEN due < ?2 THEN ?2 ELSE due END
     WHERE domain = (SELECT o.domain FROM origin o WHERE o.id = ?1)
       AND id <> ?1 AND not_before < ?2";

/// False, and nothing written, if the config moved the feed to another URL.
fn write_feed(tx: &mut dyn Tx, poll: &PollCommit) -> Result<bool, StoreError> {
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
                    poll.learned,
                    poll.health,
                    poll.health.recovery.is_some(),
                ],
            ),
        )?,
        PollResult::Read(read) => tx.exec(READ, &with_schedule(poll, &columns(poll, read)))?,
        PollResult::Filled(_) => tx.exec(FILLED, &with_schedule(poll, &[]))?,
        PollResult::PutOff => tx.exec(
            PUT_OFF,
            values![
                poll.feed,
                poll.url.as_str(),
                poll.next_due_at,
                poll.due_reason.as_str(),
            ],
        )?,
        PollResult::Failed {
            reason,
            error,
            status,
            told_failing,
            gone,
        } => tx.exec(
            FAILED,
            &with_schedule(
                poll,
                values![
                    *status,
                    reason.as_str(),
                    error.as_str(),
                    *told_failing,
                    *gone,
                    poll.learned,
                    poll.health,
                ],
            ),
        )?,
    };
    Ok(rows == 1)
}

const UNCHANGED: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, polled_at = ?5, succeeded_at = ?5, status = ?6,
           etag = ?7, last_modified = ?8,
           not_modified_since = CASE WHEN ?9 = 1 THEN coalesce(not_modified_since, ?5) END,
           failures = 0, failing_since = NULL, told_failing = ?12, gone = 0,
           reason = NULL, error = NULL, learned = ?10, health = ?11
     WHERE id = ?1 AND url = ?2";

const READ: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, polled_at = ?5, succeeded_at = ?5, status = ?6,
           etag = ?7, last_modified = ?8, not_modified_since = NULL,
           body_hash = ?9, title = ?10, link = ?11, language = ?12, format = ?13,
           items_total = ?14, warnings = ?15, changed_at = ?16,
           baseline_at = CASE WHEN ?17 = 1 THEN ?16 ELSE coalesce(baseline_at, ?16) END,
           failures = 0, failing_since = NULL, told_failing = ?20, gone = 0,
           reason = NULL, error = NULL, learned = ?18, health = ?19
     WHERE id = ?1 AND url = ?2";

const FILLED: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, polled_at = ?5
     WHERE id = ?1 AND url = ?2";

const PUT_OFF: &str = "UPDATE feed SET due = ?3, due_reason = ?4 WHERE id = ?1 AND url = ?2";

/// Of the failures in a row that make polls rarer, those that someone asked for are none: whoever looks
/// whether a feed is well again must not put that off.
const FAILED: &str = "
    UPDATE feed SET due = ?3, due_reason = ?4, polled_at = ?5, status = ?6,
           failures = failures + CASE WHEN due_reason = 'asked' AND failures > 0 THEN 0 ELSE 1 END,
           failing_since = coalesce(failing_since, ?5),
           reason = ?7, error = ?8, told_failing = ?9, gone = ?10, learned = ?11,
           health = ?12
     WHERE id = ?1 AND url = ?2";

/// The parameters ?1 to ?5, which the statements share, and the rest.
fn with_schedule(poll: &PollCommit, rest: &[Value]) -> Vec<Value> {
    let mut params = values![
        poll.feed,
        poll.url.as_str(),
        poll.next_due_at,
        poll.due_reason.as_str(),
        poll.polled_at,
    ]
    .to_vec();
    params.extend_from_slice(rest);
    params
}

fn columns(poll: &PollCommit, read: &PollRead) -> [Value; 15] {
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
        poll.learned.into(),
        poll.health.into(),
        poll.health.recovery.is_some().into(),
    ]
}
