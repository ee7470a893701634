//! A clock that was set back.
//!
//! Due times are times of day. When the clock steps back by a day, what is due in a minute would
//! be due in a day and a minute: nothing polled, nothing sent again. So the store keeps the latest
//! time that it was given, finds the step by it, at a start too, and moves by as much every due time
//! that was counted from a `now`: polls, pauses, back-offs, leases. What is due at a time of day,
//! such as a report, stays where it is.
//!
//! A clock that is set forward needs nothing: all is due at once, as after a long pause, and a
//! lease that seems over is stopped by its fence.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Tx, millis, values},
    meta, origin,
};
use crate::model::time::elapsed;

/// The latest time the store was given, in `meta`.
const CLOCK: &str = "clock";

/// A smaller step is left alone: everything is then late by no more than that.
const SMALLEST_STEP: Duration = Duration::from_mins(1);

impl Store {
    /// Keeps `now` as the latest time, if the last one is older than `every`; with zero it is a
    /// trial whether anything can be written. Where the clock is behind the kept time by a
    /// minute or more, returns by how much, and has moved the due times.
    pub async fn keep_time(
        &self,
        now: Timestamp,
        every: Duration,
    ) -> Result<Option<Duration>, StoreError> {
        self.write(move |tx| {
            let last = meta::time(tx, CLOCK)?;
            let back = last.map_or(Duration::ZERO, |last| elapsed(now, last));
            if back >= SMALLEST_STEP {
                move_back(tx, back, now)?;
            } else if last.is_some_and(|last| elapsed(last, now) < every) {
                return Ok(None);
            }
            meta::set_time(tx, CLOCK, now)?;
            Ok((back >= SMALLEST_STEP).then_some(back))
        })
        .await
    }
}

/// When the time was last written down.
pub(super) fn last_written(tx: &mut dyn Tx) -> Result<Option<Timestamp>, StoreError> {
    meta::time(tx, CLOCK)
}

fn move_back(tx: &mut dyn Tx, by: Duration, now: Timestamp) -> Result<(), StoreError> {
    let by = millis(by);
    for sql in [
        "UPDATE feed SET due = due - ?1 WHERE due > ?2",
        "UPDATE origin SET not_before = not_before - ?1 WHERE not_before > ?2",
        "UPDATE origin SET leased_until = leased_until - ?1 WHERE leased_until > ?2",
        "UPDATE receiver SET due = due - ?1 WHERE due > ?2",
        // One that nobody has tried waits for nothing, or for a time of day.
        "UPDATE delivery SET due = due - ?1
          WHERE state = 'pending' AND due > ?2 AND (attempts > 0 OR due = created_at)",
    ] {
        tx.exec(sql, values![by, now])?;
    }
    tx.exec(
        "UPDATE origin SET due = due - ?1 WHERE due > ?2 AND due < ?3",
        values![by, now, origin::NEVER],
    )
    .map(drop)
}

#[cfg(test)]
mod tests;
