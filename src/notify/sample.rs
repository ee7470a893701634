//! A notice like those that come, for `preview`, `send` and the check of templates.

mod kinds;
mod reports;
mod sparse;
mod stories;

use jiff::{SignedDuration, Timestamp};

use crate::model::{
    Alert, AlertFeed, AlertItem, Context, DeferReason, DeliveryKey, DigestReady, Event, Field,
    Match, Notice, Priority, Update,
};

pub(crate) use kinds::every_kind;
pub(super) use stories::follow_up;

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
        thread: None,
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
        also: vec![stories::elsewhere(now)],
        story: Some(stories::story(now)),
        update: None,
    }
}

/// A digest of three such alerts, as if it had happened at `now`.
pub(crate) fn sample_digest(now: Timestamp) -> Notice {
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
    second.story = None;
    third.story = None;
    for alert in [&mut first, &mut second, &mut third] {
        alert.shorten();
    }
    let digest = DigestReady {
        hold: DeferReason::Digest,
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

/// What the kinds of notices are called in `preview`, the plain alert first.
pub fn sample_kinds() -> Vec<&'static str> {
    let mut kinds = vec!["alert", "follow-up", "update", "digest"];
    for notice in every_kind() {
        let kind = short(notice.event.kind());
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// Notices of that kind, in each shape that they have.
pub fn samples(kind: &str, now: Timestamp) -> Vec<Notice> {
    match kind {
        "alert" => vec![sample_notice(now)],
        "follow-up" => vec![follow_up(now)],
        "update" => vec![sample_update(now)],
        "digest" => vec![sample_digest(now)],
        kind => {
            let mut all = every_kind();
            all.retain(|notice| short(notice.event.kind()) == kind);
            all
        }
    }
}

/// A type without its second word where that says nothing more.
fn short(kind: &'static str) -> &'static str {
    match kind {
        "alert.matched" => "alert",
        "digest.ready" => "digest",
        "report.ready" => "report",
        "test.ping" => "test",
        other => other,
    }
}

/// The first place of `term` in `text`, which is short enough to be its own context.
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

/// What a template is tried on before it is used: a notice of every type, and the shapes that those
/// seldom have and that break a template at night. The plain alert comes first.
pub(super) fn trials() -> Vec<Notice> {
    let update = sample_update(Timestamp::UNIX_EPOCH);
    let follow_up = follow_up(Timestamp::UNIX_EPOCH);
    let mut notices = every_kind();
    notices.extend(
        [update, follow_up]
            .into_iter()
            .chain(sparse::sparse())
            .chain(sparse::quoted()),
    );
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_trial_of_every_type() {
        // The error names every type there is.
        let error = serde_json::from_str::<Event>(r#"{"type": "none", "data": {}}"#);
        let error = error.expect_err("there is no such type").to_string();
        let (_, types) = error.split_once("expected one of ").expect(&error);
        let known: Vec<&str> = types.split('`').skip(1).step_by(2).collect();
        assert!(known.contains(&"test.ping"), "{known:?}");
        let trials = trials();
        for kind in known {
            let found = trials.iter().any(|notice| notice.event.kind() == kind);
            assert!(found, "no template is tried on {kind}");
        }
    }

    #[test]
    fn every_kind_has_samples_of_its_own() {
        let kinds = sample_kinds();
        assert!(kinds.len() > 15, "{kinds:?}");
        for kind in kinds {
            let samples = samples(kind, Timestamp::UNIX_EPOCH);
            assert!(!samples.is_empty(), "{kind}");
            let event = samples[0].event.kind();
            let is_of_it = matches!(kind, "update" | "follow-up") || event.starts_with(kind);
            assert!(is_of_it, "{kind}: {event}");
        }
        assert!(
            samples("update", Timestamp::UNIX_EPOCH)[0].event
                != samples("alert", Timestamp::UNIX_EPOCH)[0].event
        );
    }

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
