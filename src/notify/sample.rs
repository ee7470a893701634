//! A notice like those that come, for `preview`, `send` and the check of templates.

use jiff::{SignedDuration, Timestamp};

use crate::model::{
    Alert, AlertFeed, AlertItem, AlsoIn, Context, DeliveryKey, DigestReady, Event, Field, Hold,
    Match, Notice, Priority, TestPing, Update,
};

// Quotes of both kinds, markup, Japanese, and longer than a subject line.
const TITLE: &str = concat!(
    "Shinjirō Koizumi and Pete Hegseth to ‘Make the Alliance Great Always’: ",
    "\"No Gap\" in the First Island Chain, Minister Says after <Working Lunch> & Talks ",
    "with Defense Chiefs of Australia and the Philippines"
);
const SUMMARY: &str = concat!(
    "Japan's defense minister, 小泉進次郎 (Koizumi Shinjirō), met his U.S. counterpart at ",
    "the ministry in Ichigaya on Sunday."
);

/// An alert of two watches, `koizumi` and `hegseth`, as if it had happened at `now`.
pub fn sample_notice(now: Timestamp) -> Notice {
    notice(now, Event::Alert(Box::new(alert(now))))
}

fn notice(now: Timestamp, event: Event) -> Notice {
    Notice {
        key: DeliveryKey("sample-1".to_owned()),
        timestamp: whole_second(now),
        event,
        accepted: Vec::new(),
    }
}

fn whole_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).expect("a whole second of a valid time")
}

fn alert(now: Timestamp) -> Alert {
    let seen = whole_second(now);
    let before = |minutes| {
        seen.saturating_sub(SignedDuration::from_mins(minutes))
            .expect("a signed duration is always in units that subtract")
    };
    Alert {
        id: "1842".to_owned(),
        priority: Priority::Urgent,
        watches: vec!["koizumi".to_owned(), "hegseth".to_owned()],
        matches: vec![
            hit("koizumi", "Koizumi", Field::Title, TITLE),
            hit("koizumi", "小泉進次郎", Field::Summary, SUMMARY),
            hit("koizumi", "Koizumi", Field::Summary, SUMMARY),
            hit("hegseth", "Hegseth", Field::Title, TITLE),
        ],
        item: AlertItem {
            id: "48121".to_owned(),
            guid: Some("https://thediplomat.com/?p=301842".to_owned()),
            title: TITLE.to_owned(),
            link: Some("https://thediplomat.com/2026/11/koizumi-hegseth/?ref=rss&a=b".into()),
            authors: vec!["Takahashi Kosuke".to_owned()],
            categories: vec!["Security".to_owned(), "Japan".to_owned()],
            published: Some(before(11)),
            updated: None,
            seen,
            summary: SUMMARY.to_owned(),
            language: Some("en".to_owned()),
        },
        feed: AlertFeed {
            name: "diplomat".to_owned(),
            title: "The Diplomat".to_owned(),
            url: "https://thediplomat.com/feed/".to_owned(),
            tags: vec!["japan".to_owned()],
        },
        also: vec![AlsoIn {
            feed: "japantimes".to_owned(),
            link: Some("https://www.japantimes.co.jp/news/2026/11/22/koizumi/".to_owned()),
            title: "Koizumi and Hegseth meet in Tokyo".to_owned(),
        }],
        update: None,
    }
}

/// A digest of three such alerts, as if it had happened at `now`.
pub fn sample_digest(now: Timestamp) -> Notice {
    let mut first = alert(now);
    let mut second = Alert {
        id: "1843".to_owned(),
        priority: Priority::Routine,
        watches: vec!["hegseth".to_owned()],
        ..alert(now)
    };
    second.item.title = "Pentagon: Hegseth to visit Manila after Tokyo".into();
    second.item.link = Some("https://wire.example.org/2026/11/manila".to_owned());
    second.feed.title = "Sample Wire".into();
    second.matches = vec![hit("hegseth", "Hegseth", Field::Title, &second.item.title)];
    let mut third = Alert {
        id: "1844".to_owned(),
        priority: Priority::Routine,
        watches: vec!["koizumi".to_owned()],
        ..alert(now)
    };
    third.item.title = "防衛相、共同訓練を視察".into();
    third.item.published = None;
    third.matches.retain(|hit| hit.field == Field::Summary);
    for alert in [&mut first, &mut second, &mut third] {
        alert.shorten();
    }
    let digest = DigestReady {
        hold: Hold::Digest,
        since: first.item.published.unwrap_or(first.item.seen),
        until: first.item.seen,
        priority: first.priority,
        count: 3,
        alerts: vec![first, second, third],
    };
    notice(now, Event::DigestReady(Box::new(digest)))
}

/// The same as an update: its title was another, and its summary.
pub(super) fn sample_update(now: Timestamp) -> Notice {
    let mut notice = sample_notice(now);
    if let Event::Alert(alert) = &mut notice.event {
        alert.update = Some(Update {
            changed: vec![Field::Title, Field::Summary],
            title_before: Some("Minister's \"agenda\" for <Sunday>".to_owned()),
        });
    }
    notice
}

/// The first place where `term` stands in `text`, which is short enough to be its own context.
fn hit(watch: &str, term: &str, field: Field, text: &str) -> Match {
    let (before, _) = text.split_once(term).expect("the samples hold their terms");
    let start = before.chars().count();
    let range = [start, start + term.chars().count()];
    Match {
        watch: watch.to_owned(),
        term: term.to_owned(),
        field,
        text: term.to_owned(),
        range,
        context: Context {
            text: text.to_owned(),
            range,
        },
    }
}

/// What a template is tried on before it is used: an alert full of quotes and markup, an update, an
/// event without an item, and a digest.
pub(super) fn trials() -> [Notice; 4] {
    let alert = sample_notice(Timestamp::UNIX_EPOCH);
    let ping = Notice {
        event: Event::TestPing(TestPing {
            receiver: "sample".to_owned(),
            message: "A \"test\"".to_owned(),
        }),
        ..alert.clone()
    };
    let update = sample_update(Timestamp::UNIX_EPOCH);
    [alert, update, ping, sample_digest(Timestamp::UNIX_EPOCH)]
}

/// One notice of every kind, for the tests of this module.
#[cfg(test)]
pub(crate) fn every_kind() -> Vec<Notice> {
    use crate::model::{
        MuteEnded, MuteKind, NetworkFailing, NetworkRecovered, StoreFailing, StoreReason,
        StoreRecovered,
    };

    let now: Timestamp = "2026-11-22T06:41:07Z".parse().expect("a time");
    let yesterday: Timestamp = "2026-11-21T21:00:00Z".parse().expect("a time");
    let mut troubles = troubles_of_feeds(now, yesterday);
    troubles.extend(troubles_of_receivers(yesterday));
    troubles.extend([
        Event::NetworkFailing(NetworkFailing {
            since: yesterday,
            origins: 21,
            origins_failing: 20,
            feeds_failing: 22,
            reason: "dns".into(),
            error: "www3.nhk.or.jp does not resolve: no answer".into(),
            named: vec!["diplomat".into(), "nhk".into()],
        }),
        Event::NetworkRecovered(NetworkRecovered {
            since: yesterday,
            until: now,
        }),
        Event::MuteEnded(MuteEnded {
            id: "3".into(),
            kind: MuteKind::Watch,
            name: "koizumi".into(),
            since: yesterday,
            until: now,
            comment: Some("election night, the desk reads it all".into()),
            alerts: 12,
            notices: 1,
        }),
        Event::TestPing(TestPing {
            receiver: "desk".into(),
            message: "This is a test of receiver desk".into(),
        }),
        Event::StoreFailing(StoreFailing {
            reason: StoreReason::Low,
            error: "less than 64 MiB are free".into(),
            since: yesterday,
            free_bytes: Some(63 << 20),
        }),
        Event::StoreRecovered(StoreRecovered {
            since: yesterday,
            free_bytes: Some(2048 << 20),
        }),
    ]);
    let mut notices = vec![sample_notice(now)];
    troubles.push(sample_digest(now).event);
    for event in troubles.into_iter().chain(reports(yesterday)) {
        notices.push(Notice {
            key: DeliveryKey(format!("sample-{}", notices.len() + 1)),
            timestamp: now,
            event,
            accepted: Vec::new(),
        });
    }
    notices
}

#[cfg(test)]
fn troubles_of_feeds(now: Timestamp, yesterday: Timestamp) -> Vec<Event> {
    use crate::model::{
        Ailment, FeedEmpty, FeedFailing, FeedItemsMissed, FeedRebased, FeedRecovered, FeedSilent,
    };

    let (feed, url) = ("nhk", "https://www3.nhk.or.jp/rss/news/cat0.xml");
    vec![
        Event::FeedFailing(FeedFailing {
            feed: feed.into(),
            url: url.into(),
            reason: "timeout".into(),
            error: "no answer within 60 s".into(),
            last_success: Some(yesterday),
            failures: 12,
            also: vec!["nhk-world".into(), "nhk-politics".into()],
        }),
        Event::FeedRecovered(FeedRecovered {
            feed: feed.into(),
            url: url.into(),
            was: Ailment::Failing,
            since: Some(yesterday),
            last_success: None,
            failures: 1,
            also: vec!["nhk-world".into()],
        }),
        Event::FeedSilent(FeedSilent {
            feed: feed.into(),
            url: url.into(),
            last_news: yesterday,
            expected_by: now,
            learned: true,
        }),
        Event::FeedEmpty(FeedEmpty {
            feed: feed.into(),
            url: url.into(),
            since: yesterday,
            polls: 3,
        }),
        Event::FeedRecovered(FeedRecovered {
            feed: feed.into(),
            url: url.into(),
            was: Ailment::Silent,
            since: Some(yesterday),
            last_success: Some(now),
            failures: 0,
            also: vec![],
        }),
        Event::FeedRebased(FeedRebased {
            feed: feed.into(),
            url: url.into(),
            items: 100,
        }),
        Event::FeedItemsMissed(FeedItemsMissed {
            feed: feed.into(),
            url: url.into(),
            since: Some(yesterday),
            archive_error: Some("status 404 Not Found".into()),
        }),
    ]
}

#[cfg(test)]
fn troubles_of_receivers(since: Timestamp) -> [Event; 2] {
    let trouble = |receiver: &str, reason: &str, error: &str, waiting, through: Option<&str>| {
        Event::ReceiverFailing(crate::model::ReceiverFailing {
            receiver: receiver.into(),
            reason: reason.into(),
            error: error.into(),
            since,
            waiting,
            through: through.map(str::to_owned),
        })
    };
    let refused = "535 5.7.8 authentication failed";
    let unreached = "mail server \"mail\": cannot connect: connection refused";
    [
        trouble("desk", "auth", refused, 14, None),
        trouble("brief", "connect", unreached, 0, Some("backup")),
    ]
}

#[cfg(test)]
fn reported_receivers(since: Timestamp) -> Vec<crate::model::ReportedReceiver> {
    let reported = |name: &str, failing_since, through: Option<&str>, waiting, died| {
        crate::model::ReportedReceiver {
            receiver: name.into(),
            failing_since,
            through: through.map(str::to_owned),
            waiting,
            died,
        }
    };
    vec![
        reported("board", None, None, 1, 2),
        reported("brief", Some(since), Some("backup"), 0, 0),
        reported("desk", Some(since), None, 14, 0),
    ]
}

/// A report of each kind: all is well, and nearly nothing is.
#[cfg(test)]
fn reports(since: Timestamp) -> [Event; 2] {
    use crate::model::{
        Ailment, MuteKind, ReportReady, ReportedFeed, ReportedMute, ReportedSilence,
    };

    [
        Event::ReportReady(Box::new(ReportReady {
            since,
            feeds: 40,
            feeds_failing: 0,
            feeds_unpolled: 0,
            feeds_silent: 0,
            feeds_missed: 0,
            items: 1204,
            alerts: 12,
            network_failing_since: None,
            failing: Vec::new(),
            silent: Vec::new(),
            outbox: Vec::new(),
            mutes: Vec::new(),
        })),
        Event::ReportReady(Box::new(ReportReady {
            since,
            feeds: 40,
            feeds_failing: 2,
            feeds_unpolled: 3,
            feeds_silent: 2,
            feeds_missed: 1,
            items: 1,
            alerts: 1,
            network_failing_since: Some(since),
            failing: vec![ReportedFeed {
                feed: "nhk".into(),
                since: Some(since),
                reason: Some("timeout".into()),
                error: Some("no answer within 60 s".into()),
            }],
            silent: vec![ReportedSilence {
                feed: "diplomat".into(),
                state: Ailment::Silent,
                since: Some(since),
            }],
            outbox: reported_receivers(since),
            mutes: vec![ReportedMute {
                kind: MuteKind::Feed,
                name: "nhk".into(),
                until: since,
                alerts: 1,
            }],
        })),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_ranges_hold_their_terms() {
        let notice = sample_notice("2026-11-22T06:41:07.5Z".parse().expect("a time"));
        assert_eq!(notice.timestamp.subsec_nanosecond(), 0);
        let Event::Alert(alert) = notice.event else {
            panic!("an alert")
        };
        for hit in &alert.matches {
            let text = match hit.field {
                Field::Title => &alert.item.title,
                _ => &alert.item.summary,
            };
            let [start, end] = hit.range;
            let found: String = text.chars().skip(start).take(end - start).collect();
            assert_eq!(found, hit.text);
            assert!(hit.context.text.chars().count() <= Context::MAX_CHARS);
        }
    }
}
