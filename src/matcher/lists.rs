//! From a stored or freshly read item to the text that is searched: one way for all who match.

use super::ItemText;
use crate::model::Item;

/// An item's lists as texts, one entry a line.
#[derive(Debug, Clone)]
pub struct ItemLists {
    authors: String,
    categories: String,
}

impl ItemLists {
    /// Joins the lists of an item.
    pub fn of(item: &Item) -> Self {
        Self {
            authors: item.authors.join("\n"),
            categories: item.categories.join("\n"),
        }
    }

    /// The text of that item, which stands in the feed of this name.
    pub fn text<'a>(&'a self, feed: &'a str, item: &'a Item) -> ItemText<'a> {
        ItemText {
            feed,
            title: &item.title,
            summary: &item.summary,
            content: &item.content,
            author: &self.authors,
            category: &self.categories,
            link: item.link.as_deref().unwrap_or_default(),
            lang: item.language.as_deref().unwrap_or_default(),
            ..ItemText::default()
        }
    }
}
