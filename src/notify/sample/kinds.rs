//! One notice of every type, with all that it can hold.

use jiff::Timestamp;

use super::{notice, reports::reports, sample_digest, sample_notice};
use crate::model::{
    ConfigFailing, ConfigReason, ConfigRecovered, DeliveryKey, Event, FeedEmpty, FeedFailing,
    FeedItemsMissed, FeedRebased, FeedRecovered, FeedSilent, HealthIssue, MuteEnded, MuteKind,
    NetworkFailing, NetworkRecovered, Notice, ReceiverFailing, ReceiverMissed, ReceiverRecovered,
    StoreFailing, StoreReason, StoreRecovered, StorySources, TestPing,
};

/// One notice of every type, the plain alert first.
pub(crate) fn every_kind() -> Vec<Notice> {
    let now: Timestamp = "2026-11-22T06:41:07Z".parse().expect("a time");
    let yesterday: Timestamp = "2026-11-21T21:00:00Z".parse().expect("a time");
    let mut troubles = troubles_of_feeds(now, yesterday);
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
    ]);
    troubles.extend(troubles_of_receivers(now, yesterday));
    troubles.extend([
        Event::StorySources(Box::new(StorySources {
            story: "812".into(),
            title: "Koizumi resigns".into(),
            link: Some("https://www.bbc.com/news/koizumi".into()),
            watches: vec!["koizumi".into()],
            sources: 14,
            independent: 3,
            publishers: vec!["bbc".into(), "nhk".into(), "reuters".into()],
        })),
        Event::MuteEnded(MuteEnded {
            id: "3".into(),
            kind: MuteKind::Watch,
            name: "koizumi".into(),
            since: yesterday,
            until: now,
            comment: Some("election night, the desk reads it all".into()),
            by: Some("mai".into()),
            alerts: 12,
            notices: 1,
        }),
        Event::TestPing(TestPing {
            receiver: "desk".into(),
            message: "This is a test of receiver desk".into(),
        }),
    ]);
    troubles.extend(troubles_of_store(yesterday));
    let mut notices = vec![sample_notice(now)];
    troubles.push(sample_digest(now).event);
    troubles.extend(troubles_of_config(yesterday));
    let events = troubles.into_iter().chain(reports(yesterday));
    for event in events.chain([missed(yesterday)]) {
        notices.push(Notice {
            key: DeliveryKey(format!("sample-{}", notices.len() + 1)),
            ..notice(now, event)
        });
    }
    notices
}

fn troubles_of_store(yesterday: Timestamp) -> [Event; 2] {
    [
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
    ]
}

fn troubles_of_config(yesterday: Timestamp) -> [Event; 2] {
    let path = "/etc/fivebells/fivebells.toml";
    [
        Event::ConfigFailing(ConfigFailing {
            reason: ConfigReason::Refused,
            path: path.into(),
            error: "fivebells.toml:3:59: unknown key `evry` in [feed.nhk]; did you mean `every`?"
                .into(),
            since: yesterday,
        }),
        Event::ConfigRecovered(ConfigRecovered {
            path: path.into(),
            since: yesterday,
        }),
    ]
}

fn missed(yesterday: Timestamp) -> Event {
    Event::ReceiverMissed(ReceiverMissed {
        receiver: "board".into(),
        reason: "expired".into(),
        error: "404 Not Found".into(),
        since: yesterday,
        alerts: 2,
        notices: 1,
        named: vec![
            "Koizumi meets Hegseth".into(),
            "「小泉氏」、防衛相と会談".into(),
        ],
    })
}

fn troubles_of_receivers(now: Timestamp, yesterday: Timestamp) -> [Event; 6] {
    [
        Event::ReceiverFailing(ReceiverFailing {
            receiver: "desk".into(),
            reason: "auth".into(),
            error: "535 5.7.8 authentication failed".into(),
            since: yesterday,
            waiting: 14,
            next_try: Some(now),
            through: None,
            partial: false,
            recipients: Vec::new(),
        }),
        Event::ReceiverFailing(ReceiverFailing {
            receiver: "brief".into(),
            reason: "connect".into(),
            error: "mail server \"mail\": cannot connect: connection refused".into(),
            since: yesterday,
            waiting: 0,
            next_try: None,
            through: Some("backup".into()),
            partial: false,
            recipients: Vec::new(),
        }),
        Event::ReceiverFailing(ReceiverFailing {
            receiver: "all".into(),
            reason: "refused".into(),
            error: "424 Failed Dependency: Failed to send Telegram notification".into(),
            since: yesterday,
            waiting: 2,
            next_try: Some(now),
            through: None,
            partial: true,
            recipients: Vec::new(),
        }),
        Event::ReceiverFailing(ReceiverFailing {
            receiver: "desk".into(),
            reason: "refused".into(),
            error: "bob@example.org: 550 5.1.1 no such user here".into(),
            since: yesterday,
            waiting: 0,
            next_try: None,
            through: None,
            partial: true,
            recipients: vec!["bob@example.org".into()],
        }),
        Event::ReceiverRecovered(ReceiverRecovered {
            receiver: "desk".into(),
            since: yesterday,
            waiting: 14,
            partial: false,
            recipients: Vec::new(),
            still: Vec::new(),
            removed: false,
        }),
        Event::ReceiverRecovered(ReceiverRecovered {
            receiver: "desk".into(),
            since: yesterday,
            waiting: 0,
            partial: true,
            recipients: vec!["bob@example.org".into()],
            still: Vec::new(),
            removed: false,
        }),
    ]
}

fn troubles_of_feeds(now: Timestamp, yesterday: Timestamp) -> Vec<Event> {
    let (feed, url) = ("nhk", "https://www3.nhk.or.jp/rss/news/cat0.xml");
    vec![
        Event::FeedFailing(FeedFailing {
            feed: feed.into(),
            url: url.into(),
            reason: "timeout".into(),
            error: "no answer within 60 s".into(),
            last_success: Some(yesterday),
            failures: 12,
            next_try: Some(now),
            also: vec!["nhk-world".into(), "nhk-politics".into()],
        }),
        Event::FeedRecovered(FeedRecovered {
            feed: feed.into(),
            url: url.into(),
            was: HealthIssue::Failing,
            since: Some(yesterday),
            last_success: None,
            failures: 1,
            also: vec!["nhk-world".into()],
            still: vec![],
            removed: false,
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
            was: HealthIssue::Silent,
            since: Some(yesterday),
            last_success: Some(now),
            failures: 0,
            also: vec![],
            still: vec![],
            removed: false,
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
