use jiff::Timestamp;

use super::*;

/// An item in short: `guid|link|title|minute|content`; empty parts are missing.
fn item(short: &str) -> Item {
    let mut parts = short.split('|');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let some = |text: String| (!text.is_empty()).then_some(text);
    let (guid, link, title) = (some(next()), some(next()), next());
    let minute = next().parse::<i64>().ok();
    Item {
        guid,
        link,
        title,
        published: minute
            .map(|minute| Timestamp::from_second(1_790_000_000 + minute * 60).expect("in range")),
        content: next(),
        ..Item::default()
    }
}

const SITE: &str = "https://e.org/";

fn keys_of(document: &[&str]) -> Vec<ItemKeys> {
    let items: Vec<Item> = document.iter().map(|short| item(short)).collect();
    let pairs = items.iter().map(|item| (item, item.link.as_deref()));
    keys(pairs, Some(SITE))
}

/// Polls documents one after the other; the judgement of the last.
fn polled(documents: &[&[&str]]) -> Judgement {
    let mut known = HashSet::new();
    let mut judgement = Judgement::default();
    for document in documents {
        let keys = keys_of(document);
        judgement = judge(&keys, &known);
        known.extend(keys.iter().flat_map(ItemKeys::all));
    }
    judgement
}

fn new_items(documents: &[&[&str]]) -> Vec<bool> {
    polled(documents).new
}

#[test]
fn an_item_seen_again_is_known() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "nothing changed",
            "g|https://e.org/1|T|1|c",
            "g|https://e.org/1|T|1|c",
        ),
        (
            "title edited",
            "g|https://e.org/1|T|1|c",
            "g|https://e.org/1|T, updated|1|c",
        ),
        (
            "all but the guid changed",
            "g|https://e.org/1|T|1|c",
            "g|https://e.org/2|U|2|d",
        ),
        (
            "guid rewritten",
            "g|https://e.org/1|T|1|c",
            "g?t=2|https://e.org/1|T|1|c",
        ),
        (
            "guid lost",
            "g|https://e.org/1|T|1|c",
            "|https://e.org/1|T|1|c",
        ),
        (
            "guid to https",
            "http://e.org/g||T|1|c",
            "https://e.org/g||U|2|d",
        ),
        (
            "no guid: title edited",
            "|https://e.org/1|T|1|c",
            "|https://e.org/1|U|2|d",
        ),
        (
            "no guid: token added",
            "|https://e.org/1|T|1|c",
            "|https://e.org/1?utm_source=x#y|T|1|c",
        ),
        (
            "no guid: to https",
            "|http://e.org/1|T|1|c",
            "|https://e.org/1|T|1|c",
        ),
        ("no link: content edited", "||T|1|c", "||T|1|d"),
        ("no link: only the date changed", "||T|1|c", "||T|2|c"),
        (
            "the site's link: only the date changed",
            "|https://e.org/|T|1|c",
            "|https://e.org/|T|2|c",
        ),
        ("no date either", "||T||c", "||T||c"),
        ("only text", "||||c", "||||c"),
        ("nothing at all", "||||", "||||"),
    ];
    for (name, before, after) in cases {
        assert_eq!(new_items(&[&[before]]), [true], "{name}: at first");
        assert_eq!(new_items(&[&[before], &[after]]), [false], "{name}");
    }
}

#[test]
fn another_item_is_new() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "recurring headline",
            "g1|https://e.org/1|Morning brief|1|c",
            "g2|https://e.org/2|Morning brief|2|d",
        ),
        (
            "the same text too",
            "g1|https://e.org/1|Storm|1|c",
            "g2|https://e.org/2|Storm|1|c",
        ),
        (
            "no guid: recurring headline",
            "|https://e.org/1|Storm|1|c",
            "|https://e.org/2|Storm|1|c",
        ),
        (
            "live page, new guid and title",
            "g1|https://e.org/live|Goal|1|c",
            "g2|https://e.org/live|Red card|2|c",
        ),
        (
            "link is the site's",
            "g1|https://e.org/|Storm|1|c",
            "g2|https://e.org/|Storm|2|c",
        ),
        ("guid without a link", "g1||Storm|1|c", "g2||Storm|1|c"),
        ("no link: another title", "||T|1|c", "||U|1|c"),
        ("no link, no date: another text", "||T||c", "||T||d"),
        ("guids that differ in case", "g||T|1|c", "G||T|1|c"),
    ];
    for (name, before, after) in cases {
        assert_eq!(new_items(&[&[before], &[after]]), [true], "{name}");
    }
}

#[test]
fn a_guid_on_many_items_is_told_apart_by_link_then_title() {
    let first: &[&str] = &["g|https://e.org/1|T|1|", "g|https://e.org/2|U|1|"];
    let second: &[&str] = &["g|https://e.org/3|V|1|", "g|https://e.org/1|T, again|1|"];
    assert_eq!(new_items(&[first]), [true, true]);
    assert_eq!(new_items(&[first, second]), [true, false]);

    let first: &[&str] = &["g|https://e.org/|T|1|", "g|https://e.org/|U|1|"];
    let second: &[&str] = &["g|https://e.org/|V|1|", "g|https://e.org/|T|1|"];
    assert_eq!(new_items(&[first, second]), [true, false]);
    let third: &[&str] = &["g|https://e.org/|W|1|"];
    assert_eq!(new_items(&[first, second, third]), [true]);

    let untitled: &[&str] = &["g|||1|one", "g|||1|two"];
    assert_eq!(new_items(&[untitled]), [true, true]);
}

#[test]
fn a_guid_that_becomes_common_does_not_hide_the_next_item() {
    let one: &[&str] = &["g|https://e.org/1|T|1|"];
    let two: &[&str] = &["g|https://e.org/2|U|1|", "g|https://e.org/1|T|1|"];
    assert_eq!(new_items(&[one, two]), [true, false]);
}

#[test]
fn a_link_of_many_items_names_none() {
    let first: &[&str] = &["|https://e.org/live|T|1|", "|https://e.org/live|U|2|"];
    let second: &[&str] = &["|https://e.org/live|V|3|", "|https://e.org/live|T|1|"];
    assert_eq!(new_items(&[first]), [true, true]);
    assert_eq!(new_items(&[first, second]), [true, false]);
}

#[test]
fn an_item_twice_in_a_document_is_new_once() {
    for twice in [
        "g|https://e.org/1|T|1|c",
        "|https://e.org/1|T|1|c",
        "||T|1|c",
        "||||",
    ] {
        assert_eq!(new_items(&[&[twice, twice]]), [true, false], "{twice}");
        assert_eq!(new_items(&[&[twice, twice], &[twice]]), [false], "{twice}");
    }
}

#[test]
fn old_items_that_come_back_are_known() {
    let first: &[&str] = &["g1|https://e.org/1|T|1|", "g2|https://e.org/2|U|2|"];
    let second: &[&str] = &["g3|https://e.org/3|V|3|"];
    assert_eq!(new_items(&[first, second, first]), [false, false]);
}

#[test]
fn a_feed_that_renames_everything_is_told_by_its_texts() {
    let before: &[&str] = &[
        "1|https://e.org/1|A|1|a",
        "2|https://e.org/2|B|2|b",
        "3|https://e.org/3|C||c",
        "4|https://e.org/4|D|4|d",
    ];
    let after: &[&str] = &[
        "n1|https://n.org/1|A|1|a",
        "n2|https://n.org/2|B|2|b",
        "n3|https://n.org/3|C||c",
        "n5|https://n.org/5|E|5|e",
    ];
    let renamed = Judgement {
        new: vec![false, false, false, true],
        renamed: 3,
    };
    assert_eq!(polled(&[before, after]), renamed);
    // Three of six are not most.
    let mixed = [after, &["n6||F|6|f", "n7||G|7|g"]].concat();
    assert_eq!(polled(&[before, &mixed]).renamed, 0);
    assert_eq!(new_items(&[before, &mixed]), [true; 6]);
    // Two of two are not many.
    assert_eq!(new_items(&[before, &after[..2]]), [true, true]);
}

#[test]
fn headlines_that_recur_all_at_once_are_not_a_renaming() {
    let monday: &[&str] = &["1||Morning|1|", "2||Noon|2|", "3||Evening|3|"];
    let tuesday: &[&str] = &["4||Morning|11|", "5||Noon|12|", "6||Evening|13|"];
    assert_eq!(new_items(&[monday, tuesday]), [true; 3]);
}

#[test]
fn keys_are_stable_and_kinds_do_not_mix() {
    // Stored keys must be found again by every later version.
    assert_eq!(
        key(Kind::Guid, &["a"]).0,
        [
            0xb9, 0x8e, 0x93, 0x26, 0xc7, 0x37, 0xb5, 0x41, 0xce, 0x3b, 0x09, 0x51, 0xf4, 0xbb,
            0x8b, 0x74
        ]
    );
    assert_ne!(key(Kind::Guid, &["a"]), key(Kind::Link, &["a"]));
    assert_ne!(
        key(Kind::TitleDate, &["ab", "c"]),
        key(Kind::TitleDate, &["a", "bc"])
    );
}
