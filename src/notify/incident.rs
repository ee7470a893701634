//! The trouble that a notice belongs to, for services that keep one open until it is over.

use url::Url;

use crate::model::{Event, HealthIssue, Notice, Origin, StoreReason};

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
    /// Feeds that fail are reported by origin: one notice opens for several of them, and another of them
    /// may be the last to read again. Silent and empty ones are sent one by one. Those that a receiver
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
                HealthIssue::Failing => failing_at(&recovered.url).map_or(Self::Alone, |name| {
                    Self::over(recovered.still.is_empty(), name)
                }),
                HealthIssue::Silent => Self::Ends(silent(&recovered.feed)),
                HealthIssue::Empty => Self::Ends(empty(&recovered.feed)),
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
            | Event::StorySources(_)
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
mod tests;
