//! In which order notices about one thing are due, however the first of them ends.

use super::*;
use crate::{
    model::{
        HealthIssue, MuteKind, NetworkRecovered, ReceiverFailing, ReceiverRecovered, SendReason,
    },
    store::{NewDelivery, NewMute, PollResult, Selection, SettleTo, Store, testing::*},
};

const MINUTE: i64 = 60;
const FAILING: DeliveryId = DeliveryId(1);

/// The feed `mofa` fails and is well again, and nothing was sent yet.
async fn recovered(temp: &TempStore) -> Store {
    let store = one_feed(temp).await;
    health(&store, 0).await;
    health(&store, MINUTE).await;
    store
}

/// The feed fails, or is well where it failed before.
async fn health(store: &Store, second: i64) {
    tamper(store, "UPDATE feed SET due = 0").await;
    tamper(store, "UPDATE origin SET due = 0, leased_until = 0").await;
    let claim = claim_one(store, at(second)).await;
    let fails = (second / MINUTE) % 2 == 0;
    let (found, result) = if fails {
        (finding(HealthIssue::Failing), failed())
    } else {
        let well = PollResult::Unchanged {
            status: 304,
            etag: None,
            last_modified: None,
            by_validators: true,
        };
        (over(HealthIssue::Failing), well)
    };
    let committed = store.commit_poll(with([found], poll(&claim, at(second), result)));
    committed.await.expect("committed");
}

/// When a delivery is due, in seconds.
async fn due(store: &Store, id: i64) -> i64 {
    let due = number(store, &format!("SELECT due FROM delivery WHERE id = {id}")).await;
    (due - at(0).as_millisecond()) / 1000
}

async fn settle(store: &Store, second: i64, to: SettleTo) {
    let claim = claim_for(store, "desk", at(second)).await.remove(0);
    let settled = settlement(&claim, at(second), to);
    assert!(store.settle(settled).await.expect("settled"));
}

fn later(second: i64) -> SettleTo {
    SettleTo::Later {
        due: at(second),
        reason: SendReason::Timeout,
        detail: "500".into(),
        accepted: vec![],
    }
}

fn only(id: DeliveryId) -> Selection {
    Selection {
        ids: vec![id],
        ..Selection::default()
    }
}

#[derive(Debug, Clone, Copy)]
enum Ends {
    Delivered,
    Dead,
    Dropped,
    Muted,
    Expired,
    Unreadable,
}

#[tokio::test]
async fn however_a_beginning_ends_its_end_is_due_at_once() {
    use Ends::{Dead, Delivered, Dropped, Expired, Muted, Unreadable};
    for how in [Delivered, Dead, Dropped, Muted, Expired, Unreadable] {
        let temp = TempStore::new();
        let store = recovered(&temp).await;
        assert_eq!(due(&store, 2).await, 11 * MINUTE, "{how:?}");
        let now = 2 * MINUTE;
        match how {
            Delivered => settle(&store, now, delivered()).await,
            Dead => {
                let dead = SettleTo::Dead {
                    reason: SendReason::Refused,
                    detail: "400".into(),
                    accepted: vec![],
                };
                settle(&store, now, dead).await;
            }
            Dropped => {
                let dropped = store.drop_deliveries(only(FAILING), at(now)).await;
                assert_eq!(dropped.expect("done"), 1);
            }
            // What was being sent when its receiver was muted, and failed.
            Muted => {
                let claim = claim_for(&store, "desk", at(now)).await.remove(0);
                let mute = NewMute {
                    kind: MuteKind::Receiver,
                    name: "desk".into(),
                    until: at(DAY),
                    comment: None,
                    by: None,
                };
                tamper(&store, "UPDATE delivery SET state = 'dead' WHERE id = 2").await;
                store.mute(mute, at(now)).await.expect("muted");
                tamper(&store, "UPDATE delivery SET state = 'pending' WHERE id = 2").await;
                let settled = settlement(&claim, at(now), later(now));
                assert!(store.settle(settled).await.expect("settled"));
                assert!(claim_for(&store, "desk", at(now)).await.is_empty());
            }
            Expired => {
                tamper(&store, "UPDATE receiver SET active = 0").await;
                tamper(&store, "UPDATE delivery SET waiting_since = 0 WHERE id = 1").await;
                let given_up = store.give_up_old(at(now)).await;
                assert_eq!(given_up.expect("done"), 1);
            }
            Unreadable => {
                tamper(&store, "UPDATE delivery SET payload = '?' WHERE id = 1").await;
                assert!(claim_for(&store, "desk", at(now)).await.is_empty());
            }
        }
        assert_eq!(due(&store, 2).await, now, "{how:?}");
    }
}

#[tokio::test]
async fn while_a_beginning_is_tried_again_what_follows_waits_in_its_order() {
    let temp = TempStore::new();
    let store = recovered(&temp).await;
    health(&store, 2 * MINUTE).await;
    assert_eq!(due(&store, 3).await, 21 * MINUTE, "it fails again");
    settle(&store, 3 * MINUTE, later(30 * MINUTE)).await;
    assert_eq!(due(&store, 2).await, 40 * MINUTE);
    assert_eq!(due(&store, 3).await, 50 * MINUTE);
    let retried = store.retry(only(FAILING), at(4 * MINUTE)).await;
    assert_eq!(retried.expect("done"), 1);
    assert_eq!(due(&store, 2).await, 14 * MINUTE);
    assert_eq!(due(&store, 3).await, 24 * MINUTE);
    for (second, kind) in [
        (5, "feed.failing"),
        (6, "feed.recovered"),
        (7, "feed.failing"),
    ] {
        let claims = claim_for(&store, "desk", at(second * MINUTE)).await;
        assert_eq!(claims.len(), 1, "{kind}");
        assert_eq!(claims[0].notice.event.kind(), kind);
        let settled = settlement(&claims[0], at(second * MINUTE), delivered());
        assert!(store.settle(settled).await.expect("settled"));
    }
}

/// A delivery policy leaves the due time as it is while it defers.
#[tokio::test]
async fn what_is_claimed_before_the_one_that_it_follows_is_put_off_and_not_attempted() {
    let temp = TempStore::new();
    let store = recovered(&temp).await;
    let now = 60 * MINUTE;
    let end = store
        .claim_delivery("desk", DeliveryId(2), at(now), LEASE)
        .await;
    assert_eq!(end.expect("claimed"), None);
    assert_eq!(due(&store, 2).await, now + 10 * MINUTE);
    assert_eq!(count(&store, "attempt").await, 0);
    tamper(&store, "UPDATE delivery SET due = 0").await;
    let claims = claim_for(&store, "desk", at(now)).await;
    let ids: Vec<_> = claims
        .iter()
        .map(|claim| (claim.id, claim.attempt))
        .collect();
    assert_eq!(ids, [(FAILING, 1)], "both are due");
    settle_claim(&store, now).await;
    let claims = claim_for(&store, "desk", at(now)).await;
    assert_eq!((claims[0].id, claims[0].attempt), (DeliveryId(2), 1));
}

/// Settles the first delivery, which is under way.
async fn settle_claim(store: &Store, second: i64) {
    let claim = claim_for(store, "desk", at(second) + LEASE).await.remove(0);
    let settled = settlement(&claim, at(second), delivered());
    assert!(store.settle(settled).await.expect("settled"));
}

#[tokio::test]
async fn what_nobody_lets_go_is_due_by_itself() {
    let temp = TempStore::new();
    let store = recovered(&temp).await;
    // As an older version settles it.
    tamper(
        &store,
        "UPDATE delivery SET state = 'delivered' WHERE id = 1",
    )
    .await;
    assert!(
        claim_for(&store, "desk", at(11 * MINUTE - 1))
            .await
            .is_empty()
    );
    let claims = claim_for(&store, "desk", at(11 * MINUTE)).await;
    assert_eq!(claims[0].notice.event.kind(), "feed.recovered");
}

#[tokio::test]
async fn what_is_being_sent_is_not_made_due_a_second_time() {
    let temp = TempStore::new();
    let store = recovered(&temp).await;
    tamper(&store, "UPDATE delivery SET state = 'dead' WHERE id = 1").await;
    let now = 11 * MINUTE;
    assert_eq!(claim_for(&store, "desk", at(now)).await.len(), 1);
    let retried = store.retry(only(FAILING), at(now)).await;
    assert_eq!(retried.expect("done"), 1);
    settle(&store, now, delivered()).await;
    assert!(claim_for(&store, "desk", at(now)).await.is_empty());
}

#[tokio::test]
async fn an_end_follows_the_last_notice_of_the_same_thing_to_the_same_receiver() {
    let failing = |name: &str| {
        Event::ReceiverFailing(ReceiverFailing {
            receiver: name.into(),
            reason: "status".into(),
            error: "500".into(),
            since: at(0),
            waiting: 0,
            next_try: None,
            through: None,
            partial: false,
            recipients: vec![],
        })
    };
    let recovered = |name: &str| {
        Event::ReceiverRecovered(ReceiverRecovered {
            receiver: name.into(),
            since: at(0),
            waiting: 0,
            partial: false,
            recipients: vec![],
            still: vec![],
            removed: false,
        })
    };
    let network = || {
        Event::NetworkRecovered(NetworkRecovered {
            since: at(0),
            until: at(0),
        })
    };
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let notices = [
        ("desk", failing("web"), 0),
        ("desk", failing("mail"), 0),
        ("phone", failing("web"), 0),
        ("desk", recovered("web"), 1),
        ("desk", failing("web"), 4),
        ("desk", recovered("mail"), 2),
        ("phone", recovered("mail"), 0),
        ("desk", network(), 0),
        ("desk", network(), 8),
    ];
    for (nth, (receiver, event, follows)) in (1..).zip(notices) {
        let notice = NewDelivery {
            receiver: receiver.into(),
            event,
        };
        store.enqueue(vec![notice], at(0)).await.expect("enqueued");
        let sql = format!("SELECT coalesce(follows, 0) AS follows FROM delivery WHERE id = {nth}");
        assert_eq!(number(&store, &sql).await, follows, "{nth}");
    }
}
