//! A story that alerted, as an entry of a feed.

use std::{
    collections::HashSet,
    fmt::{self, Write as _},
};

use jiff::Timestamp;
use minijinja::HtmlEscape;
use ring::digest::{SHA256, digest};
use url::Url;

use crate::{
    model::{Alert, Match, Priority, to_second},
    web::hex::hex,
};

/// Sentences of one entry.
const MAX_SENTENCES: usize = 5;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The same for ever for this story.
    pub(super) id: String,
    pub(super) title: String,
    /// The story, where it has an address of the web.
    pub(super) link: Option<String>,
    /// Why it alerted, on our page.
    pub(super) why: String,
    pub(super) published: Timestamp,
    /// Its last alert.
    pub(super) updated: Timestamp,
    pub(super) authors: Vec<String>,
    /// The feed it was read in.
    pub(super) feed: String,
    /// The watches of its last alert.
    pub(super) watches: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) priority: Priority,
    /// The story in short; plain text.
    pub(super) summary: String,
    /// The sentences that were hit, and who reported it; HTML of ours.
    pub(super) content: String,
    pub(super) language: Option<String>,
}

/// The entries of these alerts, the newest first: one for each story, of its last alert.
pub(super) fn of(
    alerts: Vec<(Alert, Timestamp)>,
    base: &str,
    id: impl Fn(&str) -> String,
) -> Vec<Entry> {
    let mut known = HashSet::new();
    let mut entries = Vec::new();
    for (alert, made_at) in alerts {
        if known.insert(alert.item.id.clone()) {
            let id = id(&alert.item.id);
            entries.push(entry(alert, made_at, base, id));
        }
    }
    entries
}

fn entry(alert: Alert, made_at: Timestamp, base: &str, id: String) -> Entry {
    let content = content(&alert);
    let why = format!("{base}/items/{}", alert.item.id);
    let Alert { item, feed, .. } = alert;
    let link = item.link.filter(|link| is_of_web(link));
    let title = match item.title.trim() {
        "" => first_words(&item.summary),
        title => title.to_owned(),
    };
    Entry {
        id,
        title: legible(&title),
        link,
        why,
        published: item.published.unwrap_or(item.seen),
        updated: to_second(made_at),
        authors: item.authors.iter().map(|name| legible(name)).collect(),
        feed: feed.title,
        watches: alert.watches,
        tags: feed.tags,
        priority: alert.priority,
        summary: legible(&item.summary),
        content,
        language: item.language,
    }
}

/// Whether a browser may be sent there.
fn is_of_web(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn first_words(text: &str) -> String {
    let mut words: String = text.chars().take(80).collect();
    match (words.trim().is_empty(), text.chars().count() > 80) {
        (true, _) => "(no title)".to_owned(),
        (false, true) => {
            words.push('…');
            words
        }
        (false, false) => words,
    }
}

/// Without what XML 1.0, 2.2, has no way to write.
fn legible(text: &str) -> String {
    let is_legible = |sign: &char| {
        matches!(sign, '\t' | '\n' | '\r')
            || !(sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(is_legible).collect()
}

fn content(alert: &Alert) -> String {
    let mut html = String::new();
    for sentence in sentences(&alert.matches) {
        add(&mut html, format_args!("<p>{sentence}</p>"));
    }
    if let Some(update) = &alert.update
        && let Some(before) = &update.title_before
    {
        let before = escaped(before);
        add(&mut html, format_args!("<p>The title was: {before}</p>"));
    }
    let (feed, watches) = (
        escaped(&alert.feed.title),
        escaped(&alert.watches.join(", ")),
    );
    let of = format_args!("<p>{feed} · {} · {watches}</p>", alert.priority);
    add(&mut html, of);
    html
}

fn add(html: &mut String, more: fmt::Arguments<'_>) {
    html.write_fmt(more).expect("a String takes all");
}

/// The sentences that terms hit, each once, with the hits marked.
fn sentences(matches: &[Match]) -> Vec<String> {
    let mut sentences: Vec<(&str, Vec<[usize; 2]>)> = Vec::new();
    for hit in matches {
        let context = &hit.context;
        match sentences.iter_mut().find(|(text, _)| *text == context.text) {
            Some((_, ranges)) => ranges.push(context.range),
            None => sentences.push((&context.text, vec![context.range])),
        }
    }
    let sentences = sentences.into_iter().take(MAX_SENTENCES);
    sentences
        .map(|(text, ranges)| marked(text, ranges))
        .collect()
}

fn marked(text: &str, mut ranges: Vec<[usize; 2]>) -> String {
    ranges.sort_unstable();
    let signs: Vec<char> = text.chars().collect();
    let of = |range: std::ops::Range<usize>| {
        let signs: String = signs.get(range).unwrap_or_default().iter().collect();
        escaped(&signs)
    };
    let (mut html, mut at) = (String::new(), 0);
    for [start, end] in ranges {
        let (start, end) = (start.clamp(at, signs.len()), end.min(signs.len()));
        if start < end {
            html.push_str(&of(at..start));
            let hit = of(start..end);
            add(&mut html, format_args!("<mark>{hit}</mark>"));
            at = end;
        }
    }
    html + &of(at..signs.len())
}

fn escaped(text: &str) -> String {
    HtmlEscape(&legible(text)).to_string()
}

/// A name that is one of its kind: a UUID of version 8 (RFC 9562, 5.8), from this text alone.
pub(super) fn urn(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_the_text_alone() {
        let name = urn("k3v9-item 12");
        assert_eq!(name.len(), "urn:uuid:".len() + 36);
        assert_eq!(name, urn("k3v9-item 12"));
        assert_ne!(name, urn("k3v9-item 13"));
        assert_eq!(&name["urn:uuid:".len() + 14..][..1], "8");
    }

    #[test]
    fn hits_are_marked_and_text_of_others_stays_text() {
        for (text, ranges, html) in [
            (
                "Koizumi & co",
                vec![[0, 7]],
                "<mark>Koizumi</mark> &amp; co",
            ),
            (
                "小泉進次郎氏",
                vec![[2, 5], [0, 2]],
                "<mark>小泉</mark><mark>進次郎</mark>氏",
            ),
            (
                "<b>x</b>",
                vec![[3, 4]],
                "&lt;b&gt;<mark>x</mark>&lt;&#x2f;b&gt;",
            ),
            ("abc", vec![[0, 2], [1, 9]], "<mark>ab</mark><mark>c</mark>"),
            ("abc", vec![[5, 9]], "abc"),
            ("a\u{0}\u{8}b", vec![], "ab"),
        ] {
            assert_eq!(marked(text, ranges.clone()), html, "{text} {ranges:?}");
        }
    }

    #[test]
    fn what_has_no_title_is_called_by_its_first_words() {
        assert_eq!(first_words("  "), "(no title)");
        assert_eq!(first_words("Short."), "Short.");
        assert_eq!(first_words(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        for (link, is_link) in [
            ("https://example.org/a", true),
            ("http://example.org/a", true),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("ftp://example.org/a", false),
            ("/a", false),
        ] {
            assert_eq!(is_of_web(link), is_link, "{link}");
        }
    }
}
