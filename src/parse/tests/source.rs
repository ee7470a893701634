//! Where an item says that it was published first.

use super::*;

#[test]
fn the_source_of_an_item_is_an_absolute_address_of_a_page() {
    let rss = |inner: &str| {
        format!(
            "<rss version='2.0'><channel><title>c</title><item><title>T</title>\
                 <link>https://hub.example/1</link>{inner}</item></channel></rss>"
        )
    };
    let atom = |inner: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>T</title>\
                 <link href='https://hub.example/1'/><source>{inner}</source></entry></feed>"
        )
    };
    for (text, expected) in [
        (
            rss("<source url='https://one.example'>One</source>"),
            Some("https://one.example/"),
        ),
        (
            rss("<source url='/feed?a=1&amp;b=2'>One</source>"),
            Some("https://e.org/feed?a=1&b=2"),
        ),
        (
            rss("<source url='https://one.example'/>"),
            Some("https://one.example/"),
        ),
        (rss("<source url='mailto:a@b.example'>One</source>"), None),
        (rss("<source>One</source>"), None),
        (rss(""), None),
        (
            atom(
                "<link rel='self' href='https://one.example/f'/><link href='https://one.example/'/>",
            ),
            Some("https://one.example/"),
        ),
        (
            atom("<link rel='self' href='https://one.example/f'/>"),
            Some("https://one.example/f"),
        ),
        (atom("<id>tag:x</id><title>One</title>"), None),
    ] {
        let url = Url::parse("https://e.org/f").expect("a URL");
        let document = Document {
            bytes: text.as_bytes(),
            content_type: None,
            url: &url,
        };
        let feed = parse(&document, Timestamp::UNIX_EPOCH).expect("a feed");
        let item = &feed.items[0].item;
        assert_eq!(item.source.as_deref(), expected, "{text}");
        assert_eq!(
            item.link.as_deref(),
            Some("https://hub.example/1"),
            "{text}"
        );
    }
}
