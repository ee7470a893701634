use std::{fmt::Write as _, time::Duration};

use jiff::civil::Weekday;

use super::*;
use crate::parse::{
    guard::{MAX_HUBS, MAX_ITEMS, MAX_LABELS, MAX_LONG_TEXT_BYTES, MAX_SHORT_TEXT_BYTES},
    raw::Body,
};

fn repaired(text: &str) -> (RawFeed<'_>, Vec<WarningKind>) {
    let url = Url::parse("https://fetched.example/dir/feed").expect("a URL");
    let now = "2026-11-22T00:00:00Z".parse().expect("RFC 3339");
    let mut warnings = Warnings::default();
    let (feed, _) = repair(text, &url, now, &mut warnings).expect("a feed");
    let kinds = warnings.into_vec().iter().map(|w| w.kind).collect();
    (feed, kinds)
}

/// What becomes of the inside of an RSS channel.
fn entries(channel: &str) -> String {
    let text = format!("<rss version='2.0'><channel>{channel}</channel></rss>");
    shown(&repaired(&text).0)
}

/// What becomes of the inside of an Atom feed.
fn atom_entries(feed: &str) -> String {
    let text = format!("<feed xmlns='http://www.w3.org/2005/Atom'>{feed}</feed>");
    shown(&repaired(&text).0)
}

/// The items in a notation of one line.
fn shown(feed: &RawFeed<'_>) -> String {
    let mut shown = String::new();
    for item in &feed.items {
        shown.push_str("<entry>");
        for (name, body) in [
            ("title", &item.title),
            ("summary", &item.summary),
            ("content", &item.content),
        ] {
            let Body { is_html, text } = body;
            if !text.is_empty() {
                let kind = if *is_html { "html" } else { "text" };
                write!(shown, "[{name} {kind}: {text}]").expect("a String takes everything");
            }
        }
        let links = item.links.iter();
        let parts = (item.id.iter().map(|id| format!("[id: {id}]")))
            .chain(links.map(|link| format!("[{:?}: {}]", link.rel, link.href)))
            .chain(item.authors.iter().map(|author| format!("[by {author}]")));
        shown.extend(parts);
        shown.push_str("</entry>");
    }
    shown
}

const T: &str = "<entry>[title text: T]</entry>";

#[test]
fn every_dialect_becomes_one() {
    for document in [
        "<rss><channel><item><title>T</title></item></channel></rss>",
        "<RSS><CHANNEL><ITEM><TITLE>T</TITLE></ITEM></CHANNEL></RSS>",
        "<rss><channel/><item><title>T</title></item></rss>",
        "<rss xmlns='urn:anything'><item><title>T</title></item></rss>",
        "<rss:rss xmlns:rss='http://purl.org/rss/1.0/'><rss:item><rss:title>T</rss:title></rss:item></rss:rss>",
        "<channel><item><title>T</title></item></channel>",
        "<item><title>T</title></item>",
        "<rdf:RDF><item><title>T</title></item></rdf:RDF>",
        "<feed><entry><title>T</title></entry></feed>",
        "<feed version='0.3'><entry><title>T</title></entry></feed>",
        "<a:feed xmlns:a='https://www.w3.org/2005/Atom/'><a:entry><a:title>T</a:title></a:entry></a:feed>",
        "<entry><title>T</title></entry>",
        "PHP notice <br/> <?xml version='1.0'?><rss><item><title>T</title></item></rss> <p>trailer",
    ] {
        assert_eq!(shown(&repaired(document).0), T, "{document}");
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
        let entries = entries(channel).replace("</titel>", "");
        assert_eq!(entries, twice, "{channel}");
    }
    assert_eq!(
        entries("<item><title>T<description>D</description></item>"),
        "<entry>[title text: T][summary html: D]</entry>"
    );
}

#[test]
fn an_item_cut_off_at_its_start_is_none() {
    let (cut_off, warnings) = repaired("<rss><item><title>T</title></item><item><gui");
    assert_eq!(shown(&cut_off), T);
    assert_eq!(warnings, [WarningKind::Truncated]);
    assert_eq!(repaired("<rss><item><title><![CD").0.items.len(), 1);
}

#[test]
fn text_holds_its_markup() {
    for (text, expected) in [
        ("a <b>b</b> c", "a <b>b</b> c"),
        ("a<br>b<img src='x'>", "a<br>b<img src='x'>"),
        ("a <x:b c='d'>e</x:b> f</g>", "a <b c='d'>e</b> f"),
        ("<Interview with x> Vec<T>", "<Interview with x> Vec<T>"),
        ("<![CDATA[a <b> & c]]>", "a <b> & c"),
        ("\n<![CDATA[a]]> \n <![CDATA[b]]>\n", "a \n b"),
        ("AT&T &amp;lt; &#146;", "AT&T &lt; ’"),
        ("a<!-- no -->b<?php no ?>", "ab"),
        ("a < b", "a < b"),
        (
            "<description>x</description> y",
            "<description>x</description> y",
        ),
    ] {
        let description = format!("<item><description>{text}</description></item>");
        let expected = format!("<entry>[summary html: {expected}]</entry>");
        assert_eq!(entries(&description), expected, "{text}");
    }
}

#[test]
fn atom_texts_keep_their_type() {
    for (element, expected) in [
        ("<title>a &lt;b></title>", "[title text: a <b>]"),
        ("<title type='text/plain'>a</title>", "[title text: a]"),
        (
            "<title>a &amp; <b>b</b></title>",
            "[title html: a &amp; <b>b</b>]",
        ),
        (
            "<title type='xhtml'><x:div>a &lt; b</x:div></title>",
            "[title html: <div>a &lt; b</div>]",
        ),
        (
            "<summary>&lt;p>a&lt;/p></summary>",
            "[summary text: <p>a</p>]",
        ),
        ("<content type='html'>a</content>", "[content html: a]"),
        ("<content type='image/png'>iVBORw==</content>", ""),
        (
            "<content type='application/octet-stream'>PHA+\n YTwvcD4=</content>",
            "[content html: <p>a</p>]",
        ),
        (
            "<content type='application/json'>{\"a\": 1}</content>",
            "[content html: {\"a\": 1}]",
        ),
        (
            "<title mode='base64'>PHA+YTwvcD4=</title>",
            "[title html: <p>a</p>]",
        ),
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
fn links_are_chosen_by_what_they_are() {
    for (element, rel) in [
        ("<link>u</link>", "Alternate"),
        ("<link href='u'>", "Alternate"),
        ("<atom:link rel='alternate' href='u'/>", "Alternate"),
        ("<feedburner:origLink>u</feedburner:origLink>", "Original"),
        ("<enclosure url='u'/>", "Enclosure"),
    ] {
        let expected = format!("<entry>[{rel}: u]</entry>");
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
    assert!(guid("").contains("Permalink"));
    assert!(guid(" isPermaLink='true'").contains("Permalink"));
    assert!(!guid(" isPermaLink='false'").contains("Permalink"));
}

#[test]
fn the_first_of_each_text_counts_and_an_id_comes_before_its_fallbacks() {
    let item = "<item><title>a</title><dc:title>b</dc:title><title>c</title></item>";
    assert_eq!(entries(item), "<entry>[title text: a]</entry>");
    let item = "<item rdf:about='x'><dc:identifier>y</dc:identifier><guid>z</guid></item>";
    assert_eq!(entries(item), "<entry>[id: z]</entry>");
}

#[test]
fn what_belongs_to_others_is_passed_over() {
    let others = "<source><title>no</title></source><image><title>no</title></image>\
                  <activity:object><title>no</title><id>no</id></activity:object>\
                  <itunes:duration>no</itunes:duration><media:restriction>no</media:restriction>";
    let item = format!("<item>{others}<title>T</title></item>");
    assert_eq!(entries(&item), T);
    let nested = "<item><x:y><x:y></x:y><title>no</title></x:y><title>T</title></item>";
    assert_eq!(entries(nested), T);
}

#[test]
fn persons_are_names() {
    for (author, name) in [
        ("<author>by <a href='u'>Jane</a></author>", "by Jane"),
        ("<author><name/><email>j@e.org</email></author>", "j@e.org"),
        (
            "<author><name> </name><email>j@e.org</email></author>",
            "j@e.org",
        ),
    ] {
        let expected = format!("<entry>[by {name}]</entry>");
        assert_eq!(entries(&format!("<item>{author}</item>")), expected);
    }
    for author in [
        "<author>Jane</author>",
        "<author><name>Jane</name><email>j@e.org</email></author>",
        "<author><email>j@e.org</email><uri>http://e.org</uri><name>Jane</name></author>",
        "<author><name>Jane</name><uri>http://e.org</uri></author>",
        "<dc:creator>Jane</dc:creator>",
        "<author>j@e.org (Jane)</author>",
    ] {
        let expected = "<entry>[by Jane]</entry>";
        assert_eq!(
            entries(&format!("<item>{author}</item>")),
            expected,
            "{author}"
        );
    }
    let mail = "<author><email>j@e.org</email></author>";
    assert!(entries(&format!("<item>{mail}</item>")).contains("[by j@e.org]"));
}

#[test]
fn bases_and_languages_reach_the_entry() {
    let (feed, _) = repaired(
        "<feed xml:base='/a/' xml:lang='en'><entry xml:base='b/' xml:lang='ja'>\
         <link href='c'/></entry></feed>",
    );
    assert_eq!(feed.language.as_deref(), Some("en"));
    assert_eq!(feed.items[0].language.as_deref(), Some("ja"));
    assert_eq!(feed.items[0].links[0].href, "https://fetched.example/a/b/c");
    let content = "<feed><entry xml:lang='en'><content xml:lang='ja'>a</content></entry></feed>";
    let language = repaired(content).0.items[0].language.clone();
    assert_eq!(language.as_deref(), Some("ja"));
}

#[test]
fn a_feed_says_when_it_changes_and_where_it_lives() {
    let text = "<rss><channel><ttl>60</ttl><skipHours><hour>3</hour><hour>1</hour></skipHours>\
                <skipDays><day>Sunday</day></skipDays><sy:updatePeriod>hourly</sy:updatePeriod>\
                <sy:updateFrequency>4</sy:updateFrequency><atom:link rel='self' href='s'/>\
                <atom:link rel='hub' href='h1'/><atom:link rel='hub' href='h2'/>\
                <atom:link rel='prev-archive' href='p?a=1&amp;b=2'/><atom:link rel='next' href='n'/>\
                <item><atom:link rel='self' href='no'/><title>T</title></item></channel></rss>";
    let (feed, _) = repaired(text);
    assert_eq!(shown(&feed), T);
    assert_eq!(feed.ttl, Some(Duration::from_hours(1)));
    assert_eq!(feed.schedule.update_every, Some(Duration::from_mins(15)));
    assert_eq!(feed.schedule.skip_hours, [1, 3]);
    assert_eq!(feed.schedule.skip_days, [Weekday::Sunday]);
    let relations = feed.relations;
    assert_eq!(relations.own.as_deref(), Some("s"));
    assert_eq!(relations.hubs, ["h1", "h2"]);
    assert_eq!(relations.next.as_deref(), Some("n"));
    assert_eq!(relations.prev_archive.as_deref(), Some("p?a=1&b=2"));
}

#[test]
fn what_podcasts_say_replaces_what_is_missing() {
    let podcast = "<itunes:summary>s</itunes:summary><itunes:author>a</itunes:author>";
    assert_eq!(
        entries(&format!("<item>{podcast}</item>")),
        "<entry>[summary html: s][by a]</entry>"
    );
    assert_eq!(
        entries(&format!(
            "<item>{podcast}<description>d</description><author>b</author></item>"
        )),
        "<entry>[summary html: d][by b][by a]</entry>"
    );
    let (feed, _) = repaired("<rss><item><itunes:category text='News'/>");
    assert_eq!(feed.items[0].categories, ["News"]);
}

#[test]
fn media_texts_are_the_items_own() {
    let text = "<rss><item><media:text type='plain' start='1' end='2'>x</media:text></item></rss>";
    assert_eq!(repaired(text).0.items[0].more[0].text, "x");
}

#[test]
fn a_channel_definition_names_its_site() {
    let (feed, _) = repaired(
        "<CHANNEL HREF='http://e.org/'><ITEM HREF='1' LASTMOD='2004-04-07'><TITLE>T</TITLE></ITEM>",
    );
    assert_eq!(feed.links[0].href, "http://e.org/");
    assert_eq!(feed.items[0].links[0].href, "1");
    assert!(feed.items[0].updated.is_some());
}

#[test]
fn hubs_are_bounded() {
    let hubs = |count: usize| {
        let text = format!("<rss>{}", "<atom:link rel='hub' href='h'/>".repeat(count));
        repaired(&text).0.relations.hubs.len()
    };
    assert_eq!((hubs(MAX_HUBS), hubs(MAX_HUBS + 1)), (MAX_HUBS, MAX_HUBS));
}

#[test]
fn the_date_is_kept_as_it_is_written() {
    for (dates, kept) in [
        ("<pubDate> soon </pubDate>", Some("soon")),
        (
            "<modified>2026-01-02</modified><pubDate>1 Jan 2026</pubDate><pubDate>x</pubDate>",
            Some("1 Jan 2026"),
        ),
        ("<modified>2026-01-02</modified>", Some("2026-01-02")),
        ("", None),
    ] {
        let text = format!("<rss><item>{dates}</item></rss>");
        assert_eq!(repaired(&text).0.items[0].date_text.as_deref(), kept);
    }
}

#[test]
fn what_one_document_may_make_us_keep_is_bounded() {
    let channel = |inside: String| {
        let text = format!("<rss><channel>{inside}</channel></rss>");
        let (feed, warnings) = repaired(&text);
        (shown(&feed), feed.items.len(), warnings)
    };
    let items = |count: usize| channel("<item/>".repeat(count));
    let (_, read, warnings) = items(MAX_ITEMS);
    assert_eq!((read, warnings), (MAX_ITEMS, vec![]));
    let (_, read, warnings) = items(MAX_ITEMS + 1);
    assert_eq!(
        (read, warnings),
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
        assert_eq!(text(limit).2, []);
        let (cut, _, warnings) = text(limit + 1);
        assert_eq!(cut, text(limit).0);
        assert_eq!(warnings, [WarningKind::TextTooLong]);
    }
    for label in [
        "<category>a</category>",
        "<author>a</author>",
        "<category term='a'/>",
    ] {
        let labels = |count: usize| channel(format!("<item>{}</item>", label.repeat(count)));
        assert_eq!(labels(MAX_LABELS).2, []);
        let (cut, _, warnings) = labels(MAX_LABELS + 1);
        assert_eq!(cut, labels(MAX_LABELS).0, "{label}");
        assert_eq!(warnings, [WarningKind::TooManyLabels]);
    }
}

/// What is not well-formed gives a warning wherever it is, also in what nobody reads.
#[test]
fn repairs_of_what_is_not_read_give_warnings() {
    use WarningKind::{BareAmpersand, BareLessThan, UnclosedElement, UnknownEntity};
    for (channel, expected) in [
        ("<comments>c?a=1&b=2</comments>", vec![BareAmpersand]),
        ("<media:credit>A & B</media:credit>", vec![BareAmpersand]),
        (
            "<georss:featurename>A < B</georss:featurename>",
            vec![BareLessThan],
        ),
        ("<image><title>A & B</title></image>", vec![BareAmpersand]),
        (
            "<image><title>A <Wire></title></image>",
            vec![UnclosedElement],
        ),
        ("<source url='u'>A <Wire> B</source>", vec![UnclosedElement]),
        (
            "<item><source url='u?a&b'>A</source></item>",
            vec![BareAmpersand],
        ),
        (
            "<item><media:thumbnail url='u?a&b'/></item>",
            vec![BareAmpersand],
        ),
        ("<item><x:y>&nonsense;</x:y></item>", vec![UnknownEntity]),
        (
            "<item><author><name>A</name><uri>u?a&b</uri></author></item>",
            vec![BareAmpersand],
        ),
        ("<item><title>A</title></item></p>", vec![UnclosedElement]),
        ("<item><a><b></a></b></item>", vec![UnclosedElement]),
        ("<item><item></item>", vec![UnclosedElement]),
        ("<item><link>l?a=1&b=2</link></item>", vec![BareAmpersand]),
        ("<item><title>A < B</title></item>", vec![BareLessThan]),
        (
            "<image><title>A &amp; &lt;B></title></image><item><enclosure url='u?a&amp;b'/>\
             <comments>c?a&amp;b</comments><x><y/>&#65;&eacute;</x></item>",
            vec![],
        ),
    ] {
        let text = format!("<rss version='2.0'><channel>{channel}</channel></rss>");
        assert_eq!(repaired(&text).1, expected, "{channel}");
    }
    let xhtml =
        "<feed><entry><content type='xhtml'><div>A & B &amp; C</div></content></entry></feed>";
    assert_eq!(repaired(xhtml).1, [BareAmpersand]);
}
