//! Documents in, items out: the fixtures, one cause each.

mod fields;
mod source;

use std::{fs, path::PathBuf};

use super::*;
use crate::model::{Identity, ItemId, Remembered};

fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().expect("RFC 3339")
}

fn parse_bytes(bytes: &[u8]) -> Result<ParsedFeed, ParseError> {
    let url = Url::parse("https://fetched.example/dir/feed.xml").expect("a URL");
    let document = Document {
        bytes,
        content_type: None,
        url: &url,
    };
    parse(&document, now())
}

fn parsed(text: &str) -> ParsedFeed {
    parse_bytes(text.as_bytes()).expect("a feed")
}

fn fixtures() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "feeds"]
        .iter()
        .collect()
}

fn fixture(name: &str) -> Result<ParsedFeed, ParseError> {
    parse_bytes(&fs::read(fixtures().join(name)).expect("a fixture"))
}

/// Every fixture with the titles that come out of it.
const TITLES: &[(&str, &[&str])] = &[
    ("amp_in_link.xml", &["x"]),
    ("atom03.xml", &["e"]),
    ("atom_content_empty_typed.xml", &["e"]),
    ("atom_content_src_withtext.xml", &["e"]),
    ("atom_content_type_bad.xml", &["e", "e2"]),
    ("atom_https_ns.xml", &["e"]),
    ("atom_id_ws.xml", &["e"]),
    ("atom_nons.xml", &["e"]),
    ("atom_prefix.xml", &["e"]),
    ("atom_title_type_plain.xml", &["e"]),
    ("bare_amp_space.xml", &["A & B"]),
    ("bare_amp_title.xml", &["AT&T wins"]),
    ("cdata_title.xml", &["Foo & bar"]),
    ("cdata_unclosed.xml", &["Foo & bar"]),
    ("cdata_ws_mixed.xml", &["Foo and bar"]),
    ("comment_in_title.xml", &["Foobar"]),
    ("comment_then_decl_latin1.xml", &["café"]),
    ("dcterms.xml", &["t"]),
    ("doctype_entity.xml", &["x bar y"]),
    ("doctype_netscape.xml", &["x © y"]),
    ("double_escaped.xml", &["AT&T ’s \"x\""]),
    ("dup_attr.xml", &["x"]),
    ("empty_guid.xml", &["x"]),
    ("eucjp_declared.xml", &["小泉進次郎"]),
    ("guid_permalink_nolink.xml", &["x"]),
    ("html_entity_nbsp.xml", &["a b é — Shinjirō"]),
    ("html_in_desc.xml", &["x", "t2"]),
    ("html_in_title.xml", &["Foo bar baz"]),
    ("iso2022jp_declared.xml", &["小泉進次郎"]),
    ("json_bom.xml", &[""]),
    ("json_brace_before.xml", &["x"]),
    ("json_items_null_title.xml", &[""]),
    ("json_numeric_id.xml", &[""]),
    ("json_relative_url.xml", &[""]),
    ("junk_after.xml", &["x"]),
    ("junk_before.xml", &["x"]),
    ("junk_before_html.xml", &["x"]),
    ("late_decl_latin1.xml", &["café"]),
    ("leading_newline_latin1.xml", &["café"]),
    ("link_atom_in_item.xml", &["t"]),
    ("long_decl_latin1.xml", &["café"]),
    ("mismatched_end.xml", &["x", "t2"]),
    ("no_guid.xml", &["x"]),
    ("no_guid_no_link.xml", &["x"]),
    ("no_guid_no_link_no_title.xml", &[""]),
    ("no_version.xml", &["x"]),
    ("nonascii_in_first64_gbk.xml", &["头条"]),
    ("nonascii_in_first64_latin1.xml", &["café"]),
    ("ns_atomdefault.xml", &["x"]),
    ("ns_harvard.xml", &["x"]),
    ("ns_rss_trailing.xml", &["x"]),
    ("ns_userland.xml", &["x"]),
    ("num_ref_c1.xml", &["it’s"]),
    ("num_ref_ctrl.xml", &["ab"]),
    ("num_ref_nul.xml", &["ab"]),
    ("ok.xml", &["T"]),
    ("one_bad_utf8_byte.xml", &["café"]),
    ("raw_ctrl_char.xml", &["a b"]),
    ("raw_nul.xml", &["ab"]),
    ("rdf090.xml", &["t"]),
    ("rdf10_about_id.xml", &["t"]),
    ("rdf10_about_nolink.xml", &["t"]),
    ("relative_link.xml", &["x"]),
    ("rss_items_outside_channel.xml", &["t"]),
    ("second_decl_utf8_later.xml", &["x", "y"]),
    ("shiftjis_declared.xml", &["小泉進次郎"]),
    ("title_media.xml", &["real"]),
    ("truncated.xml", &["x"]),
    ("truncated_in_item2.xml", &["x", "t2"]),
    ("ttl.xml", &["x"]),
    ("unclosed_br.xml", &["x", "t2"]),
    ("undeclared_prefix.xml", &["x", "a"]),
    ("unquoted_attr.xml", &["x"]),
    ("upper_RSS.xml", &["x"]),
    ("utf16le_bom.xml", &["x"]),
    ("utf8_bom.xml", &["x"]),
    ("utf8_declared_latin1.xml", &["Shinjirō"]),
    ("utf8_declared_utf16.xml", &["Koizumi Shinjirō"]),
    ("utf8_undeclared_shiftjis.xml", &["小泉進次郎"]),
    ("ver_090.xml", &["x"]),
    ("ver_093.xml", &["x"]),
    ("ver_094.xml", &["x"]),
    ("ver_1.xml", &["x"]),
    ("ver_2.xml", &["x"]),
    ("ver_201.xml", &["x"]),
    ("ver_20sp.xml", &["x"]),
    ("ws_guid.xml", &["x"]),
    ("ws_link.xml", &["x"]),
];

/// Every fixture that is no feed.
const NO_FEEDS: &[(&str, ParseReason)] = &[
    ("empty.xml", ParseReason::Empty),
    ("html_page.xml", ParseReason::Html),
];

#[test]
fn every_fixture_gives_all_its_items() {
    for (name, expected) in TITLES {
        let feed = fixture(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let titles: Vec<&str> = feed
            .items
            .iter()
            .map(|item| item.item.title.as_str())
            .collect();
        assert_eq!(titles, *expected, "{name}");
        let missing = |warning: &Warning| warning.kind == WarningKind::ItemsMissing;
        assert!(!feed.warnings.iter().any(missing), "{name}");
    }
}

#[test]
fn what_is_no_feed_says_what_it_is() {
    for (name, reason) in NO_FEEDS {
        let error = fixture(name).expect_err(name);
        assert_eq!(error.reason(), *reason, "{name}");
    }
    let html = fixture("html_page.xml").expect_err("a page");
    assert_eq!(
        html.to_string(),
        "the document is an HTML page titled \"Login\""
    );
    for field in [
        "<INPUT TYPE=password>",
        "<input name=p type=\"password\">",
        "<input type='password'>",
    ] {
        let page = format!("<!DOCTYPE html><title>Sign in</title><form>{field}</form>");
        let login = parse_bytes(page.as_bytes()).expect_err("a page");
        assert_eq!(login.reason(), ParseReason::Login, "{field}");
        assert_eq!(
            login.to_string(),
            "the document is an HTML page titled \"Sign in\", which asks for a password"
        );
    }
    let blank = parse_bytes(b"\xEF\xBB\xBF \n").expect_err("nothing");
    assert_eq!(blank, ParseError::Empty);
}

#[test]
fn the_tables_name_every_fixture() {
    let mut files: Vec<String> = fs::read_dir(fixtures())
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("ASCII")
        })
        .collect();
    files.sort();
    let mut named: Vec<&str> = TITLES
        .iter()
        .map(|(name, _)| *name)
        .chain(NO_FEEDS.iter().map(|(name, _)| *name))
        .collect();
    named.sort_unstable();
    assert_eq!(named, files);
}

/// What a fixture's last item is asked for.
type Field = fn(&Item) -> Option<&str>;

const GUID: Field = |item| item.guid.as_deref();
const LINK: Field = |item| item.link.as_deref();
const SUMMARY: Field = |item| Some(&item.summary);
const CONTENT: Field = |item| Some(&item.content);
const AUTHOR: Field = |item| item.authors.first().map(String::as_str);
const CATEGORY: Field = |item| item.categories.first().map(String::as_str);

#[test]
fn fixtures_lose_no_part_of_an_item() {
    let cases: &[(&str, Field, Option<&str>)] = &[
        ("amp_in_link.xml", LINK, Some("http://e.org/?a=1&b=2")),
        ("atom_id_ws.xml", GUID, Some("urn:x:1")),
        ("atom_content_type_bad.xml", LINK, None),
        ("dcterms.xml", CATEGORY, Some("defence")),
        ("dcterms.xml", GUID, Some("urn:1")),
        ("empty_guid.xml", GUID, None),
        (
            "guid_permalink_nolink.xml",
            LINK,
            Some("http://e.org/perma"),
        ),
        ("html_in_desc.xml", SUMMARY, Some("Hello\n\npara\n\ntail")),
        ("json_numeric_id.xml", GUID, Some("1")),
        (
            "json_relative_url.xml",
            LINK,
            Some("https://fetched.example/1"),
        ),
        ("link_atom_in_item.xml", LINK, Some("http://e/1")),
        (
            "no_guid_no_link_no_title.xml",
            SUMMARY,
            Some("only a description"),
        ),
        ("second_decl_utf8_later.xml", SUMMARY, Some("z")),
        ("rdf10_about_nolink.xml", GUID, Some("http://e/1")),
        ("rdf10_about_nolink.xml", LINK, Some("http://e/1")),
        ("relative_link.xml", LINK, Some("http://e.org/a/b?c=1")),
        ("title_media.xml", CONTENT, Some("mt")),
        ("unclosed_br.xml", SUMMARY, Some("Hello\ntail")),
        ("undeclared_prefix.xml", AUTHOR, Some("Bob")),
        ("undeclared_prefix.xml", CONTENT, Some("C")),
        ("ws_guid.xml", GUID, Some("g1")),
        ("ws_link.xml", LINK, Some("http://e.org/1")),
    ];
    for (name, field, expected) in cases {
        let feed = fixture(name).expect("a feed");
        let item = &feed.items.last().expect("an item").item;
        assert_eq!(field(item), *expected, "{name}");
    }
}

#[test]
fn dates_are_bounded_by_now() {
    let feed = |date: &str| {
        parsed(&format!(
            "<rss><channel><item><title>t</title><pubDate>{date}</pubDate></item></channel></rss>"
        ))
    };
    let dated = feed("Sun, 22 Nov 2026 06:30:00 GMT");
    assert_eq!(
        dated.items[0].item.published,
        Some("2026-11-22T06:30:00Z".parse().expect("RFC 3339"))
    );
    for (date, kind) in [
        ("Wed, 25 Nov 2026 00:00:01 GMT", WarningKind::DateOutOfRange),
        ("1970-01-01T00:00:00Z", WarningKind::DateOutOfRange),
        ("soon", WarningKind::UnreadableDate),
    ] {
        let feed = feed(date);
        assert_eq!(feed.items[0].item.published, None, "{date}");
        assert_eq!(feed.warnings[0].kind, kind, "{date}");
    }
}

#[test]
fn a_feed_says_what_it_is() {
    let feed = fixture("ttl.xml").expect("a feed");
    assert_eq!(feed.ttl, Some(Duration::from_hours(1)));
    assert_eq!(feed.title.as_deref(), Some("c"));
    assert_eq!(feed.link.as_deref(), Some("http://e.org/"));
    for (name, format) in [
        ("ok.xml", Format::Rss20),
        ("ver_090.xml", Format::Rss090),
        ("doctype_netscape.xml", Format::Rss091),
        ("ver_094.xml", Format::Rss092),
        ("rdf10_about_id.xml", Format::Rss10),
        ("rdf090.xml", Format::Rss090),
        ("atom03.xml", Format::Atom03),
        ("atom_prefix.xml", Format::Atom10),
        ("json_bom.xml", Format::Json11),
    ] {
        assert_eq!(fixture(name).expect("a feed").format, format, "{name}");
    }
}

/// Which items of a document are new after another was polled.
fn new_after(before: &ParsedFeed, after: &ParsedFeed) -> Vec<bool> {
    let shown = |feed: &ParsedFeed| feed.items.iter().map(ParsedItem::shown).collect::<Vec<_>>();
    let known = (0..).zip(&before.items).map(|(row, item)| Remembered {
        item: ItemId(row),
        alias: 0,
        fingerprint: item.fingerprint,
        seen_at: 0,
    });
    let known: Vec<Remembered> = known.collect();
    judge(&shown(after), &known, Identity::Auto)
        .news()
        .collect()
}

#[test]
fn a_feed_polled_twice_brings_nothing_new_wherever_it_was_fetched() {
    for (name, titles) in TITLES {
        let bytes = fs::read(fixtures().join(name)).expect("a fixture");
        let first = parse_bytes(&bytes).expect("a feed");
        let url = Url::parse("http://mirror.example/other").expect("a URL");
        let document = Document {
            bytes: &bytes,
            content_type: None,
            url: &url,
        };
        let second = parse(&document, now()).expect("a feed");
        assert_eq!(
            new_after(&first, &second),
            vec![false; titles.len()],
            "{name}"
        );
    }
}

#[test]
fn a_redirecting_service_makes_no_news() {
    let feed = |token: &str| {
        parsed(&format!(
            "<rss><item><title>T</title><link>http://proxy.example/~{token}</link>\
             <feedburner:origLink>http://e.org/1</feedburner:origLink></item></rss>"
        ))
    };
    let (first, second) = (feed("a"), feed("b"));
    assert_eq!(new_after(&first, &second), [false]);
    let link = second.items[0].item.link.as_deref();
    assert_eq!(link, Some("http://proxy.example/~b"));
}

#[test]
fn a_session_in_the_link_makes_no_news_and_another_story_does() {
    let feed = |link: &str, title: &str| {
        parsed(&format!(
            "<rss><item><title>{title}</title><link>{link}</link></item></rss>"
        ))
    };
    let first = feed("http://e.org/?id=1&amp;utm_source=a&amp;PHPSESSID=1", "T");
    let again = feed(
        "https://e.org/?id=1&amp;utm_source=b&amp;PHPSESSID=2",
        "T, edited",
    );
    assert_eq!(new_after(&first, &again), [false]);
    assert_eq!(new_after(&first, &feed("http://e.org/?id=2", "T")), [true]);
}

#[test]
fn feed_rs_reads_what_needs_namespaces_to_the_letter() {
    // Our own reader knows a prefix by its last declaration.
    let feed = parsed(
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'>\
         <a:entry><a:title>1</a:title><x xmlns:a='urn:other'/></a:entry>\
         <a:entry><a:title>2</a:title><a:updated>2026-11-21T00:00:00Z</a:updated></a:entry>\
         </a:feed>",
    );
    let titles: Vec<&str> = feed
        .items
        .iter()
        .map(|item| item.item.title.as_str())
        .collect();
    assert_eq!(titles, ["1", "2"]);
    assert_eq!(feed.markup_items, 2);
    assert!(feed.items[1].item.updated.is_some());
}

#[test]
fn an_item_that_is_shown_and_not_read_gives_a_warning() {
    let feed = parsed("<rss><item><title>1</title></item></rss><item>2</item>");
    assert_eq!((feed.items.len(), feed.markup_items), (1, 2));
    let last = feed
        .warnings
        .last()
        .map(|warning| (warning.kind, warning.count));
    assert_eq!(last, Some((WarningKind::ItemsMissing, 1)));
}

#[test]
fn a_warning_says_where() {
    let feed = fixture("bare_amp_title.xml").expect("a feed");
    let text = fs::read_to_string(fixtures().join("bare_amp_title.xml")).expect("a fixture");
    assert_eq!(
        feed.warnings,
        [Warning {
            kind: WarningKind::BareAmpersand,
            count: 1,
            first_at: text.find("&T wins").expect("it is there"),
        }]
    );
    assert_eq!(fixture("ok.xml").expect("a feed").warnings, []);
}

/// An RSS, an Atom and a JSON item of these members.
fn item_of(member: &str) -> Item {
    let text = match member.as_bytes()[0] {
        b'"' => {
            format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{{{member}}}]}}")
        }
        b'@' => format!("<feed><entry>{}</entry></feed>", &member[1..]),
        _ => format!("<rss><channel><item>{member}</item></channel></rss>"),
    };
    parsed(&text).items.remove(0).item
}

/// Of the two levels of escaping that formats know, the second shows what is text.
#[test]
fn escaped_markup_in_html_is_text_in_every_format() {
    let html =
        "<p>a <code>&lt;script&gt;</code> tag, Hegseth said</p><p>&lt;/script&gt; ends it</p>";
    let escaped = htmlize::escape_text(html);
    for member in [
        format!("<description>{escaped}</description>"),
        format!("<description><![CDATA[{html}]]></description>"),
        format!("<content:encoded><![CDATA[{html}]]></content:encoded>"),
        format!("<description>{html}</description>"),
        format!("@<content type='html'>{escaped}</content>"),
        format!("@<content type='xhtml'><div>{html}</div></content>"),
        format!("@<summary>{escaped}</summary>"),
        format!("@<summary>{html}</summary>"),
        format!("\"content_html\":\"{html}\""),
        format!("\"content_text\":\"{escaped}\""),
    ] {
        let item = item_of(&member);
        let text = format!("{}{}", item.summary, item.content);
        assert_eq!(
            text, "a <script> tag, Hegseth said\n\n</script> ends it",
            "{member}"
        );
    }
}

/// As the generators of docs/reading.md escape them.
#[test]
fn titles_keep_what_is_no_markup() {
    for (member, title) in [
        ("<title>Vec&lt;T&gt; &amp; co</title>", "Vec<T> & co"),
        (
            "<title>AT&amp;amp;T, O&amp;#x27;Brien</title>",
            "AT&T, O'Brien",
        ),
        ("<title>Vec&amp;lt;T&amp;gt;</title>", "Vec<T>"),
        ("<title><![CDATA[Vec<T> & co]]></title>", "Vec<T> & co"),
        ("<title>Vec<T> & <i>co</i></title>", "Vec<T> & co"),
        (
            "<title>a &lt;b&gt;bold&lt;/b&gt; word</title>",
            "a bold word",
        ),
        (
            "<title>&lt;Interview with x&gt; Koizumi</title>",
            "<Interview with x> Koizumi",
        ),
        (
            "<title><Interview with x> Koizumi</title>",
            "<Interview with x> Koizumi",
        ),
        ("<title>if a<b and c</title>", "if a<b and c"),
        (
            "<title>Use &lt;b&gt;, not &lt;strong&gt;</title>",
            "Use <b>, not <strong>",
        ),
        (
            "@<title>AT&amp;amp;T, O&amp;#x27;Brien</title>",
            "AT&T, O'Brien",
        ),
        ("@<title type='text'>Vec&lt;T&gt;</title>", "Vec<T>"),
        (
            "@<title type='text'>a &lt;b&gt;bold&lt;/b&gt; word</title>",
            "a bold word",
        ),
        (
            "@<title type='html'>Vec&amp;lt;T&amp;gt; &amp;amp; co</title>",
            "Vec<T> & co",
        ),
        (
            "@<title type='html'>Use &amp;lt;b&amp;gt;, not &amp;lt;strong&amp;gt;</title>",
            "Use <b>, not <strong>",
        ),
        (
            "@<title type='html'>Less: &lt;em> &amp;lt; &lt;/em></title>",
            "Less: <",
        ),
        (
            "@<title type='xhtml'><div>Vec&lt;T> <b>x</b></div></title>",
            "Vec<T> x",
        ),
        ("\"title\":\"AT&amp;T, O&#39;Brien\"", "AT&T, O'Brien"),
        ("\"title\":\"Vec<T>\"", "Vec<T>"),
    ] {
        assert_eq!(item_of(member).title, title, "{member}");
    }
    let feed = parsed("<rss><channel><title>Desk &amp; &lt;Wire></title><item/></channel></rss>");
    assert_eq!(feed.title.as_deref(), Some("Desk & <Wire>"));
}

#[test]
fn names_and_categories_keep_what_is_no_markup() {
    for member in [
        "<dc:creator>Desk &amp; &lt;Wire></dc:creator><category>Desk &amp; &lt;Wire></category>",
        "<author><![CDATA[Desk & <Wire>]]></author><category><![CDATA[Desk & <Wire>]]></category>",
        "<author>Desk &amp;amp; &amp;lt;Wire></author><category>Desk & <Wire></category>",
        "@<author><name>Desk &amp; &lt;Wire></name></author><category term='Desk &amp; &lt;Wire>'/>",
        "@<author><name>Desk &amp; &lt;Wire></name></author><category term='x' label='Desk &amp; &lt;Wire>'/>",
        "\"authors\":[{\"name\":\"Desk & <Wire>\"}],\"tags\":[\"Desk & <Wire>\"]",
    ] {
        let item = item_of(member);
        assert_eq!(item.authors, ["Desk & <Wire>"], "{member}");
        assert!(
            item.categories.contains(&"Desk & <Wire>".to_owned()),
            "{member}"
        );
    }
    let item = item_of("<title>t</title><category>List&lt;i></category>");
    assert_eq!(item.categories, ["List<i>"]);
    let media = item_of("<title>t</title><media:title>Vec&lt;T></media:title>");
    assert_eq!(media.content, "Vec<T>");
}

/// A commit message: nothing in it is markup (RFC 4287 §3.1.1.1).
#[test]
fn a_text_of_type_text_keeps_its_tags() {
    let message = "@<content type=\"text\">drop the &lt;br&gt;, use &lt;b&gt;\n\nBy: P. &lt;p@q.example&gt;</content>";
    let content = item_of(message).content;
    assert_eq!(content, "drop the <br>, use <b>\n\nBy: P. <p@q.example>");
}
