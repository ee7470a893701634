//! Notices with quotes, a line break and markup in everything that a stranger, or an error, writes.

use jiff::Timestamp;

use super::{alert, kinds::every_kind, notice, sparse::digest};
use crate::model::{Alert, DigestReady, Event, Field, Match, Notice, Update};

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
    for also in &mut alert.also {
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
        Event::MuteEnded(it) => it.comment.as_mut()?,
        Event::TestPing(it) => &mut it.message,
        _ => return None,
    };
    QUOTED.clone_into(words);
    Some(event)
}
