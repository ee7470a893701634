//! What a claim says of the tries before it.

use super::*;
use crate::store::{ReceiverUpdate, Selection, SettleTo, testing::*};

async fn next(store: &Store, seconds: i64) -> DeliveryClaim {
    let claims = store.claim_deliveries("desk", at(seconds), LEASE, 1).await;
    claims.expect("claimed").remove(0)
}

/// The receiver after so many failures in a row, the first of them at this moment.
fn failing(failures: u32, since: i64) -> ReceiverUpdate {
    ReceiverUpdate {
        failures,
        failing_since: Some(at(since)),
        ..ReceiverUpdate::default()
    }
}

async fn settle(
    store: &Store,
    claim: &DeliveryClaim,
    seconds: i64,
    to: SettleTo,
    receiver: ReceiverUpdate,
) {
    let mut settled = settlement(claim, at(seconds), to);
    settled.receiver = receiver;
    assert!(store.settle(settled).await.expect("settled"));
}

fn later(seconds: i64) -> SettleTo {
    SettleTo::Later {
        due: at(seconds),
        reason: SendReason::Busy,
        detail: "503".into(),
        accepted: vec![],
    }
}

fn dead(reason: SendReason, accepted: &[&str]) -> SettleTo {
    SettleTo::Dead {
        reason,
        detail: "450 4.2.0 later".into(),
        accepted: accepted.iter().map(|&one| one.to_owned()).collect(),
    }
}

fn this(id: DeliveryId) -> Selection {
    Selection {
        ids: vec![id],
        ..Selection::default()
    }
}

async fn enqueue(store: &Store, count: usize) -> Vec<DeliveryId> {
    let pings = (0..count).map(|_| ping("desk")).collect();
    store.enqueue(pings, at(0)).await.expect("enqueued")
}

#[tokio::test]
async fn the_time_of_trying_begins_with_the_first_attempt_that_failed() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let id = enqueue(&store, 1).await[0];
    let first = next(&store, 4 * DAY).await;
    assert_eq!((first.failures, first.failing_since), (0, None));
    // It is lost: its lease ends.
    let second = next(&store, 4 * DAY + 301).await;
    assert_eq!((second.failures, second.failing_since), (0, None));
    settle(
        &store,
        &second,
        4 * DAY + 302,
        later(5 * DAY),
        failing(1, 0),
    )
    .await;
    let third = next(&store, 5 * DAY).await;
    let tried_since = Some(at(4 * DAY + 301));
    assert_eq!((third.failures, third.failing_since), (1, tried_since));
    settle(&store, &third, 5 * DAY, later(6 * DAY), failing(2, 0)).await;
    assert_eq!(store.retry(this(id), at(90 * DAY)).await.expect("done"), 1);
    let again = next(&store, 99 * DAY).await;
    assert_eq!(
        (again.failures, again.failing_since),
        (0, None),
        "a new life"
    );
    assert_eq!(again.attempt, 4);
}

/// By hand or by the lane: who has it does not get it again.
#[tokio::test]
async fn what_died_is_sent_again_to_those_only_who_have_nothing() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let id = enqueue(&store, 1).await[0];
    let first = next(&store, 0).await;
    let partly = dead(SendReason::Expired, &["desk@example.org"]);
    settle(&store, &first, 1, partly, failing(9, 0)).await;
    assert_eq!(store.retry(this(id), at(2)).await.expect("done"), 1);
    let again = next(&store, 3).await;
    assert_eq!(again.notice.accepted, ["desk@example.org"]);
    assert_eq!(again.notice.key, first.notice.key);
}

/// The third is tried although two older ones always fail.
#[tokio::test]
async fn of_a_receiver_that_is_only_probed_each_has_its_turn() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 3).await;
    let mut tried = Vec::new();
    for round in 0..6 {
        let now = 300 * round;
        let claim = next(&store, now).await;
        tried.push(claim.id);
        settle(&store, &claim, now, later(now + 300), failing(3, 0)).await;
    }
    assert_eq!(tried, [ids.clone(), ids].concat());
}

fn refused(in_a_row: u32) -> ReceiverUpdate {
    ReceiverUpdate {
        refusals: in_a_row,
        ..failing(0, 1)
    }
}

#[tokio::test]
async fn a_receiver_refuses_in_a_row_until_it_takes_something_or_is_sent_that_again() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 6).await;
    let gone = || dead(SendReason::Refused, &[]);
    let first = next(&store, 0).await;
    assert_eq!(first.receiver.refusals, 0);
    settle(&store, &first, 1, gone(), refused(1)).await;
    let second = next(&store, 2).await;
    assert_eq!(second.receiver.refusals, 1);
    settle(&store, &second, 3, later(99), refused(2)).await;

    // The one that was refused is no other one.
    assert_eq!(store.retry(this(ids[0]), at(4)).await.expect("done"), 1);
    let again = next(&store, 4).await;
    assert_eq!((again.id, again.receiver.refusals), (ids[0], 0));
    settle(&store, &again, 5, gone(), refused(1)).await;

    let third = next(&store, 6).await;
    assert_eq!(third.receiver.refusals, 1);
    settle(&store, &third, 7, delivered(), ReceiverUpdate::default()).await;
    assert_eq!(next(&store, 8).await.receiver.refusals, 0);
}
