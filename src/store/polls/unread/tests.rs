use super::*;
use crate::store::testing::*;

fn print(guid: i64, link: i64, title: i64, text: i64) -> Fingerprint {
    Fingerprint {
        whole: 1_000 + guid,
        guid: Some(guid),
        link: Some(link),
        title: Some(title),
        date: Some(400 + text),
        text: Some(text),
        ..Fingerprint::default()
    }
}

/// A feed of which the items 1 to 40 are on record, each with parts of its own.
async fn forty(temp: &TempStore) -> Store {
    let store = one_feed(temp).await;
    let items = (1..=40).map(|n| {
        let mut item = news(u8::try_from(n).expect("small"), &[], &[]);
        item.fingerprint = print(n, 100 + n, 200 + n, 300 + n);
        item
    });
    poll_news(&store, items.collect()).await;
    store
}

async fn unread(store: &Store, news: &[Fingerprint], unread: &[i64]) -> Option<Vec<i64>> {
    let window = (1..=40).map(ItemId).collect();
    let unread = unread.iter().map(|n| 1_000 + n).collect();
    let found = store.recall_unread(FeedId(1), news.to_vec(), unread, window);
    let found = found.await.expect("read")?;
    Some(found.items.iter().map(|item| item.0).collect())
}

#[tokio::test]
async fn where_nothing_is_shared_the_rows_are_given_in_the_order_asked() {
    let temp = TempStore::new();
    let store = forty(&temp).await;
    let news = [print(77, 777, 7_777, 77_777)];
    for count in [0, 1, 4, 5, 32, 33, 40] {
        let asked: Vec<i64> = (1..=count).rev().collect();
        assert_eq!(unread(&store, &news, &asked).await, Some(asked));
    }
    assert_eq!(unread(&store, &[], &[3, 3]).await, Some(vec![3, 3]));
}

#[tokio::test]
async fn what_may_be_another_version_of_an_item_has_the_whole_document_compared() {
    let temp = TempStore::new();
    let store = forty(&temp).await;
    let cases = [
        (
            "an item that is not on record",
            print(77, 777, 7_777, 77_777),
            vec![1, 41],
        ),
        (
            "the guid of an unread item",
            print(1, 777, 7_777, 77_777),
            vec![1],
        ),
        (
            "the link of an old one",
            print(77, 109, 7_777, 77_777),
            vec![1],
        ),
        (
            "the title of an old one",
            print(77, 777, 209, 77_777),
            vec![1],
        ),
        (
            "the text of one that is gone",
            print(77, 777, 7_777, 309),
            vec![1],
        ),
    ];
    for (what, shown, asked) in cases {
        for place in 0..6 {
            let mut news: Vec<_> = (0..6).map(|n| print(80 + n, 800, 900, 950)).collect();
            news[place] = shown;
            assert_eq!(unread(&store, &news, &asked).await, None, "{what}, {place}");
        }
    }
    let same_text = [print(77, 777, 7_777, 301)];
    assert_eq!(
        unread(&store, &same_text, &[1]).await,
        Some(vec![1]),
        "the text of one that still stands there is another story's too"
    );
    let later = Fingerprint {
        date: Some(9),
        ..print(77, 777, 7_777, 309)
    };
    assert_eq!(
        unread(&store, &[later], &[1]).await,
        Some(vec![1]),
        "many stories of a feed may have one text"
    );
    let undated = Fingerprint {
        date: None,
        ..later
    };
    assert_eq!(unread(&store, &[undated], &[1]).await, None);
}
