//! The notices that break templates: those with nothing that need not be there, and those with quotes,
//! a line break and markup in everything that a stranger, or an error, writes.

use jiff::Timestamp;

use super::{alert, kinds::every_kind, notice, sample_digest};
use crate::model::{
    Alert, ConfigFailing, ConfigReason, DigestReady, Event, FeedFailing, FeedItemsMissed,
    FeedRecovered, Field, HealthIssue, Match, MuteEnded, MuteKind, NetworkFailing, Notice,
    StoreFailing, StoreReason, StoreRecovered, StorySources, Update,
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
    alert.story = None;
    alert
}

pub(super) fn digest(now: Timestamp) -> DigestReady {
    match sample_digest(now).event {
        Event::DigestReady(digest) => *digest,
        other => unreachable!("a digest is none of type {}", other.kind()),
    }
}

fn sparse_story() -> Event {
    Event::StorySources(Box::new(StorySources {
        story: "812".into(),
        title: String::new(),
        link: None,
        watches: Vec::new(),
        sources: 1,
        independent: 0,
        publishers: Vec::new(),
    }))
}

fn sparse_troubles(now: Timestamp) -> [Event; 9] {
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
        sparse_story(),
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

/// What breaks JSON, a form and HTML where a template does not escape it.
const QUOTED: &str = "a \"quote\", a \\ and\na line\tof <b>&amp; 'more' %7B{{ 7 }}";

/// An alert, an update, a digest and a ping in which everything that a stranger, or an error, writes
/// has quotes, a backslash, a line break and markup.
pub(super) fn quoted() -> Vec<Notice> {
    let now = Timestamp::UNIX_EPOCH;
    let alert = quoted_alert(now);
    let update = Alert {
        update: Some(Update {
            changed: vec![Field::Title],
            title_before: Some(QUOTED.to_owned()),
        }),
        ..alert.clone()
    };
    let digest = DigestReady {
        count: 1,
        alerts: vec![alert.clone()],
        ..digest(now)
    };
    let events = [
        Event::Alert(Box::new(alert)),
        Event::Alert(Box::new(update)),
        Event::DigestReady(Box::new(digest)),
    ];
    let troubles = every_kind().into_iter().map(|notice| notice.event);
    let events = events.into_iter().chain(troubles.filter_map(quoted_error));
    events.map(|event| notice(now, event)).collect()
}

fn quoted_alert(now: Timestamp) -> Alert {
    let text = || QUOTED.to_owned();
    let mut alert = alert(now);
    let item = &mut alert.item;
    (item.title, item.summary) = (text(), text());
    (item.guid, item.language) = (Some(text()), Some(text()));
    (item.authors, item.categories) = (vec![text()], vec![text()]);
    alert.feed.title = text();
    if let Some(story) = &mut alert.story {
        story.sent_because = Some(text());
        story.corroborated = Some(text());
    }
    let of_story = alert.story.iter_mut().flat_map(|story| &mut story.also);
    for also in alert.also.iter_mut().chain(of_story) {
        also.title = text();
    }
    for Match {
        text: hit,
        context,
        range,
        ..
    } in &mut alert.matches
    {
        (*hit, context.text) = (text(), text());
        (*range, context.range) = ([0, 7], [0, 7]);
    }
    alert
}

/// The same event, where it holds words of a server, a disk or a person.
fn quoted_error(event: Event) -> Option<Event> {
    let mut event = event;
    let words = match &mut event {
        Event::FeedFailing(it) => &mut it.error,
        Event::FeedItemsMissed(it) => it.archive_error.as_mut()?,
        Event::NetworkFailing(it) => &mut it.error,
        Event::ReceiverFailing(it) => &mut it.error,
        Event::ReceiverMissed(it) => {
            QUOTED.clone_into(it.named.first_mut()?);
            &mut it.error
        }
        Event::StoreFailing(it) => &mut it.error,
        Event::ConfigFailing(it) => &mut it.error,
        Event::StorySources(it) => &mut it.title,
        Event::MuteEnded(it) => it.comment.as_mut()?,
        Event::TestPing(it) => &mut it.message,
        _ => return None,
    };
    QUOTED.clone_into(words);
    Some(event)
}
