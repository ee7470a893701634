//! Polls that someone asked for.

use std::time::Duration;

use jiff::Timestamp;

use super::{PollClaim, claim};
use crate::store::{
    Store, StoreError,
    engine::{Row, Tx, millis, values},
    schedule,
};

/// A feed that is to be polled because someone asked, and is not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its name.
    pub feed: String,
    /// Before this its origin is not asked: the pause between two requests, or Retry-After.
    pub pause_ends_at: Timestamp,
}

/// What the last poll of a feed brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollReport {
    /// Its name.
    pub feed: String,
    /// Whether another poll was asked for and has not been yet.
    pub waits: bool,
    /// Before this its origin is not asked.
    pub pause_ends_at: Timestamp,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// Whether it was the feed's first good one.
    pub first: bool,
    /// Whether there was another document than before.
    pub changed: bool,
    /// Items not seen before.
    pub items: u32,
    /// Alerts, updates included.
    pub alerts: u32,
    /// When it is due again; `None` where it is gone.
    pub due_at: Option<Timestamp>,
}

const ASKED: &str = "
    SELECT f.name, o.not_before FROM feed f JOIN origin o ON o.id = f.origin
     WHERE f.active = 1 AND f.due_reason = 'asked' ORDER BY o.not_before, f.name";

/// A poll that goes on while someone asks is the answer: its commit sets another reason.
const ASK: &str = "
    UPDATE feed SET gone = 0, due_reason = 'asked', due = CASE WHEN due < ?1 THEN due ELSE ?1 END
     WHERE active = 1 AND name = ?2 RETURNING name";

/// What is gone rests until it is named.
const ASK_ALL: &str = "
    UPDATE feed SET due_reason = 'asked', due = CASE WHEN due < ?1 THEN due ELSE ?1 END
     WHERE active = 1 AND gone = 0 RETURNING name";

const CLAIM_ASKED: &str = "
    UPDATE origin SET due = ?1 + ?2, leased_until = ?1 + ?2, fence = fence + 1
     WHERE id IN (SELECT DISTINCT o.id FROM feed f JOIN origin o ON o.id = f.origin
                   WHERE f.active = 1 AND f.due_reason = 'asked'
                     AND o.leased_until <= ?1 AND o.not_before <= ?1 LIMIT ?3)
    RETURNING id, fence, refusals, unreachable_since,
              (SELECT count(*) FROM meta WHERE key = 'outage_since'),
              (SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'outage_until')";

const REPORT: &str = "
    SELECT f.name, CASE WHEN f.due_reason = 'asked' THEN 1 ELSE 0 END, o.not_before, f.error,
           CASE WHEN f.baseline_at >= f.polled_at THEN 1 ELSE 0 END,
           CASE WHEN f.changed_at >= f.polled_at THEN 1 ELSE 0 END,
           (SELECT count(*) FROM item i WHERE i.feed = f.id AND i.seen_at >= f.polled_at),
           (SELECT count(*) FROM alert a WHERE a.feed = f.id AND a.created_at >= f.polled_at),
           CASE WHEN f.gone = 0 THEN f.due END
      FROM feed f JOIN origin o ON o.id = f.origin
     WHERE f.name = ?1";

impl Store {
    /// Makes these feeds due now, or all if none is named, and gives the names of those that are
    /// in use. Pauses of their origins, Retry-After included, go on. A feed that is gone is polled
    /// again where it is named.
    pub async fn ask(&self, feeds: Vec<String>, now: Timestamp) -> Result<Vec<String>, StoreError> {
        self.write(move |tx| {
            let mut rows = Vec::new();
            if feeds.is_empty() {
                rows = tx.rows(ASK_ALL, values![now])?;
            }
            for feed in &feeds {
                rows.extend(tx.rows(ASK, values![now, feed.as_str()])?);
            }
            schedule::free_all(tx, now.as_millisecond())?;
            rows.into_iter().map(|mut row| row.take(0)).collect()
        })
        .await
    }

    /// The feeds that were asked for and not polled since, those that can be polled first in front.
    pub async fn asked(&self) -> Result<Vec<Asked>, StoreError> {
        self.read(|tx| {
            let rows = tx.rows(ASKED, &[])?.into_iter();
            rows.map(|mut row| {
                Ok(Asked {
                    feed: row.take(0)?,
                    pause_ends_at: row.take(1)?,
                })
            })
            .collect()
        })
        .await
    }

    /// Claims up to `limit` origins with feeds that were asked for, as
    /// [`claim_origins`](Store::claim_origins) does those that are due.
    pub async fn claim_asked(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<PollClaim>, StoreError> {
        self.write(move |tx| claim_asked(tx, now, lease, limit))
            .await
    }

    /// What the last polls of these feeds brought, in the order of the names.
    pub async fn poll_reports(&self, feeds: Vec<String>) -> Result<Vec<PollReport>, StoreError> {
        self.read(move |tx| {
            let mut reports = Vec::with_capacity(feeds.len());
            for feed in &feeds {
                let row = tx.row(REPORT, values![feed.as_str()])?;
                reports.extend(row.map(report).transpose()?);
            }
            Ok(reports)
        })
        .await
    }
}

fn claim_asked(
    tx: &mut dyn Tx,
    now: Timestamp,
    lease: Duration,
    limit: u32,
) -> Result<Vec<PollClaim>, StoreError> {
    let mut claims = Vec::new();
    for mut row in tx.rows(CLAIM_ASKED, values![now, millis(lease), limit])? {
        let origin = row.take(0)?;
        let (_, feed) = claim::feed(tx, claim::ASKED_FOR, origin)?
            .expect("it made the origin claimed in this transaction");
        claims.push(claim::claim(origin, row, feed)?);
    }
    Ok(claims)
}

fn report(mut row: Row) -> Result<PollReport, StoreError> {
    Ok(PollReport {
        feed: row.take(0)?,
        waits: row.take(1)?,
        pause_ends_at: row.take(2)?,
        error: row.take(3)?,
        first: row.take(4)?,
        changed: row.take(5)?,
        items: row.take(6)?,
        alerts: row.take(7)?,
        due_at: row.take(8)?,
    })
}

#[cfg(test)]
mod tests;
