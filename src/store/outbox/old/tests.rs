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
