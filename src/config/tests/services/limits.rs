//! Lengths at the bound, in each service's own unit, with text that is easily cut wrong.

use super::{Row, SERVICES};
use crate::{
    model::{Event, Notice},
    notify::sample_notice,
};

/// One character to people: a family, a Devanagari syllable, a Han character, Arabic with a mark, a
/// letter with two accents, a flag, and one that HTML and Markdown escape.
const GRAPHEMES: [&str; 7] = [
    "👨\u{200d}👩\u{200d}👧\u{200d}👦",
    "क्षि",
    "衛",
    "ب\u{651}",
    "e\u{301}\u{323}",
    "🇯🇵",
    "&",
];

/// How long a text is to its service.
type Length = fn(&str) -> usize;

/// Fields and how much of what each may hold.
const LIMITS: [(&str, &str, Length, usize); 15] = [
    ("slack", "/text", utf16, 5 * 500),
    ("discord", "/embeds/0/title", utf16, 256),
    ("discord", "/embeds/0/description", utf16, 4096),
    ("telegram", "/text", telegram, 4096),
    ("matrix", "/body", bytes, 16384),
    ("matrix", "/formatted_body", bytes, 16384),
    ("mattermost", "/text", chars, 16383),
    ("ntfy", "/title", bytes, 500),
    ("ntfy", "/message", bytes, 4095),
    ("pushover", "/title", chars, 250),
    ("pushover", "/message", chars, 1024),
    ("pagerduty", "/payload/summary", utf16, 1024),
    ("zulip", "/content", chars, 10000),
    ("apprise", "/title", utf16, 250),
    ("apprise", "/body", utf16, 32768 + 100),
];

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

fn bytes(text: &str) -> usize {
    text.len()
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// What Telegram counts: the text after its tags and entities are read.
fn telegram(text: &str) -> usize {
    let mut plain = String::new();
    for piece in text.split('<') {
        plain.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    utf16(&plain.replace("&amp;", "&").replace('\u{200b}', ""))
}

/// An alert of which every part is as long as it may be.
fn long(grapheme: &str) -> Notice {
    let mut notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    let Event::Alert(alert) = &mut notice.event else {
        panic!("an alert");
    };
    alert.item.title = grapheme.repeat(2000);
    alert.matches.truncate(1);
    alert.matches[0].range = [0, 1];
    alert.watches = (0..1500).map(|_| grapheme.repeat(24)).collect();
    notice
}

fn field<'a>(body: &'a serde_json::Value, name: &str, field: &str) -> &'a str {
    let text = body.pointer(field).and_then(|text| text.as_str());
    text.unwrap_or_else(|| panic!("{name} has no {field}"))
}

/// `text` with its escapes taken off, as far as [`GRAPHEMES`] need it.
fn unescaped(text: &str) -> String {
    text.replace("&amp;", "&").replace("\\&", "&")
}

#[test]
fn no_field_is_longer_than_its_service_takes() {
    for grapheme in GRAPHEMES {
        for (name, pointer, length, limit) in LIMITS {
            let service = SERVICES.iter().find(|row| row.name == name).expect(name);
            let body = service.body(&long(grapheme));
            let text = field(&body, name, pointer);
            assert!(
                length(text) <= limit,
                "{name} {pointer}: {} of {limit}",
                length(text)
            );
        }
    }
}

#[test]
fn a_text_is_cut_as_late_as_it_can_be_and_never_within_a_character() {
    for grapheme in GRAPHEMES {
        for (name, pointer, length, limit) in LIMITS {
            // The body's own limit comes first there, or the title's is not reached.
            if [
                ("ntfy", "&"),
                ("slack", "&"),
                ("slack", grapheme),
                ("apprise", grapheme),
            ]
            .contains(&(name, grapheme))
                || (name == "matrix" && grapheme == "&")
            {
                continue;
            }
            let service = SERVICES.iter().find(|row| row.name == name).expect(name);
            let body = service.body(&long(grapheme));
            let text = field(&body, name, pointer);
            // Room for one more: its escape, the ellipsis, and at a line's start a label.
            let slack = length(grapheme) * 5 + length("…") + length("\nMatched: ") + 8;
            let is_long = limit <= 16384;
            assert!(
                !is_long || length(text) + slack >= limit || name == "matrix",
                "{name} {pointer}: {} of {limit} with {grapheme}",
                length(text)
            );
            let cut = unescaped(
                text.trim_end_matches("</strong>")
                    .trim_end_matches("</b>")
                    .trim_end_matches("</a>"),
            );
            let Some(kept) = cut.trim_end_matches("**").strip_suffix('…') else {
                panic!("{name} {pointer} is not cut: {cut}");
            };
            assert!(
                kept.ends_with(grapheme) || kept.ends_with(|last: char| last.is_ascii()),
                "{name} {pointer}: {grapheme} is cut: {:?}",
                kept.chars().rev().take(20).collect::<String>()
            );
        }
    }
}

#[test]
fn a_body_is_no_longer_than_its_service_takes() {
    for (name, limit) in [
        ("teams", 14336),
        ("ntfy", 8192),
        ("matrix", 49152),
        ("pagerduty", 524_288),
    ] {
        let service = SERVICES.iter().find(|row| row.name == name).expect(name);
        for grapheme in GRAPHEMES.into_iter().chain(["<", "\"", "'"]) {
            let parts = service.at("https://example.org").preview(&long(grapheme));
            let length = parts.expect("a preview")[1].content.len();
            assert!(
                length <= limit,
                "{name}: {length} of {limit} with {grapheme}"
            );
            assert!(
                length * 4 > limit || name == "pagerduty",
                "{name}: {length} is too little"
            );
        }
    }
}

#[test]
fn a_link_that_is_too_long_is_left_out_and_never_cut() {
    for Row { name, .. } in &SERVICES {
        let service = SERVICES.iter().find(|row| row.name == *name).expect("it");
        for (length, stays) in [(512, true), (4000, *name == "gotify")] {
            let mut notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
            let Event::Alert(alert) = &mut notice.event else {
                panic!("an alert");
            };
            let link = format!("https://example.org/{}", "x".repeat(length - 20));
            alert.item.link = Some(link.clone());
            let body = service.body(&notice).to_string();
            assert_eq!(body.contains(&link), stays, "{name} {length}");
            assert_eq!(body.contains("example.org/x"), stays, "{name} {length}");
        }
    }
}

/// JSON writes an ampersand in six bytes: a link that fits alone must not make the request too long.
#[test]
fn a_link_that_leaves_no_room_is_left_out() {
    let link = format!("https://example.org/?{}", "&".repeat(1900));
    for service in &SERVICES {
        let mut notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
        let Event::Alert(alert) = &mut notice.event else {
            panic!("an alert");
        };
        alert.item.link = Some(link.clone());
        let body = service.body(&notice).to_string();
        assert!(!body.contains("template failed"), "{}", service.name);
        assert!(body.contains("Hegseth"), "{}", service.name);
    }
}
