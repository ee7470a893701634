use std::time::Duration;

use super::*;
use crate::{
    model::{FeedRebased, ReceiverFailing},
    store::{Store, testing::*},
};

fn urgent(receiver: &str) -> NewDelivery {
    let event = Event::FeedRebased(FeedRebased {
        feed: "mofa".into(),
        url: "https://mofa.example/feed".into(),
        items: 30,
    });
    let receiver = receiver.into();
    NewDelivery { receiver, event }
}

fn later(seconds: i64, accepted: &[&str]) -> SettleTo {
    SettleTo::Later {
        due: at(seconds),
        reason: SendReason::Busy,
        detail: "503 Service Unavailable".into(),
        accepted: accepted.iter().map(|&it| it.into()).collect(),
    }
}

fn dead() -> SettleTo {
    SettleTo::Dead {
        reason: SendReason::Refused,
        detail: "422 Unprocessable Content".into(),
        accepted: Vec::new(),
    }
}

async fn enqueue(store: &Store, notices: Vec<NewDelivery>, seconds: i64) -> Vec<DeliveryId> {
    store.enqueue(notices, at(seconds)).await.expect("enqueued")
}

async fn settle(store: &Store, settlement: Settlement) -> bool {
    store.settle(settlement).await.expect("answered")
}

async fn status(store: &Store, id: DeliveryId) -> DeliveryStatus {
    store.delivery(id).await.expect("read").expect("there")
}

#[tokio::test]
async fn the_most_urgent_goes_first_then_the_oldest() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let notices = vec![
        ping("desk"),
        urgent("desk"),
        ping("desk"),
        urgent("desk"),
        ping("phone"),
    ];
    let ids = enqueue(&store, notices, 0).await;
    let claims = claim_for(&store, "desk", at(0)).await;
    let order: Vec<_> = claims.iter().map(|claim| claim.id).collect();
    assert_eq!(order, [ids[1], ids[3], ids[0], ids[2]], "and its own only");

    let store = temp.crash().open(at(1)).await;
    let limited = store.claim_deliveries("desk", at(1), LEASE, 1).await;
    assert_eq!(limited.expect("claimed")[0].id, ids[1]);
}

#[tokio::test]
async fn the_attempt_is_on_record_before_the_claim_is_answered() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let id = enqueue(&store, vec![ping("desk")], 0).await[0];
    let claim = claim_for(&store, "desk", at(7)).await.remove(0);
    assert_eq!((claim.attempt, claim.waiting_since), (1, at(0)));
    let crashed = temp.crash();
    let connection = rusqlite::Connection::open(&crashed.options.path).expect("opened");
    let started: i64 = connection
        .query_row(
            "SELECT started_at FROM attempt WHERE delivery = 1",
            [],
            |row| row.get(0),
        )
        .expect("it is on the disk");
    assert_eq!(started, at(7).as_millisecond());

    assert!(claim_for(&store, "desk", at(8)).await.is_empty(), "leased");
    assert!(settle(&store, settlement(&claim, at(9), delivered())).await);
    let status = status(&store, id).await;
    assert_eq!(status.state, DeliveryState::Delivered);
    assert_eq!((status.settled_at, status.due), (Some(at(9)), None));
    let attempt = AttemptStatus {
        number: 1,
        started_at: at(7),
        ended_at: Some(at(9)),
        reason: None,
        detail: Some("204 No Content".into()),
    };
    assert_eq!(status.attempts, [attempt]);
}

#[tokio::test]
async fn a_late_settlement_writes_nothing() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let id = enqueue(&store, vec![ping("desk")], 0).await[0];
    let stale = claim_for(&store, "desk", at(0)).await.remove(0);
    let fresh = claim_for(&store, "desk", at(301)).await.remove(0);
    assert_eq!((fresh.id, fresh.attempt), (id, 2), "the lease ended");
    assert_eq!(fresh.notice, stale.notice);
    let before = status(&store, id).await;
    assert_eq!(before.attempts[0].reason.as_deref(), Some("lost"));

    let mut late = settlement(&stale, at(302), dead());
    late.notices = vec![ping("phone")];
    late.receiver.off = true;
    assert!(!settle(&store, late).await);
    assert_eq!(status(&store, id).await, before);
    assert_eq!(store.waiting("phone").await.expect("read"), 0);
    assert!(settle(&store, settlement(&fresh, at(303), delivered())).await);
    assert!(
        !settle(&store, settlement(&fresh, at(304), delivered())).await,
        "not twice"
    );
}

#[tokio::test]
async fn later_keeps_the_notice_and_adds_who_accepted() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    enqueue(&store, vec![ping("desk")], 0).await;
    let first = claim_for(&store, "desk", at(0)).await.remove(0);
    assert!(
        settle(
            &store,
            settlement(&first, at(1), later(60, &["a@x", "b@x"]))
        )
        .await
    );
    let twice = settlement(&first, at(2), dead());
    assert!(
        !settle(&store, twice).await,
        "it waits for the next attempt"
    );
    assert!(claim_for(&store, "desk", at(59)).await.is_empty());
    let second = claim_for(&store, "desk", at(60)).await.remove(0);
    assert_eq!(second.notice.accepted, ["a@x", "b@x"]);
    assert!(
        settle(
            &store,
            settlement(&second, at(61), later(120, &["c@x", "a@x"]))
        )
        .await
    );
    let third = claim_for(&store, "desk", at(120)).await.remove(0);
    assert_eq!(third.notice.accepted, ["a@x", "b@x", "c@x"]);
    assert_eq!(third.notice.key, first.notice.key);
    assert_eq!(third.attempt, 3);
}

#[tokio::test]
async fn a_receiver_backs_off_alone_and_tells_the_others() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    enqueue(&store, vec![ping("desk"), ping("desk"), ping("phone")], 0).await;
    let claim = claim_for(&store, "desk", at(0)).await.remove(0);
    let mut broken = settlement(&claim, at(1), later(5, &[]));
    broken.receiver = ReceiverUpdate {
        due: Some(at(60)),
        failures: 3,
        failing_since: Some(at(1)),
        notified_failing: true,
        off: false,
        reason: Some(SendReason::Busy),
        error: Some("503".into()),
        through: Some("backup".into()),
        ..ReceiverUpdate::default()
    };
    let event = Event::ReceiverFailing(ReceiverFailing {
        receiver: "desk".into(),
        reason: "busy".into(),
        error: "503".into(),
        since: at(1),
        waiting: 2,
        next_try: None,
        through: None,
        partial: false,
        recipients: Vec::new(),
    });
    let receiver = "phone".into();
    broken.notices = vec![NewDelivery { receiver, event }];
    assert!(settle(&store, broken).await);

    assert_eq!(
        store.next_delivery_due("desk").await.expect("read"),
        Some(at(60))
    );
    assert!(claim_for(&store, "desk", at(59)).await.is_empty());
    assert_eq!(claim_for(&store, "phone", at(1)).await.len(), 2);
    let probe = claim_for(&store, "desk", at(60)).await.remove(0).receiver;
    assert_eq!((probe.failures, probe.failing_since), (3, Some(at(1))));
    assert!(probe.notified_failing);
    assert_eq!(probe.through.as_deref(), Some("backup"));
    let shown = store.receivers().await.expect("read").remove(0);
    assert_eq!(
        (shown.name.as_str(), shown.waiting, shown.dead),
        ("desk", 2, 0)
    );
    assert_eq!(shown.reason.as_deref(), Some("busy"));
}

#[tokio::test]
async fn the_next_due_is_the_first_delivery_or_the_end_of_the_back_off() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let next = async || store.next_delivery_due("desk").await.expect("read");
    assert_eq!(next().await, None, "nothing is pending");
    enqueue(&store, vec![ping("desk"), ping("desk")], 0).await;
    assert_eq!(next().await, Some(at(0)));
    let claims = claim_for(&store, "desk", at(0)).await;
    assert_eq!(next().await, Some(at(300)), "the end of the lease");
    assert!(settle(&store, settlement(&claims[0], at(1), later(30, &[]))).await);
    assert_eq!(next().await, Some(at(30)));
    assert_eq!(store.next_delivery_due("nobody").await.expect("read"), None);
}

#[tokio::test]
async fn retry_revives_the_dead_with_a_new_life() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let id = enqueue(&store, vec![ping("desk")], 0).await[0];
    let claim = claim_for(&store, "desk", at(0)).await.remove(0);
    let mut off = settlement(&claim, at(1), dead());
    off.receiver.off = true;
    off.receiver.due = Some(at(4 * DAY));
    assert!(settle(&store, off).await);
    assert_eq!(store.next_delivery_due("desk").await.expect("read"), None);

    let all_dead = Selection {
        dead_only: true,
        ..Selection::default()
    };
    assert_eq!(
        store.retry(all_dead.clone(), at(DAY)).await.expect("done"),
        1
    );
    let again = claim_for(&store, "desk", at(DAY)).await.remove(0);
    assert_eq!((again.id, again.attempt), (id, 2));
    assert_eq!(
        again.waiting_since,
        at(DAY),
        "or it would die of age at once"
    );
    assert_eq!(again.notice, claim.notice);
    assert_eq!(store.retry(all_dead, at(DAY)).await.expect("done"), 0);
}

#[tokio::test]
async fn what_is_being_sent_is_not_sent_a_second_time() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let id = enqueue(&store, vec![ping("desk")], 0).await[0];
    let claim = claim_for(&store, "desk", at(0)).await.remove(0);
    let this = Selection {
        ids: vec![id],
        ..Selection::default()
    };
    assert_eq!(store.retry(this.clone(), at(1)).await.expect("done"), 0);
    assert!(claim_for(&store, "desk", at(1)).await.is_empty());

    assert_eq!(store.drop_deliveries(this, at(2)).await.expect("done"), 1);
    assert!(!settle(&store, settlement(&claim, at(3), later(4, &[]))).await);
    let status = status(&store, id).await;
    assert_eq!(status.state, DeliveryState::Dropped);
    assert_eq!(status.attempts[0].reason.as_deref(), Some("lost"));
    assert!(claim_for(&store, "desk", at(1000)).await.is_empty());
}

#[tokio::test]
async fn a_selection_is_what_meets_all_of_it() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let notices = vec![ping("desk"), ping("desk"), ping("phone"), ping("phone")];
    let ids = enqueue(&store, notices, 0).await;
    for receiver in ["desk", "phone"] {
        let claims = store
            .claim_deliveries(receiver, at(0), LEASE, 1)
            .await
            .expect("claimed");
        assert!(settle(&store, settlement(&claims[0], at(1), dead())).await);
    }
    let desk = Some("desk".to_owned());
    let reason = Some(SendReason::Refused);
    let none = Selection::default();
    for (selection, wanted) in [
        (none.clone(), vec![]),
        (
            Selection {
                ids: vec![ids[1], ids[1], DeliveryId(99)],
                ..none.clone()
            },
            vec![ids[1]],
        ),
        (
            Selection {
                receiver: desk.clone(),
                ..none.clone()
            },
            vec![ids[0], ids[1]],
        ),
        (
            Selection {
                reason,
                ..none.clone()
            },
            vec![ids[0], ids[2]],
        ),
        (
            Selection {
                dead_only: true,
                ..none.clone()
            },
            vec![ids[0], ids[2]],
        ),
        (
            Selection {
                receiver: desk,
                dead_only: true,
                ..none.clone()
            },
            vec![ids[0]],
        ),
        (
            Selection {
                ids: vec![ids[1]],
                reason,
                ..none
            },
            vec![],
        ),
    ] {
        let said = format!("{selection:?}");
        let found = store.read(move |tx| manage::select(tx, &selection)).await;
        let found: Vec<_> = found.expect("read").into_iter().map(|row| row.id).collect();
        assert_eq!(found, wanted, "{said}");
    }
}

#[tokio::test]
async fn the_outbox_shows_what_is_asked_for_newest_first() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(
        &store,
        vec![ping("desk"), urgent("phone"), ping("phone")],
        0,
    )
    .await;
    let claim = claim_for(&store, "desk", at(0)).await.remove(0);
    assert!(settle(&store, settlement(&claim, at(1), delivered())).await);
    let phone = Some("phone".to_owned());
    for (receiver, state, limit, wanted) in [
        (None, None, 10, vec![ids[2], ids[1], ids[0]]),
        (None, None, 2, vec![ids[2], ids[1]]),
        (phone.clone(), None, 10, vec![ids[2], ids[1]]),
        (None, Some(DeliveryState::Delivered), 10, vec![ids[0]]),
        (phone, Some(DeliveryState::Dead), 10, vec![]),
    ] {
        let filter = OutboxFilter {
            receiver,
            state,
            limit,
        };
        let shown = store.outbox(filter).await.expect("read");
        let shown: Vec<_> = shown.into_iter().map(|it| it.id).collect();
        assert_eq!(shown, wanted);
    }
    let status = status(&store, ids[1]).await;
    assert_eq!(
        (status.priority, status.due),
        (Priority::Urgent, Some(at(0)))
    );
    assert_eq!(store.delivery(DeliveryId(99)).await.expect("read"), None);
}

#[tokio::test]
async fn a_delivery_nobody_can_read_dies_and_lets_the_others_pass() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, vec![ping("desk"), ping("desk")], 0).await;
    tamper(
        &store,
        "UPDATE delivery SET payload = '{\"type\":\"no.such\"}' WHERE id = 1",
    )
    .await;
    let claims = claim_for(&store, "desk", at(0)).await;
    assert_eq!(claims.iter().map(|it| it.id).collect::<Vec<_>>(), [ids[1]]);
    let dead = status(&store, ids[0]).await;
    assert_eq!((dead.state, dead.notice), (DeliveryState::Dead, None));
    assert_eq!(
        (dead.kind.as_str(), dead.reason.as_deref()),
        ("test.ping", Some("render"))
    );
}

#[tokio::test]
async fn an_unknown_receivers_notice_waits_until_the_config_names_it() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    enqueue(&store, vec![ping("late")], 0).await;
    assert!(claim_for(&store, "late", at(0)).await.is_empty());
    store
        .sync(&[], &["late".to_owned()], at(1))
        .await
        .expect("synced");
    assert_eq!(claim_for(&store, "late", at(1)).await.len(), 1);
}

#[tokio::test]
async fn the_payload_is_frozen_to_the_second() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let now = at(0) + Duration::from_millis(1_999);
    store
        .enqueue(vec![ping("desk")], now)
        .await
        .expect("enqueued");
    let read = store.read(|tx| {
        tx.row("SELECT payload FROM delivery", &[])?
            .expect("a row")
            .only()
    });
    let payload: String = read.await.expect("read");
    insta::assert_snapshot!(payload, @r#"{"timestamp":"2026-11-18T11:06:41Z","type":"test.ping","data":{"receiver":"desk","message":"hello"}}"#);
    let claim = claim_for(&store, "desk", now).await.remove(0);
    assert_eq!(claim.notice.timestamp, at(1));
}

#[test]
fn every_state_has_a_name_that_reads_back() {
    for state in DeliveryState::ALL {
        assert_eq!(state.to_string().parse(), Ok(state));
    }
    assert!("done".parse::<DeliveryState>().is_err());
}
