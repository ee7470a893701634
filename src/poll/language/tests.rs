use super::*;

fn languages(titles: &[&str]) -> Languages {
    Languages {
        titles: titles.iter().map(|title| (*title).to_owned()).collect(),
        leads: Vec::new(),
        common: OnceCell::new(),
    }
}

fn settled(languages: &Languages, declared: Option<&str>, title: &str) -> Option<String> {
    let mut item = Item {
        title: title.to_owned(),
        language: declared.map(str::to_owned),
        ..Item::default()
    };
    languages.settle(&mut item);
    item.language
}

#[test]
fn a_short_headline_is_in_the_language_of_its_feed() {
    let french = languages(&[
        "Les prix du pétrole reculent",
        "L'Assemblée adopte le budget",
        "Grève dans les transports parisiens",
    ]);
    for (declared, title, expected) in [
        (None, "L'Assemblée adopte le budget", Some("fr")),
        (Some("fr-CA"), "L'Assemblée adopte le budget", Some("fr-CA")),
        (None, "国防部长与美国官员举行会谈", None),
        (
            None,
            "Министр обороны провёл переговоры в Токио",
            Some("ru"),
        ),
    ] {
        assert_eq!(
            settled(&french, declared, title).as_deref(),
            expected,
            "{title}"
        );
    }
    let unknown = languages(&["Hegseth", "12:30"]);
    assert_eq!(settled(&unknown, None, "Hegseth"), None);
    let japanese = languages(&["防衛相が米国防長官と会談", "日銀、金利を据え置き"]);
    let title = "東京株式市場";
    assert_eq!(
        settled(&japanese, Some("en-US"), title).as_deref(),
        Some("ja")
    );
}

#[test]
fn kanji_alone_are_chinese_only_where_the_feed_is_not_japanese() {
    let kanji = "防衛大臣臨時記者会見概要日米防衛首脳会談共同発表";
    let japanese = languages(&["防衛相が米国防長官と会談", kanji, "日銀、金利を据え置き"]);
    let chinese = languages(&["国防部长与美国官员举行会谈，双方同意加强合作。", kanji]);
    let weather = Languages {
        leads: vec!["東京都で震度３を観測しました。".to_owned()],
        ..languages(&["震度速報", "大雨警報（土砂災害）", kanji])
    };
    for (feed, declared, expected) in [
        (&japanese, None, Some("ja")),
        (&japanese, Some("en-US"), Some("ja")),
        (&japanese, Some("ja-JP"), Some("ja-JP")),
        (&japanese, Some("zh"), Some("zh")),
        (&japanese, Some("zh-TW"), Some("zh-TW")),
        (&chinese, None, Some("zh")),
        (&chinese, Some("ja"), Some("ja")),
        (&weather, None, Some("ja")),
    ] {
        assert_eq!(
            settled(feed, declared, kanji).as_deref(),
            expected,
            "{declared:?}"
        );
    }
}

#[test]
fn what_letters_rule_out_is_not_declared() {
    let is_declared = |language: Option<&str>, title: &str| {
        Languages::is_declared(&Item {
            title: title.to_owned(),
            language: language.map(str::to_owned),
            ..Item::default()
        })
    };
    assert!(is_declared(Some("ja"), "東京株式市場"));
    assert!(!is_declared(Some("en-US"), "東京株式市場"));
    assert!(!is_declared(None, "東京株式市場"));
}
