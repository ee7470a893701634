//! How the store is: a few numbers, its file, and the disk under it.

use std::{
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

use super::{
    Store, StoreError,
    disk::{self, Files, beside},
    engine::values,
    feeds, step_back,
};
use crate::model::StoreReason;

/// The state of the whole store at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Feeds in the config.
    pub feeds: u32,
    /// Those that were polled at least once, well or not.
    pub polled: u32,
    /// Those whose last poll failed.
    pub failing: u32,
    /// Alerts kept.
    pub alerts: u32,
    /// Deliveries still to be made.
    pub waiting: u32,
    /// Deliveries given up.
    pub dead: u32,
}

/// How the store itself is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Vitals {
    /// When the oldest delivery that still has to be made was made due first.
    pub oldest_waiting: Option<Timestamp>,
    /// When the last poll was recorded.
    pub last_poll: Option<Timestamp>,
    /// When the service last wrote the time down, which it does once a minute.
    pub last_written: Option<Timestamp>,
    /// The store's file and its log, in bytes.
    pub bytes: u64,
}

/// What was not polled, or fails, is not `ok`, and so has an index; feeds count their alerts.
pub(super) const SUMMARY: &str = "
    SELECT (SELECT count(*) FROM feed
             WHERE active = 1 AND condition <> 'ok' AND polled_at IS NULL) AS unpolled,
           (SELECT count(*) FROM feed
             WHERE active = 1 AND condition <> 'ok' AND failures > 0) AS failing,
           (SELECT coalesce(sum(kept_alerts), 0) FROM feed WHERE kept_alerts > 0) AS alerts,
           (SELECT count(*) FROM delivery WHERE state = 'pending') AS waiting,
           (SELECT count(*) FROM delivery WHERE state = 'dead') AS dead";

/// Ids are given in the order of time, and the index holds them: of the deliveries of each receiver
/// the first is read. What waits for others of its story, for days perhaps, is not late.
pub(super) const OLDEST_WAITING: &str = "
    SELECT min(d.created_at) FROM receiver r JOIN delivery d ON d.id = (
      SELECT min(w.id) FROM delivery w
       WHERE w.state = 'pending' AND w.receiver = r.id AND w.awaits IS NULL)";

/// Reads all feeds: an index of it would be written at every poll.
const LAST_POLL: &str = "SELECT max(polled_at) FROM feed WHERE active = 1";

/// The last poll that this process has recorded; the store itself has it feed by feed only.
#[derive(Debug)]
pub(super) struct LastPoll(AtomicI64);

impl Default for LastPoll {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl LastPoll {
    pub(super) fn note(&self, at: Timestamp) {
        self.0.fetch_max(at.as_millisecond(), Ordering::Relaxed);
    }

    fn get(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).ok()
    }
}

impl Store {
    /// How the store itself is.
    pub async fn vitals(&self) -> Result<Vitals, StoreError> {
        let (bytes, last_poll) = (self.bytes(), self.last_poll.get());
        self.read(move |tx| {
            let time = |value: Option<Option<Timestamp>>| value.flatten();
            Ok(Vitals {
                oldest_waiting: time(tx.value(OLDEST_WAITING, &[])?),
                last_poll: match last_poll {
                    None => time(tx.value(LAST_POLL, &[])?),
                    noted => noted,
                },
                last_written: step_back::last_written(tx)?,
                bytes,
            })
        })
        .await
    }

    /// The numbers for a status line.
    pub async fn summary(&self) -> Result<Summary, StoreError> {
        self.read(|tx| {
            let mut row = tx
                .row(SUMMARY, &[])?
                .expect("a row of sub-selects is one row");
            let feeds = u32::try_from(feeds::active(tx)?).unwrap_or(u32::MAX);
            Ok(Summary {
                feeds,
                polled: feeds.saturating_sub(row.take("unpolled")?),
                failing: row.take("failing")?,
                alerts: row.take("alerts")?,
                waiting: row.take("waiting")?,
                dead: row.take("dead")?,
            })
        })
        .await
    }

    /// How many feeds of the round that began at `since` have not been polled yet, and when the first of them can
    /// be: its host rests until then. `None` where there is none.
    pub async fn overdue(
        &self,
        [now, since]: [Timestamp; 2],
    ) -> Result<Option<(u32, Timestamp)>, StoreError> {
        self.read(move |tx| {
            let mut row = tx
                .row(
                    "SELECT count(*) AS feeds, min(o.due) AS free_at
                       FROM feed f JOIN origin o ON o.id = f.origin
                      WHERE f.active = 1 AND f.gone = 0
                        AND (f.due <= ?1
                             OR f.due <= ?2 AND (f.fill IS NOT NULL OR f.asked = 1))",
                    values![since, now],
                )?
                .expect("an aggregate has a row");
            let free_at: Option<Timestamp> = row.take("free_at")?;
            let feeds = row.take("feeds")?;
            Ok(free_at.map(|free_at| (feeds, free_at)))
        })
        .await
    }
}

impl Store {
    /// The store's file.
    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// Whether the files that are open are still there under their names.
    pub fn is_in_place(&self) -> bool {
        Files::of(self.path()) == self.files
    }

    /// What the store answered first where its content cannot be read. No trial tells when that is
    /// over: one page may be damaged, and all others well.
    pub fn damage(&self) -> Option<&StoreError> {
        self.damage.get()
    }

    pub(super) fn note_damage(&self, error: &StoreError) {
        if error.disk_reason() == Some(StoreReason::Damaged) {
            let _ = self.damage.set(error.clone());
        }
    }

    /// The room on the disk that this program may use, in bytes; `None` where it cannot be asked.
    pub fn free_bytes(&self) -> Option<u64> {
        disk::free_bytes(self.path())
    }

    /// Lays the reserve beside the store, where it does not lie there. Blocks for as long as the
    /// disk takes to write it.
    ///
    /// # Errors
    /// The disk's; nothing is left of the reserve then.
    pub async fn lay_ballast(&self) -> Result<(), StoreError> {
        let path = self.path().to_owned();
        tokio::task::spawn_blocking(move || disk::lay_beside(&path))
            .await
            .map_err(|_| StoreError::Closed)?
    }

    /// Gives the reserve to the disk; says whether there was one.
    pub fn drop_ballast(&self) -> bool {
        disk::drop_beside(self.path())
    }

    /// The store's file and its log, in bytes.
    pub fn bytes(&self) -> u64 {
        let files = ["", "-wal"].map(|suffix| beside(self.path(), suffix));
        let size = |file| std::fs::metadata(file).map_or(0, |data| data.len());
        files.iter().map(size).sum()
    }
}
