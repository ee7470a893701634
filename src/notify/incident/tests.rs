use super::*;
use crate::{
    model::{
        DeliveryKey, FeedEmpty, FeedFailing, FeedRecovered, ReceiverFailing, ReceiverRecovered,
        StoreFailing, StoreRecovered,
    },
    notify::sample::every_kind,
};

fn incident(key: &str, event: Event) -> Incident {
    Incident::of(&Notice {
        key: DeliveryKey(key.to_owned()),
        timestamp: jiff::Timestamp::UNIX_EPOCH,
        event,
        accepted: Vec::new(),
        thread: None,
    })
}

fn failing(feed: &str, url: &str) -> Event {
    Event::FeedFailing(FeedFailing {
        feed: feed.into(),
        url: url.into(),
        reason: "timeout".into(),
        error: "no answer".into(),
        last_success: None,
        failures: 12,
        next_try: None,
        also: Vec::new(),
    })
}

fn recovered(feed: &str, url: &str, was: HealthIssue, still: &[&str]) -> Event {
    Event::FeedRecovered(FeedRecovered {
        feed: feed.into(),
        url: url.into(),
        was,
        since: None,
        last_success: None,
        failures: 1,
        also: Vec::new(),
        still: still.iter().map(|&name| name.to_owned()).collect(),
        removed: false,
    })
}

#[test]
fn what_ends_has_the_key_of_what_began_also_by_another_feed_of_the_origin() {
    let began = incident("aa-7", failing("a", "https://w.example/a"));
    let is_over = |is_over| Incident {
        is_over,
        ..began.clone()
    };
    let end =
        |url, still: &[&str]| incident("aa-9", recovered("b", url, HealthIssue::Failing, still));
    assert_eq!(end("https://w.example/b", &[]), is_over(true));
    // Another feed of the origin still fails: that is not the end.
    assert_eq!(end("https://w.example/b", &["c"]), is_over(false));
    assert_ne!(end("https://other.example/b", &[]).key, began.key);
    let another_store = incident("bb-7", failing("a", "https://w.example/a"));
    assert_ne!(another_store.key, began.key);
    let other_trouble = recovered("a", "https://w.example/a", HealthIssue::Empty, &[]);
    let other_trouble = incident("aa-9", other_trouble);
    assert!(other_trouble.is_over);
    assert_ne!(other_trouble.key, began.key);
    let empty = Event::FeedEmpty(FeedEmpty {
        feed: "a".into(),
        url: "https://w.example/a".into(),
        since: jiff::Timestamp::UNIX_EPOCH,
        polls: 3,
    });
    assert_eq!(incident("aa-8", empty).key, other_trouble.key);
}

/// The notice of a full disk goes out without the store's row id where that takes nothing.
#[test]
fn a_full_disk_reported_past_the_store_is_the_incident_that_its_end_resolves() {
    let since = jiff::Timestamp::UNIX_EPOCH;
    let failing = Event::StoreFailing(StoreFailing {
        reason: StoreReason::Full,
        error: String::new(),
        since,
        free_bytes: None,
    });
    let recovered = Event::StoreRecovered(StoreRecovered {
        since,
        free_bytes: None,
    });
    let began = incident("aa-store-1795329668000", failing);
    assert_eq!(began.key, incident("aa-9", recovered).key);
}

/// Every type, and the one that ends what it opens.
const PAIRS: [(&str, Option<&str>); 21] = [
    ("alert.matched", None),
    ("digest.ready", None),
    ("feed.failing", Some("feed.recovered")),
    ("feed.silent", Some("feed.recovered")),
    ("feed.empty", Some("feed.recovered")),
    ("feed.recovered", None),
    ("feed.rebased", None),
    ("feed.items_missed", None),
    ("network.failing", Some("network.recovered")),
    ("network.recovered", None),
    ("receiver.failing", Some("receiver.recovered")),
    ("receiver.recovered", None),
    ("receiver.missed", None),
    ("story.sources", None),
    ("mute.ended", None),
    ("store.failing", Some("store.recovered")),
    ("store.recovered", None),
    ("config.failing", Some("config.recovered")),
    ("config.recovered", None),
    ("report.ready", None),
    ("test.ping", None),
];

#[test]
fn what_is_opened_has_an_end_of_the_same_key_and_the_rest_stand_alone() {
    let mut all: Vec<(Notice, Incident)> = Vec::new();
    for notice in every_kind() {
        let incident = Incident::of(&notice);
        all.push((notice, incident));
    }
    let mut kinds: Vec<&str> = all.iter().map(|(notice, _)| notice.event.kind()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut listed: Vec<&str> = PAIRS.iter().map(|(kind, _)| *kind).collect();
    listed.sort_unstable();
    assert_eq!(
        kinds, listed,
        "every type is in the table, and has a sample"
    );
    for (notice, incident) in &all {
        let kind = notice.event.kind();
        let (_, end) = PAIRS
            .iter()
            .find(|(name, _)| *name == kind)
            .expect("listed");
        let is_end = PAIRS.iter().any(|(_, end)| *end == Some(kind));
        assert_eq!(incident.is_over, is_end, "{kind}");
        if end.is_none() && !is_end {
            assert_eq!(incident.key, notice.key.0, "{kind}");
        }
        if is_end {
            let opens = |(other, of): &(Notice, Incident)| {
                let pair = PAIRS.iter().find(|(name, _)| *name == other.event.kind());
                !of.is_over && of.key == incident.key && pair.expect("listed").1 == Some(kind)
            };
            assert!(all.iter().any(opens), "nothing opens what {kind} ends");
        }
        if end.is_some() {
            assert_ne!(incident.key, notice.key.0, "{kind} is opened for good");
        }
    }
}

#[test]
fn a_store_whose_file_is_gone_opens_nothing_that_nobody_would_end() {
    let gone = Event::StoreFailing(StoreFailing {
        reason: StoreReason::Gone,
        error: String::new(),
        since: jiff::Timestamp::UNIX_EPOCH,
        free_bytes: None,
    });
    assert_eq!(incident("aa-store-7", gone).key, "aa-store-7");
}

#[test]
fn the_end_for_one_address_is_none_while_another_is_refused_and_none_of_the_receivers() {
    let failing = |partial| {
        Event::ReceiverFailing(ReceiverFailing {
            receiver: "desk".into(),
            reason: "refused".into(),
            error: String::new(),
            since: jiff::Timestamp::UNIX_EPOCH,
            waiting: 0,
            next_try: None,
            through: None,
            partial,
            recipients: Vec::new(),
        })
    };
    let recovered = |still: &[&str]| {
        Event::ReceiverRecovered(ReceiverRecovered {
            receiver: "desk".into(),
            since: jiff::Timestamp::UNIX_EPOCH,
            waiting: 0,
            partial: true,
            recipients: vec!["bob@example.org".into()],
            still: still.iter().map(|&it| it.to_owned()).collect(),
            removed: false,
        })
    };
    let began = incident("aa-7", failing(true));
    let end = incident("aa-8", recovered(&[]));
    assert_eq!((&end.key, end.is_over), (&began.key, true));
    assert!(!incident("aa-9", recovered(&["eve@example.org"])).is_over);
    assert_ne!(incident("aa-6", failing(false)).key, began.key);
}

#[test]
fn a_key_is_no_longer_than_services_take() {
    let long = format!("https://{}.example/", "a".repeat(300));
    let key = incident("aa-7", failing("a", &long)).key;
    assert!(key.chars().count() <= MAX_KEY_CHARS, "{key}");
}
