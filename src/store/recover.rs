//! What the daemon does first: nothing is in flight but what a dead one left.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    StoreError,
    engine::{Tx, millis, values},
    origin, outbox,
};

/// How long a feed waits that was being asked when the process died: it may be what killed it, so
/// all others come first.
const LAST_AFTER: Duration = Duration::from_secs(10);

/// Why such a feed is due.
pub(super) const CUT_OFF: &str = "cut off";

/// Of each origin that was claimed the most overdue feed, or the one that someone asked for.
const MARK_CUT_OFF: &str = "
    UPDATE feed SET due = ?1 + ?2, due_reason = ?3, asked = 0
     WHERE id IN (
       SELECT (SELECT f.id FROM feed f
                WHERE f.origin = o.id AND f.active = 1 AND f.gone = 0
                ORDER BY f.asked DESC, f.due, f.id LIMIT 1)
         FROM origin o WHERE o.leased_until > 0)";

/// Ends every lease: origins are due when their feeds are, feeds that were being asked a little
/// later, deliveries under way are due now and their open attempts are closed as lost.
pub(super) fn recover(tx: &mut dyn Tx, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(MARK_CUT_OFF, values![now, millis(LAST_AFTER), CUT_OFF])?;
    origin::free_all(tx, i64::MAX)?;
    tx.exec(
        "UPDATE delivery SET due = ?1, fence = fence + 1
          WHERE state = 'pending'
            AND id IN (SELECT delivery FROM attempt WHERE ended_at IS NULL)",
        values![now],
    )?;
    outbox::close_lost(tx, None, now)
}

#[cfg(test)]
mod tests {
    use crate::store::testing::*;

    #[tokio::test]
    async fn a_feed_that_was_asked_when_the_process_died_is_asked_behind_all_others() {
        let temp = TempStore::new();
        let store = temp.open(at(0)).await;
        let feeds = [
            feed("deadly", "https://one.example/1"),
            feed("beside", "https://one.example/2"),
            feed("other", "https://two.example/"),
        ];
        store.sync(&feeds, &[], at(0)).await.expect("synced");
        tamper(
            &store,
            "UPDATE feed SET due = due + 1 WHERE name <> 'deadly'",
        )
        .await;
        tamper(&store, "UPDATE origin SET due = due + 1 WHERE id = 2").await;
        let claims = store
            .claim_origins(at(0), LEASE, 10)
            .await
            .expect("claimed");
        assert_eq!(claims.len(), 1);
        assert!(claims[0].feed.name == "deadly" && !claims[0].feed.cut_off);

        let store = temp.crash().open(at(1)).await;
        let next = claim(&store, at(1)).await;
        let names: Vec<_> = next
            .iter()
            .map(|it| (&it.feed.name[..], it.feed.cut_off))
            .collect();
        assert_eq!(names, [("beside", false), ("other", false)]);
        for claim in &next {
            let done = store.commit_poll(poll(claim, at(1), read(vec![]))).await;
            done.expect("committed");
        }
        let last = claim_one(&store, at(11)).await;
        assert!(last.feed.name == "deadly" && last.feed.cut_off);
        let done = store.commit_poll(poll(&last, at(11), read(vec![]))).await;
        done.expect("committed");
        let again = claim(&store, at(3600)).await;
        assert!(
            again.iter().all(|claim| !claim.feed.cut_off),
            "it is forgiven"
        );
    }
}
