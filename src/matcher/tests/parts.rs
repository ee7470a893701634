//! The lists of a watch mean what the expression that one would write by hand means.

use proptest::prelude::*;

use super::{
    super::{Entity, Parts, Query},
    finds,
};

#[test]
fn parts_are_joined_as_people_would_write_them() {
    for (parts, expected) in [
        (
            Parts {
                expression: Some(" a OR b "),
                ..Parts::default()
            },
            " a OR b ",
        ),
        (
            Parts {
                any: &["Self-Defense Forces", "自衛隊", "JSDF"],
                ..Parts::default()
            },
            "\"Self-Defense Forces\" OR 自衛隊 OR JSDF",
        ),
        (
            Parts {
                expression: Some("a OR b"),
                any: &["c d", "e NOT f"],
                all: &["@g", "title:h", "(i | j)"],
                none: &["k l", "m,n"],
                ..Parts::default()
            },
            "(a OR b) AND (\"c d\" OR (e NOT f)) AND @g AND title:h AND (i | j) NOT \"k l\" NOT m,n",
        ),
        (
            Parts {
                any: &["a", "10,000", "b, c", "d OR e,f", "צה\"ל אמר"],
                min: 2,
                ..Parts::default()
            },
            "2 OF (a, (10,000), \"b, c\", (d OR e,f), «צה\"ל אמר»)",
        ),
        (
            Parts {
                any: &["a"],
                all: &["b\"c\"", "(d) e (f)"],
                ..Parts::default()
            },
            "a AND (b\"c\") AND ((d) e (f))",
        ),
    ] {
        assert_eq!(parts.join().expression, expected);
    }
}

#[test]
fn several_words_without_a_sign_are_a_phrase() {
    let is_phrase = |entry: &str| {
        let parts = Parts {
            any: &[entry],
            ..Parts::default()
        };
        parts.join().expression == format!("\"{entry}\"")
    };
    for entry in [
        "Self-Defense Forces",
        "Trump and Xi",
        "Koizumi, Shinjiro",
        "Johnson & Johnson",
        "Sino - Japan",
        "Sino – Japan",
        "Breaking: Japan",
        "Japan:US talks",
        "2 OF us",
        "C++ standard",
        "the 9 / 11 report",
    ] {
        assert!(is_phrase(entry), "{entry}");
        let query = Query::parse_entry(entry, &[]).expect(entry);
        assert!(query.warnings().is_empty(), "{entry}");
    }
    for entry in [
        "a AND b",
        "a OR b",
        "a NOT b",
        "a -b",
        "a | b",
        "a NEAR/3 b",
        "a ONEAR/3 b",
        "title:a b",
        "lang:ja b",
        "=Apple b",
        "~Путин b",
        "@koizumi b",
        "a /b c/",
        "\"a b\" c",
        "(a b)",
        "a",
    ] {
        assert!(!is_phrase(entry), "{entry}");
    }
    let query = Query::parse_entry("defen* minister", &[]).expect("good");
    assert_eq!(query.warnings()[0].span, 5..6);
}

#[test]
fn a_place_in_the_whole_is_one_in_its_part() {
    let parts = Parts {
        expression: Some("a OR b"),
        any: &[" Self-Defense Forces", "e"],
        none: &["lang:ja"],
        ..Parts::default()
    };
    let joined = parts.join();
    let place = |text: &str| {
        let start = joined.expression.find(text).expect("in the expression");
        joined.locate(&(start..start + text.len()))
    };
    assert_eq!(place("OR b)"), Some((0, 2..6)));
    assert_eq!(place("Forces"), Some((1, 14..20)));
    assert_eq!(place("ja"), Some((3, 5..7)));
    assert_eq!(place("AND"), None);
    let end = joined.expression.len();
    assert_eq!(joined.locate(&(end..end)), Some((3, 7..7)));
}

/// An entry, and what it means in the language.
fn entry() -> impl Strategy<Value = (String, String)> {
    let word = "[abcd]{1,2}|小|U";
    prop_oneof![
        4 => word.prop_map(|word| (word.clone(), word)),
        2 => (word, word).prop_map(|(a, b)| (format!("{a} {b}"), format!("\"{a} {b}\""))),
        1 => (word, word).prop_map(|(a, b)| (format!("{a}, {b}"), format!("\"{a}, {b}\""))),
        1 => (word, word).prop_map(|(a, b)| (format!("{a} OR {b}"), format!("({a} OR {b})"))),
        1 => (word, word).prop_map(|(a, b)| (format!("{a} NOT {b}"), format!("({a} NOT {b})"))),
        1 => (word, word).prop_map(|(a, b)| (format!(" ({a} | {b}) "), format!("({a} OR {b})"))),
        1 => word.prop_map(|word| (format!("title:{word}"), format!("title:{word}"))),
        1 => Just(("@x".to_owned(), "@x".to_owned())),
    ]
}

fn entries(least: usize) -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(entry(), least..4)
}

fn texts(entries: &[(String, String)]) -> Vec<&str> {
    entries.iter().map(|(entry, _)| entry.as_str()).collect()
}

proptest! {
    #[test]
    fn lists_mean_what_is_written_by_hand(
        whole in prop::option::of(entry()),
        any in entries(1),
        min in 0..4_usize,
        all in entries(0),
        none in entries(0),
        titles in prop::collection::vec("([abcd]{1,2}|小|U|,| ){0,12}", 8),
    ) {
        let min = min.min(any.len());
        // Beside lists `match` is no entry: several words are several terms.
        let expression = whole.as_ref().map(|(_, meant)| meant.as_str());
        let (any_texts, all_texts, none_texts) = (texts(&any), texts(&all), texts(&none));
        let joined = Parts { expression, any: &any_texts, min, all: &all_texts, none: &none_texts }.join();
        let meant = |entries: &[(String, String)]| -> Vec<String> {
            entries.iter().map(|(_, meant)| meant.clone()).collect()
        };
        let mut by_hand: Vec<String> = expression.map(str::to_owned).into_iter().collect();
        by_hand.push(format!("{} OF ({})", min.max(1), meant(&any).join(", ")));
        by_hand.extend(meant(&all));
        by_hand.extend(meant(&none).iter().map(|meant| format!("NOT {meant}")));
        let by_hand = by_hand.join(" AND ");

        let entities = [Entity { name: "x".into(), names: vec!["b".into(), "小".into()] }];
        for entry in any.iter().chain(&all).chain(&none) {
            prop_assert!(Query::parse_entry(&entry.0, &entities).is_ok());
        }
        for title in &titles {
            let [joined, by_hand] = [&joined.expression, &by_hand]
                .map(|expression| finds(&expression.replace("@x", "(b OR 小)"), title));
            prop_assert_eq!(joined, by_hand, "{}", title);
        }
    }
}
