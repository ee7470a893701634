//! Notices with nothing that need not be there.

use jiff::Timestamp;

use super::{alert, notice, sample_digest};
use crate::model::{
    Alert, ConfigFailing, ConfigReason, DigestReady, Event, FeedFailing, FeedItemsMissed,
    FeedRecovered, Field, HealthIssue, MuteEnded, MuteKind, NetworkFailing, Notice, StoreFailing,
    StoreReason, StoreRecovered, Update,
};

/// A notice of every type that can do without something, without it.
pub(super) fn sparse() -> Vec<Notice> {
    let now = Timestamp::UNIX_EPOCH;
    let bare = bare_alert(now);
    let mut update = bare.clone();
    update.update = Some(Update {
        changed: vec![Field::Content],
        title_before: None,
    });
    let mut short = bare.clone();
    short.shorten();
    let digest = DigestReady {
        count: 1,
        alerts: vec![short],
        ..digest(now)
    };
    let events = [
        Event::Alert(Box::new(bare)),
        Event::Alert(Box::new(update)),
        Event::DigestReady(Box::new(digest)),
    ];
    let events = events.into_iter().chain(sparse_troubles(now));
    events.map(|event| notice(now, event)).collect()
}

/// A story of a title-less feed without dates, found in its text.
fn bare_alert(now: Timestamp) -> Alert {
    let mut alert = alert(now);
    alert.matches.truncate(1);
    for hit in &mut alert.matches {
        hit.field = Field::Content;
    }
    alert.watches.truncate(1);
    let item = &mut alert.item;
    item.title.clear();
    item.summary.clear();
    item.authors.clear();
    item.categories.clear();
    (item.guid, item.link, item.language) = (None, None, None);
    (item.published, item.updated) = (None, None);
    alert.feed.tags.clear();
    alert.also.clear();
    alert
}

pub(super) fn digest(now: Timestamp) -> DigestReady {
    match sample_digest(now).event {
        Event::DigestReady(digest) => *digest,
        other => unreachable!("a digest is none of type {}", other.kind()),
    }
}

fn sparse_troubles(now: Timestamp) -> [Event; 8] {
    let (feed, url) = ("nhk".to_owned(), "https://example.org/feed".to_owned());
    [
        Event::FeedFailing(FeedFailing {
            feed: feed.clone(),
            url: url.clone(),
            reason: "dns".into(),
            error: String::new(),
            last_success: None,
            failures: 1,
            next_try: None,
            also: Vec::new(),
        }),
        Event::FeedRecovered(FeedRecovered {
            feed: feed.clone(),
            url: url.clone(),
            was: HealthIssue::Failing,
            since: None,
            last_success: None,
            failures: 0,
            also: Vec::new(),
            still: vec!["nhk-politics".to_owned()],
            removed: true,
        }),
        Event::FeedItemsMissed(FeedItemsMissed {
            feed,
            url,
            since: None,
            archive_error: None,
        }),
        Event::NetworkFailing(NetworkFailing {
            since: now,
            origins: 1,
            origins_failing: 1,
            feeds_failing: 0,
            reason: "connect".into(),
            error: String::new(),
            named: Vec::new(),
        }),
        Event::MuteEnded(MuteEnded {
            id: "3".into(),
            kind: MuteKind::Feed,
            name: "nhk".into(),
            since: now,
            until: now,
            comment: None,
            by: None,
            alerts: 0,
            notices: 1,
        }),
        Event::StoreFailing(StoreFailing {
            reason: StoreReason::Gone,
            error: String::new(),
            since: now,
            free_bytes: None,
        }),
        Event::StoreRecovered(StoreRecovered {
            since: now,
            free_bytes: None,
        }),
        Event::ConfigFailing(ConfigFailing {
            reason: ConfigReason::Refused,
            path: "fivebells.toml".into(),
            error: String::new(),
            since: now,
        }),
    ]
}
