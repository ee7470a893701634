use super::*;
use crate::parse::guard::{MAX_LABELS, MAX_LONG_TEXT_BYTES, MAX_SHORT_TEXT_BYTES};

fn repaired(text: &str) -> (Repaired, Vec<WarningKind>) {
    let url = Url::parse("https://fetched.example/dir/feed").expect("a URL");
    let now = "2026-11-22T00:00:00Z".parse().expect("RFC 3339");
    let mut warnings = Warnings::default();
    let repaired = repair(text, &url, now, &mut warnings).expect("a feed");
    let kinds = warnings.into_vec().iter().map(|w| w.kind).collect();
    (repaired, kinds)
}

/// What becomes of the inside of an RSS channel.
fn entries(channel: &str) -> String {
    let (repaired, _) = repaired(&format!(
        "<rss version='2.0'><channel>{channel}</channel></rss>"
    ));
    inside(&repaired.atom)
}

/// What becomes of the inside of an Atom feed.
fn atom_entries(feed: &str) -> String {
    inside(
        &repaired(&format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'>{feed}</feed>"
        ))
        .0
        .atom,
    )
}

/// The document without its outer element.
fn inside(atom: &str) -> String {
    let start = atom.find('>').expect("a root") + 1;
    atom[start..].replace("</feed>", "")
}

const T: &str = "<entry><title type=\"html\">T</title></entry>";

#[test]
fn every_dialect_becomes_atom() {
    for document in [
        "<rss><channel><item><title>T</title></item></channel></rss>",
        "<RSS><CHANNEL><ITEM><TITLE>T</TITLE></ITEM></CHANNEL></RSS>",
        "<rss><channel/><item><title>T</title></item></rss>",
        "<rss xmlns='urn:anything'><item><title>T</title></item></rss>",
        "<rss:rss xmlns:rss='http://purl.org/rss/1.0/'><rss:item><rss:title>T</rss:title></rss:item></rss:rss>",
        "<channel><item><title>T</title></item></channel>",
        "<item><title>T</title></item>",
        "<rdf:RDF><item><title>T</title></item></rdf:RDF>",
        "<feed><entry><title type='html'>T</title></entry></feed>",
        "<feed version='0.3'><entry><title mode='escaped' type='text/html'>T</title></entry></feed>",
        "<a:feed xmlns:a='https://www.w3.org/2005/Atom/'><a:entry><a:title type='html'>T</a:title></a:entry></a:feed>",
        "<entry><title type='html'>T</title></entry>",
        "PHP notice <br/> <?xml version='1.0'?><rss><item><title>T</title></item></rss> <p>trailer",
    ] {
        assert_eq!(inside(&repaired(document).0.atom), T, "{document}");
    }
}

#[test]
fn broken_tags_cost_nothing() {
    let twice = format!("{T}{T}");
    for channel in [
        "<item><title>T</titel></item><item><title>T</title></item>",
        "<item><title>T<item><title>T",
        "<item><title>T</title><item><title>T</title></item>",
        "<item><title>T</title></item></item><item><title>T</title></item>",
        "<item></b><title>T</title></i></item><br><item><p><title>T</title></item>",
        "<items><item><title>T</title></item><item><title>T</title></item></items>",
        "<image><title>no<item><title>T</title></item><item><title>T</title></item>",
        "<item><title>T</title><x:y><title>no</item><item><title>T</title></item>",
    ] {
        let entries = entries(channel).replace("&lt;/titel&gt;", "");
        assert_eq!(entries, twice, "{channel}");
    }
    assert_eq!(
        entries("<item><title>T<description>D</description></item>"),
        "<entry><title type=\"html\">T</title><summary type=\"html\">D</summary></entry>"
    );
}

#[test]
fn an_item_cut_off_at_its_start_is_none() {
    let (cut_off, warnings) = repaired("<rss><item><title>T</title></item><item><gui");
    assert_eq!((inside(&cut_off.atom).as_str(), cut_off.items), (T, 1));
    assert_eq!(warnings, [WarningKind::Truncated]);
    assert_eq!(repaired("<rss><item><title><![CD").0.items, 1);
}

#[test]
fn text_holds_its_markup() {
    for (text, expected) in [
        ("a <b>b</b> c", "a &lt;b&gt;b&lt;/b&gt; c"),
        ("a<br>b<img src='x'>", "a&lt;br&gt;b&lt;img&gt;"),
        ("<![CDATA[a <b> & c]]>", "a &lt;b&gt; &amp; c"),
        ("AT&T &amp;lt; &#146;", "AT&amp;T &amp;lt; ’"),
        ("a<!-- no -->b<?php no ?>", "ab"),
        ("a < b", "a &lt; b"),
        (
            "<description>x</description> y",
            "&lt;description&gt;x&lt;/description&gt; y",
        ),
    ] {
        let description = format!("<item><description>{text}</description></item>");
        let expected = format!("<entry><summary type=\"html\">{expected}</summary></entry>");
        assert_eq!(entries(&description), expected, "{text}");
    }
}

#[test]
fn atom_texts_keep_their_type() {
    for (element, expected) in [
        (
            "<title>a &lt;b></title>",
            "<title type=\"text\">a &lt;b&gt;</title>",
        ),
        (
            "<title type='text/plain'>a</title>",
            "<title type=\"text\">a</title>",
        ),
        (
            "<title>a &amp; <b>b</b></title>",
            "<title type=\"html\">a &amp;amp; &lt;b&gt;b&lt;/b&gt;</title>",
        ),
        (
            "<title type='xhtml'><x:div>a &lt; b</x:div></title>",
            "<title type=\"html\">&lt;div&gt;a &amp;lt; b&lt;/div&gt;</title>",
        ),
        (
            "<summary>&lt;p>a&lt;/p></summary>",
            "<summary type=\"html\">&lt;p&gt;a&lt;/p&gt;</summary>",
        ),
        (
            "<content type='html' xml:lang='ja'>a</content>",
            "<content type=\"html\" xml:lang=\"ja\">a</content>",
        ),
        ("<content type='image/png'>AAAA</content>", ""),
        ("<content src='x' type='text/html'> </content>", ""),
        ("<title/>", ""),
    ] {
        let expected = format!("<entry>{expected}</entry>");
        assert_eq!(
            atom_entries(&format!("<entry>{element}</entry>")),
            expected,
            "{element}"
        );
    }
}

#[test]
fn links_are_told_by_what_they_are() {
    for (element, rel) in [
        ("<link>u</link>", "alternate"),
        ("<link href='u'>", "alternate"),
        ("<atom:link rel='alternate' href='u'/>", "alternate"),
        ("<feedburner:origLink>u</feedburner:origLink>", "original"),
        ("<enclosure url='u'/>", "enclosure"),
    ] {
        let expected = format!("<entry><link rel=\"{rel}\" href=\"u\"/></entry>");
        assert_eq!(
            entries(&format!("<item>{element}</item>")),
            expected,
            "{element}"
        );
    }
    for element in [
        "<atom:link rel='self' href='u'/>",
        "<link/>",
        "<atom:link rel='replies' href='u'/>",
    ] {
        assert_eq!(
            entries(&format!("<item>{element}</item>")),
            "<entry></entry>",
            "{element}"
        );
    }
    let guid = |attribute: &str| {
        entries(&format!(
            "<item><guid{attribute}>http://e.org/1</guid></item>"
        ))
    };
    assert!(guid("").contains("permalink"));
    assert!(guid(" isPermaLink='true'").contains("permalink"));
    assert!(!guid(" isPermaLink='false'").contains("permalink"));
}

#[test]
fn the_first_of_each_text_counts_and_an_id_comes_before_its_stand_ins() {
    let item = "<item><title>a</title><dc:title>b</dc:title><title>c</title></item>";
    assert_eq!(
        entries(item),
        "<entry><title type=\"html\">a</title></entry>"
    );
    let item = "<item rdf:about='x'><dc:identifier>y</dc:identifier><guid>z</guid></item>";
    assert_eq!(entries(item), "<entry><id>x</id><id>z</id></entry>");
}

#[test]
fn what_belongs_to_others_is_passed_over() {
    let others = "<source><title>no</title></source><image><title>no</title></image>\
                  <activity:object><title>no</title><id>no</id></activity:object>\
                  <itunes:summary>no</itunes:summary><media:credit>no</media:credit>";
    let item = format!("<item>{others}<title>T</title></item>");
    assert_eq!(entries(&item), T);
    let nested = "<item><x:y><x:y></x:y><title>no</title></x:y><title>T</title></item>";
    assert_eq!(entries(nested), T);
}

#[test]
fn persons_are_names() {
    for author in [
        "<author>Jane</author>",
        "<author><name>Jane</name><email>j@e.org</email></author>",
        "<author><email>j@e.org</email><uri>http://e.org</uri><name>Jane</name></author>",
        "<dc:creator>Jane</dc:creator>",
        "<author>j@e.org (Jane)</author>",
    ] {
        let expected = "<entry><author><name>Jane</name></author></entry>";
        assert_eq!(
            entries(&format!("<item>{author}</item>")),
            expected,
            "{author}"
        );
    }
    let mail = "<author><email>j@e.org</email></author>";
    assert!(entries(&format!("<item>{mail}</item>")).contains("<name>j@e.org</name>"));
}

#[test]
fn bases_and_languages_reach_the_entry() {
    let (feed, _) = repaired(
        "<feed xml:base='/a/' xml:lang='en'><entry xml:base='b/' xml:lang='ja'>\
         <link href='c'/></entry></feed>",
    );
    assert!(
        feed.atom
            .contains("xml:base=\"https://fetched.example/a/\" xml:lang=\"en\"")
    );
    assert!(
        feed.atom
            .contains("<entry xml:base=\"https://fetched.example/a/b/\">")
    );
    assert!(
        feed.atom
            .contains("<content type=\"text\" xml:lang=\"ja\"></content>")
    );
}

#[test]
fn what_one_document_may_make_us_keep_is_bounded() {
    let channel = |inside: String| repaired(&format!("<rss><channel>{inside}</channel></rss>"));
    let items = |count: usize| channel("<item/>".repeat(count));
    assert_eq!(
        (items(MAX_ITEMS).0.items, items(MAX_ITEMS).1),
        (MAX_ITEMS, vec![])
    );
    let (more, warnings) = items(MAX_ITEMS + 1);
    assert_eq!(
        (more.items, warnings),
        (MAX_ITEMS, vec![WarningKind::TooManyItems])
    );

    for (name, limit) in [
        ("title", MAX_SHORT_TEXT_BYTES),
        ("description", MAX_LONG_TEXT_BYTES),
    ] {
        let text = |length: usize| {
            channel(format!(
                "<item><{name}>{}</{name}></item>",
                "x".repeat(length)
            ))
        };
        assert_eq!(text(limit).1, []);
        let (cut, warnings) = text(limit + 1);
        assert_eq!(cut.atom, text(limit).0.atom);
        assert_eq!(warnings, [WarningKind::TextTooLong]);
    }
    for label in [
        "<category>a</category>",
        "<author>a</author>",
        "<category term='a'/>",
    ] {
        let labels = |count: usize| channel(format!("<item>{}</item>", label.repeat(count)));
        assert_eq!(labels(MAX_LABELS).1, []);
        let (cut, warnings) = labels(MAX_LABELS + 1);
        assert_eq!(cut.atom, labels(MAX_LABELS).0.atom, "{label}");
        assert_eq!(warnings, [WarningKind::TooManyLabels]);
    }
}

#[test]
fn html_pages_are_told_from_other_texts() {
    assert_eq!(
        html_page("<!DOCTYPE html><title>Log in</title>"),
        Some(Some("Log in".to_owned()))
    );
    assert_eq!(html_page("<HTML><body>x"), Some(None));
    assert_eq!(html_page("<opml><title>x</title></opml>"), None);
    assert_eq!(html_page("not found"), None);
}
