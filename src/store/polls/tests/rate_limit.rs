//! What one answer means for the other feeds of an origin, and for other hosts.

use super::*;

/// Feeds on two hosts of one domain and on another domain, all due; each one's claim.
async fn three_hosts(temp: &TempStore) -> (Store, Vec<PollClaim>) {
    let store = temp.open(at(0)).await;
    let feeds = [
        "https://a.example.com/",
        "https://b.example.com/",
        "https://c.example.org/",
    ];
    let feeds = feeds.map(|url| feed(&url[8..9], url));
    store.sync(&feeds, &[], at(0)).await.expect("synced");
    let claims = claim(&store, at(0)).await;
    assert_eq!(claims.len(), 3);
    (store, claims)
}

fn refused(claim: &PollClaim, now: Timestamp, until: Timestamp, whole: bool) -> PollCommit {
    let mut commit = poll(claim, now, failed());
    commit.pause = OriginPause {
        until: Some(until),
        whole_domain: whole,
        refusals: claim.refusals + 1,
        ..commit.pause
    };
    commit
}

/// Every feed is due now; the names of those that are given out.
async fn due(store: &Store, now: Timestamp) -> Vec<String> {
    tamper(store, "UPDATE feed SET due = 0").await;
    schedule_now(store).await;
    let claims = claim(store, now).await;
    claims.into_iter().map(|claim| claim.feed.name).collect()
}

#[tokio::test]
async fn a_paused_domain_holds_its_other_hosts_and_no_other_domain() {
    for (whole, waiting) in [(true, vec!["c"]), (false, vec!["b", "c"])] {
        let temp = TempStore::new();
        let (store, claims) = three_hosts(&temp).await;
        for claim in &claims[1..] {
            done(&store, poll(claim, at(0), read(vec![]))).await;
        }
        done(&store, refused(&claims[0], at(1), at(600), whole)).await;
        assert_eq!(due(&store, at(599)).await, waiting, "whole domain: {whole}");
    }
}

#[tokio::test]
async fn a_host_that_is_being_polled_is_paused_too() {
    let temp = TempStore::new();
    let (store, claims) = three_hosts(&temp).await;
    done(&store, refused(&claims[0], at(1), at(600), true)).await;
    done(&store, poll(&claims[1], at(0), read(vec![]))).await;
    done(&store, poll(&claims[2], at(0), read(vec![]))).await;
    assert_eq!(due(&store, at(599)).await, ["c"]);
    assert_eq!(due(&store, at(600)).await, ["a", "b", "c"]);
}

/// As the commits leave it: nothing works the due times out again.
#[tokio::test]
async fn a_pause_that_came_while_a_host_was_polled_outlasts_its_commit() {
    let temp = TempStore::new();
    let (store, claims) = three_hosts(&temp).await;
    done(&store, refused(&claims[0], at(1), at(2000), true)).await;
    done(&store, poll(&claims[1], at(1), read(vec![]))).await;
    done(&store, poll(&claims[2], at(1), read(vec![]))).await;
    let names = |claims: Vec<PollClaim>| -> Vec<String> {
        claims.into_iter().map(|claim| claim.feed.name).collect()
    };
    assert_eq!(names(claim(&store, at(1999)).await), ["c"]);
    assert_eq!(names(claim(&store, at(2000)).await), ["a", "b"]);
}

#[tokio::test]
async fn a_pause_is_never_cut_short() {
    let temp = TempStore::new();
    let (store, claims) = three_hosts(&temp).await;
    done(&store, refused(&claims[0], at(1), at(600), true)).await;
    done(&store, refused(&claims[1], at(1), at(300), true)).await;
    done(&store, poll(&claims[2], at(0), read(vec![]))).await;
    assert_eq!(due(&store, at(599)).await, ["c"]);
}

#[tokio::test]
async fn refusals_are_the_origins_whichever_feed_they_were_for() {
    let temp = TempStore::new();
    let store = two_feeds(&temp).await;
    let first = claim_one(&store, at(0)).await;
    done(&store, refused(&first, at(0), at(20), false)).await;
    let second = claim_one(&store, at(20)).await;
    assert_ne!(first.feed.name, second.feed.name);
    assert_eq!((first.refusals, second.refusals), (0, 1));
    done(&store, poll(&second, at(20), read(vec![]))).await;
    assert_eq!(
        claim_one(&store, at(2000)).await.refusals,
        0,
        "a good answer"
    );
}
