//! What is no longer kept.

mod kept;

use std::{ops::AddAssign, time::Duration};

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Tx, millis, values},
    meta, notifications, stories,
};
use crate::model::{FeedId, ItemId, time::elapsed};

/// Rows that are looked for at once, by a reader: it keeps nobody waiting, but their ids take memory.
const FOUND: u32 = if cfg!(test) { 100 } else { 10_000 };

/// A fingerprint is remembered at least this long after it left its feed: feeds do show old items again.
const KEEP_SEEN: Duration = Duration::from_hours(30 * 24);

/// When a round last deleted, in `meta`.
const PRUNED: &str = "pruned";

/// Once a day, also where cron is some minutes early.
const PRUNED_EVERY: Duration = Duration::from_hours(23);

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
    /// Mutes that ended and suppress nothing.
    pub mutes: u64,
    /// Items of stories that nothing is compared with any more.
    pub stories: u64,
}

impl AddAssign for Pruned {
    fn add_assign(&mut self, other: Self) {
        self.items += other.items;
        self.seen += other.seen;
        self.alerts += other.alerts;
        self.deliveries += other.deliveries;
        self.attempts += other.attempts;
        self.mutes += other.mutes;
        self.stories += other.stories;
    }
}

impl Store {
    /// Deletes what is older than the options keep, in parts between which others write. Never a
    /// pending delivery or its alert, and never a fingerprint that was in its feed's last
    /// body.
    pub async fn prune(&self, now: Timestamp) -> Result<Pruned, StoreError> {
        let cut = |keep| now.as_millisecond().saturating_sub(millis(keep));
        let items_before = cut(self.options.keep_items);
        let alerts_before = cut(self.options.keep_alerts);
        let compared_before = cut(stories::COMPARED);
        let keep_seen = millis(self.options.keep_items.max(KEEP_SEEN));

        let mut pruned = Pruned::default();
        // In this order: an alert goes after its deliveries, an item after its alerts.
        for (find, before, delete) in [
            (DELIVERIES, alerts_before, delivery as Delete),
            (MUTES, alerts_before, mute),
        ] {
            let ids = move |tx: &mut dyn Tx| ids(tx, find, before);
            let delete = move |tx: &mut dyn Tx, id: &i64| delete(tx, *id, before);
            pruned += self.clear(ids, delete).await?;
        }
        pruned.stories += self.forget_stories(compared_before).await?;
        let alerts = move |tx: &mut dyn Tx| kept::find_alerts(tx, alerts_before);
        pruned += self.clear(alerts, kept::delete_alerts).await?;
        let items = move |tx: &mut dyn Tx| kept::find_items(tx, items_before);
        pruned += self.clear(items, kept::delete_items).await?;
        for (feed, changed_at) in self.read(read_feeds).await? {
            let before = changed_at.saturating_sub(keep_seen);
            let rested = move |tx: &mut dyn Tx| rested(tx, feed, before);
            let delete =
                move |tx: &mut dyn Tx, print: &(ItemId, i64)| fingerprint(tx, feed, *print, before);
            pruned += self.clear(rested, delete).await?;
            let rested = move |tx: &mut dyn Tx| rested_before(tx, feed, before);
            let delete = move |tx: &mut dyn Tx, key: &Vec<u8>| seen(tx, feed, key, before);
            pruned += self.clear(rested, delete).await?;
        }
        Ok(pruned)
    }

    /// [Prunes](Store::prune) where no round has done so for a day; `None` where one has.
    pub async fn prune_daily(&self, now: Timestamp) -> Result<Option<Pruned>, StoreError> {
        let last = self.read(|tx| meta::time(tx, PRUNED)).await?;
        // One that is still to come is of a clock that was set back.
        if last.is_some_and(|last| last <= now && elapsed(last, now) < PRUNED_EVERY) {
            return Ok(None);
        }
        let pruned = self.prune(now).await?;
        // Last: one that is cut off goes on with the next round.
        self.write(move |tx| meta::set_time(tx, PRUNED, now))
            .await?;
        Ok(Some(pruned))
    }

    /// Deletes what is found until nothing is.
    async fn clear<K: Send + Sync + 'static>(
        &self,
        find: impl Fn(&mut dyn Tx) -> Result<Vec<K>, StoreError> + Copy + Send + 'static,
        delete: impl Fn(&mut dyn Tx, &K) -> Result<Pruned, StoreError> + Copy + Send + Sync + 'static,
    ) -> Result<Pruned, StoreError> {
        let mut sum = Pruned::default();
        loop {
            let found = self.read(find).await?;
            let done = self.in_parts(found, delete).await?;
            // Also where somebody needs all of them by now.
            if done == Pruned::default() {
                return Ok(sum);
            }
            sum += done;
        }
    }
}

/// Deletes a row with what hangs on it, if it is still to go.
type Delete = fn(&mut dyn Tx, i64, i64) -> Result<Pruned, StoreError>;

/// What is part of a digest stays as long as that, which has the content from there. ?1 is the time
/// before which what was settled goes.
macro_rules! settled {
    ($columns:literal, $which:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM delivery d
              WHERE d.settled_at < ?1 AND NOT EXISTS (
                SELECT 1 FROM delivery i
                 WHERE i.id = d.folded_into AND (i.settled_at IS NULL OR i.settled_at >= ?1)) ",
            $which
        )
    };
}

/// Settled deliveries; one that is pending has no `settled_at`.
const DELIVERIES: &str = settled!("d.id", "ORDER BY d.settled_at, d.id LIMIT ?2");

/// Mutes that no delivery names any more.
const MUTES: &str = "
    SELECT m.id FROM mute m
     WHERE m.ended_at < ?1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.mute = m.id)
     ORDER BY m.id LIMIT ?2";

fn ids(tx: &mut dyn Tx, find: &str, before: i64) -> Result<Vec<i64>, StoreError> {
    tx.column(find, values![before, FOUND])
}

fn delivery(tx: &mut dyn Tx, id: i64, before: i64) -> Result<Pruned, StoreError> {
    let settled = settled!("d.kind, d.state", "AND d.id = ?2");
    let Some(mut row) = tx.row(settled, values![before, id])? else {
        return Ok(Pruned::default());
    };
    let (kind, state): (String, String) = (row.take("kind")?, row.take("state")?);
    if notifications::is_awaited(tx, id, &kind, &state)? {
        return Ok(Pruned::default());
    }
    notifications::pruned(tx, id, &kind, &state)?;
    stories::forget_notice(tx, id)?;
    Ok(Pruned {
        attempts: tx.exec("DELETE FROM attempt WHERE delivery = ?1", values![id])?,
        deliveries: tx.exec("DELETE FROM delivery WHERE id = ?1", values![id])?,
        ..Pruned::default()
    })
}

fn mute(tx: &mut dyn Tx, id: i64, _before: i64) -> Result<Pruned, StoreError> {
    Ok(Pruned {
        mutes: tx.exec(
            "DELETE FROM mute
              WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.mute = mute.id)",
            values![id],
        )?,
        ..Pruned::default()
    })
}

/// Fingerprints of one feed. Their age is counted from the feed's last new body, not from now:
/// while a feed answers 304, or fails, its document stays the same and none of it is refreshed. Those of
/// an item that is kept stay with it: it is found by them.
fn rested(tx: &mut dyn Tx, feed: FeedId, before: i64) -> Result<Vec<(ItemId, i64)>, StoreError> {
    let rows = tx.rows(
        "SELECT s.item, s.alias FROM fingerprint s
          WHERE s.feed = ?1 AND s.seen_at < ?2
            AND NOT EXISTS (SELECT 1 FROM item i WHERE i.id = s.item) LIMIT ?3",
        values![feed, before, FOUND],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("item")?, row.take("alias")?)))
        .collect()
}

fn fingerprint(
    tx: &mut dyn Tx,
    feed: FeedId,
    (item, alias): (ItemId, i64),
    before: i64,
) -> Result<Pruned, StoreError> {
    Ok(Pruned {
        seen: tx.exec(
            "DELETE FROM fingerprint
              WHERE feed = ?1 AND item = ?2 AND alias = ?3 AND seen_at < ?4",
            values![feed, item, alias, before],
        )?,
        ..Pruned::default()
    })
}

/// The same of what schema 1 left.
fn rested_before(tx: &mut dyn Tx, feed: FeedId, before: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    tx.column(
        "SELECT key FROM seen WHERE feed = ?1 AND seen_at < ?2 LIMIT ?3",
        values![feed, before, FOUND],
    )
}

fn seen(tx: &mut dyn Tx, feed: FeedId, key: &[u8], before: i64) -> Result<Pruned, StoreError> {
    Ok(Pruned {
        seen: tx.exec(
            "DELETE FROM seen WHERE feed = ?1 AND key = ?2 AND seen_at < ?3",
            values![feed, key, before],
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
    .map(|mut row| Ok((row.take("id")?, row.take("changed_at")?)))
    .collect()
}

#[cfg(test)]
mod tests;
