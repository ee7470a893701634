//! The language of the items of one document.

use std::cell::OnceCell;

use crate::{model::Item, parse::ParsedItem, text};

/// So many headlines are enough to tell what a feed is written in.
const MAX_TITLES: usize = 50;
/// So many beginnings of texts tell Japanese, which has kana in every sentence, from Chinese.
const MAX_LEADS: usize = 8;
const MAX_LEAD_CHARS: usize = 80;

/// Settles the language of items; asked only for those that are new or edited, since to detect
/// one costs more than all else that is done for an item.
pub(super) struct Languages {
    titles: Vec<String>,
    leads: Vec<String>,
    /// What the headlines together are written in.
    common: OnceCell<Option<String>>,
}

impl Languages {
    /// Of the items of a document.
    pub(super) fn of(items: &[ParsedItem]) -> Self {
        let titles = items.iter().map(|item| item.item.title.clone());
        let texts = items
            .iter()
            .map(|item| [&item.item.summary, &item.item.content]);
        let texts = texts.filter_map(|texts| texts.into_iter().find(|text| !text.is_empty()));
        let leads = texts.map(|text| text.chars().take(MAX_LEAD_CHARS).collect());
        Self {
            titles: titles.take(MAX_TITLES).collect(),
            leads: leads.take(MAX_LEADS).collect(),
            common: OnceCell::new(),
        }
    }

    /// The language that the item or its feed declares, unless its letters rule that out; else
    /// the one its own text is in; where that is too short to tell, that of the headlines of its
    /// feed. Kanji alone are Chinese only where the feed is not Japanese.
    pub(super) fn settle(&self, item: &mut Item) {
        let texts = [&*item.title, &*item.summary, &*item.content];
        let declared = item.language.as_deref();
        let own = text::language(declared, &texts);
        let is_guess = own.as_deref() == Some("zh") && declared != Some("zh");
        item.language = if is_guess && self.common() == Some("ja") {
            Some("ja".to_owned())
        } else {
            own.or_else(|| text::language(Some(self.common()?), &texts))
        };
    }

    /// Whether an item's language is what it declares, whatever the others of its feed are in.
    pub(super) fn is_declared(item: &Item) -> bool {
        let texts = [&*item.title, &*item.summary, &*item.content];
        let declared = item.language.as_deref();
        declared.is_some() && text::language(declared, &texts).as_deref() == declared
    }

    fn common(&self) -> Option<&str> {
        let detect = || {
            let detected = |texts: &[String]| {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                text::language(None, &texts)
            };
            let of_titles = detected(&self.titles)?;
            // Headlines of kanji alone, as weather offices write them.
            let of_leads = (of_titles == "zh").then(|| detected(&self.leads)).flatten();
            Some(of_leads.filter(|it| it == "ja").unwrap_or(of_titles))
        };
        self.common.get_or_init(detect).as_deref()
    }
}

#[cfg(test)]
mod tests {
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
}
