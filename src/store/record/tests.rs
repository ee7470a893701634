use super::*;
use crate::store::testing::*;

async fn sync(store: &Store, watches: &[(&str, &str)], seconds: i64) {
    let named = watches
        .iter()
        .map(|&(name, asks)| (name.to_owned(), asks.to_owned()));
    store
        .sync_watches(named.collect(), at(seconds))
        .await
        .expect("synced");
}

#[tokio::test]
async fn a_watch_is_in_force_since_it_last_changed_or_came_back() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    sync(&store, &[("a", "x"), ("b", "y")], 0).await;
    sync(&store, &[("a", "x"), ("b", "z")], 10).await;
    let since = async |name: &str| {
        let watches = store.watches_in_force().await.expect("read");
        watches.get(name).map(|watch| watch.since)
    };
    assert_eq!(
        (since("a").await, since("b").await),
        (Some(at(0)), Some(at(10)))
    );
    sync(&store, &[("b", "z")], 20).await;
    assert_eq!((since("a").await, since("b").await), (None, Some(at(10))));
    sync(&store, &[("a", "x")], 30).await;
    assert_eq!(since("a").await, Some(at(30)), "not asked meanwhile");
}

#[tokio::test]
async fn an_item_is_found_under_its_names_also_when_it_is_no_longer_kept() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &[], &[]), news(2, &["a"], &["desk"])]).await;
    let seen = SeenItem {
        feed: "mofa".into(),
        item: ItemId(1),
        seen_at: at(0),
        is_kept: true,
        identified_by: IdentifiedBy::New,
    };
    let under = async |name: [i64; 2]| store.seen_under(name).await.expect("read");
    for name in [[1, 9], [9, 1], [1, 1]] {
        assert_eq!(under(name).await, std::slice::from_ref(&seen));
    }
    assert_eq!(
        store.seen_as(ItemId(1)).await.expect("read"),
        Some(seen.clone())
    );
    store.prune(at(8 * DAY)).await.expect("pruned");
    let gone = SeenItem {
        is_kept: false,
        ..seen
    };
    assert_eq!(under([1, 1]).await, [gone]);
    assert_eq!(store.item_record(ItemId(1)).await.expect("read"), None);
    assert_eq!(store.seen_as(ItemId(9)).await.expect("read"), None);
    assert_eq!(under([9, 9]).await, []);
}

#[tokio::test]
async fn a_record_holds_alerts_with_their_deliveries_and_attempts() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let mut baseline = news(1, &[], &[]);
    baseline.is_baseline = true;
    poll_news(
        &store,
        vec![baseline, news(2, &["b", "a"], &["desk", "phone"])],
    )
    .await;
    let claim = claim_for(&store, "desk", at(1)).await.remove(0);
    assert!(
        store
            .settle(settlement(&claim, at(2), delivered()))
            .await
            .expect("done")
    );
    let record = async |id| store.item_record(ItemId(id)).await.expect("read");
    let first = record(1).await.expect("kept");
    assert!(first.is_baseline && first.alerts.is_empty());
    let second = record(2).await.expect("kept");
    assert!(!second.is_baseline && second.earlier.is_empty());
    let alert = &second.alerts[0];
    assert_eq!((alert.watches.len(), alert.created_at), (2, at(0)));
    let sent: Vec<_> = alert
        .deliveries
        .iter()
        .map(|it| (it.receiver.as_str(), it.attempts.len()))
        .collect();
    assert_eq!(sent, [("desk", 1), ("phone", 0)]);
}
