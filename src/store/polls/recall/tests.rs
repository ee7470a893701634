use super::*;
use crate::{
    model::IdentifiedBy,
    store::{Alias, KnownItem, PollResult, testing::*},
};

/// Fingerprints that agree in their guid and in nothing else.
fn alike(number: i64) -> Fingerprint {
    Fingerprint {
        whole: number,
        guid: Some(1),
        title: Some(number),
        ..Fingerprint::default()
    }
}

async fn recall(store: &Store, shown: &[Fingerprint], window: &[i64]) -> Vec<(i64, i64)> {
    let window = window.iter().copied().map(ItemId).collect();
    let recalled = store.recall(FeedId(1), shown.to_vec(), window).await;
    let records = recalled.expect("read").records.into_iter();
    records.map(|it| (it.item.0, it.alias)).collect()
}

#[tokio::test]
async fn what_is_exactly_the_same_is_enough() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let mut items: Vec<_> = (1..=4).map(|n| news(n, &[], &[])).collect();
    for (item, number) in items.iter_mut().zip(10..) {
        item.fingerprint = alike(number);
    }
    poll_news(&store, items).await;
    assert_eq!(recall(&store, &[alike(11)], &[3]).await, [(2, 0)]);
    let all = [(1, 0), (2, 0), (3, 0), (4, 0)];
    assert_eq!(recall(&store, &[alike(99)], &[]).await, all, "by guid");
    let titled = Fingerprint {
        whole: 99,
        title: Some(12),
        ..Fingerprint::default()
    };
    assert_eq!(recall(&store, &[titled], &[]).await, [(3, 0)], "by title");
    assert_eq!(recall(&store, &[print(77)], &[4]).await, [(4, 0)], "gone");
    assert_eq!(recall(&store, &[], &[4]).await, []);
}

#[tokio::test]
async fn lists_of_any_length_are_asked_for() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let all: Vec<u8> = (0..=250).collect();
    let known: Vec<u8> = all.iter().copied().step_by(3).collect();
    let items = known.iter().map(|&n| news(n, &[], &[]));
    poll_news(&store, items.collect()).await;
    for length in [0, 1, 31, 32, 33, 64, 65, 250] {
        let found = recalled(&store, &all[..length]).await;
        let found: Vec<Fingerprint> = found.iter().map(|it| it.fingerprint).collect();
        let asked = known.iter().filter(|&&n| usize::from(n) < length);
        let wanted: Vec<Fingerprint> = asked.map(|&n| print(n)).collect();
        assert_eq!(found, wanted, "{length}");
    }
    let other = store.recall(FeedId(2), vec![print(3)], Vec::new()).await;
    assert!(
        other.expect("read").records.is_empty(),
        "every feed has its own"
    );
}

async fn know(store: &Store, seconds: i64, alias: Alias) {
    tamper(store, "UPDATE feed SET due = 0").await;
    tamper(store, "UPDATE origin SET due = 0, leased_until = 0").await;
    let claim = claim_one(store, at(seconds)).await;
    let mut result = read(vec![]);
    if let PollResult::Read(read) = &mut result {
        read.known.push(KnownItem {
            id: ItemId(1),
            alias: Some(alias),
            revision: None,
        });
    }
    let committed = store.commit_poll(poll(&claim, at(seconds), result)).await;
    assert!(committed.is_ok());
}

#[tokio::test]
async fn an_item_has_four_fingerprints_at_most() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &[], &[])]).await;
    let numbers = async || {
        let asked: Vec<u8> = (1..=20).collect();
        let mut found: Vec<i64> = recalled(&store, &asked)
            .await
            .into_iter()
            .map(|it| it.fingerprint.whole)
            .collect();
        found.sort_unstable();
        found
    };
    let moved = |n: u8| Alias {
        replaces: None,
        fingerprint: print(n),
        by: IdentifiedBy::Moved,
    };
    for n in 2..=6 {
        know(&store, 60 * i64::from(n), moved(n)).await;
    }
    assert_eq!(numbers().await, [3, 4, 5, 6], "the oldest two made room");
    let edited = Alias {
        replaces: Some(2),
        ..moved(9)
    };
    know(&store, 600, edited).await;
    assert_eq!(numbers().await, [4, 5, 6, 9], "an edit replaces what was");
}

#[tokio::test]
async fn a_fingerprint_that_stays_is_noted() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &[], &[]), news(2, &[], &[])]).await;
    tamper(&store, "UPDATE origin SET due = 0, leased_until = 0").await;
    tamper(&store, "UPDATE feed SET due = 0").await;
    let claim = claim_one(&store, at(DAY)).await;
    let mut result = read(vec![]);
    if let PollResult::Read(read) = &mut result {
        read.seen = vec![(ItemId(2), 0)];
    }
    let committed = store.commit_poll(poll(&claim, at(DAY), result)).await;
    assert!(committed.is_ok());
    let seen: Vec<i64> = recalled(&store, &[1, 2])
        .await
        .into_iter()
        .map(|it| it.seen_at)
        .collect();
    assert_eq!(seen, [at(0), at(DAY)].map(jiff::Timestamp::as_millisecond));
}

/// A store of schema 1 knows its items by several hashes each; the first that it has decides.
#[tokio::test]
async fn what_schema_1_has_seen_is_known() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let key = |n: u8| IdentityKey([n; 16]);
    let none = store.recall(FeedId(1), vec![print(1)], Vec::new()).await;
    assert!(!none.expect("read").has_schema_1);
    tamper(
        &store,
        "INSERT INTO seen (feed, key, item, seen_at) VALUES
           (1, x'05050505050505050505050505050505', 7, 0),
           (1, x'06060606060606060606060606060606', 8, 0)",
    )
    .await;
    let some = store.recall(FeedId(1), vec![print(1)], Vec::new()).await;
    assert!(some.expect("read").has_schema_1);
    let asked = vec![vec![key(1), key(6), key(5)], vec![key(1)], vec![]];
    let known = store.known_before(FeedId(1), asked).await.expect("read");
    assert_eq!(known, [Some(ItemId(8)), None, None]);
}
