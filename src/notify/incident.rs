//! The trouble that a notice belongs to, for services that keep one open until it is over.

use url::Url;

use crate::model::{Ailment, Event, Notice, Origin};

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

impl Incident {
    /// Feeds that fail are told by origin: one notice opens for several of them, and another of them
    /// may be the last to read again. Silent and empty ones are told one by one.
    pub(super) fn of(notice: &Notice) -> Self {
        let silent = |feed: &String| Some(format!("silent-{feed}"));
        let empty = |feed: &String| Some(format!("empty-{feed}"));
        let (name, is_over) = match &notice.event {
            Event::FeedFailing(failing) => (failing_at(&failing.url), false),
            Event::FeedSilent(event) => (silent(&event.feed), false),
            Event::FeedEmpty(event) => (empty(&event.feed), false),
            Event::FeedRecovered(recovered) => match recovered.was {
                Ailment::Failing => (failing_at(&recovered.url), recovered.still.is_empty()),
                Ailment::Silent => (silent(&recovered.feed), true),
                Ailment::Empty => (empty(&recovered.feed), true),
            },
            Event::NetworkFailing(_) => (Some("network".to_owned()), false),
            Event::NetworkRecovered(_) => (Some("network".to_owned()), true),
            Event::StoreFailing(_) => (Some("store".to_owned()), false),
            Event::StoreRecovered(_) => (Some("store".to_owned()), true),
            Event::ConfigFailing(_) => (Some("config".to_owned()), false),
            Event::ConfigRecovered(_) => (Some("config".to_owned()), true),
            _ => (None, false),
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

fn failing_at(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(format!("failing-{}", Origin::of(&url).host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            DeliveryKey, FeedEmpty, FeedFailing, FeedRecovered, StoreFailing, StoreReason,
            StoreRecovered,
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

    #[test]
    fn every_kind_that_recovers_closes_what_its_failing_opened_and_the_rest_stand_alone() {
        let all: Vec<(Notice, Incident)> = every_kind()
            .into_iter()
            .map(|notice| (notice.clone(), Incident::of(&notice)))
            .collect();
        for (notice, incident) in &all {
            let kind = notice.event.kind();
            assert_eq!(incident.is_over, kind.ends_with(".recovered"), "{kind}");
            let began = all
                .iter()
                .any(|(_, other)| !other.is_over && other.key == incident.key);
            assert!(began, "nothing opens what {kind} ends");
            let opens = ["feed.failing", "feed.silent", "feed.empty"].contains(&kind)
                || ["network.failing", "store.failing", "config.failing"].contains(&kind);
            if !opens && !incident.is_over {
                assert_eq!(incident.key, notice.key.0, "{kind}");
            }
        }
    }

    #[test]
    fn a_key_is_no_longer_than_services_take() {
        let long = format!("https://{}.example/", "a".repeat(300));
        let key = incident("aa-7", failing("a", &long)).key;
        assert!(key.chars().count() <= MAX_KEY_CHARS, "{key}");
    }
}
