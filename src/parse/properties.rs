//! What holds for every input.

use std::{fs, thread};

use proptest::prelude::*;

use super::{
    guard::{
        MAX_FALLBACK_DEPTH, MAX_FALLBACK_NAMESPACES, MAX_FALLBACK_TAG_BYTES, MAX_JSON_DEPTH, cut,
    },
    *,
};
use crate::{
    linear::assert_linear,
    model::{Identity, ItemId, Remembered},
};

fn parse_bytes(bytes: &[u8]) -> Result<ParsedFeed, ParseError> {
    let url = Url::parse("https://example.org/feed").expect("a URL");
    let now = "2026-11-22T00:00:00Z".parse().expect("RFC 3339");
    let document = Document {
        bytes,
        content_type: None,
        url: &url,
    };
    parse(&document, now)
}

/// Reads it and checks what must always hold of what comes out.
fn check(bytes: &[u8]) {
    match parse_bytes(bytes) {
        Err(ParseError::Panicked) => panic!("panicked on {:?}", shown(bytes)),
        // Ours to write well: only JSON may be malformed.
        Err(ParseError::Malformed { .. }) if !bytes.contains(&b'{') => {
            panic!("what we wrote does not read: {:?}", shown(bytes))
        }
        Err(_) => {}
        Ok(feed) => {
            let known = (0..).zip(&feed.items).map(|(row, item)| Remembered {
                item: ItemId(row),
                alias: 0,
                fingerprint: item.fingerprint,
                seen_at: 0,
            });
            let items: Vec<_> = feed.items.iter().map(ParsedItem::shown).collect();
            let again = judge(&items, &known.collect::<Vec<_>>(), Identity::Auto);
            assert!(!again.news().any(|new| new), "{:?}", shown(bytes));
        }
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/feeds");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let read = paths.iter().map(|path| fs::read(path).expect("a fixture"));
    read.filter(|bytes| bytes.len() < 1000).collect()
}

/// What breaks parsers, to be put anywhere.
const SPLINTERS: &[&[u8]] = &[
    b"<",
    b">",
    b"&",
    b"\"",
    b"'",
    b"</",
    b"/>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?",
    b"?>",
    b"<!DOCTYPE r [<!ENTITY a \"&a;\">]>",
    b"&#0;",
    b"&#xFFFE;",
    b"&a;",
    b"\0",
    b"\xFF",
    b"\xC3",
    b"\xEF\xBF\xBE",
    b"\x1B$B",
    b"\xFE\xFF",
    b"<item>",
    b"</item>",
    b"<title>",
    b"</channel>",
    b"</rss>",
    b"<entry xml:base='http://['>",
    b"<link href='http://['/>",
    b"<media:text>x",
    "<author>a@b.co （王".as_bytes(),
    b"<guid>",
    b"<content type='xhtml'>",
    b"{",
    b"}",
    b"[",
    b":",
];

#[test]
fn mutated_fixtures_are_read_or_refused() {
    let fixtures = fixtures();
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..4000 {
        let mut bytes = fixtures[random.usize(..fixtures.len())].clone();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..=bytes.len());
            let end = (at + random.usize(..30)).min(bytes.len());
            match random.u8(..4) {
                0 => drop(bytes.drain(at..end)),
                1 => bytes.truncate(at),
                2 => {
                    let copy = bytes[at..end].to_vec();
                    bytes.extend(copy);
                }
                _ => {
                    let splinter = SPLINTERS[random.usize(..SPLINTERS.len())];
                    bytes.splice(at..end, splinter.iter().copied());
                }
            }
        }
        check(&bytes);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn any_text_in_a_feed_is_read(text in "\\PC{0,100}", date in "[0-9A-Za-z:, +/-]{0,40}") {
        check(format!(
            "<rss><item><title>{text}</title><author>{text}</author><link>{text}</link>\
             <pubDate>{date}</pubDate><description>{text}</description></item></rss>"
        ).as_bytes());
        check(format!("{{\"items\":[{{\"id\":\"{text}\",\"url\":\"{text}\"}}]}}").as_bytes());
    }
}

/// How deep the inputs below nest: one level deeper than what feed-rs gets to read.
const LEVELS: usize = MAX_FALLBACK_DEPTH + 1;

/// What a reader without a bound takes ill where it comes often, and in which element.
const REPEATED: &[(&str, &str)] = &[
    ("<x ", "a='1' "),
    ("", "<a b=\"><a b='>"),
    ("", "<a b='>"),
    ("", "<!-- "),
    ("", "<![CDATA["),
    ("", "<?x "),
    ("", "<!DOCTYPE ["),
    ("", "<!DOCTYPE [>"),
    ("", "<"),
    ("", "</a"),
    ("", "</a>"),
    ("<description>", "&"),
];

fn item(inside: &str) -> String {
    format!("<rss><channel><item><title>T</title>{inside}")
}

fn bombs() -> Vec<String> {
    let nested = ["<media:group>", "<x:y>", "<description>", "<a xmlns:b='c'>"];
    let markup = format!("<description>{}", "<div>".repeat(LEVELS));
    let nested = nested.map(|tag| item(&tag.repeat(LEVELS)));
    let repeated = REPEATED
        .iter()
        .map(|(element, piece)| item(&format!("{element}{}", piece.repeat(1_000))));
    // An item behind the root is counted and not read, so that feed-rs is thought of.
    let lost = |inside: String| item(&format!("</item></channel></rss><item/>{inside}"));
    let mut bombs: Vec<String> = nested.into_iter().chain(repeated).collect();
    bombs.extend([
        item(&markup),
        item(&format!("{}'", "<a b='>".repeat(1_000))),
        lost(format!("<x a='{}'>", "1".repeat(MAX_FALLBACK_TAG_BYTES))),
        lost("<a xmlns:b='c'/>".repeat(MAX_FALLBACK_NAMESPACES + 1)),
        lost("<a>".repeat(MAX_FALLBACK_DEPTH + 1)),
    ]);
    bombs
}

#[test]
fn bombs_are_read_on_a_small_stack() {
    /// Not enough for a call per level of [`bombs`].
    const STACK_BYTES: usize = 64 << 10;
    let read = || {
        for bomb in bombs() {
            let name = cut(&bomb, 60);
            let feed =
                parse_bytes(bomb.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let titles: Vec<&str> = feed
                .items
                .iter()
                .map(|item| item.item.title.as_str())
                .collect();
            assert_eq!(titles, ["T"], "{name}");
            let kept = feed.items[0].item.content.len() + feed.items[0].item.summary.len();
            assert!(kept <= bomb.len(), "{name}");
        }
        let nested = format!("{{\"items\":{}", "[".repeat(MAX_JSON_DEPTH));
        let error = parse_bytes(nested.as_bytes()).expect_err("too deep");
        assert_eq!(error.reason(), ParseReason::TooDeep);
    };
    thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(read)
        .expect("a thread")
        .join()
        .expect("no panic");
}

#[test]
fn time_is_linear() {
    for (element, piece) in REPEATED {
        assert_linear(piece, (64 << 10) / piece.len(), |size| {
            let bomb = item(&format!("{element}{}", piece.repeat(size)));
            parse_bytes(bomb.as_bytes()).expect("a feed");
        });
    }
}
