//! Categories and names.

use super::*;

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
