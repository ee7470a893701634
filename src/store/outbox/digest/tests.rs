use crate::{
    model::{DeferReason, DeliveryId, Event, Notice, Priority, SendReason},
    store::{
        DeliveryClaim, DeliveryState, DeliveryStatus, LinedUp, OutboxFilter, Selection, SettleTo,
        Store, testing::*,
    },
};

/// Alerts for `desk`, a second apart.
async fn enqueue(store: &Store, count: u8) -> Vec<DeliveryId> {
    let mut ids = Vec::new();
    for n in 1..=count {
        poll_again(store, vec![news(n, &["w"], &["desk"])], i64::from(n)).await;
        ids.push(DeliveryId(
            number(store, "SELECT max(id) FROM delivery").await,
        ));
    }
    ids
}

async fn fold(store: &Store, ids: &[DeliveryId], seconds: i64) -> Option<DeliveryId> {
    let folded = store.fold("desk", ids.to_vec(), DeferReason::Quiet, at(seconds));
    folded.await.expect("answered")
}

async fn claim_one(store: &Store, id: DeliveryId, seconds: i64) -> Option<DeliveryClaim> {
    let claim = store.claim_delivery("desk", id, at(seconds), LEASE);
    claim.await.expect("answered")
}

async fn status(store: &Store, id: DeliveryId) -> DeliveryStatus {
    store.delivery(id).await.expect("read").expect("there")
}

async fn waiting(store: &Store, limit: usize, seconds: i64) -> Vec<LinedUp> {
    let lineup = store.lineup("desk", limit, 0, at(seconds)).await;
    lineup.expect("read").expect("not backing off").waiting
}

fn titles(notice: &Notice) -> Vec<String> {
    let Event::DigestReady(digest) = &notice.event else {
        panic!("a digest: {notice:?}");
    };
    assert_eq!(usize::try_from(digest.count), Ok(digest.alerts.len()));
    let alerts = digest.alerts.iter();
    alerts.map(|alert| alert.item.title.clone()).collect()
}

#[tokio::test]
async fn alerts_become_one_delivery_that_goes_out_like_any_other() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 3).await;
    let into = fold(&store, &[ids[2], ids[0]], 100).await.expect("folded");
    let folded = status(&store, ids[0]).await;
    assert_eq!(
        (folded.state, folded.folded_into),
        (DeliveryState::Folded, Some(into))
    );
    assert_eq!((folded.settled_at, folded.due), (Some(at(100)), None));
    assert_eq!(status(&store, ids[1]).await.state, DeliveryState::Pending);

    let claim = claim_one(&store, into, 101).await.expect("due");
    assert_eq!(
        titles(&claim.notice),
        ["title 3", "title 1"],
        "in the order given"
    );
    let Event::DigestReady(digest) = &claim.notice.event else {
        panic!("a digest");
    };
    assert_eq!(
        (digest.hold, digest.priority),
        (DeferReason::Quiet, Priority::Urgent)
    );
    assert_eq!((digest.since, digest.until), (at(1), at(100)));
    let later = SettleTo::Later {
        due: at(200),
        reason: crate::model::SendReason::Busy,
        detail: "503".into(),
        accepted: vec![],
    };
    assert!(
        store
            .settle(settlement(&claim, at(102), later))
            .await
            .expect("settled")
    );
    let again = claim_one(&store, into, 200).await.expect("due again");
    assert_eq!(again.notice, claim.notice, "frozen");
    assert_eq!(
        waiting(&store, 9, 200).await.len(),
        1,
        "what was folded does not wait"
    );
}

#[tokio::test]
async fn a_crash_leaves_all_folded_or_none() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 2).await;
    let before = temp.crash().open(at(50)).await;
    assert_eq!(waiting(&before, 9, 50).await.len(), 2);
    let into = fold(&store, &ids, 60).await.expect("folded");
    let after = temp.crash().open(at(70)).await;
    let left: Vec<_> = waiting(&after, 9, 70)
        .await
        .iter()
        .map(|one| one.id)
        .collect();
    assert_eq!(left, [into]);
    let claim = claim_one(&after, into, 70).await.expect("due");
    assert_eq!(titles(&claim.notice), ["title 1", "title 2"]);
}

#[tokio::test]
async fn what_was_attempted_dropped_or_folded_before_is_left_out() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 4).await;
    let attempted = claim_one(&store, ids[0], 10).await.expect("due");
    let later = SettleTo::Later {
        due: at(20),
        reason: crate::model::SendReason::Timeout,
        detail: "no answer".into(),
        accepted: vec![],
    };
    assert!(
        store
            .settle(settlement(&attempted, at(11), later))
            .await
            .expect("settled")
    );
    let selection = Selection {
        ids: vec![ids[1]],
        ..Selection::default()
    };
    assert_eq!(
        store
            .drop_deliveries(selection, at(12))
            .await
            .expect("done"),
        1
    );
    let fresh: Vec<_> = waiting(&store, 9, 30).await;
    let fresh: Vec<_> = fresh
        .iter()
        .map(|one| (one.id, one.is_fresh_alert))
        .collect();
    assert_eq!(fresh, [(ids[0], false), (ids[2], true), (ids[3], true)]);

    let into = fold(&store, &ids, 30).await.expect("two are left");
    let claim = claim_one(&store, into, 30).await.expect("due");
    assert_eq!(titles(&claim.notice), ["title 3", "title 4"]);
    assert_eq!(fold(&store, &ids, 31).await, None, "not twice");
    let other = store.fold("phone", ids, DeferReason::Digest, at(32)).await;
    assert_eq!(other.expect("answered"), None, "nor for another receiver");
}

#[tokio::test]
async fn an_alert_nobody_can_read_dies_and_lets_the_others_be_sent() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 3).await;
    tamper(&store, "UPDATE delivery SET payload = '{}' WHERE id = 1").await;
    tamper(
        &store,
        "UPDATE delivery SET payload = '{\"timestamp\":\"2026-11-22T00:00:00Z\",\"type\":\"test.ping\",\
         \"data\":{\"receiver\":\"desk\",\"message\":\"m\"}}' WHERE id = 2",
    )
    .await;
    let into = fold(&store, &ids, 10).await.expect("one is left");
    let claim = claim_one(&store, into, 10).await.expect("due");
    assert_eq!(titles(&claim.notice), ["title 3"]);
    for id in &ids[..2] {
        assert_eq!(status(&store, *id).await.state, DeliveryState::Dead);
    }
}

#[tokio::test]
async fn a_lineup_is_bounded_in_each_priority() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 3).await;
    let ping = store
        .enqueue(vec![ping("desk")], at(9))
        .await
        .expect("enqueued")[0];
    let order = |lined_up: Vec<LinedUp>| lined_up.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(order(waiting(&store, 2, 9).await), [ids[0], ids[1], ping]);
    assert_eq!(
        order(waiting(&store, 3, 9).await),
        [ids[0], ids[1], ids[2], ping]
    );
    assert_eq!(
        order(waiting(&store, 3, 1).await),
        [ids[0]],
        "the others are not due"
    );
    let lineup = store.lineup("desk", 3, 0, at(1)).await.expect("read");
    assert_eq!(lineup.expect("not backing off").next_due, Some(at(2)));
}

#[tokio::test]
async fn the_last_times_of_sending_are_remembered_and_an_attempt_counts_at_once() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 4).await;
    let sent_at = async |memory: usize| {
        let lineup = store.lineup("desk", 9, memory, at(99)).await.expect("read");
        lineup.expect("not backing off").sent_at
    };
    assert_eq!(sent_at(9).await, []);
    for (id, seconds) in [(ids[0], 10), (ids[1], 20)] {
        let claim = claim_one(&store, id, seconds).await.expect("due");
        let settled = store.settle(settlement(&claim, at(seconds + 1), delivered()));
        assert!(settled.await.expect("settled"));
    }
    claim_one(&store, ids[2], 30).await.expect("due");
    assert_eq!(sent_at(9).await, [at(11), at(21), at(30)]);
    assert_eq!(sent_at(2).await, [at(21), at(30)]);
    assert_eq!(sent_at(0).await, []);
}

#[tokio::test]
async fn one_that_is_claimed_is_leased_and_has_waited_since_it_came() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let id = enqueue(&store, 1).await[0];
    let week = 7 * DAY;
    let first = claim_one(&store, id, week).await.expect("due");
    assert_eq!((first.waiting_since, first.failing_since), (at(1), None));
    let after_lease = week + 300;
    let second = claim_one(&store, id, after_lease)
        .await
        .expect("the lease ended");
    assert_eq!((second.waiting_since, second.attempt), (at(1), 2));
    assert_eq!(claim_one(&store, id, after_lease).await, None, "leased");
}

#[tokio::test]
async fn folded_deliveries_are_listed_and_kept_as_long_as_what_tells_them() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = enqueue(&store, 2).await;
    let into = fold(&store, &ids, 100).await.expect("folded");
    let filter = OutboxFilter {
        receiver: None,
        state: Some(DeliveryState::Folded),
        limit: 10,
    };
    let listed = store.outbox(filter).await.expect("read");
    assert_eq!(listed.len(), 2);
    assert_eq!(
        store.waiting("desk").await.expect("read"),
        1,
        "only the digest waits"
    );
    let late = 100 + 91 * DAY;
    let pruned = store.prune(at(late)).await.expect("pruned");
    assert_eq!((pruned.deliveries, pruned.alerts), (0, 0));
    let claim = claim_one(&store, into, late).await.expect("due");
    assert_eq!(
        titles(&claim.notice),
        ["title 1", "title 2"],
        "it can be read"
    );
    let settled = store.settle(settlement(&claim, at(late), delivered()));
    assert!(settled.await.expect("settled"));
    let pruned = store.prune(at(late + 1)).await.expect("pruned");
    assert_eq!((pruned.deliveries, pruned.alerts), (0, 0));
    let later = at(late + 91 * DAY);
    let mut pruned = store.prune(later).await.expect("pruned");
    pruned += store.prune(later).await.expect("pruned");
    assert_eq!((pruned.deliveries, pruned.alerts), (3, 2));
}

#[tokio::test]
async fn a_digest_that_is_too_large_goes_out_in_two() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let alerts = (1..=3).map(|n| news(n, &["w"], &["desk"])).collect();
    poll_news(&store, alerts).await;
    let waiting = store.lineup("desk", 9, 0, at(100)).await.expect("read");
    let waiting = waiting.expect("not backing off").waiting;
    let ids: Vec<_> = waiting.iter().map(|one| one.id).collect();
    let folded = store
        .fold("desk", ids.clone(), DeferReason::Flood, at(100))
        .await;
    let whole = folded.expect("answered").expect("folded");
    let claim = claim_for(&store, "desk", at(101)).await.remove(0);
    let halves = SettleTo::Halves {
        reason: SendReason::Refused,
        detail: "413 Payload Too Large".into(),
    };
    let settled = store.settle(settlement(&claim, at(102), halves)).await;
    assert!(settled.expect("answered"));

    let status = async |id| store.delivery(id).await.expect("read").expect("there");
    assert_eq!(status(whole).await.state, DeliveryState::Folded);
    let claims = store.claim_deliveries("desk", at(103), LEASE, 9).await;
    let claims = claims.expect("claimed");
    let mut titles = Vec::new();
    for (n, claim) in claims.iter().enumerate() {
        let Event::DigestReady(digest) = &claim.notice.event else {
            panic!("a digest: {:?}", claim.notice.event);
        };
        assert_eq!(
            usize::try_from(digest.count),
            Ok([2, 1][n]),
            "in their order"
        );
        titles.extend(digest.alerts.iter().map(|alert| alert.item.title.clone()));
    }
    titles.sort();
    assert_eq!(titles, ["title 1", "title 2", "title 3"]);
    for id in ids {
        let into = status(id).await.folded_into.expect("it is in one of them");
        assert_eq!(status(into).await.state, DeliveryState::Pending);
    }
}
