//! Polls that someone asked for.

use std::time::Duration;

use jiff::Timestamp;

use super::{PollClaim, claim};
use crate::store::{
    Store, StoreError,
    engine::{Row, Tx, millis, values},
    origin,
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
     WHERE f.active = 1 AND f.asked = 1 ORDER BY o.not_before, f.name";

/// A poll that goes on while someone asks is the answer: its commit ends the asking.
const ASK: &str = "
    UPDATE feed SET gone = 0, asked = 1, due = CASE WHEN due < ?1 THEN due ELSE ?1 END
     WHERE active = 1 AND name = ?2 RETURNING name";

/// What is gone rests until it is named.
const ASK_ALL: &str = "
    UPDATE feed SET asked = 1, due = CASE WHEN due < ?1 THEN due ELSE ?1 END
     WHERE active = 1 AND gone = 0 RETURNING name";

const CLAIM_ASKED: &str = "
    UPDATE origin SET due = ?1 + ?2, leased_until = ?1 + ?2, fence = fence + 1
     WHERE id IN (SELECT DISTINCT o.id FROM feed f JOIN origin o ON o.id = f.origin
                   WHERE f.active = 1 AND f.asked = 1
                     AND o.leased_until <= ?1 AND o.not_before <= ?1 LIMIT ?3)
    RETURNING id, fence, refusals, unreachable_since,
              (SELECT count(*) FROM meta WHERE key = 'outage_since') AS outage,
              (SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'outage_until')
                AS outage_until";

const REPORT: &str = "
    SELECT f.name, f.asked, o.not_before, f.error,
           CASE WHEN f.baseline_at >= f.polled_at THEN 1 ELSE 0 END AS is_first,
           CASE WHEN f.changed_at >= f.polled_at THEN 1 ELSE 0 END AS is_changed,
           (SELECT count(*) FROM item i WHERE i.feed = f.id AND i.seen_at >= f.polled_at)
             AS items,
           (SELECT count(*) FROM alert a WHERE a.feed = f.id AND a.created_at >= f.polled_at)
             AS alerts,
           CASE WHEN f.gone = 0 THEN f.due END AS due_at
      FROM feed f JOIN origin o ON o.id = f.origin
     WHERE f.name = ?1";

impl Store {
    /// Makes these feeds due now, or all if none is named, and gives the names of those that are
    /// in use. Pauses of their origins, Retry-After included, go on. A feed that is gone is polled
    /// again where it is named.
    pub async fn ask(&self, feeds: Vec<String>, now: Timestamp) -> Result<Vec<String>, StoreError> {
        self.write(move |tx| {
            let mut names = Vec::new();
            if feeds.is_empty() {
                names = tx.column(ASK_ALL, values![now])?;
            }
            for feed in &feeds {
                names.append(&mut tx.column(ASK, values![now, feed.as_str()])?);
            }
            origin::free_all(tx, now.as_millisecond())?;
            Ok(names)
        })
        .await
    }

    /// The feeds that were asked for and not polled since, those that can be polled first in front.
    pub async fn asked(&self) -> Result<Vec<Asked>, StoreError> {
        self.read(|tx| {
            let rows = tx.rows(ASKED, &[])?.into_iter();
            rows.map(|mut row| {
                Ok(Asked {
                    feed: row.take("name")?,
                    pause_ends_at: row.take("not_before")?,
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
        let origin = row.take("id")?;
        let (_, feed) = claim::feed(tx, claim::ASKED_FOR, values![origin], now)?
            .expect("it made the origin claimed in this transaction");
        claims.push(claim::claim(origin, row, feed)?);
    }
    Ok(claims)
}

fn report(mut row: Row) -> Result<PollReport, StoreError> {
    Ok(PollReport {
        feed: row.take("name")?,
        waits: row.take("asked")?,
        pause_ends_at: row.take("not_before")?,
        error: row.take("error")?,
        first: row.take("is_first")?,
        changed: row.take("is_changed")?,
        items: row.take("items")?,
        alerts: row.take("alerts")?,
        due_at: row.take("due_at")?,
    })
}

#[cfg(test)]
mod tests;
