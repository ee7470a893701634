//! What the store knows of our own network, and that receivers are notified once.

use super::*;
use crate::store::OutageChange;

/// A feed on each of four hosts, all due; each one's claim, in the order of their names.
async fn four_hosts(temp: &TempStore) -> (Store, Vec<PollClaim>) {
    let store = temp.open(at(0)).await;
    let feeds = ["a", "b", "c", "d"].map(|name| feed(name, &format!("https://{name}.example/")));
    let receivers = ["desk".to_owned()];
    store.sync(&feeds, &receivers, at(0)).await.expect("synced");
    let claims = claim(&store, at(0)).await;
    assert_eq!(claims.len(), 4);
    (store, claims)
}

async fn claim_of_a(store: &Store, now: Timestamp) -> PollClaim {
    let claims = claim(store, now).await.into_iter();
    let mut claims = claims.filter(|claim| claim.feed.name == "a");
    claims.next().expect("it is due")
}

fn unreached(claim: &PollClaim, now: Timestamp) -> PollCommit {
    let result = PollResult::Failed {
        reason: "dns".into(),
        error: "no such name".into(),
        status: None,
        gone: false,
    };
    let mut commit = poll(claim, now, result);
    commit.pause.unreachable = true;
    commit
}

fn begun(claim: &PollClaim, now: Timestamp) -> PollCommit {
    let mut commit = unreached(claim, now);
    commit.health.outage = Some(OutageChange::Begun {
        since: now,
        notices: vec![ping("desk")],
    });
    commit
}

fn ended(claim: &PollClaim, since: Timestamp, now: Timestamp) -> PollCommit {
    let mut commit = poll(claim, now, read(vec![]));
    commit.health.outage = Some(OutageChange::Ended {
        since,
        until: now,
        notices: vec![ping("desk")],
    });
    commit
}

#[tokio::test]
async fn origins_count_by_their_last_visit() {
    let temp = TempStore::new();
    let (store, claims) = four_hosts(&temp).await;
    done(&store, unreached(&claims[0], at(5))).await;
    done(&store, poll(&claims[1], at(6), read(vec![]))).await;
    done(&store, poll(&claims[2], at(7), failed())).await;
    let others = async |since| {
        let reach = store.reach(claims[3].origin, at(since)).await;
        reach.expect("read").others
    };
    assert_eq!(others(0).await, [Some(at(5)), None, None], "d is asking");
    assert_eq!(others(7).await, [Some(at(5)), None], "b was asked before");
    let log = "INSERT INTO notification (feed, issue, receiver, sent_at)
               SELECT id, 'failing', 'desk', 0 FROM feed WHERE name = 'a'";
    tamper(&store, log).await;
    assert_eq!(others(7).await, [None], "a is known to be dead");
}

#[tokio::test]
async fn an_origin_is_unreachable_since_the_first_visit_until_one_gets_an_answer() {
    let temp = TempStore::new();
    let (store, claims) = four_hosts(&temp).await;
    done(&store, unreached(&claims[0], at(5))).await;
    let again = claim_of_a(&store, at(1000)).await;
    assert_eq!(again.unreachable_since, Some(at(5)));
    done(&store, unreached(&again, at(1000))).await;
    let again = claim_of_a(&store, at(2000)).await;
    assert_eq!(again.unreachable_since, Some(at(5)));
    done(&store, poll(&again, at(2000), failed())).await;
    let since = "SELECT count(*) FROM origin WHERE unreachable_since IS NOT NULL";
    assert_eq!(number(&store, since).await, 0, "a status is an answer");
}

#[tokio::test]
async fn its_feeds_are_counted_and_named_with_the_commonest_reason() {
    let temp = TempStore::new();
    let (store, claims) = four_hosts(&temp).await;
    for claim in &claims[..3] {
        done(&store, unreached(claim, at(5))).await;
    }
    tamper(
        &store,
        "UPDATE feed SET reason = 'connect' WHERE name = 'a'",
    )
    .await;
    let feeds = store.unreachable().await.expect("read");
    assert_eq!((feeds.feeds, feeds.reason.as_deref()), (3, Some("dns")));
    assert_eq!(feeds.named, ["a", "b", "c"]);
}

#[tokio::test]
async fn an_outage_names_twenty_feeds_and_counts_all() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let name = |number: usize| format!("f{number:02}");
    let feeds: Vec<_> = (0..21)
        .map(|number| feed(&name(number), &format!("https://f{number}.example/")))
        .collect();
    store.sync(&feeds, &[], at(0)).await.expect("synced");
    tamper(&store, "UPDATE feed SET failures = 1, reason = 'dns'").await;
    tamper(&store, "UPDATE origin SET unreachable_since = 1").await;
    let feeds = store.unreachable().await.expect("read");
    assert_eq!((feeds.feeds, feeds.named.len()), (21, 20));
}

#[tokio::test]
async fn two_polls_that_find_the_same_tell_it_once_and_a_crash_forgets_nothing() {
    let temp = TempStore::new();
    let (store, claims) = four_hosts(&temp).await;
    assert!(!claims[0].outage);
    done(&store, begun(&claims[0], at(1))).await;
    done(&store, begun(&claims[1], at(2))).await;
    assert_eq!(count(&store, "delivery").await, 1);

    let store = temp.crash().open(at(1000)).await;
    let claims = claim(&store, at(1010)).await;
    assert!(claims.len() >= 3 && claims.iter().all(|claim| claim.outage));
    let reach = store.reach(claims[0].origin, at(1000)).await.expect("read");
    assert_eq!(reach.outage_since, Some(at(1)), "that of the first");
    done(&store, ended(&claims[0], at(1), at(1011))).await;
    done(&store, ended(&claims[1], at(1), at(1012))).await;
    assert_eq!(count(&store, "delivery").await, 2);
    let reach = store.reach(claims[0].origin, at(1000)).await.expect("read");
    assert_eq!(
        (reach.outage_since, reach.outage_until),
        (None, Some(at(1011)))
    );

    done(&store, begun(&claims[2], at(1013))).await;
    assert_eq!(count(&store, "delivery").await, 3, "the next is sent again");
}

#[tokio::test]
async fn a_poll_that_is_fenced_tells_nothing() {
    let temp = TempStore::new();
    let (store, claims) = four_hosts(&temp).await;
    let mut late = begun(&claims[0], at(1));
    late.claim.fence -= 1;
    assert_eq!(commit(&store, late).await, PollCommitted::Fenced);
    assert_eq!(count(&store, "delivery").await, 0);
    let reach = store.reach(claims[1].origin, at(0)).await.expect("read");
    assert_eq!(reach.outage_since, None);
}
