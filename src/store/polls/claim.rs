//! Which feeds to poll now.

use std::time::Duration;

use jiff::Timestamp;

use super::{Continuity, FeedState, PollClaim, continuity, moved};
use crate::{
    cadence::Learned,
    model::{FeedId, OriginId},
    store::{
        Store, StoreError,
        engine::{Tx, millis, values},
        schedule,
    },
};

/// Claims origins that are due: their due time becomes the end of the lease.
pub(in crate::store) const CLAIM: &str = "
    UPDATE origin SET due = ?1 + ?2, leased_until = ?1 + ?2, turn = turn + 1
     WHERE id IN (SELECT id FROM origin WHERE due <= ?1 ORDER BY due LIMIT ?3) AND due <= ?1
    RETURNING id, turn, refusals";

/// The feed an origin's poll is for.
pub(in crate::store) const MOST_OVERDUE: &str = "
    SELECT id, due FROM feed WHERE origin = ?1 AND active = 1 AND gone = 0
     ORDER BY due LIMIT 1";

/// The first due time of all origins, leases included.
pub(in crate::store) const NEXT_DUE: &str = "SELECT min(due) FROM origin";

impl Store {
    /// Claims up to `limit` origins that are due and gives each one's most overdue feed, the most
    /// overdue first. Until `now + lease` no other call gives out these origins.
    pub async fn claim_origins(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<PollClaim>, StoreError> {
        self.write(move |tx| claim_origins(tx, now, lease, limit))
            .await
    }

    /// When the next origin is due, or its lease ends; `None` where there is nothing to poll.
    pub async fn next_poll_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|tx| {
            let mut row = tx.row(NEXT_DUE, &[])?.expect("an aggregate has a row");
            let due: Option<i64> = row.take(0)?;
            // NEVER is no time that can be told.
            Ok(due.and_then(|due| Timestamp::from_millisecond(due).ok()))
        })
        .await
    }
}

fn claim_origins(
    tx: &mut dyn Tx,
    now: Timestamp,
    lease: Duration,
    limit: u32,
) -> Result<Vec<PollClaim>, StoreError> {
    let mut claims = Vec::new();
    for mut row in tx.rows(CLAIM, values![now, millis(lease), limit])? {
        let (origin, turn): (OriginId, i64) = (row.take(0)?, row.take(1)?);
        let refusals = row.take(2)?;
        match most_overdue(tx, origin)? {
            Some((feed, due)) if due <= now => {
                let feed = feed_state(tx, feed)?;
                let claim = PollClaim {
                    origin,
                    turn,
                    refusals,
                    feed,
                };
                claims.push((due, claim));
            }
            // A lease that ran out made it due, not a feed.
            _ => schedule::free(tx, origin)?,
        }
    }
    claims.sort_by_key(|(due, claim)| (*due, claim.feed.id));
    Ok(claims.into_iter().map(|(_, claim)| claim).collect())
}

fn most_overdue(
    tx: &mut dyn Tx,
    origin: OriginId,
) -> Result<Option<(FeedId, Timestamp)>, StoreError> {
    tx.row(MOST_OVERDUE, values![origin])?
        .map(|mut row| Ok((row.take(0)?, row.take(1)?)))
        .transpose()
}

pub(super) fn feed_state(tx: &mut dyn Tx, id: FeedId) -> Result<FeedState, StoreError> {
    let mut row = tx
        .row(
            "SELECT name, url, etag, last_modified, body_hash, baseline_at, failures,
                    failing_since, told_failing, succeeded_at, not_modified_since, items_total,
                    last_items, missed, missed_at, told_missed, fill, moved_to, moving,
                    learned, health
               FROM feed WHERE id = ?1",
            values![id],
        )?
        .expect("its id was read in this transaction");
    let learned: Learned = row.take(19)?;
    Ok(FeedState {
        id,
        name: row.take(0)?,
        url: row.take(1)?,
        etag: row.take(2)?,
        last_modified: row.take(3)?,
        body_hash: row.take(4)?,
        baseline_done: row.take::<Option<Timestamp>>(5)?.is_some(),
        failures: row.take(6)?,
        failing_since: row.take(7)?,
        told_failing: row.take(8)?,
        last_success: row.take(9)?,
        not_modified_since: row.take(10)?,
        items_total: row.take(11)?,
        health: row.take(20)?,
        continuity: Continuity {
            pace: learned.shorten,
            ..continuity::read(&mut row, 12)?
        },
        moved: moved::read(&mut row, 17)?,
        learned,
    })
}
