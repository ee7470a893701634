//! HTML to plain text, as a reader would see it.
//!
//! A linear scanner, not a parser: it builds no tree, so nesting costs nothing, and it reads on where
//! markup is broken. It never fails. In doubt it keeps words rather than losing them.
//!
//! It also decides whether text is HTML where nothing says so. Feeds put HTML into titles and other
//! plain text, and escape HTML once too often. Text that only speaks of tags stays text.

mod elements;
mod judge;
mod markup;
mod plain;
mod tag;

use std::collections::HashMap;

use memchr::{memchr, memchr_iter, memmem};

use elements::{Element, element};
use judge::{Found, Judge};
use markup::{Markup, Reader};
use plain::Plain;
use tag::{Tag, are_around_a_word, is_one_of};

/// How often text is unescaped: feeds wrap HTML in XML, and their makers escape once too often.
const MAX_PASSES: usize = 3;

/// The longest entity that is seen when looking for a second layer of escaping
/// (`&CounterClockwiseContourIntegral;`).
const MAX_ENTITY_BYTES: usize = 33;

/// The text of an HTML fragment, as a reader would see it.
///
/// Tags, comments and the content of `script`, `style` and embedded frames are dropped, and the
/// reading that `ruby` puts above a word, so that the word stays one; entities are decoded. The
/// end of a block element is a blank line (`\n\n`), which no phrase crosses; `br` is one line
/// break (`\n`), which is white space to [`fold`](super::fold); inline elements leave nothing,
/// but digits in `sup` become superscript ones, since in `Koizumi<sup>1</sup>` the 1 is no part of
/// the word.
/// White space is collapsed and trimmed. Text without any markup keeps its line breaks.
///
/// What is escaped is text (`a &lt;script&gt; tag` shows a tag), and so are words in angle
/// brackets that are no element of HTML (`Vec<T>`) and tags that are only spoken of (`use <b>, not
/// <strong>`). HTML that begins with an escaped paragraph was escaped once too often and is
/// unescaped first; entities that the text still shows are decoded, three times in all.
///
/// Time is linear in the input.
pub fn to_plain(html: &str) -> String {
    match once_escaped(html) {
        Some(html) => html_to_plain(&html),
        None => html_to_plain(html),
    }
}

fn html_to_plain(html: &str) -> String {
    decoded(pass(html), MAX_PASSES - 1)
}

/// The text of what should be plain text already: a title, a name, a text of that type.
///
/// Feeds put HTML there all the same. It is read as [`to_plain`] reads it where a tag of HTML does
/// something to the words around it (`a <b>bold</b> word`); otherwise all angle brackets stay, and
/// entities are decoded as there. White space is collapsed and trimmed, line breaks stay.
pub fn text_to_plain(text: &str) -> String {
    if let Some(html) = once_escaped(text) {
        return html_to_plain(&html);
    }
    if memchr(b'<', text.as_bytes()).is_some() && reads_as_html(text) {
        return html_to_plain(text);
    }
    let mut plain = Plain::new(text.len());
    plain.push(text);
    decoded(plain.finish(), MAX_PASSES)
}

/// Whether `name` is an element of HTML, in any case.
pub(crate) fn is_html(name: &str) -> bool {
    element(name) != Element::Unknown
}

/// HTML of which the very beginning is still escaped, unescaped.
fn once_escaped(html: &str) -> Option<String> {
    let beginning = html.trim_start();
    let is_escaped = |layers: &usize| {
        let behind = beginning.strip_prefix('&');
        behind.is_some_and(|behind| behind.starts_with(&("amp;".repeat(layers - 1) + "lt;")))
    };
    let layers = (1..MAX_PASSES).find(is_escaped)?;
    let mut unescaped = html.to_owned();
    for _ in 0..layers {
        unescaped = htmlize::unescape(unescaped).into_owned();
    }
    begins_as_html(&unescaped).then_some(unescaped)
}

/// Text of which the entities that it shows are decoded, up to `passes` times.
fn decoded(mut text: String, passes: usize) -> String {
    for _ in 0..passes {
        if !shows_entity(&text) {
            break;
        }
        let mut plain = Plain::new(text.len());
        plain.push(&htmlize::unescape(&text));
        text = plain.finish();
    }
    text
}

fn pass(html: &str) -> String {
    let mut plain = Plain::new(html.len());
    let mut judge = Judge::new(html);
    let mut cdata = false;
    let (mut done, mut from) = (0, 0);
    while let Some(offset) = memchr(b'<', &html.as_bytes()[from..]) {
        let at = from + offset;
        let (found, length) = judge.found(at);
        from = at + length;
        if found == Found::Words {
            continue;
        }
        plain.join_lines();
        push(&mut plain, &html[done..at], cdata);
        match found {
            Found::Start(element) => from = start(element, &mut plain, &mut judge, from),
            Found::End(element) => end(element, &mut plain),
            Found::Cdata => cdata = true,
            Found::Words | Found::Nothing => {}
        }
        done = from;
    }
    push(&mut plain, &html[done..], cdata);
    plain.finish()
}

/// What a start tag does, that ends at `from`; where reading goes on.
fn start(element: Element, plain: &mut Plain, judge: &mut Judge<'_>, from: usize) -> usize {
    match element {
        Element::Raw(kind) => judge.reader.raw_end(kind, from),
        Element::Ruby => judge.reader.next(from),
        Element::Raised => {
            plain.raise();
            from
        }
        _ => {
            end(element, plain);
            from
        }
    }
}

/// What any tag of an element does.
fn end(element: Element, plain: &mut Plain) {
    match element {
        Element::Block => plain.block(),
        Element::Line => plain.line(),
        Element::Raised => plain.lower(),
        Element::Raw(_) | Element::Ruby | Element::Inline | Element::Unknown => {}
    }
}

/// Adds what is between two tags; the `]]>` of a CDATA section seen before is no text.
fn push(plain: &mut Plain, text: &str, cdata: bool) {
    if cdata && memmem::find(text.as_bytes(), b"]]>").is_some() {
        plain.push(&htmlize::unescape(text.replace("]]>", "")));
    } else if memchr(b'&', text.as_bytes()).is_some() {
        plain.push(&htmlize::unescape(text));
    } else {
        plain.push(text);
    }
}

/// Whether there is an entity in what should be plain text.
fn shows_entity(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(b'&', bytes).any(|at| is_entity(&bytes[at + 1..]))
}

/// Whether the text behind an `&` reads like `amp;` or `#8217;`.
fn is_entity(bytes: &[u8]) -> bool {
    let name = &bytes[..bytes.len().min(MAX_ENTITY_BYTES)];
    let length = name
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#')
        .count();
    length >= 2 && name.get(length) == Some(&b';')
}

/// Whether text that should be plain is HTML: whether a tag of HTML does something in it.
///
/// That is one with its end tag of which one at least touches a word (`a <b>bold</b> word`), a line
/// break, a paragraph or anything with attributes that does, or a picture. `Use <b>, not <strong>`
/// speaks of tags, and `Vec<Option>` is no HTML at all.
fn reads_as_html(text: &str) -> bool {
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
fn begins_as_html(text: &str) -> bool {
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

#[cfg(test)]
mod tests;
