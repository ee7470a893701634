use super::*;
use crate::store::testing::*;

fn with(set: impl FnOnce(&mut AlertFilter)) -> AlertFilter {
    let mut filter = AlertFilter::default();
    set(&mut filter);
    filter
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn ids(store: &Store, filter: AlertFilter, limit: u32) -> Vec<String> {
    let alerts = store.alerts(filter, limit).await.expect("read");
    alerts.into_iter().map(|(alert, _)| alert.id).collect()
}

#[tokio::test]
async fn alerts_page_and_filter() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    assert_eq!(store.latest_alert_id().await.expect("read"), None);
    let items = vec![
        news(1, &["a"], &["desk"]),
        news(2, &["a", "b"], &[]),
        news(3, &["b"], &["desk"]),
    ];
    poll_news(&store, items).await;
    let latest = store.latest_alert_id().await.expect("read");
    assert_eq!(latest, Some(AlertId(3)));
    let all = &["1", "2", "3"][..];
    for (filter, limit, wanted) in [
        (AlertFilter::default(), 10, all),
        (AlertFilter::default(), 2, &["1", "2"]),
        (with(|it| it.after = Some(AlertId(1))), 1, &["2"]),
        (with(|it| it.after = Some(AlertId(3))), 10, &[]),
        (with(|it| it.last = Some(AlertId(2))), 10, &["1", "2"]),
        (with(|it| it.watches = names(&["b"])), 10, &["2", "3"]),
        (with(|it| it.watches = names(&["a", "b"])), 10, all),
        (with(|it| it.feeds = Some(names(&["mofa"]))), 10, all),
        (with(|it| it.feeds = Some(names(&["other"]))), 10, &[]),
        (with(|it| it.feeds = Some(Vec::new())), 10, &[]),
        (
            with(|it| it.receiver = Some("desk".into())),
            10,
            &["1", "3"],
        ),
        (with(|it| it.since = Some(at(0))), 10, all),
        (with(|it| it.since = Some(at(1))), 10, &[]),
        (with(|it| it.until = Some(at(0))), 10, &[]),
        (with(|it| it.until = Some(at(1))), 10, all),
    ] {
        let said = format!("{filter:?}");
        assert_eq!(ids(&store, filter, limit).await, wanted, "{said}");
    }
}

#[tokio::test]
async fn the_newest_begin_after_the_one_before_them() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let items = vec![
        news(1, &["a"], &[]),
        news(2, &["b"], &[]),
        news(3, &["a"], &[]),
    ];
    poll_news(&store, items).await;
    let of_a = with(|it| it.watches = names(&["a"]));
    for (filter, limit, wanted) in [
        (AlertFilter::default(), 1, Some(AlertId(2))),
        (AlertFilter::default(), 2, Some(AlertId(1))),
        (AlertFilter::default(), 3, None),
        (of_a.clone(), 1, Some(AlertId(1))),
        (of_a, 2, None),
    ] {
        let before = store.before_newest(filter, limit).await.expect("read");
        assert_eq!(before, wanted, "{limit}");
    }
}
