//! The language of the items of one document.

use std::cell::OnceCell;

use crate::{model::Item, parse::ParsedItem, text};

/// So many headlines are enough to tell what a feed is written in.
const MAX_TITLES: usize = 50;

/// Settles the language of items; asked only for those that are new or edited, since to detect
/// one costs more than all else that is done for an item.
pub(super) struct Languages {
    titles: Vec<String>,
    /// What the headlines together are written in.
    common: OnceCell<Option<String>>,
}

impl Languages {
    /// Of the items of a document.
    pub(super) fn of(items: &[ParsedItem]) -> Self {
        let titles = items.iter().map(|item| item.item.title.clone());
        Self {
            titles: titles.take(MAX_TITLES).collect(),
            common: OnceCell::new(),
        }
    }

    /// The language that the item or its feed declares, unless its letters rule that out; else
    /// the one its own text is in; where that is too short to tell, that of the headlines of its
    /// feed.
    pub(super) fn settle(&self, item: &mut Item) {
        let texts = [&*item.title, &*item.summary, &*item.content];
        let own = text::language(item.language.as_deref(), &texts);
        item.language = own.or_else(|| text::language(Some(self.common()?), &texts));
    }

    fn common(&self) -> Option<&str> {
        let detect = || {
            let titles: Vec<&str> = self.titles.iter().map(String::as_str).collect();
            text::language(None, &titles)
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
}
