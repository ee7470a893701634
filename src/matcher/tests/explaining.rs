//! Explanations of what decided, and near misses.

use proptest::prelude::*;

use super::super::{Clause, ItemText, Matcher};
use super::{titled, watch};
use crate::model::{Field, Watch};

fn explained(expression: &str) -> Clause {
    let item = ItemText {
        feed: "nhk",
        lang: "ja",
        title: "Koizumi met Hegseth in Tokyo",
        summary: "Koizumian economics, says a polish economist.",
        ..ItemText::default()
    };
    let watch = Watch {
        fields: vec![Field::Title, Field::Summary],
        ..watch(expression)
    };
    Clause::explain(&watch, &[], &item).expect("a good expression")
}

#[test]
fn the_clause_that_decided_is_named() {
    for (expression, verdict) in [
        ("Koizumi", "`Koizumi` in the title"),
        ("Koizum*", "`Koizum*` in the title and summary"),
        ("Abe OR Koizumi OR Hegseth", "`Koizumi` in the title"),
        (
            "Koizumi Hegseth NOT Yakumo",
            "`Koizumi` in the title, `Hegseth` in the title, no `Yakumo`",
        ),
        (
            "2 OF (Koizumi, Abe, Tokyo, Hegseth)",
            "`Koizumi` in the title, `Tokyo` in the title",
        ),
        ("Koizumi NEAR/3 Hegseth", "`Koizumi NEAR/3 Hegseth`"),
        ("Koizumi lang:ja", "`Koizumi` in the title, `lang:ja`"),
        ("Abe", "no `Abe`"),
        ("Koizumi Abe Kishida", "no `Abe`"),
        ("Abe OR Kishida", "none of `Abe`, `Kishida`"),
        (
            "Abe OR Kishida OR Suga OR Aso OR Ono",
            "none of `Abe`, `Kishida`, `Suga` and 2 more",
        ),
        (
            "Abe OR =Polish",
            "none of `Abe`, `=Polish`, but `=Polish`: the summary has `polish`, with other \
             capitals or accents",
        ),
        (
            "=Polish",
            "no `=Polish`: the summary has `polish`, with other capitals or accents",
        ),
        ("Koizumi NOT Tokyo", "excluded: `Tokyo` in the title"),
        (
            "Koizumi NOT (Kyoto OR Tokyo)",
            "excluded: `Tokyo` in the title",
        ),
        (
            "2 OF (Koizumi, Abe, Aso)",
            "only 1 of `2 OF (Koizumi, Abe, Aso)`",
        ),
        (
            "Koizumi NEAR/1 Hegseth",
            "not `Koizumi NEAR/1 Hegseth`: not within 1 words of each other",
        ),
        ("Koizumi NEAR/1 Abe", "no `Abe`"),
        ("Koizumi lang:en", "not `lang:en`: it is `ja`"),
    ] {
        assert_eq!(explained(expression).verdict(), verdict, "{expression}");
    }
}

#[test]
fn a_feed_that_is_not_read_decides() {
    let scoped = Watch {
        feeds: Some(vec!["mofa".to_owned()]),
        ..watch("Koizumi")
    };
    let item = ItemText {
        feed: "nhk",
        title: "Koizumi",
        ..ItemText::default()
    };
    let clause = Clause::explain(&scoped, &[], &item).expect("a good expression");
    assert_eq!(clause.verdict(), "the watch does not read this feed");
}

#[test]
fn what_an_exclusion_nearly_found_is_no_near_miss() {
    let near = |expression| {
        let clause = explained(expression);
        let near = clause.near_misses().into_iter();
        near.map(|(text, _)| text.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(near("Abe NOT =Polish"), [""; 0]);
    assert_eq!(near("Abe OR =Polish"), ["=Polish"]);
    assert_eq!(near("Koizumi =Polish economis"), ["=Polish", "economis"]);
    assert_eq!(near("Koizumi OR =Polish"), [""; 0], "it holds");
}

fn finds_near_misses(watch: &Watch, item: &ItemText<'_>) -> bool {
    let watches = std::slice::from_ref(watch);
    let matcher = Matcher::compile_near_misses(watches, &[]).expect("a good expression");
    !matcher.find(item).is_empty()
}

#[test]
fn what_came_close_is_taken_and_what_did_not_is_not() {
    for (expression, title, taken) in [
        ("Koizumi", "Koizumi", true),
        ("Koizumi", "Koizumian economics", true),
        ("Koizumi", "JunichiroKoizumi", true),
        ("Koizumi", "Koizume", false),
        ("war", "warm", false),
        ("US", "us", true),
        ("US", "used", false),
        ("=Polish", "polish", true),
        ("\"Defense Forces\"", "Forces of Defense", true),
        ("\"Defense Forces\"", "Forces", false),
        ("a1 NEAR/1 b1", "a1 x x x b1", true),
        ("a1 AND b1", "a1", false),
        ("Koizumi NOT Yakumo", "Koizumian Yakumo", false),
        ("Koizumi NOT Yakumo", "Koizumian yakumos", true),
        ("Koizumi title:/F-?35/", "Koizumian F-35", true),
        ("Koizumi lang:ja", "Koizumian", false),
    ] {
        let is_taken = finds_near_misses(&watch(expression), &titled(title));
        assert_eq!(is_taken, taken, "{expression}: {title}");
    }
}

#[test]
fn fields_are_left_by_the_same_word_only_and_by_no_exclusion() {
    let watch = |expression| Watch {
        fields: vec![Field::Title, Field::Summary],
        ..watch(expression)
    };
    let item = |content| ItemText {
        title: "Tokyo",
        content,
        ..ItemText::default()
    };
    assert!(finds_near_misses(&watch("Koizumi"), &item("Koizumi")));
    assert!(finds_near_misses(&watch("title:Koizumi"), &item("Koizumi")));
    assert!(!finds_near_misses(&watch("Koizumi"), &item("Koizumian")));
    assert!(finds_near_misses(
        &watch("Koizumi NOT Yakumo"),
        &item("Koizumi Yakumo")
    ));
}

proptest! {
    /// A search for near misses finds every match too, and an explanation agrees with the matcher.
    #[test]
    fn near_misses_hold_every_match(
        expression in "(aa|AA|=Ab|\"ab aa\"|ab\\*|title:aa|aa NEAR/2 ab)( (AND|OR|NOT) (ab|bb|\"aa bb\"|bb NEAR/1 aa)){0,3}",
        title in "[abAB ]{0,30}",
        summary in "[abAB ]{0,30}",
    ) {
        let watch = watch(&expression);
        let item = ItemText { title: &title, summary: &summary, ..ItemText::default() };
        if let Ok(matcher) = Matcher::compile(std::slice::from_ref(&watch), &[]) {
            let is_found = !matcher.find(&item).is_empty();
            prop_assert!(!is_found || finds_near_misses(&watch, &item));
            let clause = Clause::explain(&watch, &[], &item).expect("it compiles");
            prop_assert_eq!(clause.matched, is_found);
        }
    }
}
