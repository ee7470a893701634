use super::super::{Clause, Entity, ItemText, NearMiss, Outline, Query};
use super::{compiled, finds, found, hit_texts, titled, watch};
use crate::model::Field;

fn all(cases: &[(&str, &str, bool)]) {
    for (expression, text, expected) in cases {
        assert_eq!(finds(expression, text), *expected, "{expression} in {text}");
    }
}

#[test]
fn near_counts_tokens() {
    all(&[
        ("a NEAR/1 b", "a b", true),
        ("a NEAR/1 b", "b, a", true),
        ("a NEAR/1 b", "a x b", false),
        ("a NEAR/2 b", "a x b", true),
        ("a ONEAR/2 b", "b a", false),
        ("a ONEAR/2 b", "a x b", true),
        ("a ONEAR/1 b", "b a b", true),
        ("a NEAR/1 a", "a", false),
        ("a NEAR/1 a", "a a", true),
        ("\"a b\" NEAR/2 c", "a b x c", true),
        ("\"a b\" NEAR/2 c", "a b x y c", false),
        ("(a OR x) NEAR/1 (b OR y)", "x y", true),
        ("a NEAR/2 b NEAR/2 c", "a x b x c", true),
        ("a NEAR/2 b NEAR/2 c", "b x a x c", false),
        ("(a NEAR/2 b) NEAR/2 c", "b x a x c", true),
        ("a NOT b NEAR/1 c", "a b x c", true),
        ("koiz* NEAR/2 ~Токио", "Koizumi в Токио", true),
    ]);
}

#[test]
fn near_in_scripts_without_spaces() {
    all(&[
        ("小泉 NEAR/3 防衛", "小泉氏は防衛", true),
        ("小泉 NEAR/2 防衛", "小泉氏は防衛", false),
        ("小泉 NEAR/2 防衛", "小泉。は防衛", true),
        ("TSMC NEAR/4 日本", "TSMCは台湾の日本", false),
        ("TSMC NEAR/5 日本", "TSMCは台湾の日本", true),
        ("กร NEAR/3 นคร", "กรุงเทพมหานคร", false),
    ]);
}

#[test]
fn near_stays_in_a_paragraph_and_a_field() {
    all(&[
        ("a NEAR/1000 b", "a\n\nb", false),
        ("a NEAR/1000 b", "a\nb", true),
    ]);
    let apart = ItemText {
        title: "a",
        summary: "b",
        author: "x\ny",
        ..ItemText::default()
    };
    assert!(found("a NEAR/1000 b", &apart).is_none());
    assert!(found("x NEAR/1000 y", &apart).is_none());
    let far = format!("a{} b", " x".repeat(999));
    assert!(finds("a NEAR/1000 b", &far) && !finds("a NEAR/999 b", &far));
}

#[test]
fn so_many_of() {
    all(&[
        ("2 OF (a, b, c)", "a x c", true),
        ("2 OF (a, b, c)", "a a", false),
        ("3 OF (a, b c, \"d e\")", "d e a c b", true),
        ("1 OF (a, b)", "b", true),
        ("2 OF (東京、大阪，京都)", "京都と東京", true),
        ("2 OF (a, b, NOT c)", "a", true),
        ("x 1 OF (a, NOT c)", "x c", false),
    ]);
}

#[test]
fn ends_of_words() {
    assert_eq!(
        hit_texts("*stan", "Pakistan’s Stan, standing"),
        ["Pakistan", "Stan"]
    );
    assert_eq!(hit_texts("*град", "в Ленинград."), ["Ленинград"]);
    assert_eq!(hit_texts("*大学", "東京大学は"), ["大学"]);
    assert_eq!(hit_texts("*burgh", "Edinburgh"), ["Edinburgh"]);
    assert!(!finds("*stan", "Pakistani"));
}

#[test]
fn inflected_words() {
    for (term, texts) in [
        ("~Путин", vec!["Путин", "Путина", "Путиным", "Путину"]),
        ("~Москва", vec!["Москва", "Москвы", "Москвой", "в Москве"]),
        (
            "~Зеленський",
            vec!["Зеленський", "Зеленського", "Зеленським"],
        ),
        ("~Лавров", vec!["Лаврову", "Лавровым"]),
        ("~Порошенко", vec!["Порошенка", "Порошенком"]),
        ("~Tusk", vec!["Tuskiem", "Tuska"]),
        ("~Kaczyński", vec!["Kaczyńskiego", "Kaczyńskim"]),
        ("~Warszawa", vec!["Warszawie", "Warszawy"]),
    ] {
        for text in texts {
            assert!(finds(term, text), "{term} in {text}");
        }
    }
    all(&[
        ("~Путин", "Путинские", false),
        ("~Путин", "Путевка", false),
        ("~Ева", "евро", false),
        ("~Анна", "Аннотация", false),
        ("~Путин", "Путин24", false),
    ]);
    assert_eq!(hit_texts("~Путин", "с Путиным."), ["Путиным"]);
}

#[test]
fn regular_expressions() {
    assert_eq!(
        hit_texts("Koizumi /F-?\\d+[A-C]?/", "Koizumi saw F-35B, F16"),
        ["Koizumi", "F-35B", "F16"]
    );
    all(&[
        ("title:/koizumi/", "Koizumi", false),
        ("title:/koizumi/i", "Koizumi", true),
        ("title:/путин/i", "ПУТИН", true),
        ("title:/a\\/b/", "a/b", true),
        ("title:(/x\\d/ OR /y\\d/)", "y7", true),
        ("a NOT /b\\d/", "a b7", false),
        ("title:/^Koi/ NOT /mi$/", "Koizu", true),
    ]);
    let other = ItemText {
        content: "x7",
        ..ItemText::default()
    };
    assert!(found("title:/x\\d/", &other).is_none());
    assert!(found("content:/x\\d/", &other).is_some());
}

#[test]
fn conditions_on_metadata() {
    let item = ItemText {
        feed: "NHK-World",
        lang: "ja-JP",
        title: "a",
        link: "https://www3.nhk.or.jp/news/1",
        ..ItemText::default()
    };
    for (expression, expected) in [
        ("a feed:nhk-world", true),
        ("a feed:nhk*", true),
        ("a feed:nhk", false),
        ("a lang:ja", true),
        ("a lang:ja-jp", true),
        ("a lang:j", false),
        ("a -lang:ja", false),
        ("a lang:(en OR ja)", true),
        ("a site:nhk.or.jp", true),
        ("a site:https://www3.nhk.or.jp/", true),
        ("a site:hk.or.jp", false),
        ("a site:bbc.co.uk", false),
    ] {
        assert_eq!(found(expression, &item).is_some(), expected, "{expression}");
    }
    let sited = ItemText {
        site: "BBC.co.uk",
        ..item
    };
    assert!(found("a site:bbc.co.uk", &sited).is_some());
}

fn koizumi() -> [Entity; 1] {
    [Entity {
        name: "koizumi".to_owned(),
        names: vec!["Shinjirō Koizumi".to_owned(), "小泉進次郎".to_owned()],
    }]
}

#[test]
fn entities_stand_for_their_names() {
    let matcher = compiled(&[watch("@koizumi NOT Yakumo")], &koizumi());
    let matcher = matcher.expect("a good expression");
    for (text, expected) in [
        ("Shinjiro Koizumi", true),
        ("KOIZUMI Shinjirō", true),
        ("S. Koizumi", true),
        ("Koizumi, S.", false),
        ("Shinjirou Koizumi", true),
        ("Koizumi Shinjiroh", true),
        ("Shinjiroo Koizumi", true),
        ("小泉　進次郎氏", true),
        ("Junichiro Koizumi", false),
        ("Koizumi", false),
        ("小泉", false),
    ] {
        assert_eq!(!matcher.find(&titled(text)).is_empty(), expected, "{text}");
    }
}

#[test]
fn initials_need_a_person() {
    let spellings = |name: &str| {
        let entity = Entity {
            name: "x".to_owned(),
            names: vec![name.to_owned()],
        };
        entity.spellings()
    };
    assert_eq!(spellings("NATO"), ["NATO"]);
    assert_eq!(spellings("Ministry of Defence"), ["Ministry of Defence"]);
    assert_eq!(spellings("ピート・ヘグセス"), ["ピート・ヘグセス"]);
    assert_eq!(
        spellings("John Fitzgerald Kennedy"),
        [
            "John Fitzgerald Kennedy",
            "John Kennedy",
            "John F. Kennedy",
            "J. F. Kennedy",
            "J.F. Kennedy",
            "J. Kennedy",
            "Kennedy John Fitzgerald",
            "Kennedy John F.",
            "Kennedy John",
        ]
    );
    assert_eq!(spellings(" ").len(), 0);
    assert!(spellings(&format!("{} Oō", "ō".repeat(40))).len() <= 64);
}

#[test]
fn an_unknown_entity_is_named() {
    let error = Query::parse("a @koizum", &koizumi()).expect_err("no such entity");
    assert_eq!(error.message, "no entity is named `koizum`");
    assert_eq!(error.help.as_deref(), Some("did you mean @koizumi?"));
    assert_eq!(error.span, 2..9);
}

fn miss(expression: &str, item: &ItemText<'_>) -> Option<String> {
    let clause = Clause::explain(&watch(expression), &[], item).expect("a good expression");
    assert_eq!(clause.matched, found(expression, item).is_some());
    clause.near_miss.map(|miss| miss.to_string())
}

#[test]
fn near_misses_say_why() {
    let item = ItemText {
        feed: "nhk",
        lang: "ja",
        title: "The polish of us Koizumians, Self and Defense Forces",
        link: "https://example.org/osprey",
        ..ItemText::default()
    };
    for (expression, expected) in [
        ("US", "the title has `us`, with other capitals or accents"),
        (
            "=Polish",
            "the title has `polish`, with other capitals or accents",
        ),
        ("Koizumi", "the title has `Koizumians`, a longer word"),
        ("osprey", "it is in the link, which is not read"),
        ("\"Defense Self\"", "its words are there, but apart"),
        ("polish NEAR/2 us", ""),
        ("polish NEAR/1 us", "not within 1 words of each other"),
    ] {
        assert_eq!(
            miss(expression, &item).unwrap_or_default(),
            expected,
            "{expression}"
        );
    }
    assert_eq!(miss("absent", &item), None);
}

#[test]
fn an_explanation_is_the_tree() {
    let item = titled("Koizumi met");
    let watch = watch("(Koizumi OR Hegseth) AND Tokyo NOT met");
    let clause = Clause::explain(&watch, &[], &item).expect("a good expression");
    let lines: Vec<_> = clause
        .parts
        .iter()
        .map(|part| (part.text.as_str(), part.matched))
        .collect();
    assert_eq!(
        lines,
        [
            ("Koizumi OR Hegseth", true),
            ("Tokyo", false),
            ("NOT met", false)
        ]
    );
    assert!(!clause.matched);
    assert_eq!(clause.parts[0].parts[0].hits[0].span, 0..7);
    let scoped = crate::model::Watch {
        feeds: Some(vec!["nhk".to_owned()]),
        fields: vec![Field::Title],
        ..super::watch("Koizumi")
    };
    let clause = Clause::explain(&scoped, &[], &item).expect("a good expression");
    assert_eq!(clause.near_miss, Some(NearMiss::OtherFeed));
}

#[test]
fn an_outline_shows_patterns_and_anchor() {
    let outline = Outline::of("@koizumi AND defen* NOT F35", &koizumi()).expect("good");
    assert!(
        outline
            .expression
            .starts_with("(\"Shinjirō Koizumi\" OR 小泉進次郎 OR ")
    );
    assert!(outline.anchors.contains(&"小泉進次郎".to_owned()));
    let (term, patterns) = outline.terms.last().expect("terms");
    assert_eq!(
        (term.as_str(), patterns.join(" ")),
        ("F35", "·f35· ·f·35·".to_owned())
    );
}

#[test]
fn the_anchor_is_what_seems_rarest() {
    for (expression, anchors) in [
        (
            "(Koizumi OR Kono OR Aso) AND (summit OR talks)",
            &["Koizumi", "Kono", "Aso"][..],
        ),
        (
            "Kono AND \"the summit of the leaders\"",
            &["the summit of the leaders"],
        ),
        ("radar AND /K-[0-9]+/", &["radar"]),
        ("2 OF (radar, Koizumi, Hegseth)", &["Koizumi", "Hegseth"]),
    ] {
        let mut outline = Outline::of(expression, &[]).expect("good");
        outline
            .anchors
            .sort_by_key(|anchor| expression.find(anchor.as_str()));
        assert_eq!(outline.anchors, anchors, "{expression}");
    }
}

#[test]
fn expressions_survive_a_round_trip() {
    for expression in [
        "a AND b",
        "(a AND b) OR c",
        "a NOT (b OR c)",
        "NOT a b",
        "2 OF (a, b OR c, d AND e)",
        "a NEAR/3 (b OR \"c d\") ONEAR/1 e",
        "title:=Polish AND title:/x y/i AND author:\"AND\" AND \"2\" AND «a \"b\" c»",
        "ab* AND *bc AND ~Путин AND lang:en AND feed:nhk* AND site:bbc.co.uk",
        "\"2 OF\" OR \"or\" OR \"Self-Defense Forces\"",
    ] {
        let query = Query::parse(expression, &[]).expect(expression);
        let text = query.to_string();
        let again = Query::parse(&text, &[]).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(again.to_string(), text);
        let bodies = |query: &Query| -> Vec<_> {
            let term =
                |term: &super::super::syntax::Term| (term.body.clone(), term.kind, term.field);
            query.terms.iter().map(term).collect()
        };
        assert_eq!(bodies(&again), bodies(&query), "{text}");
    }
    let query = Query::parse("a b OR -c d", &[]).expect("good");
    assert_eq!(query.to_string(), "(a AND b) OR (NOT c AND d)");
}
