use super::super::{ItemText, MAX_HITS, Matcher};
use super::{compiled, finds, found, hit_texts, titled, watch};
use crate::model::{Field, Watch};

#[test]
fn operators() {
    for (expression, text, expected) in [
        ("a b", "b x a", true),
        ("a b", "a", false),
        ("a OR b", "b", true),
        ("a NOT b", "a c", true),
        ("a NOT b", "a b", false),
        ("a NOT (b c)", "a b", true),
        ("a -b -c", "a c", false),
        ("a OR b NOT c", "a c", true),
        ("(a OR b) NOT c", "a c", false),
        ("a NOT NOT b", "a b", true),
        (
            "(Koizumi OR 小泉進次郎) NOT \"Koizumi Yakumo\"",
            "小泉進次郎氏",
            true,
        ),
        (
            "(Koizumi OR 小泉進次郎) NOT \"Koizumi Yakumo\"",
            "Koizumi Yakumo",
            false,
        ),
    ] {
        assert_eq!(finds(expression, text), expected, "{expression} in {text}");
    }
}

fn item() -> ItemText<'static> {
    ItemText {
        feed: "nhk",
        title: "Koizumi meets",
        summary: "Hegseth in Tokyo",
        content: "no news",
        author: "Ann Lee\nBob Ray",
        category: "Defence Policy\nAsia",
        link: "https://example.org/osprey-crash",
        ..ItemText::default()
    }
}

#[test]
fn operators_work_over_all_fields_phrases_in_one() {
    assert!(found("Koizumi Hegseth", &item()).is_some());
    assert!(found("\"meets Hegseth\"", &item()).is_none());
    assert!(found("Koizumi NOT Tokyo", &item()).is_none());
}

#[test]
fn lines_of_a_list_are_apart() {
    assert!(found("\"Bob Ray\"", &item()).is_some());
    assert!(found("\"Lee Bob\"", &item()).is_none());
    assert!(found("\"Policy Asia\"", &item()).is_none());
}

#[test]
fn only_the_fields_of_the_watch_are_read() {
    let narrow = Watch {
        fields: vec![Field::Title],
        ..watch("Hegseth OR Koizumi")
    };
    let matcher = compiled(&[narrow, watch("osprey")], &[]).expect("good");
    let found = matcher.find(&item());
    assert_eq!(found.len(), 1);
    let fields: Vec<_> = found[0].hits.iter().map(|hit| hit.field).collect();
    assert_eq!(fields, [Field::Title]);
}

#[test]
fn a_field_in_the_expression_is_read_whatever_the_watch_reads() {
    assert!(found("link:osprey", &item()).is_some());
    assert!(found("title:Hegseth", &item()).is_none());
    assert!(found("summary:(Hegseth Tokyo) Koizumi", &item()).is_some());
    assert!(found("Koizumi -title:Tokyo", &item()).is_some());
}

#[test]
fn only_the_feeds_of_the_watch_are_read() {
    let scoped = |feeds: &[&str]| Watch {
        feeds: Some(feeds.iter().map(|&feed| feed.to_owned()).collect()),
        ..watch("Koizumi")
    };
    let watches = [
        scoped(&["bbc"]),
        scoped(&["bbc", "nhk"]),
        scoped(&[]),
        watch("Koizumi"),
    ];
    let matcher = compiled(&watches, &[]).expect("good");
    let numbers = |feed| {
        let found = matcher.find(&ItemText { feed, ..item() });
        found
            .into_iter()
            .map(|found| found.watch)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers("nhk"), [1, 3]);
    assert_eq!(numbers("bbc"), [0, 1, 3]);
    assert_eq!(numbers("other"), [3]);
}

#[test]
fn watches_come_in_config_order() {
    let watches = ["Hegseth", "absent", "Koizumi OR Hegseth", "Koizumi"].map(watch);
    let matcher = compiled(&watches, &[]).expect("good");
    let numbers: Vec<_> = matcher
        .find(&item())
        .iter()
        .map(|found| found.watch)
        .collect();
    assert_eq!(numbers, [0, 2, 3]);
}

#[test]
fn hits_are_those_of_positive_terms_by_field_and_position() {
    let found = found(
        "(Tokyo OR Hegseth OR Koizumi) NOT (absent NOT news)",
        &item(),
    )
    .expect("holds");
    let hits: Vec<_> = found
        .hits
        .iter()
        .map(|hit| (hit.term.as_str(), hit.field, hit.span.clone()))
        .collect();
    assert_eq!(
        hits,
        [
            ("Koizumi", Field::Title, 0..7),
            ("Hegseth", Field::Summary, 0..7),
            ("Tokyo", Field::Summary, 11..16),
            ("news", Field::Content, 3..7),
        ]
    );
}

#[test]
fn one_place_is_shown_once_under_the_first_term() {
    let found = found("KOIZUMI OR koizumi OR koiz*", &titled("Koizumi")).expect("holds");
    assert_eq!(found.hits.len(), 1);
    assert_eq!(found.hits[0].term, "KOIZUMI");
    let nested = hit_texts("Koizumi OR \"Shinjiro Koizumi\"", "Shinjiro Koizumi");
    assert_eq!(nested, ["Shinjiro Koizumi", "Koizumi"]);
    assert_eq!(hit_texts("a", "a a a"), ["a", "a", "a"]);
}

#[test]
fn hits_are_capped() {
    let text = "Koizumi ".repeat(MAX_HITS + 1);
    assert_eq!(hit_texts("Koizumi", &text[..8 * MAX_HITS]).len(), MAX_HITS);
    assert_eq!(hit_texts("Koizumi", &text).len(), MAX_HITS);
    let item = ItemText {
        title: &text,
        summary: &text,
        ..ItemText::default()
    };
    assert_eq!(found("Koizumi", &item).expect("holds").hits.len(), MAX_HITS);
}

#[test]
fn refused_hits_do_not_use_up_the_cap() {
    let text = format!("{}US", "us ".repeat(10 * MAX_HITS));
    assert_eq!(hit_texts("US", &text), ["US"]);
}

#[test]
fn no_watches_find_nothing() {
    let matcher = compiled(&[], &[]).expect("nothing is wrong");
    assert!(matcher.find(&item()).is_empty());
    assert!(found("Koizumi", &ItemText::default()).is_none());
}

#[test]
fn matchers_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Matcher>();
}
