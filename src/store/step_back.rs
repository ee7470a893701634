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
          WHERE state = 'pending' AND due > ?2 AND (attempts > 0 OR due = created_at OR follows IS NOT NULL)",
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
mod tests {
    use super::*;
    use crate::{
        model::SendReason,
        store::{SettleTo, testing::*},
    };

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_small_step_is_left_alone_and_a_large_one_is_found_once() {
        let temp = TempStore::new();
        let store = temp.open(at(DAY)).await;
        let keep = |second| store.keep_time(at(second), MINUTE);
        assert_eq!(keep(DAY).await.expect("kept"), None);
        assert_eq!(keep(DAY - 59).await.expect("kept"), None);
        assert_eq!(keep(DAY - 60).await.expect("kept"), Some(MINUTE));
        assert_eq!(keep(DAY - 60).await.expect("kept"), None);
        assert_eq!(
            keep(3 * DAY).await.expect("kept"),
            None,
            "forward is no step back"
        );
        store.close().await;
        let store = temp.open(at(2 * DAY)).await;
        let step = store.keep_time(at(2 * DAY), MINUTE).await.expect("kept");
        assert_eq!(step, Some(Duration::from_hours(24)), "found at a start too");
    }

    #[tokio::test]
    async fn what_was_counted_from_a_now_moves_and_what_waits_for_a_time_of_day_stays() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        store.keep_time(at(DAY), MINUTE).await.expect("kept");
        // A poll that is due again in 15 minutes, a delivery under way, one that waits to be sent
        // again, a new one, and one that somebody holds until a time of day.
        let claim = claim_one(&store, at(DAY)).await;
        let commit = poll(&claim, at(DAY), read(vec![]));
        store.commit_poll(commit).await.expect("committed");
        let notices = (0..4).map(|_| ping("desk")).collect();
        store.enqueue(notices, at(DAY)).await.expect("enqueued");
        tamper(
            &store,
            "UPDATE delivery SET due = due + 7200000 WHERE id = 4",
        )
        .await;
        let claims = store.claim_deliveries("desk", at(DAY), LEASE, 2).await;
        let claims = claims.expect("claimed");
        let later = SettleTo::Later {
            due: at(DAY + 60),
            reason: SendReason::Busy,
            detail: "503".into(),
            accepted: vec![],
        };
        let settled = settlement(&claims[1], at(DAY), later);
        assert!(store.settle(settled).await.expect("settled"));

        let step = store.keep_time(at(0), MINUTE).await.expect("kept");
        assert_eq!(step, Some(Duration::from_hours(24)));
        let poll_due = store.next_poll_due().await.expect("read");
        assert_eq!(poll_due, Some(at(15 * 60)));
        let mut due = Vec::new();
        for id in 1..=4 {
            let sql = format!("SELECT due FROM delivery WHERE id = {id}");
            due.push(number(&store, &sql).await - at(0).as_millisecond());
        }
        let day = DAY * 1000;
        assert_eq!(due, [5 * 60_000, 60_000, 0, day + 7_200_000]);
        let ours = settlement(&claims[0], at(1), delivered());
        assert!(
            store.settle(ours).await.expect("settled"),
            "the lease holds"
        );
    }
}
