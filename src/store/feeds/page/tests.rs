use super::*;
use crate::store::testing::*;

/// Ten feeds, `f0` to `f9`: two of each condition, in turns.
async fn ten_feeds(temp: &TempStore) -> Store {
    let store = temp.open(at(0)).await;
    let feeds: Vec<_> = (0..10)
        .map(|n| feed(&format!("f{n}"), &format!("https://h{n}.example/feed")))
        .collect();
    store.sync(&feeds, &[], at(0)).await.expect("synced");
    for (place, set) in [
        "polled_at = 1000, title = 'Élysée'",
        "polled_at = 1000, failures = 1",
        "polled_at = 1000, health = '{\"is_silent\":true}'",
        "polled_at = 1000, failures = 1, gone = 1",
        "title = 'x'",
    ]
    .into_iter()
    .enumerate()
    {
        let set = format!(
            "UPDATE feed SET {set} WHERE name IN ('f{place}', 'f{}')",
            place + 5
        );
        tamper(&store, &set).await;
    }
    store
}

async fn pages(store: &Store, filter: &FeedFilter, limit: u32) -> String {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = store.feed_page(filter.clone(), after, limit).await;
        let page: Vec<String> = { page.expect("read").into_iter() }
            .map(|feed| feed.name)
            .collect();
        assert!(page.len() <= limit as usize);
        let Some(last) = page.last() else {
            return names.join(" ");
        };
        after = Some(last.clone());
        names.extend(page);
    }
}

#[tokio::test]
async fn pages_of_any_size_show_every_feed_of_the_filter_once_by_name() {
    use Condition::{Failing, Gone, New, Silent};
    let temp = TempStore::new();
    let store = ten_feeds(&temp).await;
    for (conditions, text, names, wanted) in [
        (&[][..], None, None, "f0 f1 f2 f3 f4 f5 f6 f7 f8 f9"),
        (&[Failing], None, None, "f1 f6"),
        (&[Silent], None, None, "f2 f7"),
        (&[Gone, New, Gone], None, None, "f3 f4 f8 f9"),
        (&[Condition::Ok], None, None, "f0 f5"),
        (&[Condition::Ok, New], None, None, "f0 f4 f5 f9"),
        (&[], Some("H3.EXAMPLE"), None, "f3"),
        (&[], Some("éLYS"), None, "f0 f5"),
        (&[New], Some("f9"), None, "f9"),
        (&[], None, Some("f9 f1 f1 none"), "f1 f9"),
        (&[], None, Some(""), ""),
        (&[Condition::Ok], None, Some("f5 f1"), "f5"),
        (&[Failing], None, Some("f5 f1"), "f1"),
        (&[], Some("h1"), Some("f5 f1"), "f1"),
    ] {
        let filter = FeedFilter {
            conditions: conditions.to_vec(),
            text: text.map(str::to_owned),
            names: names.map(|names| names.split_whitespace().map(str::to_owned).collect()),
        };
        for limit in [1, 2, 3, 10, 11] {
            assert_eq!(pages(&store, &filter, limit).await, wanted, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn feeds_are_counted_by_their_condition() {
    let temp = TempStore::new();
    let store = ten_feeds(&temp).await;
    let counts = store.feed_counts().await.expect("read");
    assert!(Condition::ALL.iter().all(|it| counts.of(*it) == 2));
    assert_eq!(counts.all(), 10);
    tamper(&store, "UPDATE feed SET active = 0 WHERE name <> 'f0'").await;
    let counts = store.feed_counts().await.expect("read");
    assert_eq!((counts.of(Condition::Ok), counts.all()), (1, 1));
    let all = FeedFilter::default();
    assert_eq!(
        pages(&store, &all, 10).await,
        "f0",
        "only those in the config"
    );
}

/// The column and the program must agree, whatever polls and people do to a feed.
#[tokio::test]
async fn the_condition_that_is_stored_is_the_one_that_is_shown() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    for set in [
        "gone = 0",
        "failures = 1",
        "gone = 1",
        "failures = 0, gone = 0, polled_at = 1000",
        "health = '{\"silence\":{\"news_at\":\"2026-11-18T11:06:40Z\",\"surprising_at\":null}}'",
        "health = '{\"is_silent\":true}'",
        "health = '{\"told_silent\":true}'",
        "health = '{\"empty\":{\"since\":\"2026-11-18T11:06:40Z\",\"polls\":9,\"is_lasting\":false}}'",
        "health = '{\"empty\":{\"since\":\"2026-11-18T11:06:40Z\",\"polls\":9,\"is_lasting\":true}}'",
        "health = '{\"empty\":{\"since\":\"2026-11-18T11:06:40Z\",\"polls\":9,\"told\":true}}'",
    ] {
        tamper(&store, &format!("UPDATE feed SET {set}")).await;
        let feed = store.feed("mofa").await.expect("read").expect("there");
        let counts = store.feed_counts().await.expect("read");
        assert_eq!(counts.of(feed.condition()), 1, "{set}: {counts:?}");
    }
}
