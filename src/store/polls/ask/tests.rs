use super::*;
use crate::store::{PollCommitted, PollResult, testing::*};

async fn ask(store: &Store, feeds: &[&str], seconds: i64) -> Vec<String> {
    let feeds = feeds.iter().map(|&name| name.to_owned()).collect();
    store.ask(feeds, at(seconds)).await.expect("asked")
}

async fn claim_asked(store: &Store, seconds: i64) -> Vec<PollClaim> {
    let claims = store.claim_asked(at(seconds), LEASE, 10).await;
    claims.expect("claimed")
}

async fn end(store: &Store, claim: &PollClaim, seconds: i64, result: PollResult) {
    let committed = store.commit_poll(poll(claim, at(seconds), result)).await;
    assert!(matches!(committed, Ok(PollCommitted::Done { .. })));
}

/// Feeds `a` and `b` of one origin and `c` of another, all polled at 0 or 10.
async fn polled(temp: &TempStore) -> Store {
    let store = temp.open(at(0)).await;
    let feeds = [
        feed("a", "https://one.example/a"),
        feed("b", "https://one.example/b"),
        feed("c", "https://two.example/c"),
    ];
    store.sync(&feeds, &[], at(0)).await.expect("synced");
    for seconds in [0, 10] {
        for claim in claim(&store, at(seconds)).await {
            end(&store, &claim, seconds, read(vec![])).await;
        }
    }
    store
}

#[tokio::test]
async fn who_is_asked_is_due_now_for_the_daemon_too() {
    let temp = TempStore::new();
    let store = polled(&temp).await;
    assert!(claim(&store, at(100)).await.is_empty());
    assert_eq!(ask(&store, &["b", "nobody"], 100).await, ["b"]);
    assert_eq!(store.asked().await.expect("read")[0].feed, "b");
    assert_eq!(store.next_poll_due().await.expect("read"), Some(at(100)));
    let claimed = claim_one(&store, at(100)).await;
    assert_eq!(claimed.feed.name, "b");
    end(&store, &claimed, 100, read(vec![])).await;
    assert_eq!(store.asked().await.expect("read"), []);
}

#[tokio::test]
async fn only_what_was_asked_for_is_claimed_one_of_an_origin_at_a_time() {
    let temp = TempStore::new();
    let store = polled(&temp).await;
    // All are due by now.
    assert_eq!(ask(&store, &["a", "b"], 2000).await, ["a", "b"]);
    let claims = claim_asked(&store, 2000).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].feed.name, "a");
    assert!(claim_asked(&store, 2001).await.is_empty(), "it is leased");
    end(&store, &claims[0], 2000, failed()).await;
    assert!(
        claim_asked(&store, 2009).await.is_empty(),
        "the pause holds"
    );
    assert_eq!(claim_asked(&store, 2010).await[0].feed.name, "b");
}

#[tokio::test]
async fn retry_after_holds_whoever_asks() {
    let temp = TempStore::new();
    let store = polled(&temp).await;
    let claimed = claim(&store, at(1000)).await;
    let one = claimed.iter().find(|it| it.feed.name == "a").expect("due");
    let mut busy = poll(one, at(1000), failed());
    busy.pause.until = Some(at(4600));
    store.commit_poll(busy).await.expect("committed");
    assert_eq!(ask(&store, &["a"], 1100).await, ["a"]);
    assert!(claim_asked(&store, 4599).await.is_empty());
    let waits = store.asked().await.expect("read");
    assert_eq!(waits[0].pause_ends_at, at(4600));
    assert_eq!(claim_asked(&store, 4600).await.len(), 1);
}

#[tokio::test]
async fn a_poll_that_goes_on_is_the_answer() {
    let temp = TempStore::new();
    let store = polled(&temp).await;
    let running = claim(&store, at(1000)).await;
    ask(&store, &["c"], 1001).await;
    assert!(claim_asked(&store, 1001).await.is_empty());
    let running = running.iter().find(|it| it.feed.name == "c").expect("due");
    end(&store, running, 1000, read(vec![])).await;
    assert_eq!(store.asked().await.expect("read"), []);
}

#[tokio::test]
async fn what_is_gone_is_polled_again_where_it_is_named() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let gone = PollResult::Failed {
        reason: "gone".into(),
        error: "status 410".into(),
        status: Some(410),
        gone: true,
    };
    let claimed = claim_one(&store, at(0)).await;
    end(&store, &claimed, 0, gone).await;
    assert!(ask(&store, &[], 100).await.is_empty());
    assert_eq!(ask(&store, &["mofa"], 100).await, ["mofa"]);
    assert_eq!(claim_asked(&store, 100).await[0].feed.name, "mofa");
}

#[tokio::test]
async fn a_report_counts_what_the_last_poll_brought() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let reported = async || {
        store
            .poll_reports(vec!["mofa".into()])
            .await
            .expect("read")
            .remove(0)
    };
    poll_news(&store, vec![news(1, &["w"], &["desk"])]).await;
    let first = reported().await;
    assert_eq!(
        (first.first, first.changed, first.items, first.alerts),
        (true, true, 1, 1)
    );

    let claimed = claim_one(&store, at(900)).await;
    end(
        &store,
        &claimed,
        900,
        read(vec![news(2, &[], &[]), news(3, &["w"], &[])]),
    )
    .await;
    let second = reported().await;
    assert_eq!(
        (second.first, second.changed, second.items, second.alerts),
        (false, true, 2, 1)
    );

    let claimed = claim_one(&store, at(1800)).await;
    end(&store, &claimed, 1800, failed()).await;
    let third = reported().await;
    assert_eq!((third.changed, third.items, third.alerts), (false, 0, 0));
    assert_eq!(third.error.as_deref(), Some("status 503"));
    assert!(!third.waits);
    ask(&store, &["mofa"], 1900).await;
    assert!(reported().await.waits);
}
