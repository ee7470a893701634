//! Notices as no feed should write them, with texts of 100 KB, thousands of hits and full digests:
//! every service still gets a request that it takes.

use super::{SERVICES, fields};
use crate::{
    config::tests::services::hostile::acting,
    model::{Alert, AlsoIn, DeferReason, DigestReady, Event, Field, Notice},
    notify::sample_notice,
};

/// What is easily cut or counted wrong: Han, a family of emoji, marks without end, both directions
/// with an override, every markup, and what JSON writes in six bytes.
const TEXTS: [&str; 6] = [
    "防衛相は共同訓練を視察した。",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦🇯🇵👍🏽",
    "e\u{301}\u{323}\u{302}\u{304}",
    "שלום \u{202e}مرحبا\u{651} abc ",
    "**_`[x](y)<b>@everyone|~~$$\\#&amp;",
    "<'&>\"",
];
const TEXT_BYTES: usize = 100 * 1024;
/// Of each story of a digest.
const STORY_BYTES: usize = 2 * 1024;
const HITS: usize = 5_000;
const WATCHES: usize = 20;
/// As many as a digest may hold.
const STORIES: usize = crate::delivery_policy::MAX_FOLD;

fn flooded(text: &str, bytes: usize) -> Alert {
    let Event::Alert(mut alert) =
        sample_notice("2026-11-22T06:41:07Z".parse().expect("a time")).event
    else {
        panic!("an alert");
    };
    let long = text.repeat(bytes / text.len() + 1);
    let item = &mut alert.item;
    (item.title, item.summary) = (long.clone(), long.clone());
    (item.guid, item.authors) = (Some(long.clone()), vec![long.clone(); 3]);
    // As long as a link may be that every service takes, of characters that JSON and HTML write
    // longest.
    item.link = Some(format!("https://example.org/?{}", "&'".repeat(240)));
    alert.feed.title = long.clone();
    alert.also = vec![AlsoIn::new("wire".to_owned(), item.link.clone(), long.clone()); 3];
    alert.watches = (0..WATCHES).map(|watch| format!("watch-{watch}")).collect();
    let sample = alert.matches[0].clone();
    let start: String = long.chars().take(280).collect();
    alert.matches = (0..HITS)
        .map(|hit| {
            let mut one = sample.clone();
            one.watch = format!("watch-{}", hit % (WATCHES));
            one.term = format!("{text}{hit}");
            one.field = if hit % 2 == 0 {
                Field::Title
            } else {
                Field::Content
            };
            one.range = [hit, hit + 1];
            one.context.text.clone_from(&start);
            // Hits begin and end where characters do.
            let length = text.chars().count();
            let at = hit % (280 / length) * length;
            one.context.range = [at, at + length];
            one
        })
        .collect();
    *alert
}

fn floods(text: &str) -> [Notice; 2] {
    let notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    let alert = flooded(text, TEXT_BYTES);
    let mut short = flooded(text, STORY_BYTES);
    short.shorten();
    let digest = DigestReady {
        hold: DeferReason::Digest,
        since: notice.timestamp,
        until: notice.timestamp,
        priority: alert.priority,
        count: u32::try_from(STORIES).expect("few"),
        alerts: vec![short; STORIES],
    };
    [
        Event::Alert(Box::new(alert)),
        Event::DigestReady(Box::new(digest)),
    ]
    .map(|event| Notice {
        event,
        ..notice.clone()
    })
}

#[test]
fn every_service_takes_what_nobody_should_write() {
    let notices: Vec<Notice> = TEXTS.into_iter().flat_map(floods).collect();
    for service in &SERVICES {
        let notifier = service.at("https://example.org");
        for notice in &notices {
            let parts = notifier.preview(notice).expect(service.name);
            is_taken(service.name, notice.event.kind(), &parts[1].content);
        }
    }
}

fn is_taken(name: &str, kind: &str, raw: &str) {
    assert!(!raw.contains("template failed"), "{name} {kind}");
    let body = fields(raw);
    for (pointer, length, most) in bounds(name) {
        let found = match body.pointer(pointer) {
            _ if pointer.is_empty() => raw.to_owned(),
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            // A link, say, which was too long.
            None => continue,
        };
        let length = length(&found);
        assert!(
            (1..=most).contains(&length),
            "{name}{pointer} {kind}: {length} of {most}"
        );
    }
    for text in texts(&body) {
        assert!(is_closed(name, text), "{name} {kind}: {text}");
        assert!(!text.contains('\u{202e}'), "{name} {kind}: {text}");
        // An ellipsis never follows half a family or half an accent.
        for before in text.split('…').rev().skip(1) {
            let is_half = before.ends_with(['\u{200d}', '\u{301}', '\u{323}', '\u{302}']);
            let end: String = before.chars().rev().take(12).collect();
            assert!(!is_half, "{name} {kind}: {end:?}");
        }
    }
}

/// Every text of a body.
fn texts(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::String(text) => vec![text],
        serde_json::Value::Array(values) => values.iter().flat_map(texts).collect(),
        serde_json::Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// A field, how its service counts it, and the most it takes.
type Bound = (&'static str, fn(&str) -> usize, usize);

/// The most that each service says it takes, or that the preset's head says of it, in what it counts;
/// of a body, in bytes.
fn bounds(name: &str) -> Vec<Bound> {
    let bytes: fn(&str) -> usize = str::len;
    let utf16: fn(&str) -> usize = |text| text.encode_utf16().count();
    let chars: fn(&str) -> usize = |text| text.chars().count();
    match name {
        "slack" => vec![("/text", utf16, 3000), ("/blocks", utf16, 40_000)],
        "discord" => vec![
            ("/embeds/0/title", utf16, 256),
            ("/embeds/0/description", utf16, 4096),
        ],
        "telegram" => vec![("/text", without_tags, 4096)],
        "matrix" => vec![("", bytes, 65_536 - 16_384)],
        "teams" => vec![("", utf16, 28 * 1024)],
        "mattermost" => vec![("/text", chars, 16_383)],
        "ntfy" => vec![("", bytes, 8191), ("/message", bytes, 4095)],
        "gotify" => vec![("/message", chars, 32_768)],
        "pushover" => vec![
            ("/message", chars, 1024),
            ("/title", chars, 250),
            ("/url", chars, 512),
        ],
        "pagerduty" => vec![
            ("", bytes, 512 * 1024),
            ("/payload/summary", utf16, 1024),
            ("/dedup_key", chars, 255),
        ],
        "zulip" => vec![("/content", chars, 10_000), ("/topic", chars, 60)],
        "apprise" => vec![("/body", utf16, 32_768 + 2048 + 1), ("/title", utf16, 250)],
        other => panic!("what does {other} take?"),
    }
}

fn without_tags(text: &str) -> usize {
    let plain: String = text
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
        .collect();
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(plain, |plain, (entity, sign)| plain.replace(entity, sign));
    // Not one of the program's entities is left.
    plain.replace('\u{200b}', "").encode_utf16().count()
}

/// Whether tags and Markdown's bold and links are closed.
fn is_closed(name: &str, text: &str) -> bool {
    let count = |needle: &str| text.matches(needle).count();
    match name {
        "telegram" => count("<a ") == count("</a>") && count("<b>") == count("</b>"),
        "matrix" => count("<a ") == count("</a>") && count("<strong>") == count("</strong>"),
        "discord" | "mattermost" => {
            let text = acting(text);
            let count = |needle: &str| text.matches(needle).count();
            count("**") % 2 == 0 && count("[") == count("](")
        }
        "zulip" => count("**") % 2 == 0 && count("[") == count("]("),
        _ => true,
    }
}
