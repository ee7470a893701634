use super::*;
use crate::store::testing::*;

/// Thirty alerts of `mofa`, 1 to 30, made a second apart: all of the watch `all`, the first of `rare`
/// too, every tenth for `desk`. Then one of `nhk` of the watch `other`.
async fn thirty_one(temp: &TempStore) -> Store {
    let store = temp.open(at(0)).await;
    let feeds = [
        feed("mofa", "https://mofa.example/feed"),
        feed("nhk", "https://nhk.example/feed"),
    ];
    let receivers = ["desk".to_owned()];
    store.sync(&feeds, &receivers, at(0)).await.expect("synced");
    for n in 1..=31 {
        let (name, watches) = match n {
            1 => ("mofa", &["all", "rare"][..]),
            31 => ("nhk", &["other"][..]),
            _ => ("mofa", &["all"][..]),
        };
        let receivers = if n % 10 == 0 { &["desk"][..] } else { &[] };
        let now = at(i64::from(n));
        store.ask(vec![name.into()], now).await.expect("asked");
        tamper(&store, "UPDATE origin SET not_before = 0").await;
        let claims = store.claim_asked(now, LEASE, 1).await;
        let claim = claims.expect("claimed").remove(0);
        let commit = poll(&claim, now, read(vec![news(n, watches, receivers)]));
        store.commit_poll(commit).await.expect("committed");
    }
    store
}

fn search(filter: AlertFilter) -> AlertSearch {
    AlertSearch {
        filter,
        ..AlertSearch::default()
    }
}

/// The ids of all pages, and how many pages that were.
async fn ids(store: &Store, search: &AlertSearch, limit: usize) -> (Vec<u32>, usize) {
    let (mut ids, mut before) = (Vec::new(), None);
    for pages in 1.. {
        let page = store.alert_page(search.clone(), before, limit).await;
        let page = page.expect("read");
        assert!(page.alerts.len() <= limit);
        ids.extend({ page.alerts.iter() }.map(|(it, _)| it.id.parse::<u32>().expect("a number")));
        before = page.next;
        if before.is_none() {
            return (ids, pages);
        }
    }
    unreachable!("there is an end")
}

#[tokio::test]
async fn pages_of_any_size_show_every_alert_once_the_newest_first() {
    let temp = TempStore::new();
    let store = thirty_one(&temp).await;
    let all: Vec<u32> = (1..=31).rev().collect();
    for limit in [1, 3, 4, 5, 30, 31, 32] {
        let (found, _) = ids(&store, &AlertSearch::default(), limit).await;
        assert_eq!(found, all, "{limit}");
    }
    let names = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    let watches = |of: &[&str]| AlertFilter {
        watches: names(of),
        ..AlertFilter::default()
    };
    let feeds = |of: &[&str]| AlertFilter {
        feeds: Some(names(of)),
        ..AlertFilter::default()
    };
    let desk = AlertFilter {
        receiver: Some("desk".into()),
        ..AlertFilter::default()
    };
    let span = AlertFilter {
        since: Some(at(3)),
        until: Some(at(6)),
        ..AlertFilter::default()
    };
    for (filter, wanted) in [
        (watches(&["rare"]), &[1][..]),
        (watches(&["other", "rare"]), &[31, 1]),
        (watches(&["none"]), &[]),
        (feeds(&["nhk"]), &[31]),
        (feeds(&["none"]), &[]),
        (feeds(&[]), &[]),
        (desk, &[30, 20, 10]),
        (span, &[5, 4, 3]),
    ] {
        for limit in [1, 2, 9] {
            let (found, _) = ids(&store, &search(filter.clone()), limit).await;
            assert_eq!(found, wanted, "{filter:?}");
        }
    }
    let words = |words: &[&str]| AlertSearch {
        words: names(words),
        ..AlertSearch::default()
    };
    assert_eq!(ids(&store, &words(&["TITLE 7", "mofa"]), 9).await.0, [7]);
    assert_eq!(
        ids(&store, &words(&["title 7", "nhk"]), 9).await.0,
        [0_u32; 0]
    );
    for (least, wanted) in [
        (Priority::Routine, &all[..]),
        (Priority::Urgent, &all),
        (Priority::Bulletin, &[]),
    ] {
        let search = AlertSearch {
            priority: Some(least),
            ..AlertSearch::default()
        };
        assert_eq!(ids(&store, &search, 9).await.0, wanted, "{least}");
    }
}

/// Else a rare watch, or a filter that nothing meets, would read all that was ever alerted.
#[tokio::test]
async fn a_call_looks_at_no_more_than_it_may() {
    let temp = TempStore::new();
    let store = thirty_one(&temp).await;
    let none = AlertSearch {
        words: vec!["nowhere".into()],
        ..AlertSearch::default()
    };
    let page = store.alert_page(none.clone(), None, 5).await.expect("read");
    assert_eq!(page.next, Some(AlertId(12)), "twenty were looked at");
    assert_eq!(ids(&store, &none, 5).await, (vec![], 2));
    let rare = search(AlertFilter {
        watches: vec!["rare".into()],
        ..AlertFilter::default()
    });
    assert_eq!(ids(&store, &rare, 5).await, (vec![1], 1), "by its index");
}
