//! The trouble that a notice belongs to, for services that keep one open until it is over.

use url::Url;

use crate::model::{Ailment, Event, Notice, Origin, StoreReason};

/// The longest key: `PagerDuty` takes 255 characters.
const MAX_KEY_CHARS: usize = 200;

/// What a template sees as `incident` and `resolved`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Incident {
    /// The same in the notice that opens it and in the one that ends it, and of no other store.
    /// Where nothing will end it, that of the notice.
    pub(super) key: String,
    /// Whether this notice ends it.
    pub(super) is_over: bool,
}

/// What a notice is to a trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// It tells that this one has begun, or is not over yet.
    Opens(String),
    /// It tells that this one is over.
    Ends(String),
    /// It tells of what has no end that anybody could tell.
    Alone,
}

impl Incident {
    pub(super) fn of(notice: &Notice) -> Self {
        let (name, is_over) = match Part::of(&notice.event) {
            Part::Opens(name) => (Some(name), false),
            Part::Ends(name) => (Some(name), true),
            Part::Alone => (None, false),
        };
        // A store's own name has no hyphen; what follows may.
        let key = match (name, notice.key.0.split_once('-')) {
            (Some(name), Some((store, _))) => format!("{store}-{name}"),
            (Some(name), None) => name,
            (None, _) => notice.key.0.clone(),
        };
        Self {
            key: key.chars().take(MAX_KEY_CHARS).collect(),
            is_over,
        }
    }
}

impl Part {
    /// Feeds that fail are told by origin: one notice opens for several of them, and another of them
    /// may be the last to read again. Silent and empty ones are told one by one. Those whom a receiver
    /// does not reach are a trouble beside that of the receiver as a whole.
    fn of(event: &Event) -> Self {
        let silent = |feed: &String| format!("silent-{feed}");
        let empty = |feed: &String| format!("empty-{feed}");
        match event {
            Event::FeedFailing(failing) => {
                failing_at(&failing.url).map_or(Self::Alone, Self::Opens)
            }
            Event::FeedSilent(event) => Self::Opens(silent(&event.feed)),
            Event::FeedEmpty(event) => Self::Opens(empty(&event.feed)),
            Event::FeedRecovered(recovered) => match recovered.was {
                Ailment::Failing => failing_at(&recovered.url).map_or(Self::Alone, |name| {
                    Self::over(recovered.still.is_empty(), name)
                }),
                Ailment::Silent => Self::Ends(silent(&recovered.feed)),
                Ailment::Empty => Self::Ends(empty(&recovered.feed)),
            },
            Event::NetworkFailing(_) => Self::Opens("network".to_owned()),
            Event::NetworkRecovered(_) => Self::Ends("network".to_owned()),
            Event::ReceiverFailing(event) => {
                Self::Opens(of_receiver(&event.receiver, event.partial))
            }
            Event::ReceiverRecovered(event) => {
                let name = of_receiver(&event.receiver, event.partial);
                Self::over(event.still.is_empty(), name)
            }
            // The service ends with its file, and what starts then knows nothing of it.
            Event::StoreFailing(event) if event.reason == StoreReason::Gone => Self::Alone,
            Event::StoreFailing(_) => Self::Opens("store".to_owned()),
            Event::StoreRecovered(_) => Self::Ends("store".to_owned()),
            Event::ConfigFailing(_) => Self::Opens("config".to_owned()),
            Event::ConfigRecovered(_) => Self::Ends("config".to_owned()),
            Event::Alert(_)
            | Event::DigestReady(_)
            | Event::FeedRebased(_)
            | Event::FeedItemsMissed(_)
            | Event::ReceiverMissed(_)
            | Event::MuteEnded(_)
            | Event::ReportReady(_)
            | Event::TestPing(_) => Self::Alone,
        }
    }

    fn over(is_over: bool, name: String) -> Self {
        if is_over {
            Self::Ends(name)
        } else {
            Self::Opens(name)
        }
    }
}

fn of_receiver(receiver: &str, is_partial: bool) -> String {
    let what = if is_partial { "unreached" } else { "receiver" };
    format!("{what}-{receiver}")
}

fn failing_at(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(format!("failing-{}", Origin::of(&url).host))
}

#[cfg(test)]
mod tests {
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

    fn recovered(feed: &str, url: &str, was: Ailment, still: &[&str]) -> Event {
        Event::FeedRecovered(FeedRecovered {
            feed: feed.into(),
            url: url.into(),
            was,
            since: None,
            last_success: None,
            failures: 1,
            also: Vec::new(),
            still: still.iter().map(|&name| name.to_owned()).collect(),
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
            |url, still: &[&str]| incident("aa-9", recovered("b", url, Ailment::Failing, still));
        assert_eq!(end("https://w.example/b", &[]), is_over(true));
        // Another feed of the origin still fails: that is not the end.
        assert_eq!(end("https://w.example/b", &["c"]), is_over(false));
        assert_ne!(end("https://other.example/b", &[]).key, began.key);
        let another_store = incident("bb-7", failing("a", "https://w.example/a"));
        assert_ne!(another_store.key, began.key);
        let other_trouble = recovered("a", "https://w.example/a", Ailment::Empty, &[]);
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
    fn a_full_disk_told_past_the_store_is_the_incident_that_its_end_resolves() {
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
    const PAIRS: [(&str, Option<&str>); 20] = [
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
            "every type stands in the table, and has a sample"
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
}
