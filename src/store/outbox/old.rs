//! The end of what waits for a receiver that nobody expects any more.

use jiff::Timestamp;

use super::{follow::moved, missed::note};
use crate::{
    model::{DeliveryId, SendReason},
    store::{
        Store, StoreError,
        engine::{Tx, millis, values},
    },
};

/// Deliveries given up in one transaction, so that polls and deliveries never wait long.
const BATCH: u32 = 200;

/// What has waited since then for a receiver that the config does not have, or that has taken nothing
/// since then: it is off, or was tried just now. One whose next try is overdue may be well again: it is
/// tried first.
pub(in crate::store) const OLD: &str = "
    SELECT d.id FROM receiver r JOIN delivery d ON d.receiver = r.id
     WHERE d.state = 'pending' AND d.waiting_since <= ?1
       AND (r.active = 0 OR (r.failing_since <= ?1
                             AND (r.off = 1 OR (r.failures > 0 AND r.due > ?2))))
       AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = d.id AND a.ended_at IS NULL)
     LIMIT ?3";

/// Why it is given up.
const WHY: &str = "
    SELECT r.active, r.error, d.waiting_since
      FROM delivery d JOIN receiver r ON r.id = d.receiver
     WHERE d.id = ?1 AND d.state = 'pending'
       AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = d.id AND a.ended_at IS NULL)";

impl Store {
    /// Gives up what has waited as long as alerts are kept for a receiver that has taken nothing for
    /// as long, or is not in the config. Returns how many.
    pub async fn give_up_old(&self, now: Timestamp) -> Result<u64, StoreError> {
        let keep = millis(self.options.keep_alerts);
        let before = now.as_millisecond().saturating_sub(keep);
        let mut given_up = 0;
        loop {
            let ids = self.read(move |tx| old(tx, before, now)).await?;
            if ids.is_empty() {
                return Ok(given_up);
            }
            let done = self.write(move |tx| give_up(tx, &ids, keep, now)).await?;
            if done == 0 {
                return Ok(given_up);
            }
            given_up += done;
        }
    }
}

fn old(tx: &mut dyn Tx, before: i64, now: Timestamp) -> Result<Vec<DeliveryId>, StoreError> {
    tx.column(OLD, values![before, now, BATCH])
}

fn give_up(
    tx: &mut dyn Tx,
    ids: &[DeliveryId],
    keep: i64,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut given_up = 0;
    for id in ids {
        let Some(mut row) = tx.row(WHY, values![*id])? else {
            continue;
        };
        let (active, error): (bool, Option<String>) = (row.take("active")?, row.take("error")?);
        let waiting_since: i64 = row.take("waiting_since")?;
        let detail = in_words(active, error.as_deref());
        // It ended when its time was over, also where nobody looked then: it is deleted as if
        // somebody had.
        let ended_at = waiting_since.saturating_add(keep).min(now.as_millisecond());
        let reason = SendReason::Expired;
        given_up += tx.exec(
            "UPDATE delivery SET state = 'dead', fence = fence + 1, settled_at = ?2,
                    reason = ?3, detail = ?4
              WHERE id = ?1",
            values![*id, ended_at, reason.as_str(), detail.as_str()],
        )?;
        note(tx, &[*id], reason, &detail, now)?;
        moved(tx, *id, now)?;
    }
    Ok(given_up)
}

fn in_words(is_configured: bool, error: Option<&str>) -> String {
    let kept = "for as long as `[keep] alerts` says";
    if !is_configured {
        return format!("it waited {kept}, and the config does not have its receiver");
    }
    match error {
        Some(error) => format!("its receiver has taken nothing {kept}: {error}"),
        None => format!("its receiver has taken nothing {kept}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::SendReason,
        store::{DeliveryState, ReceiverUpdate, SettleTo, testing::*},
    };

    const KEEP: i64 = 90 * DAY;

    /// A store in which two notices wait for `desk` since 0 s.
    async fn waiting(temp: &TempStore) -> Store {
        let store = one_feed(temp).await;
        let pings = vec![ping("desk"), ping("desk")];
        store.enqueue(pings, at(0)).await.expect("enqueued");
        store
    }

    /// An attempt for `desk` that failed at this moment; the receiver has failed since then, and is tried
    /// again, or is off.
    async fn fail(store: &Store, seconds: i64, since: i64, off: bool) {
        let claim = store.claim_deliveries("desk", at(seconds), LEASE, 1);
        let claim = claim.await.expect("claimed").remove(0);
        let reason = SendReason::Auth;
        let later = SettleTo::Later {
            due: at(seconds + 300),
            reason,
            detail: "401".into(),
            accepted: vec![],
        };
        let mut settled = settlement(&claim, at(seconds), later);
        settled.receiver = ReceiverUpdate {
            due: Some(at(seconds + 300)),
            failures: 9,
            failing_since: Some(at(since)),
            notified_failing: true,
            off,
            reason: Some(reason),
            error: Some("401 Unauthorized".into()),
            through: None,
            ..ReceiverUpdate::default()
        };
        assert!(store.settle(settled).await.expect("settled"));
    }

    async fn given_up(store: &Store, seconds: i64) -> u64 {
        store.give_up_old(at(seconds)).await.expect("done")
    }

    #[tokio::test]
    async fn a_receiver_that_is_tried_in_vain_for_so_long_loses_what_waits_as_long() {
        let temp = TempStore::new();
        let store = waiting(&temp).await;
        fail(&store, 10, 10, false).await;
        fail(&store, KEEP + 9, 10, false).await;
        assert_eq!(given_up(&store, KEEP + 9).await, 0, "at the bound");
        store
            .enqueue(vec![ping("desk")], at(KEEP))
            .await
            .expect("enqueued");
        assert_eq!(
            given_up(&store, KEEP + 10).await,
            2,
            "but not the young one"
        );
        assert_eq!(store.waiting("desk").await.expect("read"), 1);
        let dead = store
            .delivery(DeliveryId(2))
            .await
            .expect("read")
            .expect("there");
        assert_eq!(dead.state, DeliveryState::Dead);
        assert_eq!(dead.reason.as_deref(), Some("expired"));
        let detail = dead.detail.expect("said");
        assert!(detail.ends_with("401 Unauthorized"), "{detail}");
        let notified = store
            .notify_missed(vec!["phone".into()], at(KEEP + 11))
            .await;
        let notified = notified.expect("written");
        assert_eq!(
            (notified.len(), notified[0].event.notices),
            (1, 2),
            "one notice"
        );
    }

    /// The machine was off: who knows how the receiver is today.
    #[tokio::test]
    async fn a_receiver_that_was_not_tried_lately_is_tried_first() {
        let temp = TempStore::new();
        let store = waiting(&temp).await;
        fail(&store, 10, 10, false).await;
        assert_eq!(given_up(&store, 400 * DAY).await, 0);
        fail(&store, 400 * DAY, 10, false).await;
        assert_eq!(given_up(&store, 400 * DAY).await, 2);
    }

    #[tokio::test]
    async fn a_receiver_that_is_off_is_not_tried_and_loses_it_too() {
        let temp = TempStore::new();
        let store = waiting(&temp).await;
        fail(&store, 10, 10, true).await;
        assert_eq!(given_up(&store, KEEP + 9).await, 0);
        assert_eq!(given_up(&store, KEEP + 10).await, 2);
    }

    #[tokio::test]
    async fn what_waits_for_a_receiver_that_is_gone_ends_and_is_deleted_when_its_time_is_over() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        poll_news(&store, vec![news(1, &["w"], &["desk"])]).await;
        let phone = ["phone".to_owned()];
        store.sync(&[], &phone, at(1)).await.expect("synced");
        assert_eq!(given_up(&store, KEEP - 1).await, 0);
        assert_eq!(given_up(&store, 400 * DAY).await, 1);
        let pruned = store.prune(at(400 * DAY)).await.expect("pruned");
        assert_eq!((pruned.deliveries, pruned.alerts, pruned.items), (1, 1, 1));
        let notified = store.notify_missed(phone.to_vec(), at(400 * DAY)).await;
        assert_eq!(notified.expect("written")[0].event.named, ["title 1"]);
    }

    #[tokio::test]
    async fn what_a_policy_holds_for_a_receiver_that_is_well_stays() {
        let temp = TempStore::new();
        let store = waiting(&temp).await;
        assert_eq!(given_up(&store, 400 * DAY).await, 0);
        // One that has just begun to fail is no dead one.
        fail(&store, 400 * DAY, 400 * DAY, false).await;
        assert_eq!(given_up(&store, 400 * DAY).await, 0);
    }

    #[tokio::test]
    async fn what_someone_sends_again_has_a_new_life() {
        let temp = TempStore::new();
        let store = waiting(&temp).await;
        fail(&store, 10, 10, false).await;
        fail(&store, 400 * DAY, 10, false).await;
        let desk = crate::store::Selection {
            receiver: Some("desk".into()),
            ..Default::default()
        };
        assert_eq!(store.retry(desk, at(400 * DAY)).await.expect("done"), 2);
        fail(&store, 400 * DAY, 10, false).await;
        assert_eq!(given_up(&store, 400 * DAY).await, 0);
    }

    /// Nobody knows yet how that goes.
    #[tokio::test]
    async fn what_is_being_sent_is_left() {
        let temp = TempStore::new();
        let store = waiting(&temp).await;
        fail(&store, 10, 10, false).await;
        assert_eq!(claim_for(&store, "desk", at(400 * DAY)).await.len(), 2);
        let due = at(401 * DAY).as_millisecond();
        tamper(&store, &format!("UPDATE receiver SET due = {due}")).await;
        assert_eq!(given_up(&store, 400 * DAY).await, 0);
    }

    #[tokio::test]
    async fn more_than_a_batch_ends_too() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let many = BATCH as usize + 1;
        let pings = (0..many).map(|_| ping("gone")).collect();
        store.enqueue(pings, at(0)).await.expect("enqueued");
        assert_eq!(given_up(&store, 400 * DAY).await, many as u64);
        let notified = store
            .notify_missed(vec!["phone".into()], at(400 * DAY))
            .await;
        assert_eq!(notified.expect("written")[0].event.notices, BATCH + 1);
    }
}
