//! Languages, links and dates.

use super::*;

#[test]
fn a_language_is_read_without_its_prefix() {
    let language = |document: &str| {
        let feed = parsed(document);
        let item = feed.items[0].item.language.clone();
        [feed.language, item].map(Option::unwrap_or_default)
    };
    for (document, expected) in [
        ("<feed lang='ja'><entry/></feed>", ["ja", "ja"]),
        (
            "<feed xml:lang='ja' lang='en'><entry/></feed>",
            ["ja", "ja"],
        ),
        ("<feed lang=' '><entry lang='ja'/></feed>", ["", "ja"]),
        (
            "<feed><entry><title lang='ja'>x</title></entry></feed>",
            ["", "ja"],
        ),
        (
            "<rss><channel xml:lang='ja'><item/></channel></rss>",
            ["ja", "ja"],
        ),
        (
            "<rss><channel lang='ja'><item/></channel></rss>",
            ["ja", "ja"],
        ),
        (
            "<rss lang='en'><channel lang='ja'><item lang='ko'/></channel></rss>",
            ["en", "ko"],
        ),
    ] {
        assert_eq!(language(document), expected, "{document}");
    }
}

#[test]
fn a_guid_that_is_a_path_is_a_link_where_there_is_no_other() {
    let link = |inside: &str| {
        let feed = parsed(&format!("{RSS}{inside}</item></channel></rss>"));
        feed.items[0].item.link.clone().unwrap_or_default()
    };
    for (inside, expected) in [
        (
            "<guid isPermaLink='true'>/blog/x</guid>",
            "https://e.org/blog/x",
        ),
        (
            "<guid isPermaLink=' TRUE '>blog/x</guid>",
            "https://e.org/blog/x",
        ),
        (
            "<guid isPermaLink='true'>?p=12</guid>",
            "https://e.org/?p=12",
        ),
        ("<guid>/blog/x</guid>", "https://e.org/blog/x"),
        ("<guid>blog/x</guid>", ""),
        ("<guid isPermaLink='true'>12345</guid>", ""),
        ("<guid isPermaLink='true'>tag:e.org,2026:/x</guid>", ""),
        ("<guid isPermaLink='true'>/a b</guid>", ""),
        ("<guid isPermaLink='false'>/blog/x</guid>", ""),
        (
            "<link>https://e.org/1</link><guid isPermaLink='true'>/x</guid>",
            "https://e.org/1",
        ),
        (
            "<enclosure url='c.jpg' type='image/jpeg'/><enclosure url='a.mp3' type='audio/mpeg'/>",
            "https://e.org/a.mp3",
        ),
        ("<enclosure url='a.mp3'/><guid>/x</guid>", "https://e.org/x"),
    ] {
        assert_eq!(link(inside), expected, "{inside}");
    }
}

#[test]
fn a_date_without_its_prefix_stands_in_for_one_that_is_missing() {
    let date = |inside: &str| {
        let feed = parsed(&format!("{RSS}{inside}</item></channel></rss>"));
        let date = feed.items[0].item.published;
        date.map(|date| date.to_string()).unwrap_or_default()
    };
    for (inside, expected) in [
        (
            "<date>Wed, 15 Jun 2022 02:34:44 +0200</date>",
            "2022-06-15T00:34:44Z",
        ),
        (
            "<date>2022-06-15</date><pubDate>2022-06-16</pubDate>",
            "2022-06-16T00:00:00Z",
        ),
        (
            "<prism:coverDate>2022-06-15</prism:coverDate>",
            "2022-06-15T00:00:00Z",
        ),
        (
            "<c:sent>2022-06-15T00:00:00-00:00</c:sent>",
            "2022-06-15T00:00:00Z",
        ),
        (
            "<date>2022-06-15</date><dcterms:modified>2022-06-16</dcterms:modified>",
            "",
        ),
    ] {
        assert_eq!(date(inside), expected, "{inside}");
    }
}
