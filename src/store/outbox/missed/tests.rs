use super::*;
use crate::store::{DeliveryState, SettleTo, Settlement, testing::*};

fn dead() -> SettleTo {
    SettleTo::Dead {
        reason: SendReason::Refused,
        detail: "422 Unprocessable Content".into(),
        accepted: vec![],
    }
}

/// Gives up the next notice of a receiver.
async fn lose(store: &Store, receiver: &str, seconds: i64) {
    let claim = store.claim_deliveries(receiver, at(seconds), LEASE, 1);
    let claim = claim.await.expect("claimed").remove(0);
    let settled = store.settle(settlement(&claim, at(seconds), dead()));
    assert!(settled.await.expect("settled"));
}

async fn notify(store: &Store, receivers: &[&str], seconds: i64) -> Vec<(u32, u32, Vec<String>)> {
    let receivers = receivers.iter().map(|&name| name.to_owned()).collect();
    let missed = store
        .notify_missed(receivers, at(seconds))
        .await
        .expect("notified");
    let short = |it: Missed| (it.event.alerts, it.event.notices, it.receivers);
    missed.into_iter().map(short).collect()
}

#[tokio::test]
async fn what_dies_is_reported_to_the_others_at_once_and_then_once_an_hour() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let alerts: Vec<_> = (1..=4).map(|n| news(n, &["w"], &["desk"])).collect();
    poll_news(&store, alerts).await;
    let phone = vec!["phone".to_owned()];
    assert_eq!(notify(&store, &["desk", "phone"], 0).await, []);
    lose(&store, "desk", 1).await;
    assert_eq!(
        notify(&store, &["desk", "phone"], 2).await,
        [(1, 0, phone.clone())]
    );
    lose(&store, "desk", 3).await;
    lose(&store, "desk", 4).await;
    assert_eq!(
        notify(&store, &["desk", "phone"], 3601).await,
        [],
        "an hour"
    );

    let store = temp.crash().open(at(3602)).await;
    let notified = notify(&store, &["desk", "phone"], 3602).await;
    assert_eq!(notified, [(2, 0, phone)], "a crash forgets none");
    assert_eq!(notify(&store, &["desk", "phone"], 99_999).await, [], "once");

    let claims = claim_for(&store, "phone", at(3602)).await;
    let Event::ReceiverMissed(first) = &claims[0].notice.event else {
        panic!("{:?}", claims[0].notice.event);
    };
    assert_eq!(first.named, ["title 1"]);
    assert_eq!((first.receiver.as_str(), first.since), ("desk", at(1)));
    assert_eq!(first.reason, "refused");
    assert_eq!(first.error, "422 Unprocessable Content");
}

#[test]
fn what_dies_of_its_age_is_reported_once_a_day() {
    let due = |reason: SendReason, seconds| {
        let ledger = Ledger {
            notified_at: Some(at(0)),
            logged_at: None,
            missed: Some(ReceiverMissed {
                reason: reason.as_str().to_owned(),
                ..ReceiverMissed::new("desk".into())
            }),
        };
        ledger.due(true, at(seconds)).is_some()
    };
    let hour = 60 * 60;
    let refused = [hour - 1, hour].map(|seconds| due(SendReason::Refused, seconds));
    assert_eq!(refused, [false, true]);
    let expired = [DAY - 1, DAY].map(|seconds| due(SendReason::Expired, seconds));
    assert_eq!(expired, [false, true]);
}

#[tokio::test]
async fn the_only_receiver_is_notified_itself_while_it_is_well() {
    for (failures, notified) in [(0, vec!["desk".to_owned()]), (1, vec![])] {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        store
            .enqueue(vec![ping("desk")], at(0))
            .await
            .expect("enqueued");
        lose(&store, "desk", 1).await;
        tamper(
            &store,
            &format!("UPDATE receiver SET failures = {failures}"),
        )
        .await;
        assert_eq!(notify(&store, &["desk"], 2).await, [(0, 1, notified)]);
        assert_eq!(notify(&store, &["desk"], 3).await, [], "said once");
        tamper(&store, "UPDATE receiver SET failures = 0").await;
        let once_well: &[_] = if failures == 0 {
            &[]
        } else {
            &[(0, 1, vec!["desk".to_owned()])]
        };
        assert_eq!(notify(&store, &["desk"], 4).await, once_well);
        assert_eq!(notify(&store, &["desk"], 99_999).await, []);
    }
}

/// Or one that refuses everything would be notified of its losses for ever.
#[tokio::test]
async fn a_notice_about_a_loss_that_is_lost_is_not_reported() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    store
        .enqueue(vec![ping("desk")], at(0))
        .await
        .expect("enqueued");
    lose(&store, "desk", 1).await;
    assert_eq!(notify(&store, &["phone"], 2).await.len(), 1);
    lose(&store, "phone", 3).await;
    assert_eq!(notify(&store, &["phone", "desk"], 9999).await, []);
}

#[tokio::test]
async fn what_someone_drops_is_no_loss() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = store
        .enqueue(vec![ping("desk")], at(0))
        .await
        .expect("enqueued");
    let selection = crate::store::Selection {
        ids,
        ..Default::default()
    };
    assert_eq!(
        store.drop_deliveries(selection, at(1)).await.expect("done"),
        1
    );
    assert_eq!(notify(&store, &["phone"], 2).await, []);
}

#[tokio::test]
async fn what_someone_sends_again_is_no_loss() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    for _ in 0..2 {
        let ping = store.enqueue(vec![ping("desk")], at(0));
        ping.await.expect("enqueued");
        lose(&store, "desk", 1).await;
    }
    let one = crate::store::Selection {
        ids: vec![crate::model::DeliveryId(1)],
        ..Default::default()
    };
    store.retry(one.clone(), at(2)).await.expect("done");
    tamper(&store, "UPDATE receiver SET failures = 1").await;
    assert_eq!(
        notify(&store, &["desk"], 2).await.len(),
        1,
        "one is still lost"
    );
    let all = crate::store::Selection {
        receiver: Some("desk".into()),
        ..Default::default()
    };
    store.retry(all, at(3)).await.expect("done");
    assert_eq!(notify(&store, &["phone"], 99_999).await, []);
}

#[tokio::test]
async fn a_settlement_that_comes_too_late_is_no_loss() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = store
        .enqueue(vec![ping("desk")], at(0))
        .await
        .expect("enqueued");
    let stale = claim_for(&store, "desk", at(0)).await.remove(0);
    claim_for(&store, "desk", at(301)).await;
    let late: Settlement = settlement(&stale, at(302), dead());
    assert!(!store.settle(late).await.expect("answered"));
    let now = store
        .delivery(ids[0])
        .await
        .expect("read")
        .expect("there")
        .state;
    assert_eq!(now, DeliveryState::Pending);
    assert_eq!(notify(&store, &["phone"], 303).await, []);
}
