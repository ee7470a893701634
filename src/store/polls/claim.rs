//! Which feeds to poll now, and which are due sooner under a new config.

use std::time::Duration;

use jiff::Timestamp;

use super::{Baseline, Continuity, FeedState, Moved, PollClaim};
use crate::{
    model::{FeedId, OriginId},
    schedule::{LastPoll, Learned, Plan},
    store::{
        Store, StoreError,
        engine::{Row, Tx, Value, millis, values},
        notifications::{self, Notified},
        origin,
        recover::CUT_OFF,
    },
};

/// Claims origins that are due: their due time becomes the end of the lease.
pub(in crate::store) const CLAIM: &str = "
    UPDATE origin SET due = ?1 + ?2, leased_until = ?1 + ?2, fence = fence + 1
     WHERE id IN (SELECT id FROM origin WHERE due <= ?1 ORDER BY due LIMIT ?3) AND due <= ?1
    RETURNING id, fence, refusals, unreachable_since,
              (SELECT count(*) FROM meta WHERE key = 'outage_since') AS outage,
              (SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'outage_until')
                AS outage_until";

/// The same of origins with a feed that belongs to the round that began at ?4: it was due by then, or
/// has become due since for a round cannot do without, a page of its archive or a poll that someone
/// asked for.
const CLAIM_OVERDUE: &str = "
    UPDATE origin SET due = ?1 + ?2, leased_until = ?1 + ?2, fence = fence + 1
     WHERE id IN (SELECT o.id FROM origin o
                   WHERE o.due <= ?1 AND EXISTS (
                     SELECT 1 FROM feed f
                      WHERE f.origin = o.id AND f.active = 1 AND f.gone = 0
                        AND (f.due <= ?4
                             OR f.due <= ?1 AND (f.fill IS NOT NULL OR f.asked = 1)))
                   ORDER BY o.due LIMIT ?3)
       AND due <= ?1
    RETURNING id, fence, refusals, unreachable_since,
              (SELECT count(*) FROM meta WHERE key = 'outage_since') AS outage,
              (SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'outage_until')
                AS outage_until";

/// What a poll needs to know of a feed.
macro_rules! feed {
    ($which:literal) => {
        concat!(
            "SELECT due, id, name, url, etag, last_modified, body_hash, baseline_at, failures,
                    failing_since, succeeded_at, not_modified_since, items_total,
                    last_items, missed, missed_at, in_gap, fill, moved_to, moving, learned,
                    health, (baseline_at IS NULL AND EXISTS (
                      SELECT 1 FROM fingerprint p WHERE p.feed = feed.id)) AS is_inherited,
                    due_reason, asked, polls,
                    EXISTS (SELECT 1 FROM notification n WHERE n.feed = feed.id) AS is_logged
               FROM feed WHERE origin = ?1 AND active = 1 AND ",
            $which
        )
    };
}

/// The feed an origin's poll is for.
pub(in crate::store) const MOST_OVERDUE: &str = feed!("gone = 0 ORDER BY due LIMIT 1");

/// The same of those that belong to the round that began at ?2; it is ?3.
const MOST_OVERDUE_OF_ROUND: &str = feed!(
    "gone = 0 AND (due <= ?2 OR due <= ?3 AND (fill IS NOT NULL OR asked = 1))
      ORDER BY due LIMIT 1"
);

/// The feed of an origin that someone asked for.
pub(super) const ASKED_FOR: &str = feed!("asked = 1 ORDER BY due, id LIMIT 1");

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
        self.write(move |tx| {
            let claimed = tx.rows(CLAIM, values![now, millis(lease), limit])?;
            claim_origins(tx, claimed, now, None)
        })
        .await
    }

    /// The same of those with feeds that were due at `since` already, and only these feeds: in a round
    /// that began then each feed is polled once, however long the round takes. The pages of an archive
    /// that a poll has begun to read belong to it, and so does what someone asks for meanwhile.
    pub async fn claim_overdue(
        &self,
        [now, since]: [Timestamp; 2],
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<PollClaim>, StoreError> {
        self.write(move |tx| {
            let claimed = tx.rows(CLAIM_OVERDUE, values![now, millis(lease), limit, since])?;
            claim_origins(tx, claimed, now, Some(since))
        })
        .await
    }

    /// When the next origin is due, or its lease ends; `None` where there is nothing to poll.
    pub async fn next_poll_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|tx| {
            let due = tx.value(NEXT_DUE, &[])?;
            let due: Option<i64> = due.expect("an aggregate has a row");
            // NEVER is no time.
            Ok(due.and_then(|due| Timestamp::from_millisecond(due).ok()))
        })
        .await
    }
}

/// The claims of these origins, of each one with the feed that is most overdue, if it is due. With
/// `since` only feeds of the round that began then count.
fn claim_origins(
    tx: &mut dyn Tx,
    claimed: Vec<Row>,
    now: Timestamp,
    since: Option<Timestamp>,
) -> Result<Vec<PollClaim>, StoreError> {
    let mut claims = Vec::new();
    for mut row in claimed {
        let origin = row.take("id")?;
        let most_overdue = match since {
            None => feed(tx, MOST_OVERDUE, values![origin], now)?,
            Some(since) => feed(tx, MOST_OVERDUE_OF_ROUND, values![origin, since, now], now)?,
        };
        match most_overdue {
            Some((due, feed)) if due <= now => claims.push((due, claim(origin, row, feed)?)),
            // A lease that ran out made it due, not a feed.
            _ => origin::free(tx, origin)?,
        }
    }
    claims.sort_by_key(|(due, claim)| (*due, claim.feed.id));
    Ok(claims.into_iter().map(|(_, claim)| claim).collect())
}

/// The claim of an origin, with the rest of what the statement that claims returns.
pub(super) fn claim(
    origin: OriginId,
    mut row: Row,
    feed: FeedState,
) -> Result<PollClaim, StoreError> {
    Ok(PollClaim {
        origin,
        fence: row.take("fence")?,
        refusals: row.take("refusals")?,
        unreachable_since: row.take("unreachable_since")?,
        outage: row.take("outage")?,
        outage_until: row.take("outage_until")?,
        feed,
    })
}

/// A feed of an origin, and since when it is due.
pub(super) fn feed(
    tx: &mut dyn Tx,
    which: &str,
    parameters: &[Value],
    now: Timestamp,
) -> Result<Option<(Timestamp, FeedState)>, StoreError> {
    let row = tx.row(which, parameters)?;
    row.map(|mut row| Ok((row.take("due")?, feed_state(tx, &mut row, now)?)))
        .transpose()
}

fn feed_state(tx: &mut dyn Tx, row: &mut Row, now: Timestamp) -> Result<FeedState, StoreError> {
    let (id, learned): (FeedId, Learned) = (row.take("id")?, row.take("learned")?);
    let is_logged: bool = row.take("is_logged")?;
    Ok(FeedState {
        id,
        name: row.take("name")?,
        url: row.take("url")?,
        etag: row.take("etag")?,
        last_modified: row.take("last_modified")?,
        body_hash: row.take("body_hash")?,
        baseline: match (
            row.take::<Option<Timestamp>>("baseline_at")?,
            row.take("is_inherited")?,
        ) {
            (Some(_), _) => Baseline::Done,
            (None, true) => Baseline::Inherited,
            (None, false) => Baseline::Missing,
        },
        failures: row.take("failures")?,
        failing_since: row.take("failing_since")?,
        notified: Box::new(if is_logged {
            notifications::read(tx, id, now)?
        } else {
            Notified::default()
        }),
        last_success: row.take("succeeded_at")?,
        not_modified_since: row.take("not_modified_since")?,
        items_total: row.take("items_total")?,
        health: row.take("health")?,
        cut_off: row.take::<String>("due_reason")? == CUT_OFF,
        asked: row.take("asked")?,
        polls: row.take("polls")?,
        continuity: Continuity {
            pace: learned.shorten,
            ..Continuity::read(row)?
        },
        moved: Moved::read(row)?,
        learned,
    })
}

const POLLED: &str = "
    SELECT id, name, origin, due, polled_at, failures, learned FROM feed
     WHERE active = 1 AND gone = 0 AND polled_at IS NOT NULL";

impl Store {
    /// Brings forward every feed that is due sooner by its plan than by the store: under a config
    /// that has a shorter interval or follows fewer hints. `plan` is given the name and the last
    /// poll; `None` leaves the feed as it is. None is put off: what is due soon is polled once more
    /// in the old rhythm.
    pub async fn bring_forward(
        &self,
        plan: impl Fn(&str, &LastPoll) -> Option<Plan> + Send + 'static,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sooner = self.read(move |tx| {
            let mut sooner = Vec::new();
            for row in tx.rows(POLLED, &[])? {
                sooner.extend(brought_forward(row, &plan)?);
            }
            Ok(sooner)
        });
        let bring = move |tx: &mut dyn Tx, sooner: &Sooner| bring_forward(tx, sooner, now);
        self.in_parts(sooner.await?, bring).await.map(drop)
    }
}

/// A feed that is due sooner.
struct Sooner {
    feed: FeedId,
    origin: OriginId,
    plan: Plan,
}

fn brought_forward(
    mut row: Row,
    plan: &dyn Fn(&str, &LastPoll) -> Option<Plan>,
) -> Result<Option<Sooner>, StoreError> {
    let (name, due): (String, Timestamp) = (row.take("name")?, row.take("due")?);
    let last = LastPoll {
        at: row.take("polled_at")?,
        failures: row.take("failures")?,
        learned: row.take("learned")?,
    };
    let Some(plan) = plan(&name, &last).filter(|plan| plan.due_at < due) else {
        return Ok(None);
    };
    Ok(Some(Sooner {
        feed: row.take("id")?,
        origin: row.take("origin")?,
        plan,
    }))
}

fn bring_forward(tx: &mut dyn Tx, sooner: &Sooner, now: Timestamp) -> Result<u64, StoreError> {
    let plan = &sooner.plan;
    let brought = tx.exec(
        "UPDATE feed SET due = ?2, due_reason = ?3, asked = 0 WHERE id = ?1 AND due > ?2",
        values![sooner.feed, plan.due_at, plan.reason.as_str()],
    )?;
    origin::free_rested(tx, sooner.origin, now)?;
    Ok(brought)
}
