//! HTML to plain text: a linear scanner, not a parser. It builds no tree, so nesting costs
//! nothing, and it reads on where markup is broken.

mod elements;
mod plain;
mod tag;
#[cfg(test)]
mod tests;

use memchr::{memchr, memchr_iter, memmem};

use elements::{Element, element};
use plain::Plain;
use tag::{Markup, Reader};

/// How often text is unescaped: feeds wrap HTML in XML, and their makers escape once too often.
const MAX_PASSES: usize = 3;

/// The longest entity that is recognised when looking for a second layer of escaping
/// (`&CounterClockwiseContourIntegral;`).
const MAX_ENTITY_BYTES: usize = 33;

/// The text of an HTML fragment, as a reader would see it.
///
/// Tags, comments and the content of `script`, `style` and embedded frames are dropped, and the
/// reading that `ruby` puts above a word, so that the word stays one; entities are decoded. The end of a block element is a blank line (`\n\n`), which no phrase crosses; `br` is
/// one line break (`\n`), which is white space to [`fold`](super::fold); inline elements leave
/// nothing. White space is collapsed and trimmed. Text without any `<` keeps its line breaks.
///
/// Where the result still shows HTML elements or entities, it was escaped twice: it is read
/// again, up to three times in all. `a < b` stays as it is. Time is linear in the input.
pub fn to_plain(html: &str) -> String {
    let mut text = pass(html, memchr(b'<', html.as_bytes()).is_none(), false);
    for _ in 1..MAX_PASSES {
        if !shows_markup(&text) {
            break;
        }
        text = pass(&text, true, true);
    }
    text
}

fn pass(html: &str, keeps_lines: bool, known_only: bool) -> String {
    let mut plain = Plain::new(html.len(), keeps_lines);
    let mut reader = Reader::new(html);
    let mut cdata = false;
    let (mut done, mut from) = (0, 0);
    while let Some(offset) = memchr(b'<', &html.as_bytes()[from..]) {
        let at = from + offset;
        from = at + 1;
        let Some(markup) = reader.markup(at) else {
            continue;
        };
        let (kind, length) = match markup {
            Markup::Tag { name, length } => (element(name), length),
            Markup::Nothing { length } | Markup::Cdata { length } => (Element::Inline, length),
        };
        if known_only && (kind == Element::Unknown || !is_plausible(markup, &html[at..])) {
            continue;
        }
        push(&mut plain, &html[done..at], cdata);
        cdata |= matches!(markup, Markup::Cdata { .. });
        from = at + length;
        match kind {
            Element::Block => plain.block(),
            Element::Line => plain.line(),
            Element::Raw(kind) if html.as_bytes()[at + 1] != b'/' => {
                from = reader.raw_end(kind, from);
            }
            Element::Ruby if html.as_bytes()[at + 1] != b'/' => {
                from += memchr(b'<', &html.as_bytes()[from..]).unwrap_or(0);
            }
            _ => {}
        }
        done = from;
    }
    push(&mut plain, &html[done..], cdata);
    plain.finish()
}

/// Whether a tag in text that was unescaped before has no attributes or some with values: in
/// `j<i and k>j` there is none.
fn is_plausible(markup: Markup<'_>, html: &str) -> bool {
    let Markup::Tag { name, length } = markup else {
        return true;
    };
    let name_at = 1 + usize::from(html.as_bytes()[1] == b'/');
    let attributes = &html[name_at + name.len()..length - 1];
    let is_space = |c: char| c.is_ascii_whitespace() || c == '/';
    attributes.trim_matches(is_space).is_empty() || attributes.contains('=')
}

/// Adds what stands between two tags; the `]]>` of a CDATA section seen before is no text.
fn push(plain: &mut Plain, text: &str, cdata: bool) {
    if cdata && memmem::find(text.as_bytes(), b"]]>").is_some() {
        plain.push(&htmlize::unescape(text.replace("]]>", "")));
    } else if memchr(b'&', text.as_bytes()).is_some() {
        plain.push(&htmlize::unescape(text));
    } else {
        plain.push(text);
    }
}

/// Whether there is an element of HTML or an entity in what should be plain text.
fn shows_markup(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut reader = Reader::new(text);
    memchr_iter(b'&', bytes).any(|at| is_entity(&bytes[at + 1..]))
        || memchr_iter(b'<', bytes).any(|at| match reader.markup(at) {
            Some(Markup::Tag { name, .. }) => element(name) != Element::Unknown,
            Some(_) => true,
            None => false,
        })
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
