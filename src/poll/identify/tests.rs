use super::*;
use crate::parse;

#[test]
fn a_text_that_moves_between_fields_is_another() {
    let item = |title: &str, summary: &str, content: &str| Item {
        title: title.into(),
        summary: summary.into(),
        content: content.into(),
        ..Item::default()
    };
    let texts = [
        item("a", "b", ""),
        item("ab", "", ""),
        item("", "ab", ""),
        item("a", "", "b"),
    ];
    let hashes: HashSet<TextHash> = texts.iter().map(text_hash).collect();
    assert_eq!(hashes.len(), texts.len());
    let linked = Item {
        link: Some("https://e.org/".into()),
        ..item("a", "b", "")
    };
    assert!(
        hashes.contains(&text_hash(&linked)),
        "the text alone counts"
    );
}

#[test]
fn another_source_alone_is_no_edit() {
    let item = |source: &str| {
        let element = format!("<source url=\"https://{source}.example/\">N</source></item>");
        channel(&[item("g", "1", "text").replace("</item>", &element)])
    };
    let (old, new) = (item("one"), item("two"));
    assert_ne!(old[0].item.source, new[0].item.source);
    assert_eq!(text_hash(&old[0].item), text_hash(&new[0].item));
    assert_eq!(old[0].fingerprint, new[0].fingerprint);
    let identified = compared(&new, &[on_record(&old[0], 7, 0)]);
    assert_eq!(identified.records[0].id, Some(ItemId(7)));
    assert!(identified.records[0].alias.is_none());
}

fn items(xml: &str) -> Vec<ParsedItem> {
    let url = "https://e.org/feed".parse().expect("a URL");
    let document = parse::Document {
        bytes: xml.as_bytes(),
        content_type: None,
        url: &url,
    };
    let now = "2026-11-22T00:00:00Z".parse().expect("a time");
    parse::parse(&document, now).expect("a feed").items
}

fn item(guid: &str, link: &str, text: &str) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">{guid}</guid><link>https://e.org/{link}</link>\
         <title>T</title><description>{text}</description></item>"
    )
}

fn channel(items: &[String]) -> Vec<ParsedItem> {
    self::items(&format!("<rss><channel>{}</channel></rss>", items.concat()))
}

fn on_record(item: &ParsedItem, row: i64, seen_at: i64) -> Remembered {
    Remembered {
        item: ItemId(row),
        alias: 0,
        fingerprint: item.fingerprint,
        seen_at,
    }
}

fn compared(items: &[ParsedItem], known: &[Remembered]) -> Identified {
    let shown: Vec<_> = items.iter().map(ParsedItem::shown).collect();
    let judgement = judge(&shown, known, Identity::Auto);
    let now = Timestamp::from_second(10 * 86_400).expect("in range");
    compare(items, known, judgement, now)
}

#[test]
fn an_edit_takes_the_place_of_what_was_on_record_and_a_move_stands_beside_it() {
    let old = channel(&[item("g", "1", "text")]);
    let known = [on_record(&old[0], 7, 0)];
    let cases = [
        ("as it was", item("g", "1", "text"), None),
        ("edited", item("g", "1", "other"), Some((true, Some(0)))),
        ("another link", item("g", "2", "text"), Some((false, None))),
    ];
    for (name, shown, expected) in cases {
        let identified = compared(&channel(&[shown]), &known);
        let record = &identified.records[0];
        assert_eq!(record.id, Some(ItemId(7)), "{name}");
        let alias = record.alias.map(|it| (record.is_edited, it.replaces));
        assert_eq!(alias, expected, "{name}");
    }
}

#[test]
fn what_is_as_it_was_is_noted_once_a_day() {
    let items = channel(&[item("g", "1", "text")]);
    let day_9 = 9 * 86_400_000;
    for (seen_at, stale) in [(day_9, vec![(ItemId(7), 0)]), (day_9 + 1, vec![])] {
        let identified = compared(&items, &[on_record(&items[0], 7, seen_at)]);
        assert_eq!(identified.stale, stale);
    }
}

/// Two versions of one entry must not be written down as two edits of it.
#[test]
fn an_item_that_stands_twice_is_compared_once() {
    let dated = |text: &str| {
        item("g", "1", text).replace(
            "</item>",
            "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>",
        )
    };
    let items = channel(&[dated("news"), dated("news, and more")]);
    let old = channel(&[dated("old")]);
    let identified = compared(&items, &[on_record(&old[0], 7, 0)]);
    let ids: Vec<_> = identified.records.iter().map(|record| record.id).collect();
    assert_eq!(ids, [None, Some(ItemId(7))]);
    assert_eq!(identified.judgement.verdicts[0], Verdict::Repeat);
}

#[test]
fn a_guid_of_another_story_is_said() {
    let old = channel(&[item("g", "1", "text")]);
    let shown = item("g", "2", "other").replace("<title>T<", "<title>U<");
    let identified = compared(&channel(&[shown]), &[on_record(&old[0], 7, 0)]);
    assert_eq!(
        identified.records[0].identified_by,
        IdentifiedBy::GuidReused
    );
    assert_eq!(identified.records[0].id, None);
}
