use super::super::{Clause, ItemText};
use super::watch;
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
