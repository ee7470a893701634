//! The news agency that an item credits: in its authors, and at the head and the tail of its texts.
//!
//! Only a bounded number of characters is looked at. A sentence that mentions an agency is no
//! credit.

mod head;
mod tail;

use crate::model::Item;

use super::agencies::{Agency, agency_named};

/// How much of an author is read, in characters.
const MAX_AUTHOR: usize = 200;
/// How many authors are read.
const MAX_AUTHORS: usize = 32;

/// The agency that the item credits: the authors first, then the heads, then the tails.
pub(super) fn credited(item: &Item) -> Option<&'static Agency> {
    let authors = item.authors.iter().take(MAX_AUTHORS);
    let texts = [&*item.summary, &*item.content];
    let mut authors = authors.filter_map(|author| of_author(author));
    authors
        .next()
        .or_else(|| texts.into_iter().find_map(head::credit))
        .or_else(|| texts.into_iter().find_map(tail::credit))
}

/// The agency that an author is, or writes for: `By Reuters`, `Ann Example, AFP`.
fn of_author(author: &str) -> Option<&'static Agency> {
    let author = first(author, MAX_AUTHOR);
    let parts = author.split([',', '/', ';', '&', '|', '(', ')', '（', '）', '=', '・']);
    let mut parts = parts.flat_map(|part| part.split(" and "));
    parts.find_map(|part| {
        let part = without_opening(part.trim(), &["By ", "by ", "BY ", "Par ", "Por ", "Von "]);
        let part = part.strip_suffix(" Staff").unwrap_or(part);
        agency_named(part.trim())
    })
}

/// The text without the first of these that it begins with.
fn without_opening<'a>(text: &'a str, openings: &[&str]) -> &'a str {
    let mut rests = openings.iter().filter_map(|it| text.strip_prefix(it));
    rests.next().unwrap_or(text)
}

/// The first so many characters.
fn first(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count);
    end.map_or(text, |(end, _)| &text[..end])
}

/// The last so many characters.
fn last(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().nth(count.saturating_sub(1));
    start.map_or(text, |(start, _)| &text[start..])
}

/// The agency that stands in brackets: `Reuters`, `서울=연합뉴스`, `ワシントン共同`,
/// `新华社北京11月30日电`.
fn in_brackets(inner: &str) -> Option<&'static Agency> {
    let inner = inner.trim();
    let named = inner.rsplit('=').next().unwrap_or(inner);
    let mut parts = named.split(['/', ',', '、', '・']);
    let found = parts.find_map(|part| agency_named(part.trim()));
    found
        .or_else(|| head::wired(inner))
        .or_else(|| head::of_place(inner))
}

#[cfg(test)]
mod tests;
