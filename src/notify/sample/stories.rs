//! A story that is in several feeds, and what follows it.

use jiff::{SignedDuration, Timestamp};

use super::{alert, hit, notice, whole_second};
use crate::model::{AlertStory, AlsoIn, DeliveryKey, Event, Field, Notice, Priority, StoryRole};

const HEADLINE: &str = "Hegseth Leaves Tokyo Without a Date for the Next Talks";

/// The same story in another feed, a little earlier than `now`.
pub(super) fn elsewhere(now: Timestamp) -> AlsoIn {
    let seen = whole_second(now).saturating_sub(SignedDuration::from_mins(4));
    AlsoIn {
        publisher: Some("japantimes.co.jp".to_owned()),
        seen: Some(seen.expect("minutes are always units that subtract")),
        role: Some(StoryRole::Copy),
        evidence: Some("37 of 61 phrases also in #48121".to_owned()),
        ..AlsoIn::new(
            "japantimes".to_owned(),
            Some("https://www.japantimes.co.jp/news/2026/11/22/koizumi/".to_owned()),
            "Koizumi and Hegseth meet in Tokyo".to_owned(),
        )
    }
}

/// The story of the sample's item, which began it.
pub(super) fn story(now: Timestamp) -> AlertStory {
    AlertStory {
        id: "48121".to_owned(),
        revision: 1,
        role: StoryRole::First,
        items: 2,
        publishers: vec!["thediplomat.com".to_owned(), "japantimes.co.jp".to_owned()],
        independent: 2,
        also: vec![elsewhere(now)],
        sent_because: None,
        corroborated: None,
    }
}

/// Another publisher's report of what came of it, after the sample alert was sent.
pub(in crate::notify) fn follow_up(now: Timestamp) -> Notice {
    let first = alert(now);
    let mut later = alert(now);
    later.id = "1851".into();
    later.priority = Priority::Routine;
    later.watches = vec!["hegseth".to_owned()];
    later.matches = vec![hit("hegseth", "Hegseth", Field::Title, HEADLINE)];
    later.item.id = "48307".into();
    later.item.guid = Some("wire-48307".to_owned());
    later.item.title = HEADLINE.into();
    later.item.link = Some("https://wire.example.org/2026/11/tokyo".to_owned());
    later.item.summary = String::new();
    later.feed.name = "wire".into();
    later.feed.title = "Sample Wire".into();
    let began = AlsoIn {
        publisher: Some("thediplomat.com".to_owned()),
        seen: Some(first.item.seen),
        role: Some(StoryRole::First),
        ..AlsoIn::new(
            first.feed.name.clone(),
            first.item.link.clone(),
            first.item.title.clone(),
        )
    };
    let mut so_far = story(now);
    so_far.revision = 3;
    so_far.role = StoryRole::FollowUp;
    so_far.items = 3;
    so_far.publishers.push("wire.example.org".to_owned());
    so_far.independent = 2;
    so_far.also.insert(0, began);
    so_far.corroborated = Some("2 of 2: thediplomat.com, wire.example.org".to_owned());
    later.also.clone_from(&so_far.also);
    later.story = Some(so_far);
    Notice {
        key: DeliveryKey("sample-2".to_owned()),
        thread: Some(DeliveryKey("sample-1".to_owned())),
        ..notice(now, Event::Alert(Box::new(later)))
    }
}
