//! Which text of an item goes where: one line for each way in which publishers write it.

mod texts;

use super::*;

const RSS: &str = "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/' \
    xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' \
    xmlns:p='https://podcastindex.org/namespace/1.0' \
    xmlns:prism='http://prismstandard.org/namespaces/basic/2.0/' \
    xmlns:c='urn:oasis:names:tc:emergency:cap:1.2' xmlns:g='http://www.georss.org/georss' \
    xmlns:gp='http://www.google.com/schemas/play-podcasts/1.0'>\
    <channel><link>https://e.org/</link><item>";

/// What an RSS item's inside is read as, empty fields left out.
fn rss(inside: &str) -> String {
    shown(&parsed(&format!("{RSS}{inside}</item></channel></rss>")))
}

fn atom(inside: &str) -> String {
    let start = "<feed xmlns='http://www.w3.org/2005/Atom' \
                 xmlns:media='http://search.yahoo.com/mrss/'><entry>";
    shown(&parsed(&format!("{start}{inside}</entry></feed>")))
}

fn shown(feed: &ParsedFeed) -> String {
    let item = &feed.items[0].item;
    let fields = [
        ("t", item.title.clone()),
        ("s", item.summary.clone()),
        ("c", item.content.replace("\n\n", " / ")),
        ("by", item.authors.join(" / ")),
        ("in", item.categories.join(" / ")),
    ];
    let fields = fields.iter().filter(|(_, text)| !text.is_empty());
    let fields: Vec<String> = fields
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    fields.join("; ")
}

#[test]
fn labels_are_categories_however_they_are_written() {
    for (inside, expected) in [
        (
            "<itunes:keywords>Koizumi, defence,, Tokyo </itunes:keywords>",
            "in: Koizumi / defence / Tokyo",
        ),
        (
            "<media:keywords>小泉、防衛; base</media:keywords>",
            "in: 小泉 / 防衛 / base",
        ),
        ("<keywords>one two</keywords>", "in: one two"),
        (
            "<media:category label='Rock'>music/rock</media:category>",
            "in: Rock / music/rock",
        ),
        (
            "<category>A</category><media:category>A</media:category>",
            "in: A",
        ),
        (
            "<prism:section>World</prism:section><prism:keyword>Iran</prism:keyword>",
            "in: World / Iran",
        ),
        (
            "<prism:publicationName>The Journal</prism:publicationName>",
            "in: The Journal",
        ),
        ("<prism:issn>1234-5678</prism:issn>", ""),
        (
            "<g:featurename>Yokosuka</g:featurename><g:point>35 139</g:point>",
            "in: Yokosuka",
        ),
        ("<subject>Defence</subject>", "in: Defence"),
        ("<tags>Defence, Tokyo</tags>", "in: Defence / Tokyo"),
    ] {
        assert_eq!(rss(inside), expected, "{inside}");
    }
    for (category, expected) in [
        ("<category term='a' label='Label'/>", "in: Label / a"),
        ("<category term='japan' label='Japan'/>", "in: Japan"),
        (
            "<category term='http://e.org/kind#post' label='Post'/>",
            "in: Post",
        ),
        ("<category term='17' label='Japan'/>", "in: Japan"),
        ("<category term='17'/>", "in: 17"),
        ("<category term='US' label='us'/>", "in: us / US"),
        ("<category term='US' label='US'/>", "in: US"),
        ("<category term='' label='Japan'/>", "in: Japan"),
    ] {
        assert_eq!(atom(category), expected, "{category}");
    }
}

#[test]
fn names_are_read_beside_addresses() {
    for (inside, expected) in [
        (
            "<author>a@e.org</author><itunes:author>Koizumi</itunes:author>",
            "by: Koizumi / a@e.org",
        ),
        (
            "<author>a@e.org (Roe)</author><itunes:author>Roe</itunes:author>",
            "by: Roe",
        ),
        (
            "<author>Roe</author><itunes:author>The Show</itunes:author>",
            "by: Roe / The Show",
        ),
        ("<author>Roe &lt;a@e.org&gt;</author>", "by: Roe"),
        (
            "<p:person role='guest'>Koizumi</p:person><author>Roe</author>",
            "by: Roe / Koizumi",
        ),
        (
            "<media:credit role='author'>Koizumi</media:credit>",
            "by: Koizumi",
        ),
        (
            "<media:credit>Getty</media:credit><dc:creator>Roe</dc:creator>",
            "c: Getty; by: Roe",
        ),
        ("<creator>Taro Koizumi</creator>", "by: Taro Koizumi"),
    ] {
        assert_eq!(rss(inside), expected, "{inside}");
    }
}

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
fn a_date_without_its_prefix_replaces_one_that_is_missing() {
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
