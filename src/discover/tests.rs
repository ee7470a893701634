use proptest::prelude::*;

use super::*;
use crate::linear::assert_linear;

const PAGE: &str = "https://news.example.org/asia/index.html?page=2";

fn found(html: &str) -> Vec<String> {
    let page = Url::parse(PAGE).expect("a URL");
    let feeds = discover(html, &page).into_iter();
    feeds.map(|feed| feed.url.to_string()).collect()
}

const RSS: &str = "rel=alternate type=application/rss+xml";

#[test]
fn declared_feeds_in_every_spelling() {
    let wanted = "https://news.example.org/feed.xml";
    for html in [
        "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed.xml\">",
        "<LINK REL='Alternate' TYPE='application/atom+xml; charset=utf-8' HREF='/feed.xml' />",
        "<link rel=alternate type=application/feed+json href=/feed.xml>",
        "<link rel=alternate type=application/json href=../feed.xml>",
        "<link\n rel = \"home alternate\"\n type = 'application/rdf+xml'\n href = '/feed.xml#top'/>",
        "<link rel=feed href=/feed.xml>",
        "<!-- <link> --><p title='>'><link rel=alternate hidden type=application/rss+xml href=/feed.xml",
    ] {
        let html = if html.ends_with('>') {
            html.to_owned()
        } else {
            format!("{html} >")
        };
        assert_eq!(found(&html), [wanted], "{html}");
    }
}

#[test]
fn addresses_are_resolved_and_their_entities_decoded() {
    for (href, wanted) in [
        ("feed", "https://news.example.org/asia/feed"),
        (
            "?feed=rss2",
            "https://news.example.org/asia/index.html?feed=rss2",
        ),
        (
            "//cdn.example/x?a=1&amp;b=2",
            "https://cdn.example/x?a=1&b=2",
        ),
        (
            " http://other.example/f&#46;xml ",
            "http://other.example/f.xml",
        ),
        ("/caf\u{e9}", "https://news.example.org/caf%C3%A9"),
    ] {
        assert_eq!(found(&format!("<link {RSS} href='{href}'>")), [wanted]);
    }
    let base = "<base href='/japan/'><base href='/no/'>";
    let html = format!("<link {RSS} href=feed>{base}");
    assert_eq!(found(&html), ["https://news.example.org/japan/feed"]);
}

#[test]
fn what_is_no_feed_is_not_found() {
    for html in [
        "<link rel=stylesheet type=text/css href=/feed>",
        "<link rel=alternate hreflang=ja href=/ja>",
        "<link rel=alternate type=application/json+oembed href=/o>",
        "<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/7>",
        "<link rel=alternate type=application/rss+xml>",
        "<link rel=alternate type=application/rss+xml href='javascript:alert(1)'>",
        "<link rel=alternate type=application/rss+xml href='file:///etc/passwd'>",
        "<!-- <link rel=alternate type=application/rss+xml href=/feed> -->",
        "<script>'<link rel=alternate type=application/rss+xml href=/feed>'</script>",
        "<a href='/feedback'>a</a><a href='/rss-explained'>b</a><a>c</a>",
        "<link rel=alternate type=application/rss+xml href='/feed",
    ] {
        assert_eq!(found(html), [""; 0], "{html}");
    }
}

#[test]
fn links_count_only_where_nothing_is_declared() {
    let links = "<a href=/rss>RSS</a> <a href='/x.atom'>x</a> <a href='/?feed=rss2'>y</a> <a href=/feed/>z</a>";
    let wanted = ["rss", "x.atom", "?feed=rss2", "feed/"];
    assert_eq!(
        found(links),
        wanted.map(|end| format!("https://news.example.org/{end}"))
    );
    let declared = format!("{links}<link {RSS} href=/declared>");
    assert_eq!(found(&declared), ["https://news.example.org/declared"]);
}

#[test]
fn each_once_with_its_title_and_no_more_than_the_bound() {
    let html = format!("<link {RSS} href=/1 title=' News\n &amp;\u{7} more '>").repeat(2);
    let page = Url::parse(PAGE).expect("a URL");
    let feeds = discover(&html, &page);
    assert_eq!(feeds.len(), 1);
    assert_eq!(feeds[0].title.as_deref(), Some("News & more"));
    let many = |count: usize| -> String {
        let link = |number| format!("<link {RSS} href=/{number}>");
        (0..count).map(link).collect()
    };
    assert_eq!(found(&many(MAX_FOUND)).len(), MAX_FOUND);
    assert_eq!(found(&many(MAX_FOUND + 1)).len(), MAX_FOUND);
}

#[test]
fn linear_whatever_comes() {
    for part in [
        "<a ", "<a b=\"", "<!--", "<script>", "<a/", "<", "<a =", "</", "<a b='>", "&",
    ] {
        assert_linear(part, 200_000, |size| drop(found(&part.repeat(size))));
    }
}

proptest! {
    #[test]
    fn never_panics(html in any::<String>(), tags in "(<(link|a|base|script|!--|/)?[ a-z='\"/>é]{0,12}){0,8}") {
        found(&html);
        found(&tags);
    }
}
