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
mod tests;
