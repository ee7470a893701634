//! What is no longer kept.

use std::{ops::AddAssign, time::Duration};

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Tx, millis, values},
};
use crate::model::FeedId;

/// Rows deleted in one transaction, so that polls and deliveries never wait long.
const BATCH: u32 = 500;

/// A fingerprint is remembered at least this long after it left its feed: feeds do show old items again.
const KEEP_SEEN: Duration = Duration::from_hours(30 * 24);

/// How much was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Items without an alert.
    pub items: u64,
    /// Fingerprints that left their feed long ago.
    pub seen: u64,
    /// Alerts whose deliveries are all gone.
    pub alerts: u64,
    /// Settled deliveries: delivered, dead, dropped, folded or muted.
    pub deliveries: u64,
    /// Their attempts.
    pub attempts: u64,
    /// Mutes that ended and hold nothing.
    pub mutes: u64,
}

impl AddAssign for Pruned {
    fn add_assign(&mut self, other: Self) {
        self.items += other.items;
        self.seen += other.seen;
        self.alerts += other.alerts;
        self.deliveries += other.deliveries;
        self.attempts += other.attempts;
        self.mutes += other.mutes;
    }
}

impl Store {
    /// Deletes what is older than the options keep, in steps between which others write. Never a
    /// pending delivery or its alert, and never a fingerprint that stood in its feed's last
    /// body.
    pub async fn prune(&self, now: Timestamp) -> Result<Pruned, StoreError> {
        let cut = |keep| now.as_millisecond().saturating_sub(millis(keep));
        let items_before = cut(self.options.keep_items);
        let alerts_before = cut(self.options.keep_alerts);
        let keep_seen = millis(self.options.keep_items.max(KEEP_SEEN));

        let mut pruned = Pruned::default();
        // In this order: an alert goes after its deliveries, an item after its alerts.
        pruned += self.repeat(move |tx| deliveries(tx, alerts_before)).await?;
        pruned += self.repeat(move |tx| mutes(tx, alerts_before)).await?;
        pruned += self.repeat(move |tx| alerts(tx, alerts_before)).await?;
        pruned += self.repeat(move |tx| items(tx, items_before)).await?;
        for (feed, changed_at) in self.read(read_feeds).await? {
            let before = changed_at.saturating_sub(keep_seen);
            pruned += self.repeat(move |tx| seen(tx, feed, before)).await?;
            pruned += self.repeat(move |tx| seen_before(tx, feed, before)).await?;
        }
        Ok(pruned)
    }

    /// Runs a step, a transaction each time, until it finds nothing more.
    async fn repeat(
        &self,
        step: impl Fn(&mut dyn Tx) -> Result<Pruned, StoreError> + Clone + Send + 'static,
    ) -> Result<Pruned, StoreError> {
        let mut sum = Pruned::default();
        loop {
            let done = self.write(step.clone()).await?;
            if done == Pruned::default() {
                return Ok(sum);
            }
            sum += done;
        }
    }
}

/// Settled deliveries with their attempts; one that is pending has no `settled_at`. What is told in
/// a digest stays as long as that, which has the content from there.
fn deliveries(tx: &mut dyn Tx, before: i64) -> Result<Pruned, StoreError> {
    /// The same rows for both statements: nothing comes between them.
    macro_rules! settled {
        () => {
            "(SELECT d.id FROM delivery d
               WHERE d.settled_at < ?1 AND NOT EXISTS (
                 SELECT 1 FROM delivery i
                  WHERE i.id = d.folded_into AND (i.settled_at IS NULL OR i.settled_at >= ?1))
               ORDER BY d.settled_at, d.id LIMIT ?2)"
        };
    }
    Ok(Pruned {
        attempts: tx.exec(
            concat!("DELETE FROM attempt WHERE delivery IN ", settled!()),
            values![before, BATCH],
        )?,
        deliveries: tx.exec(
            concat!("DELETE FROM delivery WHERE id IN ", settled!()),
            values![before, BATCH],
        )?,
        ..Pruned::default()
    })
}

/// Mutes that no delivery names any more.
fn mutes(tx: &mut dyn Tx, before: i64) -> Result<Pruned, StoreError> {
    Ok(Pruned {
        mutes: tx.exec(
            "DELETE FROM mute WHERE id IN (
               SELECT m.id FROM mute m
                WHERE m.ended_at < ?1
                  AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.mute = m.id)
                ORDER BY m.id LIMIT ?2)",
            values![before, BATCH],
        )?,
        ..Pruned::default()
    })
}

/// Alerts that no delivery needs any more.
fn alerts(tx: &mut dyn Tx, before: i64) -> Result<Pruned, StoreError> {
    macro_rules! delivered {
        () => {
            "(SELECT a.id FROM alert a
               WHERE a.created_at < ?1
                 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.alert = a.id)
               ORDER BY a.created_at, a.id LIMIT ?2)"
        };
    }
    tx.exec(
        concat!("DELETE FROM alert_watch WHERE alert IN ", delivered!()),
        values![before, BATCH],
    )?;
    Ok(Pruned {
        alerts: tx.exec(
            concat!("DELETE FROM alert WHERE id IN ", delivered!()),
            values![before, BATCH],
        )?,
        ..Pruned::default()
    })
}

/// Items without an alert, with what they said before.
fn items(tx: &mut dyn Tx, before: i64) -> Result<Pruned, StoreError> {
    macro_rules! unalerted {
        () => {
            "(SELECT i.id FROM item i
               WHERE i.seen_at < ?1 AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.item = i.id)
               ORDER BY i.seen_at, i.id LIMIT ?2)"
        };
    }
    tx.exec(
        concat!("DELETE FROM revision WHERE item IN ", unalerted!()),
        values![before, BATCH],
    )?;
    Ok(Pruned {
        items: tx.exec(
            concat!("DELETE FROM item WHERE id IN ", unalerted!()),
            values![before, BATCH],
        )?,
        ..Pruned::default()
    })
}

/// Fingerprints of one feed. Their age is counted from the feed's last new body, not from now:
/// while a feed answers 304, or fails, its window stands still and none of it is refreshed.
fn seen(tx: &mut dyn Tx, feed: FeedId, before: i64) -> Result<Pruned, StoreError> {
    Ok(Pruned {
        seen: tx.exec(
            "DELETE FROM fingerprint WHERE feed = ?1 AND (item, alias) IN (
               SELECT item, alias FROM fingerprint WHERE feed = ?1 AND seen_at < ?2 LIMIT ?3)",
            values![feed, before, BATCH],
        )?,
        ..Pruned::default()
    })
}

/// The same of what schema 1 left.
fn seen_before(tx: &mut dyn Tx, feed: FeedId, before: i64) -> Result<Pruned, StoreError> {
    Ok(Pruned {
        seen: tx.exec(
            "DELETE FROM seen WHERE feed = ?1 AND key IN (
               SELECT key FROM seen WHERE feed = ?1 AND seen_at < ?2 LIMIT ?3)",
            values![feed, before, BATCH],
        )?,
        ..Pruned::default()
    })
}

fn read_feeds(tx: &mut dyn Tx) -> Result<Vec<(FeedId, i64)>, StoreError> {
    tx.rows(
        "SELECT id, changed_at FROM feed WHERE changed_at IS NOT NULL ORDER BY id",
        &[],
    )?
    .into_iter()
    .map(|mut row| Ok((row.take(0)?, row.take(1)?)))
    .collect()
}

#[cfg(test)]
mod tests;
