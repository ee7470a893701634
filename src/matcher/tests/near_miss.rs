use proptest::prelude::*;

use super::super::{Clause, ItemText, Matcher};
use super::{titled, watch};
use crate::model::{Field, Watch};

fn loosely(watch: &Watch, item: &ItemText<'_>) -> bool {
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
        let is_taken = loosely(&watch(expression), &titled(title));
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
    assert!(loosely(&watch("Koizumi"), &item("Koizumi")));
    assert!(loosely(&watch("title:Koizumi"), &item("Koizumi")));
    assert!(!loosely(&watch("Koizumi"), &item("Koizumian")));
    assert!(loosely(
        &watch("Koizumi NOT Yakumo"),
        &item("Koizumi Yakumo")
    ));
}

proptest! {
    /// What a watch matches it matches loosely too, and an explanation agrees with the matcher.
    #[test]
    fn a_loose_watch_misses_nothing(
        expression in "(aa|AA|=Ab|\"ab aa\"|ab\\*|title:aa|aa NEAR/2 ab)( (AND|OR|NOT) (ab|bb|\"aa bb\"|bb NEAR/1 aa)){0,3}",
        title in "[abAB ]{0,30}",
        summary in "[abAB ]{0,30}",
    ) {
        let watch = watch(&expression);
        let item = ItemText { title: &title, summary: &summary, ..ItemText::default() };
        if let Ok(matcher) = Matcher::compile(std::slice::from_ref(&watch), &[]) {
            let is_found = !matcher.find(&item).is_empty();
            prop_assert!(!is_found || loosely(&watch, &item));
            let clause = Clause::explain(&watch, &[], &item).expect("it compiles");
            prop_assert_eq!(clause.matched, is_found);
        }
    }
}
