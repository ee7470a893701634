use super::*;
use crate::store::{SettleTo, Settlement, testing::*};

const MINUTE: i64 = 60;

fn refused(recipient: &str, answer: &str) -> Refusal {
    Refusal {
        recipient: recipient.into(),
        answer: answer.into(),
    }
}

/// Sends one notice to the desk at `second`, with what it shows of those behind it.
async fn send(store: &Store, second: i64, reception: Reception) {
    let waiting = store.enqueue(vec![ping("desk")], at(second)).await;
    waiting.expect("enqueued");
    let claim = claim_for(store, "desk", at(second)).await.remove(0);
    let mut settled = settlement(&claim, at(second), delivered());
    settled.receiver.reception = reception;
    assert!(store.settle(settled).await.expect("answered"));
}

fn to(accepted: &[&str], refusals: &[Refusal]) -> Reception {
    Reception {
        is_whole: true,
        accepted: accepted.iter().map(|&it| it.to_owned()).collect(),
        refused: refusals.to_vec(),
    }
}

async fn notify(store: &Store, receivers: &[&str], second: i64) -> Vec<(Vec<String>, Vec<String>)> {
    let receivers = receivers.iter().map(|&it| it.to_owned()).collect();
    let notified = store
        .notify_unreached(receivers, at(second))
        .await
        .expect("written");
    let one = |it: NotifiedUnreached| (it.event.recipients, it.receivers);
    notified.into_iter().map(one).collect()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&it| it.to_owned()).collect()
}

#[tokio::test]
async fn a_refused_address_is_reported_once_after_a_quarter_of_an_hour_without_another_mail() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let bob = refused("bob@e.org", "550 5.1.1 unknown");
    send(&store, 0, to(&["ann@e.org"], std::slice::from_ref(&bob))).await;
    assert_eq!(notify(&store, &["desk"], 15 * MINUTE - 1).await, []);
    let notified = notify(&store, &["desk"], 15 * MINUTE).await;
    assert_eq!(notified, [(names(&["bob@e.org"]), names(&["desk"]))]);
    let claim = claim_for(&store, "desk", at(15 * MINUTE)).await.remove(0);
    let Event::ReceiverFailing(event) = &claim.notice.event else {
        panic!("{:?}", claim.notice.event);
    };
    assert_eq!(event.error, "bob@e.org: 550 5.1.1 unknown");
    assert_eq!((event.partial, event.since), (true, at(0)));
    // The notice itself is refused for him too.
    let again = refused("bob@e.org", "550 5.1.1 still unknown");
    let mut settled: Settlement = settlement(&claim, at(16 * MINUTE), delivered());
    settled.receiver.reception = to(&["ann@e.org"], std::slice::from_ref(&again));
    assert!(store.settle(settled).await.expect("answered"));
    send(&store, DAY, to(&["ann@e.org"], &[again])).await;
    assert_eq!(notify(&store, &["desk"], DAY).await, [], "once");
    let status = store.receivers().await.expect("read").remove(0);
    let words = Unreached::in_words(&status.unreached, true);
    let expected = "reached, but refuses bob@e.org (550 5.1.1 still unknown)";
    assert_eq!(words, expected);

    // Another one is news, and he is not.
    let eve = refused("eve@e.org", "550 5.1.1 unknown");
    send(&store, 2 * DAY, to(&["ann@e.org"], &[bob.clone(), eve])).await;
    let notified = notify(&store, &["desk", "phone"], 3 * DAY).await;
    assert_eq!(
        notified,
        [(names(&["eve@e.org"]), names(&["desk", "phone"]))]
    );
    // It ended, and began again.
    send(&store, 4 * DAY, to(&["ann@e.org", "bob@e.org"], &[])).await;
    send(&store, 5 * DAY, to(&["ann@e.org"], &[bob])).await;
    let notified = notify(&store, &["desk"], 6 * DAY).await;
    assert_eq!(notified, [(names(&["bob@e.org"]), names(&["desk"]))]);
}

#[tokio::test]
async fn an_address_accepted_within_the_quarter_of_an_hour_is_not_reported() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    send(&store, 0, to(&["a"], &[refused("b", "550")])).await;
    send(&store, 5 * MINUTE, to(&["a", "b"], &[])).await;
    assert_eq!(notify(&store, &["desk"], DAY).await, []);
    // An attempt that asked only the others says nothing of him.
    send(&store, DAY, to(&["a"], &[refused("b", "550")])).await;
    send(&store, DAY + 1, to(&["c"], &[])).await;
    assert_eq!(notify(&store, &["desk"], 2 * DAY).await.len(), 1);
}

#[tokio::test]
async fn services_without_a_name_are_reported_to_the_others_or_to_itself_alone() {
    for (receivers, notified) in [
        (&["desk", "phone"][..], &["phone"][..]),
        (&["desk"], &["desk"]),
    ] {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let some = Reception {
            is_whole: false,
            ..to(&[], &[refused("", "424: Failed to send")])
        };
        send(&store, 0, some).await;
        let found = notify(&store, receivers, 15 * MINUTE).await;
        assert_eq!(found, [(Vec::new(), names(notified))]);
        // One that all have ends it.
        send(&store, DAY, to(&[], &[])).await;
        let status = store.receivers().await.expect("read").remove(0);
        assert_eq!(status.unreached, []);
    }
}

/// The lane has its mail under way while another loop tells.
#[tokio::test]
async fn what_is_reported_while_a_mail_is_under_way_is_not_reported_again() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let bob = [refused("b", "550")];
    send(&store, 0, to(&["a"], &bob)).await;
    let waiting = store.enqueue(vec![ping("desk")], at(DAY)).await;
    waiting.expect("enqueued");
    let claim = claim_for(&store, "desk", at(DAY)).await.remove(0);
    assert_eq!(notify(&store, &["desk"], DAY).await.len(), 1);
    let mut settled = settlement(&claim, at(DAY + 1), delivered());
    settled.receiver.reception = to(&["a"], &bob);
    assert!(store.settle(settled).await.expect("answered"));
    assert_eq!(notify(&store, &["desk"], 2 * DAY).await, []);
}

#[tokio::test]
async fn a_delivery_says_who_has_not_got_it() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let ids = store.enqueue(vec![ping("desk")], at(0)).await;
    let claim = claim_for(&store, "desk", at(0)).await.remove(0);
    let partly = SettleTo::Delivered {
        answer: "250 ok; b refused: 550".into(),
        missing: Some("b refused: 550".into()),
    };
    let settled = store.settle(settlement(&claim, at(1), partly)).await;
    assert!(settled.expect("answered"));
    let delivery = store.delivery(ids.expect("enqueued")[0]).await;
    let delivery = delivery.expect("read").expect("there");
    assert_eq!(delivery.missing.as_deref(), Some("b refused: 550"));
}

#[tokio::test]
async fn who_is_not_in_the_config_any_more_is_forgotten() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let both = [refused("b", "550"), refused("c", "550")];
    send(&store, 0, to(&["a"], &both)).await;
    for (addresses, left) in [
        (&["a", "b", "c"][..], 2),
        (&["a", "c", "d"], 1),
        (&["a"], 0),
    ] {
        let recipients = BTreeMap::from([("desk".to_owned(), names(addresses))]);
        let followed = store.follow_recipients(recipients, vec![], at(1));
        followed.await.expect("written");
        let status = store.receivers().await.expect("read").remove(0);
        assert_eq!(status.unreached.len(), left, "{addresses:?}");
    }
    // It is no mail any more.
    send(&store, 1, to(&["a"], &both)).await;
    let nobody = store
        .follow_recipients(BTreeMap::new(), vec![], at(2))
        .await;
    nobody.expect("written");
    let status = store.receivers().await.expect("read").remove(0);
    assert_eq!(status.unreached, []);
}

#[test]
fn so_many_are_named_and_the_rest_counted() {
    let one = |number: u32| Unreached {
        recipient: format!("r{number}"),
        answer: "550".into(),
        since: at(0),
        notified: false,
    };
    let all: Vec<Unreached> = (1..=12).map(one).collect();
    let words = Unreached::in_words(&all, false);
    assert!(words.ends_with("r10 and 2 more"), "{words}");
    assert_eq!(
        Unreached::in_words(&all[..1], false),
        "reached, but refuses r1"
    );
}
