use super::*;
use crate::parse::guard::MAX_ITEMS;

fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().expect("RFC 3339")
}

fn read_json(text: &str) -> (RawFeed<'static>, Format, Vec<WarningKind>) {
    let mut warnings = Warnings::default();
    let (feed, format) = read(text, now(), &mut warnings)
        .expect("well-formed")
        .expect("a JSON Feed");
    let kinds = warnings.into_vec().iter().map(|w| w.kind).collect();
    (feed, format, kinds)
}

fn item(members: &str) -> (RawItem<'static>, Vec<WarningKind>) {
    let text =
        format!(r#"{{"version":"https://jsonfeed.org/version/1.1","items":[{{{members}}}]}}"#);
    let (mut feed, _, warnings) = read_json(&text);
    (feed.items.remove(0), warnings)
}

#[test]
fn reads_what_the_format_says() {
    let (item, warnings) = item(
        r#""id":"1","url":"https://e.org/1","title":"T <i>","content_html":"<p>x</p>",
           "content_text":"x","summary":"s","date_published":"2026-11-21T00:00:00Z",
           "date_modified":"2026-11-21T01:00:00Z","authors":[{"name":"Jane & Co"}],
           "tags":["a","b"],"language":"en","attachments":[{"url":"https://e.org/a.mp3"}]"#,
    );
    assert_eq!(warnings, []);
    assert_eq!(item.id.as_deref(), Some("1"));
    assert_eq!(
        (item.title.is_html, item.title.text.as_ref()),
        (false, "T <i>")
    );
    assert_eq!(
        (item.content.is_html, item.content.text.as_ref()),
        (true, "<p>x</p>")
    );
    assert_eq!(item.summary.text, "s");
    assert!(item.published < item.updated);
    assert_eq!(item.authors, ["Jane & Co"]);
    assert_eq!(item.categories, ["a", "b"]);
    assert_eq!(item.language.as_deref(), Some("en"));
    let rels: Vec<Rel> = item.links.iter().map(|link| link.rel).collect();
    assert_eq!(rels, [Rel::Alternate, Rel::Enclosure]);
}

#[test]
fn versions_are_distinguished() {
    for (version, format) in [
        ("https://jsonfeed.org/version/1", Format::Json10),
        ("http://jsonfeed.org/version/1.0", Format::Json10),
        ("http://jsonfeed.org/version/1.1/", Format::Json11),
        ("2", Format::Json11),
    ] {
        let text = format!(r#"{{"version":"{version}","items":[]}}"#);
        assert_eq!(read_json(&text).1, format, "{version}");
    }
}

#[test]
fn people_of_both_versions_are_kept_each_once() {
    let (both, _) =
        item(r#""authors":[{"name":"Jane"},{"name":"Jack"}],"author":{"name":"Jane","url":"u"}"#);
    assert_eq!(both.authors, ["Jane", "Jack"]);
    let (other, _) = item(r#""authors":[{"name":"Jane"}],"author":{"name":"Joe"}"#);
    assert_eq!(other.authors, ["Jane", "Joe"]);
}

#[test]
fn values_of_other_types_are_taken_for_what_they_mean() {
    let (item, warnings) = item(
        r#""id":17,"title":2026,"content_text":true,"author":"Jane","tags":"one",
           "url":null,"summary":{"a":1},"date_published":5"#,
    );
    assert_eq!(item.id.as_deref(), Some("17"));
    assert_eq!(item.title.text, "2026");
    assert_eq!(item.content.text, "true");
    assert_eq!(item.authors, ["Jane"]);
    assert_eq!(item.categories, ["one"]);
    assert!(item.links.is_empty() && item.summary.text.is_empty() && item.published.is_none());
    assert_eq!(
        warnings,
        [WarningKind::WrongJsonType, WarningKind::UnreadableDate]
    );
    let (feed, _, warnings) =
        read_json(r#"{"version":"https://jsonfeed.org/version/1","items":[1,{}]}"#);
    assert_eq!(
        (feed.items.len(), warnings),
        (1, vec![WarningKind::WrongJsonType])
    );
}

#[test]
fn an_id_that_is_an_address_is_a_link() {
    let (item, _) = item(r#""id":"https://e.org/1""#);
    assert_eq!(item.links[0].href, "https://e.org/1");
}

#[test]
fn ids_that_are_numbers_are_one_fault() {
    let mut warnings = Warnings::default();
    let text = r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1},{"id":2.5}]}"#;
    let (feed, _) = read(text, now(), &mut warnings)
        .expect("JSON")
        .expect("a feed");
    let ids: Vec<_> = feed
        .items
        .iter()
        .filter_map(|item| item.id.as_deref())
        .collect();
    assert_eq!(ids, ["1", "2.5"]);
    let warnings = warnings.into_vec();
    assert_eq!((warnings.len(), warnings[0].count), (1, 1));
}

#[test]
fn other_json_is_no_feed() {
    for text in [r#"{"error":"not found"}"#, "{} <rss>", "{not json"] {
        let read = read(text, now(), &mut Warnings::default());
        assert!(matches!(read, Ok(None)), "{text}");
    }
    let cut_off = r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":"#;
    let read = read(cut_off, now(), &mut Warnings::default());
    assert!(matches!(read, Err(ParseError::Malformed { .. })));
}

#[test]
fn what_is_kept_is_bounded() {
    let many = |count: usize| {
        let items = vec!["{}"; count].join(",");
        read_json(&format!(
            r#"{{"version":"jsonfeed.org/version/1","items":[{items}]}}"#
        ))
    };
    assert_eq!(
        (many(MAX_ITEMS).0.items.len(), many(MAX_ITEMS).2),
        (MAX_ITEMS, vec![])
    );
    let (feed, _, warnings) = many(MAX_ITEMS + 1);
    assert_eq!(
        (feed.items.len(), warnings),
        (MAX_ITEMS, vec![WarningKind::TooManyItems])
    );

    let labels = |count: usize| item(&format!(r#""tags":[{}]"#, vec!["\"t\""; count].join(",")));
    assert_eq!(labels(MAX_LABELS).1, []);
    let (feed, warnings) = labels(MAX_LABELS + 1);
    assert_eq!(
        (feed.categories.len(), warnings),
        (MAX_LABELS, vec![WarningKind::TooManyLabels])
    );

    let title = |length: usize| item(&format!(r#""title":"{}""#, "t".repeat(length)));
    assert_eq!(title(MAX_SHORT_TEXT_BYTES).1, []);
    let (item, warnings) = title(MAX_SHORT_TEXT_BYTES + 1);
    assert_eq!(item.title.text.len(), MAX_SHORT_TEXT_BYTES);
    assert_eq!(warnings, [WarningKind::TextTooLong]);
}
