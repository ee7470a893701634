use jiff::Timestamp;

use super::*;
use crate::model::{IdentifiedBy, Identity, ItemId, Remembered};

/// An item in short: `guid|link|title|minute|content`; empty parts are missing.
fn item(short: &str) -> Item {
    let mut parts = short.split('|');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let some = |text: String| (!text.is_empty()).then_some(text);
    let (guid, link, title) = (some(next()), some(next()), next());
    let minute = next();
    let minute = match minute.as_str() {
        "midnight" => Some(-1_790_000_040 / 60 + 20_000 * 24 * 60),
        minute => minute.parse::<i64>().ok(),
    };
    Item {
        guid,
        link,
        title,
        published: minute
            .map(|minute| Timestamp::from_second(1_790_000_040 + minute * 60).expect("in range")),
        content: next(),
        ..Item::default()
    }
}

const SITE: &str = "https://e.org/";

fn shown(document: &[&str]) -> Vec<Option<Fingerprint>> {
    let items: Vec<Item> = document.iter().map(|short| item(short)).collect();
    let prints: Vec<Fingerprint> = items
        .iter()
        .map(|item| fingerprint(item, item.link.as_deref(), Some(SITE)))
        .collect();
    let versions = later_versions(&items, &prints);
    let shown = prints.into_iter().zip(versions);
    shown
        .map(|(print, is_version)| Some(print).filter(|_| !is_version))
        .collect()
}

/// What is on record, as a store keeps it: everything there is.
#[derive(Default)]
struct Memory(Vec<Remembered>);

impl Memory {
    fn read(&mut self, document: &[&str]) -> Judgement {
        let shown = shown(document);
        let judgement = judge(&shown, &self.0, Identity::Auto);
        let rows = self.0.iter().map(|it| it.item.0 + 1).max().unwrap_or(0);
        for ((print, verdict), row) in shown.iter().zip(&judgement.verdicts).zip(rows..) {
            let Some(fingerprint) = *print else { continue };
            let (item, by) = match *verdict {
                Verdict::New { .. } => (ItemId(row), Some(IdentifiedBy::New)),
                Verdict::Known { item, by, .. } => (item, by),
                Verdict::Repeat => continue,
            };
            if by.is_some() {
                self.0.push(Remembered {
                    item,
                    alias: 0,
                    fingerprint,
                    seen_at: 0,
                });
            }
        }
        judgement
    }
}

/// Polls documents one after the other; the judgement of the last.
fn polled(documents: &[&[&str]]) -> Judgement {
    let mut memory = Memory::default();
    let judged = documents.iter().map(|document| memory.read(document));
    judged.last().unwrap_or_default()
}

fn new_items(documents: &[&[&str]]) -> Vec<bool> {
    polled(documents).news().collect()
}

/// Each is new where nothing was seen before, and known where the document before held the first.
fn assert_known(cases: &[(&str, &str, &str)]) {
    for (name, before, after) in cases {
        assert_eq!(new_items(&[&[before]]), [true], "{name}: at first");
        assert_eq!(new_items(&[&[before], &[after]]), [false], "{name}");
    }
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
            "link and title changed, the text stayed",
            "g|https://e.org/1|T|1|c",
            "g|https://e.org/2|U|2|c",
        ),
        (
            "link and text changed, the title stayed",
            "g|https://e.org/1|T|1|c",
            "g|https://e.org/2|T|2|d",
        ),
        ("no link: title and text changed", "g||T|1|c", "g||U|1|d"),
        ("no link, no date: all changed", "g||T||c", "g||U||d"),
        (
            "another address",
            "g1|https://e.org/1|T|1|c",
            "g2|https://e.org/2|T|1|c",
        ),
        (
            "another address, no date",
            "g1|https://e.org/1|T||c",
            "g2|https://e.org/2|T||c",
        ),
        (
            "another address, no text",
            "g1|https://e.org/1|T|1|",
            "g2|https://e.org/2|T|1|",
        ),
        (
            "the title makes the address",
            "g1|https://e.org/t|T|1|c",
            "g2|https://e.org/u|U|1|c",
        ),
        (
            "another host, and the text edited",
            "a1|https://a.org/1|T|1|c",
            "b1|https://b.org/1|T|1|d",
        ),
        (
            "no guid: a parameter that no list of trackers has",
            "|https://e.org/1?token=1|T|1|c",
            "|https://e.org/1?token=2|T|1|c",
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
            "https://e.org/g||U|1|d",
        ),
    ];
    assert_known(cases);
}

#[test]
fn an_item_without_a_guid_seen_again_is_known() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "no guid: title and text edited",
            "|https://e.org/1|T|1|c",
            "|https://e.org/1|U|1|d",
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
    assert_known(cases);
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
            "a guid used again",
            "g|https://e.org/1|T|1|c",
            "g|https://e.org/2|U|2|d",
        ),
        ("a guid used again, no link", "g||T|1|c", "g||U|2|d"),
        (
            "no guid: a page used again",
            "|https://e.org/1|T|1|c",
            "|https://e.org/1|U|2|d",
        ),
        (
            "post of a page, its own guid and text",
            "g1|https://e.org/live|Live|1|c",
            "g2|https://e.org/live|Live|2|d",
        ),
        (
            "recurring headline of a day, no text",
            "g1|https://e.org/1|Storm|midnight|",
            "g2|https://e.org/2|Storm|midnight|",
        ),
        (
            "no guid: recurring headline",
            "|https://e.org/1|Storm|1|c",
            "|https://e.org/2|Storm|2|c",
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
        ("guid without a link", "g1||Storm|1|c", "g2||Storm|2|c"),
        ("no link: another title and text", "||T|1|c", "||U|1|d"),
        ("no link, no date: another text", "||T||c", "||T||d"),
        ("guids that differ in case", "g||T|1|c", "G||T|2|d"),
    ];
    for (name, before, after) in cases {
        assert_eq!(new_items(&[&[before], &[after]]), [true], "{name}");
    }
}

#[test]
fn a_guid_on_many_items_is_distinguished_by_link_then_title() {
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
fn a_feed_that_renames_everything_is_identified_by_its_texts() {
    let before: &[&str] = &[
        "1|https://e.org/1|A|1|a",
        "2|https://e.org/2|B|2|b",
        "3|https://e.org/3|C||c",
        "4|https://e.org/4|D|4|d",
    ];
    let after: &[&str] = &[
        "n1|https://n.org/a|A|1|a",
        "n2|https://n.org/b|B|2|b",
        "n3|https://n.org/c|C||c",
        "n5|https://n.org/e|E|5|e",
    ];
    let judgement = polled(&[before, after]);
    assert_eq!(judgement.renamed, 3);
    assert_eq!(new_items(&[before, after]), [false, false, false, true]);
    // Three of six are not most, and two of two are not many.
    let mixed = [after, &["n6||F|6|f", "n7||G|7|g"]].concat();
    assert_eq!(polled(&[before, &mixed]).renamed, 0);
    assert_eq!(new_items(&[before, &after[..2]]), [false, false]);
}

#[test]
fn a_feed_that_edits_its_texts_as_it_renames_everything_is_identified_too() {
    let before: &[&str] = &["1||A|1|a", "2||B|2|b", "3||C|3|c"];
    let after: &[&str] = &["n1||A|1|x", "n2||B|2|y", "n3||C|3|z"];
    assert_eq!(polled(&[before, after]).renamed, 3);
    assert_eq!(new_items(&[before, after]), [false; 3]);
    let two = &after[..2];
    assert_eq!(new_items(&[before, two]), [true, true], "two are not many");
}

#[test]
fn headlines_that_recur_all_at_once_are_not_a_renaming() {
    let monday: &[&str] = &["1||Morning|1|", "2||Noon|2|", "3||Evening|3|"];
    let tuesday: &[&str] = &["4||Morning|11|", "5||Noon|12|", "6||Evening|13|"];
    assert_eq!(new_items(&[monday, tuesday]), [true; 3]);
}

/// A position in a list is no identity: a new entry pushes all others down.
#[test]
fn guids_that_are_places_in_a_list_hide_nothing() {
    let first: &[&str] = &["1|https://e.org/a|A|1|a", "2|https://e.org/b|B|2|b"];
    let second: &[&str] = &["1|https://e.org/n|N|3|n", "2|https://e.org/a|A|1|a"];
    assert_eq!(new_items(&[first, second]), [true, false]);
    let same_page: &[&str] = &["1|https://e.org/|A|1|a", "2|https://e.org/|B|2|b"];
    let pushed: &[&str] = &["1|https://e.org/|N|3|n", "2|https://e.org/|A|1|a"];
    assert_eq!(new_items(&[same_page, pushed]), [true, false]);
}

#[test]
fn items_side_by_side_are_many_whatever_they_share() {
    for name in [
        "g|https://e.org/case|Doe v. Roe",
        "|https://e.org/live|Live",
        "N/A|N/A|Alert",
    ] {
        let filing = |n: usize| format!("{name}|{n}|filing {n}");
        let filings: Vec<String> = (0..5).map(filing).collect();
        let at = |range: std::ops::Range<usize>| -> Vec<&str> {
            filings[range].iter().rev().map(String::as_str).collect()
        };
        let all = at(0..5);
        assert_eq!(new_items(&[&all]), [true; 5], "{name}: at once");
        let (first, second, third) = (at(0..2), at(0..3), at(2..5));
        assert_eq!(
            new_items(&[&first, &second]),
            [true, false, false],
            "{name}: one by one"
        );
        let all_but_one = [true, true, false];
        assert_eq!(
            new_items(&[&first, &second, &third]),
            all_but_one,
            "{name}: as others leave"
        );
    }
}

#[test]
fn an_edit_of_one_of_many_is_no_news() {
    let first: &[&str] = &["g|https://e.org/c|T|1|one", "g|https://e.org/c|T|2|two"];
    let second: &[&str] = &[
        "g|https://e.org/c|T|1|one, edited",
        "g|https://e.org/c|T|2|two",
    ];
    assert_eq!(new_items(&[first, second]), [false, false]);
}

#[test]
fn hosts_that_take_turns_show_each_story_once() {
    let at = |host: &str, stories: &[u32]| -> Vec<String> {
        let item = |n: &u32| format!("{host}/{n}|https://{host}.e.org/{n}|Story {n}|{n}|text {n}");
        stories.iter().map(item).collect()
    };
    let documents = [
        (at("www", &[3, 2, 1]), [true, true, true]),
        (at("mail", &[3, 2, 1]), [false; 3]),
        (at("www", &[4, 3, 2]), [true, false, false]),
        (at("mail", &[4, 3, 2]), [false; 3]),
        (at("mail", &[5, 4, 3]), [true, false, false]),
        (at("www", &[5, 4, 3]), [false; 3]),
    ];
    let mut memory = Memory::default();
    for (document, expected) in documents {
        let document: Vec<&str> = document.iter().map(String::as_str).collect();
        let news: Vec<bool> = memory.read(&document).news().collect();
        assert_eq!(news, expected, "{document:?}");
    }
}

#[test]
fn another_parameter_is_no_renaming() {
    let at = |visit: u32| -> Vec<String> {
        let item = |n: u32| format!("|https://e.org/{n}?s={visit}{n}|Story {n}|{n}|text");
        (0..5).map(item).collect()
    };
    let (first, second) = (at(1), at(2));
    let documents = [&first, &second].map(|it| it.iter().map(String::as_str).collect::<Vec<_>>());
    let judgement = polled(&[&documents[0], &documents[1]]);
    assert_eq!(
        (judgement.news().any(|new| new), judgement.renamed),
        (false, 0)
    );
}

#[test]
fn what_is_new_says_whose_guid_it_has() {
    let judgement = polled(&[&["g|https://e.org/1|T|1|c"], &["g|https://e.org/2|U|2|d"]]);
    let guid_of = Some(ItemId(0));
    assert_eq!(judgement.verdicts, [Verdict::New { guid_of }]);
}

#[test]
fn hashes_are_stable_and_parts_do_not_mix() {
    // Stored hashes must be found again by every later version.
    assert_eq!(hash(Part::Guid, &["a"]), -5_075_957_935_239_613_119);
    assert_ne!(hash(Part::Guid, &["a"]), hash(Part::Link, &["a"]));
    assert_ne!(
        hash(Part::Text, &["ab", "c"]),
        hash(Part::Text, &["a", "bc"])
    );
}

mod places;

#[test]
fn they_are_what_the_item_is_remembered_by() {
    let item = Item {
        guid: Some("http://e.org/?p=1".into()),
        title: "T".into(),
        ..Item::default()
    };
    let print = fingerprint(&item, Some("https://e.org/a?utm_source=rss"), None);
    let [by_link, _] = hashes_of_name("http://e.org/a#top");
    assert_eq!(print.link, Some(by_link));
    let [_, by_guid] = hashes_of_name("https://e.org/?p=1");
    assert_eq!(print.guid, Some(by_guid));
}
