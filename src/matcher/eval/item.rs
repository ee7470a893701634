//! What goes into the search and what comes out: the text of an item, and the watches it satisfies
//! with their hits.
//!
//! Stored items and fresh ones are turned into text in this one way.

use std::ops::Range;

use crate::model::{Field, Item};

/// How many hits a watch shows of one item, and how many of each term in each field are kept.
pub const MAX_HITS: usize = 64;

/// The text of one item, field by field, as plain text.
#[derive(Debug, Clone, Copy, Default)]
pub struct ItemText<'a> {
    /// Name of the feed it comes from.
    pub feed: &'a str,
    /// Headline.
    pub title: &'a str,
    /// Short text.
    pub summary: &'a str,
    /// Full text.
    pub content: &'a str,
    /// Author names, one a line.
    pub author: &'a str,
    /// Category labels, one a line.
    pub category: &'a str,
    /// URL.
    pub link: &'a str,
    /// BCP 47 tag of its language; empty where it is not known.
    pub lang: &'a str,
    /// Host or URL of the site it is on; where empty, that of the link.
    pub site: &'a str,
}

impl<'a> ItemText<'a> {
    /// The text of one field.
    pub const fn field(&self, field: Field) -> &'a str {
        match field {
            Field::Title => self.title,
            Field::Summary => self.summary,
            Field::Content => self.content,
            Field::Author => self.author,
            Field::Category => self.category,
            Field::Link => self.link,
        }
    }
}

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

    /// The text of that item, which is in the feed of this name.
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

/// A watch that an item satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchMatch {
    /// Index into the watches that were compiled.
    pub watch: usize,
    /// The positive terms that hit, by field and position; at most [`MAX_HITS`].
    pub hits: Vec<Hit>,
}

/// Where a term hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The term as the watch writes it, a phrase without its quotes.
    pub term: String,
    /// The field it is in.
    pub field: Field,
    /// Byte range in the original field, on char boundaries.
    pub span: Range<usize>,
}
