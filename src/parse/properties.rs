//! What holds for every input.

use std::{fs, thread};

use proptest::prelude::*;

use super::*;

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
            let keys: Vec<ItemKeys> = feed.items.iter().map(|item| item.keys.clone()).collect();
            assert!(keys.iter().all(|keys| !keys.all().is_empty()));
            let known = keys.iter().flat_map(ItemKeys::all).collect();
            let again = judge(&keys, &known);
            assert!(!again.new.contains(&true), "{:?}", shown(bytes));
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
    "<author>a@b.co（王".as_bytes(),
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

/// Inputs that made other readers recurse, backtrack or multiply, a quarter of a megabyte each.
fn bombs() -> Vec<(&'static str, String)> {
    let times = |piece: &str| piece.repeat((1 << 18) / piece.len());
    let item = |inside: String| format!("<rss><channel><item><title>T</title>{inside}");
    vec![
        ("nested media groups", item(times("<media:group>"))),
        ("nested unknown elements", item(times("<x:y>"))),
        ("nested descriptions", item(times("<description>"))),
        (
            "nested markup",
            item(format!("<description>{}", times("<div>"))),
        ),
        ("attributes", item(format!("<x {}>", times("a='1' ")))),
        ("open quotes", item(times("<a b=\"><a b='>"))),
        (
            "open quotes of one kind",
            item(format!("{}'", times("<a b='>"))),
        ),
        ("open comments", item(times("<!-- "))),
        ("open sections", item(times("<![CDATA["))),
        ("open instructions", item(times("<?x "))),
        ("open declarations", item(times("<!DOCTYPE ["))),
        ("open subsets", item(times("<!DOCTYPE [>"))),
        ("open tags", item(times("<"))),
        ("open end tags", item(times("</a"))),
        ("ampersands", item(format!("<description>{}", times("&")))),
        ("namespaces", item(times("<a xmlns:b='c'>"))),
        ("end tags", item(times("</a>"))),
        // An item behind the root is counted and not read, so that feed-rs is thought of.
        (
            "attributes, for feed-rs",
            item(format!(
                "</item></channel></rss><item/><x {}>",
                times("a='1' ")
            )),
        ),
        (
            "namespaces, for feed-rs",
            item(format!(
                "</item></channel></rss><item/>{}",
                times("<a xmlns:b='c'>")
            )),
        ),
    ]
}

#[test]
fn bombs_are_read_on_a_small_stack() {
    /// Far below the 2 MiB of a thread; feed-rs alone overflows those at 1,000 nested groups.
    const STACK_BYTES: usize = 256 << 10;
    let read = || {
        for (name, bomb) in bombs() {
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
        let nested = format!("{{\"items\":{}", "[".repeat(1 << 20));
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
