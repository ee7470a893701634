//! What a mail is known and filed by: ids under the sender's domain, lists, the watches' names.
//!
//! Nothing here depends on the machine: a container that gets another name, or a fallback server
//! with another sender, changes no id (RFC 5322 §3.6.4 wants them unique, not where they came from).
//! The store's name is in each, so two stores of one sender share no thread and no list.

use lettre::message::Mailbox;
use ring::digest::{SHA256, digest};

use super::header;
use crate::{
    model::{DeliveryKey, Event, Notice},
    notify::render::clean,
};

/// The most watches that a mail's headers name. Postfix takes 100 KiB of headers.
const MAX_WATCHES: usize = 200;
/// The most characters of a name that is not a label as it is.
const MAX_SLUG_CHARS: usize = 40;

/// The right-hand side of all ids of what `from` sends.
pub(super) fn domain(from: &Mailbox) -> String {
    from.email.domain().to_ascii_lowercase()
}

/// The mail's own id, the same on every attempt.
pub(super) fn message(notice: &Notice, domain: &str) -> String {
    of_key(&notice.key, domain)
}

fn of_key(key: &DeliveryKey, domain: &str) -> String {
    format!("<{key}@{domain}>")
}

/// What a mail is threaded under.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ancestors {
    /// From the oldest on (RFC 5322 §3.6.4).
    pub(super) references: String,
    /// The last of them.
    pub(super) in_reply_to: String,
}

/// The story's id, and the first mail of it where this is a later one. No mail has the story's id:
/// programs that thread by References (RFC 5256 §3) put all mails of one story together even when
/// the first one was never sent to this reader.
///
/// A story has the number of its first item, so mails from before there were stories have its id too.
pub(super) fn ancestors(notice: &Notice, domain: &str) -> Option<Ancestors> {
    let Event::Alert(alert) = &notice.event else {
        return None;
    };
    let story = alert.story.as_ref().map(|story| story.id.as_str());
    let story = clean::label(story.unwrap_or(&alert.item.id));
    let story = format!(
        "<{}-item-{story}@{domain}>",
        clean::label(notice.key.store())
    );
    Some(match &notice.thread {
        None => Ancestors {
            references: story.clone(),
            in_reply_to: story,
        },
        Some(first) => {
            let first = of_key(first, domain);
            Ancestors {
                references: format!("{story} {first}"),
                in_reply_to: first,
            }
        }
    })
}

/// The list that the mail belongs to (RFC 2919): of its watch where it has just one.
pub(super) fn list(notice: &Notice, domain: &str) -> String {
    let store = clean::label(notice.key.store());
    let list = match (&notice.event, watches(notice).as_slice()) {
        (_, [watch]) => format!("{}.watch", labels(watch)),
        (Event::Alert(_) | Event::DigestReady(_), _) => "alerts".to_owned(),
        _ => "notices".to_owned(),
    };
    format!("<{list}.{store}.fivebells.{domain}>")
}

/// A line for each watch of the mail, for filters.
pub(super) fn watch_lines(notice: &Notice) -> String {
    let name = "X-Fivebells-Watch";
    let line = |watch: &&str| format!("{name}: {}\r\n", header::text(name, watch));
    watches(notice).iter().take(MAX_WATCHES).map(line).collect()
}

/// The watches that made the mail, in the order of its stories.
fn watches(notice: &Notice) -> Vec<&str> {
    let alerts = match &notice.event {
        Event::Alert(alert) => std::slice::from_ref(&**alert),
        Event::DigestReady(digest) => &digest.alerts,
        _ => &[],
    };
    let mut watches: Vec<&str> = Vec::new();
    for watch in alerts.iter().flat_map(|alert| &alert.watches) {
        if !watches.contains(&watch.as_str()) {
            watches.push(watch);
        }
    }
    watches
}

/// A name as labels of a domain that no other name has: itself where it is one, else what is
/// readable of it and, as a label more, its hash. Lists are distinguished without their case.
fn labels(name: &str) -> String {
    let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    if !name.is_empty() && name.len() <= clean::MAX_LABEL_CHARS && name.chars().all(is_part) {
        return name.to_owned();
    }
    let sum = digest(&SHA256, name.as_bytes());
    let start = sum.as_ref().first_chunk();
    let sum = format!(
        "{:016x}",
        start.map_or(0, |start| u64::from_be_bytes(*start))
    );
    let kept = name
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '-' });
    let kept: String = kept.take(MAX_SLUG_CHARS).collect();
    match kept.trim_matches('-') {
        "" => sum,
        kept => format!("{}.{sum}", kept.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::notify::sample::{sample_digest, sample_notice};

    fn alert(watches: &[&str]) -> Notice {
        let mut notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
        notice.key = DeliveryKey("k3y0store-17".to_owned());
        if let Event::Alert(alert) = &mut notice.event {
            alert.watches = watches.iter().map(|&name| name.to_owned()).collect();
        }
        notice
    }

    #[test]
    fn a_list_is_a_watchs_where_it_is_the_only_one() {
        let of = |watches: &[&str]| list(&alert(watches), "e.org");
        assert_eq!(
            of(&["koizumi"]),
            "<koizumi.watch.k3y0store.fivebells.e.org>"
        );
        assert_eq!(of(&["koizumi", "w"]), "<alerts.k3y0store.fivebells.e.org>");
        let mut digest = sample_digest("2026-11-22T06:41:07Z".parse().expect("a time"));
        if let Event::DigestReady(digest) = &mut digest.event {
            digest.alerts.remove(0);
            digest.alerts.truncate(1);
        }
        assert_eq!(
            list(&digest, "e.org"),
            "<hegseth.watch.sample.fivebells.e.org>"
        );
    }

    #[test]
    fn no_two_watches_share_a_list() {
        let long = "小泉進次郎防衛大臣の発言その";
        let names = [
            "us",
            "US",
            "u.s.",
            "u-s-",
            "u.s. navy",
            "u-s--navy",
            "u_s navy",
            "-",
            "--",
            ".",
            "小",
            "泉",
            "é",
            "É",
            "watch",
            "a.b",
            "a-b",
            &format!("{long}一"),
            &format!("{long}二"),
            &"a".repeat(63),
            &"a".repeat(64),
            &"a".repeat(100),
        ];
        let lists: BTreeSet<String> = { names.iter() }
            .map(|name| list(&alert(&[name]), "e.org").to_lowercase())
            .collect();
        assert_eq!(lists.len(), names.len(), "{lists:?}");
        for list in lists {
            let labels = list.trim_matches(['<', '>']).split('.');
            for label in labels {
                assert!((1..=63).contains(&label.len()), "{list}");
            }
        }
    }

    #[test]
    fn two_stores_share_no_thread_and_no_list() {
        let one = alert(&["w"]);
        let other = Notice {
            key: DeliveryKey("0therkey-17".to_owned()),
            ..one.clone()
        };
        let references =
            |notice: &Notice, domain: &str| ancestors(notice, domain).expect("a story").references;
        assert_eq!(references(&one, "e.org"), "<k3y0store-item-48121@e.org>");
        for id in [message, list, references] {
            assert_ne!(id(&one, "e.org"), id(&other, "e.org"));
        }
    }

    #[test]
    fn every_watch_has_a_line_of_its_own() {
        let lines = watch_lines(&alert(&["koizumi", "u.s. navy", "小泉", "koizumi"]));
        let name = "X-Fivebells-Watch";
        assert_eq!(
            lines,
            format!("{name}: koizumi\r\n{name}: u.s. navy\r\n{name}: =?utf-8?b?5bCP5rOJ?=\r\n")
        );
    }
}
