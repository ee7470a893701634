//! Decides whether text is HTML where nothing says so.
//!
//! Feeds put HTML into titles and other plain text, and escape HTML once too often. Text that only
//! speaks of tags stays text.

use std::collections::HashMap;

use memchr::memchr;

use super::{
    elements::{Element, element},
    markup::{Markup, Reader},
    tag::{Tag, are_around_a_word, is_one_of},
};

/// Whether text that should be plain is HTML: whether a tag of HTML does something in it.
///
/// That is one with its end tag of which one at least touches a word (`a <b>bold</b> word`), a line
/// break, a paragraph or anything with attributes that does, or a picture. `Use <b>, not <strong>`
/// speaks of tags, and `Vec<Option>` is no HTML at all.
pub(super) fn reads_as_html(text: &str) -> bool {
    let mut reader = Reader::new(text);
    let mut opened: HashMap<String, bool> = HashMap::new();
    let mut from = 0;
    while let Some(offset) = memchr(b'<', &text.as_bytes()[from..]) {
        let at = from + offset;
        from = at + 1;
        let (name, length) = match reader.markup(at) {
            Some(Markup::Tag { name, length }) => (name, length),
            Some(Markup::Cdata { .. }) if text[..at].trim_end().is_empty() => return true,
            Some(Markup::Nothing { length }) if is_comment_at_work(text, at, length) => {
                return true;
            }
            Some(Markup::Nothing { length }) => {
                from = at + length;
                continue;
            }
            Some(Markup::Cdata { .. }) | None => continue,
        };
        from = at + length;
        let tag = Tag {
            html: text,
            at,
            name,
            length,
        };
        if element(name) == Element::Unknown || !tag.has_attributes_of_html() {
            continue;
        }
        let is_alone = tag.is_placed_as_a_word() || tag.is_in_mixed_case();
        if does_something_alone(&tag) {
            return true;
        }
        let name = name.to_ascii_lowercase();
        if !tag.is_end() {
            opened.insert(name, is_alone);
        } else if opened.get(&name).is_some_and(|open| !(*open && is_alone)) {
            return true;
        }
    }
    false
}

/// Whether there is a comment at `at`, and it is not placed as words of the text are.
fn is_comment_at_work(text: &str, at: usize, length: usize) -> bool {
    let (before, comment) = text.split_at(at);
    let (comment, after) = comment.split_at(length);
    comment.starts_with("<!--") && !are_around_a_word(before, after)
}

/// Whether a tag touches what it does something to, whatever its end tag, or shows a picture.
fn does_something_alone(tag: &Tag<'_>) -> bool {
    if tag.is_end() || tag.is_in_mixed_case() {
        return false;
    }
    let is = |names: &[&str]| is_one_of(tag.name, names);
    if tag.is_placed_as_a_word() {
        return is(&["img"]) && !tag.is_bare() && tag.is_at_an_edge();
    }
    tag.has_quoted_attribute()
        || is(&["br", "hr", "wbr"])
        || is(&["img"]) && !tag.is_bare()
        || is(&["li", "p"]) && tag.touches_what_follows()
}

/// Whether HTML is still escaped: what the first tag of it would be begins a paragraph, a link or
/// a picture. Nobody begins a text by showing such a tag, right before a word.
pub(super) fn begins_as_html(text: &str) -> bool {
    let text = text.trim_start();
    let mut reader = Reader::new(text);
    let mut at = 0;
    let mut markup = |at: usize| text[at..].starts_with('<').then(|| reader.markup(at))?;
    while let Some(Markup::Nothing { length }) = markup(at) {
        at += length;
        at += text[at..].len() - text[at..].trim_start().len();
    }
    let Some(Markup::Tag { name, length }) = markup(at) else {
        return false;
    };
    let tag = Tag {
        html: text,
        at,
        name,
        length,
    };
    let is_beginning = match element(name) {
        Element::Block | Element::Line => !tag.is_in_mixed_case(),
        Element::Inline => is_one_of(name, &["a", "font", "img", "span"]) && !tag.is_bare(),
        _ => false,
    };
    is_beginning && !tag.is_end() && tag.has_attributes_of_html() && tag.touches_what_follows()
}
