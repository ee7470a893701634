//! Markup or words: what a `<` in HTML is.
//!
//! Writers put more between angle brackets than tags: `Vec<T>`, `<name@host>`, `<Interview with
//! Koizumi>`, `use <b>, not <strong>`. A browser shows some of that and hides the rest; here none
//! of it is lost. In doubt a tag is words: a tag too many in the text hides nothing, a word too few
//! does.

use std::{borrow::Cow, collections::HashSet};

use memchr::memmem;

use super::{
    elements::{Element, element},
    markup::{Markup, Reader},
    tag::{Tag, is_one_of},
};

/// What begins at a `<`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A character, or words in angle brackets.
    Words,
    Start(Element),
    End(Element),
    /// A comment, a doctype, an instruction: no text.
    Nothing,
    /// `<![CDATA[`: what follows counts.
    Cdata,
}

/// Elements that need no end tag and mean something without attributes.
const ALONE: [&str; 17] = [
    "br", "hr", "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "rt",
    "rp", "rtc", "option",
];

/// The longest name of an element that is remembered; those of HTML have 10 letters.
const MAX_NAME_BYTES: usize = 40;

/// Separates the markup of one text from its words.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    html: &'a str,
    pub(super) reader: Reader<'a>,
    /// The names of its tags, once somebody has asked for them.
    names: Option<Names<'a>>,
    /// Where end tags of elements of HTML were found that were looked for; no place where none
    /// comes any more.
    ends: Vec<(&'a str, Option<usize>)>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self {
            html,
            reader: Reader::new(html),
            names: None,
            ends: Vec::new(),
        }
    }

    /// What begins at `at`, where a `<` is, and its length.
    pub(super) fn found(&mut self, at: usize) -> (Found, usize) {
        match self.reader.markup(at) {
            None => (Found::Words, 1),
            Some(Markup::Cdata { length }) => (Found::Cdata, length),
            Some(Markup::Nothing { length }) if is_nothing(&self.html[at..at + length]) => {
                (Found::Nothing, length)
            }
            Some(Markup::Nothing { length }) => (Found::Words, length),
            Some(Markup::Tag { name, length }) => {
                let html = self.html;
                let tag = Tag {
                    html,
                    at,
                    name,
                    length,
                };
                (self.tag(&tag), length)
            }
        }
    }

    #[inline]
    fn tag(&mut self, tag: &Tag<'a>) -> Found {
        let element = element(tag.name);
        let is_markup = match element {
            Element::Unknown => self.is_unknown_element(tag),
            // Most tags are; the other questions take longer.
            Element::Block | Element::Line | Element::Inline | Element::Raised
                if tag.is_plain_to_see() =>
            {
                true
            }
            _ => self.is_element_at_work(tag, element),
        };
        match (is_markup, tag.is_end()) {
            (false, _) => Found::Words,
            (true, false) => Found::Start(element),
            (true, true) => Found::End(element),
        }
    }

    #[cold]
    fn is_element_at_work(&mut self, tag: &Tag<'a>, element: Element) -> bool {
        tag.has_attributes_of_html() && !self.is_named(tag, element)
    }

    /// Whether a tag that is not HTML is a tag all the same: one that has a partner, as
    /// `<o:p></o:p>` has, or attributes in quotes.
    #[cold]
    fn is_unknown_element(&mut self, tag: &Tag<'a>) -> bool {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-:_.".contains(&byte);
        tag.name.bytes().all(is_name)
            && (tag.has_quoted_attribute()
                || tag.is_empty() && tag.name.contains(':')
                || (tag.is_bare() && self.has_partner(tag)))
    }

    /// Whether a tag of HTML is only spoken of: a bare start tag that is placed as a word of the text
    /// is, or is written like a name, and is never closed.
    fn is_named(&mut self, tag: &Tag<'a>, element: Element) -> bool {
        if !tag.is_bare() || tag.is_empty() {
            return false;
        }
        match element {
            // Between two of them there may be much text that would be lost.
            Element::Raw(_) => tag.is_between_words(),
            _ if tag.is_end() => false,
            _ if !tag.is_beside_words() && !tag.is_in_mixed_case() => false,
            _ => !is_one_of(tag.name, &ALONE) && !self.is_closed_behind(tag.at, tag.name),
        }
    }

    /// Whether an element of HTML is closed somewhere behind `at`. For each name the text is read
    /// once.
    fn is_closed_behind(&mut self, at: usize, name: &'a str) -> bool {
        let known = self
            .ends
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        match known {
            Some((_, None)) => false,
            Some((_, Some(end))) if *end > at => true,
            Some((_, end)) => {
                *end = end_tag(self.html, at, name);
                end.is_some()
            }
            None => {
                let end = end_tag(self.html, at, name);
                self.ends.push((name, end));
                end.is_some()
            }
        }
    }

    fn has_partner(&mut self, tag: &Tag<'a>) -> bool {
        let names = self.names.get_or_insert_with(|| Names::of(self.html));
        let partners = if tag.is_end() {
            &names.opened
        } else {
            &names.closed
        };
        partners.contains(&in_small_letters(tag.name))
    }
}

/// Where behind `from` an end tag begins of an element of that name.
fn end_tag(html: &str, from: usize, name: &str) -> Option<usize> {
    let bytes = html.as_bytes();
    memmem::find_iter(&bytes[from..], b"</")
        .map(|at| from + at)
        .find(|at| {
            let found = bytes.get(at + 2..at + 2 + name.len());
            let next = bytes.get(at + 2 + name.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
                && next.is_none_or(|next| !next.is_ascii_alphanumeric())
        })
}

/// Whether what begins with `<!` or `<?` is nothing to be shown, and not words behind a sign.
fn is_nothing(markup: &str) -> bool {
    let start = markup.get(..9).unwrap_or(markup).to_ascii_lowercase();
    ["<!--", "<![", "<!doctype", "<?xml"]
        .iter()
        .any(|sign| start.starts_with(sign))
        || markup.ends_with("?>")
}

/// The names, in small letters, that start tags and end tags of a text have.
#[derive(Debug, Default)]
struct Names<'a> {
    opened: HashSet<Cow<'a, str>>,
    closed: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    fn of(html: &'a str) -> Self {
        let mut names = Self::default();
        for at in memchr::memchr_iter(b'<', html.as_bytes()) {
            let inside = &html.as_bytes()[at + 1..];
            let (inside, names) = match inside.strip_prefix(b"/") {
                Some(inside) => (inside, &mut names.closed),
                None => (inside, &mut names.opened),
            };
            let head = &inside[..inside.len().min(MAX_NAME_BYTES)];
            let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
            if let Some(end) = head.iter().position(is_end)
                && let Ok(name) = str::from_utf8(&head[..end])
            {
                names.insert(in_small_letters(name));
            }
        }
        names
    }
}

fn in_small_letters(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}
