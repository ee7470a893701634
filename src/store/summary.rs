//! How everything is, in a few numbers.

use jiff::Timestamp;

use super::{Store, StoreError, engine::values, step_back};

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

impl Store {
    /// How the store itself is.
    pub async fn vitals(&self) -> Result<Vitals, StoreError> {
        let bytes = self.bytes();
        self.read(move |tx| {
            let mut row = tx
                .row(
                    "SELECT (SELECT min(created_at) FROM delivery WHERE state = 'pending'),
                            (SELECT max(polled_at) FROM feed WHERE active = 1)",
                    &[],
                )?
                .expect("a row of sub-selects is one row");
            Ok(Vitals {
                oldest_waiting: row.take(0)?,
                last_poll: row.take(1)?,
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
                .row(
                    "SELECT (SELECT count(*) FROM feed WHERE active = 1),
                            (SELECT count(*) FROM feed WHERE active = 1 AND polled_at IS NOT NULL),
                            (SELECT count(*) FROM feed WHERE active = 1 AND failures > 0),
                            (SELECT count(*) FROM alert),
                            (SELECT count(*) FROM delivery WHERE state = 'pending'),
                            (SELECT count(*) FROM delivery WHERE state = 'dead')",
                    &[],
                )?
                .expect("a row of sub-selects is one row");
            Ok(Summary {
                feeds: row.take(0)?,
                polled: row.take(1)?,
                failing: row.take(2)?,
                alerts: row.take(3)?,
                waiting: row.take(4)?,
                dead: row.take(5)?,
            })
        })
        .await
    }

    /// How many feeds were due at `since` and have not been polled yet, and when the first of them can
    /// be: its host rests until then. `None` where there is none.
    pub async fn overdue(&self, since: Timestamp) -> Result<Option<(u32, Timestamp)>, StoreError> {
        self.read(move |tx| {
            let mut row = tx
                .row(
                    "SELECT count(*), min(o.due) FROM feed f JOIN origin o ON o.id = f.origin
                      WHERE f.active = 1 AND f.gone = 0 AND f.due <= ?1",
                    values![since],
                )?
                .expect("an aggregate has a row");
            let free_at: Option<Timestamp> = row.take(1)?;
            let feeds = row.take(0)?;
            Ok(free_at.map(|free_at| (feeds, free_at)))
        })
        .await
    }
}
