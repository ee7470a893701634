use super::*;
use crate::store::testing::*;

/// A store with nine items of the feed `mofa` and none of `nhk`: three polls of three, a minute
/// apart.
async fn nine_items(temp: &TempStore) -> Store {
    let store = temp.open(at(0)).await;
    let feeds = [
        feed("mofa", "https://mofa.example/feed"),
        feed("nhk", "https://nhk.example/feed"),
    ];
    store.sync(&feeds, &[], at(0)).await.expect("synced");
    for (round, seconds) in [(0, 0), (1, 60), (2, 120)] {
        store
            .ask(vec!["mofa".into()], at(seconds))
            .await
            .expect("asked");
        let claims = store.claim_asked(at(seconds), LEASE, 1).await;
        let claim = claims.expect("claimed").remove(0);
        let news = (1..=3).map(|n| news(round * 3 + n, &["a"][..usize::from(n == 1)], &[]));
        let poll = poll(&claim, at(seconds), read(news.collect()));
        store.commit_poll(poll).await.expect("committed");
    }
    store
}

async fn titles(store: &Store, filter: &ItemFilter, limit: u32) -> Vec<String> {
    let (mut titles, mut before) = (Vec::new(), None);
    loop {
        let page = store.item_page(filter, before, limit).await.expect("read");
        assert!(page.len() <= limit as usize);
        let Some(last) = page.last() else {
            return titles;
        };
        before = Some(last.cursor());
        titles.extend(page.into_iter().map(|kept| kept.stored.item.title));
    }
}

#[tokio::test]
async fn pages_of_any_size_show_every_item_once_the_newest_first() {
    let temp = TempStore::new();
    let store = nine_items(&temp).await;
    let newest_first: Vec<String> = (1..=9).rev().map(|n| format!("title {n}")).collect();
    for limit in [1, 2, 3, 4, 9, 10] {
        assert_eq!(
            titles(&store, &ItemFilter::default(), limit).await,
            newest_first
        );
    }
    let filter = |since, feed: Option<&str>| ItemFilter {
        since,
        feed: feed.map(str::to_owned),
    };
    for (filter, wanted) in [
        (filter(Some(at(60)), None), 6),
        (filter(Some(at(61)), None), 3),
        (filter(Some(at(60)), Some("mofa")), 6),
        (filter(None, Some("mofa")), 9),
        (filter(None, Some("nhk")), 0),
        (filter(None, Some("nowhere")), 0),
    ] {
        let wanted = &newest_first[..wanted];
        assert_eq!(titles(&store, &filter, 2).await, wanted, "{filter:?}");
        let count = store.count_items(&filter).await.expect("read");
        assert_eq!(count.items, wanted.len() as u64, "{filter:?}");
    }
}

#[tokio::test]
async fn an_item_says_where_it_comes_from_and_who_alerted_it() {
    let temp = TempStore::new();
    let store = nine_items(&temp).await;
    let all = store.item_page(&ItemFilter::default(), None, 10).await;
    let all = all.expect("read");
    let in_baseline: Vec<bool> = all.iter().map(|kept| kept.in_baseline).collect();
    assert_eq!(
        in_baseline,
        [[false; 3], [false; 3], [true; 3]].concat(),
        "the first window"
    );
    let first = store.kept_item(ItemId(1)).await.expect("read");
    let first = first.expect("there");
    assert_eq!(all.last(), Some(&first));
    assert_eq!((first.feed.as_str(), first.stored.seen_at), ("mofa", at(0)));
    assert_eq!(first.stored.alerted, HashSet::from(["a".to_owned()]));
    assert_eq!(first.stored.item, news(1, &[], &[]).item);
    assert_eq!(store.kept_item(ItemId(99)).await.expect("read"), None);
    let named = store.named("guid-1", [0, 1], 5).await.expect("read");
    assert_eq!(named.called, [first]);
    let named = store.named("1", [0, 1], 5).await.expect("read");
    assert!(named.called.is_empty());
}

#[tokio::test]
async fn a_watch_has_a_record_of_its_alerts() {
    let temp = TempStore::new();
    let store = nine_items(&temp).await;
    let records = store.watch_records(at(60)).await.expect("read");
    let record = crate::store::WatchRecord {
        watch: "a".to_owned(),
        alerts: 3,
        recent: 2,
        last_at: at(120),
    };
    assert_eq!(records, [record]);
}
