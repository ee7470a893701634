use proptest::prelude::*;

use super::super::{ItemText, matches};
use super::{compiled, finds, found, hit_texts, titled, watch};
use crate::{linear::assert_linear, text::fold};

/// Words by splitting, and which of them a sign and nothing else joins to the one before.
fn words(text: &str) -> Vec<(String, bool)> {
    let (mut words, mut gap): (Vec<(String, bool)>, Option<String>) = (Vec::new(), None);
    for c in text.to_lowercase().chars() {
        match (c.is_alphanumeric(), words.last_mut(), &mut gap) {
            (true, Some((word, _)), None) => word.push(c),
            (true, last, _) => {
                let is_joint = gap.is_some_and(|gap| gap == "-" || gap == "’");
                let is_joined = last.is_some() && is_joint;
                words.push((c.to_string(), is_joined));
                gap = None;
            }
            (false, _, Some(gap)) => gap.push(c),
            (false, ..) => gap = Some(c.to_string()),
        }
    }
    words
}

/// Whether the words of a term are at the start of `text`, each in one part or several.
fn begins_with(term: &[(String, bool)], text: &[(String, bool)], letters: usize) -> bool {
    let Some(((word, _), rest)) = term.split_first() else {
        return true;
    };
    (1..=text.len())
        .take_while(|parts| *parts == 1 || (text[parts - 1].1 && letters >= 3))
        .any(|parts| {
            let written: String = text[..parts]
                .iter()
                .map(|(part, _)| part.as_str())
                .collect();
            written == *word && begins_with(rest, &text[parts..], letters)
        })
}

/// Words and windows: slow, short and independent of folding.
fn naive(term: &str, text: &str) -> usize {
    let (term, text) = (words(term), words(text));
    let letters = term.iter().map(|(word, _)| word.len()).sum();
    (0..text.len())
        .filter(|at| begins_with(&term, &text[*at..], letters))
        .count()
}

proptest! {
    #[test]
    fn a_phrase_is_found_where_a_naive_search_finds_it(
        term in "[ab]{1,3}( [ab]{1,3}){0,2}",
        text in "[abAB ,’-]{0,60}",
    ) {
        let hits = hit_texts(&format!("\"{term}\""), &text);
        prop_assert_eq!(hits.len(), naive(&term, &text));
        let letters = |text: &str| fold(text).replace(' ', "");
        for hit in hits {
            prop_assert_eq!(letters(hit), letters(&term));
        }
    }

    #[test]
    fn ideographs_are_found_as_substrings(term in "[小泉進次郎]{1,3}", text in "[小泉進次郎氏]{0,20}") {
        prop_assert_eq!(finds(&term, &text), text.contains(&term));
    }

    #[test]
    fn watches_do_not_disturb_each_other(
        terms in prop::collection::vec("[ab]{1,3}( [ab]{1,3})?|[日本]{1,3}|[ab]{2}\\*", 1..8),
        text in "[ab日本 ]{0,40}",
    ) {
        let expressions: Vec<_> = terms
            .iter()
            .map(|term| if term.contains(' ') { format!("\"{term}\"") } else { term.clone() })
            .collect();
        let watches: Vec<_> = expressions.iter().map(|term| watch(term)).collect();
        let matcher = compiled(&watches, &[]).expect("good expressions");
        let together = matcher.find(&titled(&text));
        for (number, expression) in expressions.iter().enumerate() {
            let alone = found(expression, &titled(&text)).map(|found| found.hits);
            let shared = together.iter().find(|found| found.watch == number);
            prop_assert_eq!(alone.as_ref(), shared.map(|found| &found.hits));
        }
    }

    #[test]
    fn many_expressions_hold_as_their_words_say(
        watched in prop::collection::vec(prop::array::uniform5("[abc]{1,2}"), 1..20),
        text in "([abc]{1,2} ){0,8}",
    ) {
        let expression = |[a, b, c, d, e]: &[String; 5]| format!("({a} OR {b}) AND ({c} OR {d}) NOT {e}");
        let watches: Vec<_> = watched.iter().map(|words| watch(&expression(words))).collect();
        let matcher = compiled(&watches, &[]).expect("good expressions");
        let has = |word: &String| text.split(' ').any(|other| other == word);
        let holds = |[a, b, c, d, e]: &[String; 5]| (has(a) || has(b)) && (has(c) || has(d)) && !has(e);
        let expected: Vec<usize> = (0..watched.len()).filter(|at| holds(&watched[*at])).collect();
        let found: Vec<usize> = matcher.find(&titled(&text)).iter().map(|found| found.watch).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn spans_slice_and_contexts_hold(
        title in prop_oneof![any::<String>(), "(a|ō|o\u{304}|小|\\.|。| |\n|U\\.S\\.|X){0,400}"],
    ) {
        let item = ItemText { title: &title, author: &title, ..ItemText::default() };
        if let Some(found) = found("a OR o OR 小 OR US OR x* OR \"a o\"".replace("x*", "xa*").as_str(), &item) {
            for hit in matches(&item, "w", &found) {
                prop_assert!(!hit.text.is_empty());
                let [start, end] = hit.range;
                let cut: String = title.chars().skip(start).take(end - start).collect();
                prop_assert_eq!(&cut, &hit.text);
                let [start, end] = hit.context.range;
                prop_assert!(start < end && end <= hit.context.text.chars().count());
                prop_assert!(hit.context.text.chars().count() <= 280);
            }
        }
    }

    #[test]
    fn parsing_never_panics(expression in prop_oneof![any::<String>(), "[ab()\"|*=~/@:\\-!+&« OR NOT AND]{0,40}"]) {
        let watches = [watch(&expression)];
        if let Ok(matcher) = compiled(&watches, &[]) {
            matcher.find(&titled("a b a ab"));
        }
    }
}

#[test]
fn ten_thousand_terms_compile_and_are_found() {
    let watches: Vec<_> = (0..10_000)
        .map(|n| watch(&format!("name{n} OR \"word{n} two\"")))
        .collect();
    let matcher = compiled(&watches, &[]).expect("good expressions");
    let found = matcher.find(&titled("Name77 met name9999, word5 two"));
    let numbers: Vec<_> = found.iter().map(|found| found.watch).collect();
    assert_eq!(numbers, [5, 77, 9999]);
}

/// How long the texts are that must not take quadratic time.
const LONG_BYTES: usize = 300_000;

#[test]
fn linear_whatever_comes() {
    let terms = [
        "Koizumi",
        "kk*",
        "كويزومي",
        "ירושלים",
        "김정은",
        "小",
        "ア",
        "ก",
        "US",
        "=us",
        "Mueller",
    ];
    let watches = terms.map(watch);
    let matcher = compiled(&watches, &[]).expect("good expressions");
    for unit in [
        "Koizumi ",
        "k",
        "kk ",
        "كويزومي",
        "ירושלים",
        "김정은",
        "小",
        "ア",
        "ก",
        "us ",
        "U.S.",
        "Müller",
        ".",
        "o\u{304}",
        "\n",
        "\u{304}",
        "\u{1112}\u{1161}",
        "ﷺ",
        "US.' ",
        "k-",
        "k-k-k-k-k-k ",
        "k'k ",
        "小・",
        "ア―",
        "U. ",
        "ก.",
        "न्द",
        "น\u{e4d}\u{e49}",
    ] {
        assert_linear(unit, LONG_BYTES / unit.len(), |size| {
            let text = unit.repeat(size);
            let item = titled(&text);
            for found in matcher.find(&item) {
                matches(&item, "w", &found);
            }
        });
    }
}

/// One list of many names is one expression; no step may recurse or look back term by term.
#[test]
fn fifty_thousand_terms_in_one_expression() {
    for (between, matched) in [(" OR ", 1), (" ", 0), (" NEAR/3 ", 0)] {
        assert_linear(between, 50_000, |terms| {
            let terms: Vec<String> = (0..terms).map(|n| format!("name{n}")).collect();
            let matcher = compiled(&[watch(&terms.join(between))], &[]).expect("a good expression");
            let title = format!("Name{} spoke", terms.len() - 1);
            assert_eq!(matcher.find(&titled(&title)).len(), matched);
        });
    }
}
