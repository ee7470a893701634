//! The text of one element, whatever is in it.
//!
//! It stays borrowed from the document as long as the element holds one piece of plain text.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memchr;

use crate::{
    parse::{
        faults::{WarningKind, Warnings},
        raw::Body,
    },
    text::is_html,
};

use super::{
    entity::Entities,
    roles::{Family, Role},
    text::trimmed,
    token::Tag,
};

/// An element of text that is open.
#[derive(Debug)]
pub(super) struct Capture<'a> {
    pub(super) tag: Tag<'a>,
    pub(super) role: Role,
    pub(super) at: usize,
    /// Whether it is in the item itself, not in another element of it.
    pub(super) is_own: bool,
    text: Cow<'a, str>,
    /// White space behind the text, part of it if more text follows.
    gap: &'a str,
    mode: Mode,
    /// Elements of the same name open inside.
    nested: usize,
    /// Open elements inside that are not HTML: most of them are words in angle brackets.
    strange: usize,
    /// Inside a person's address or page, once the name is known.
    muted: bool,
    has_name: bool,
}

/// What the text of an element is, once its references are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    Html,
    /// Markup is literal, so references stay as they are: they are the markup's.
    Xhtml,
    /// Base64 of text, or of a picture or anything else.
    Base64,
}

impl<'a> Capture<'a> {
    pub(super) fn new(tag: Tag<'a>, role: Role, family: Family, at: usize) -> Self {
        let has_types = family == Family::Atom && (role == Role::Title || role.is_long_text());
        Self {
            tag,
            role,
            at,
            is_own: false,
            text: Cow::Borrowed(""),
            gap: "",
            mode: match role {
                _ if has_types => atom_mode(&tag),
                Role::Title => Mode::Plain,
                _ => Mode::Html,
            },
            nested: 0,
            strange: 0,
            muted: false,
            has_name: false,
        }
    }

    /// Whether an element that opens inside shows that this one was never closed.
    pub(super) fn is_ended_by(&self, inner: Role) -> bool {
        inner == Role::Item
            || self.role.is_short_text() && (inner.is_short_text() || inner.is_long_text())
    }

    /// A tag inside: markup of the text, or a part of a person.
    pub(super) fn open(&mut self, tag: &Tag<'a>, at: usize, warnings: &mut Warnings) {
        if self.role == Role::Author {
            if !tag.is_empty {
                self.open_person_part(local(tag.name));
            }
            return;
        }
        if self.mode != Mode::Xhtml {
            warnings.note(WarningKind::MarkupInText, at);
        }
        if self.mode == Mode::Plain || (self.mode == Mode::Html && self.begins_literally(tag)) {
            self.text = htmlize::escape_text(self.text.as_ref()).into_owned().into();
            self.mode = Mode::Xhtml;
        }
        if tag.name == self.tag.name && !tag.is_empty {
            self.nested += 1;
        }
        let name = name_in_html(tag.name);
        if !is_html(name) && !tag.is_empty {
            self.strange += 1;
        }
        // Whether it is a tag is for the reader of HTML to say: `<Interview with Koizumi>`.
        let behind = &tag.source[1 + tag.name.len()..];
        self.buffer().extend(["<", name, behind]);
    }

    /// Whether a tag shows that markup is literal here, and what is escaped is text. Before
    /// escaped markup a picture may be literal markup.
    fn begins_literally(&self, tag: &Tag<'a>) -> bool {
        !tag.is_empty && is_html(local(tag.name)) && memchr(b'<', self.text.as_bytes()).is_none()
    }

    fn open_person_part(&mut self, local: &str) {
        if local == "name" && !self.has_name {
            self.text = Cow::Borrowed("");
            self.gap = "";
            self.has_name = true;
            self.muted = false;
        } else {
            self.muted = self.has_name || !(local == "email" || is_markup(local));
        }
    }

    /// Whether an end tag of that name ends this element, and not one of its name inside.
    pub(super) fn is_ended_at(&self, name: &str) -> bool {
        name == self.tag.name && self.nested == 0
    }

    /// An end tag inside.
    pub(super) fn close(&mut self, name: &str) {
        self.nested -= usize::from(name == self.tag.name);
        if self.role == Role::Author {
            self.has_name &= !self.text.is_empty();
            self.muted = self.has_name;
        } else if self.mode != Mode::Plain {
            let name = name_in_html(name);
            if !is_html(name) {
                let Some(strange) = self.strange.checked_sub(1) else {
                    return;
                };
                self.strange = strange;
            }
            self.buffer().extend(["</", name, ">"]);
        }
    }

    pub(super) fn push(
        &mut self,
        text: &'a str,
        at: usize,
        entities: &mut Entities<'a>,
        warnings: &mut Warnings,
    ) {
        if memchr(b'&', text.as_bytes()).is_none() {
            self.push_literally(text);
        } else if self.muted || self.mode == Mode::Xhtml {
            entities.check(text, at, warnings);
            self.push_literally(text);
        } else {
            entities.resolve(text, at, self.buffer(), warnings);
        }
    }

    pub(super) fn push_literally(&mut self, text: &'a str) {
        if self.muted {
            return;
        }
        let is_blank = text.trim_ascii().is_empty();
        if is_blank && self.text.is_empty() {
            return;
        }
        if is_blank {
            if !self.gap.is_empty() {
                self.buffer();
            }
            self.gap = text;
        } else if self.text.is_empty() {
            self.text = Cow::Borrowed(text);
        } else {
            self.buffer().push_str(text);
        }
    }

    /// The text so far, to add to.
    fn buffer(&mut self) -> &mut String {
        let text = self.text.to_mut();
        text.push_str(std::mem::take(&mut self.gap));
        text
    }

    /// The text; empty where the element holds something else.
    pub(super) fn into_body(self) -> Body<'a> {
        let text = trimmed(self.text);
        match self.mode {
            Mode::Base64 => Body {
                is_html: true,
                text: from_base64(text),
            },
            mode => Body {
                is_html: mode != Mode::Plain,
                text,
            },
        }
    }
}

/// How an Atom text construct says its text is marked up: `text`, `html` and `xhtml` (RFC 4287
/// §3.1), media types, and the `mode` of Atom 0.3.
fn atom_mode(tag: &Tag<'_>) -> Mode {
    let kind = tag.attribute("type").unwrap_or("text").trim();
    let is = |name: &str| kind.eq_ignore_ascii_case(name);
    let has_mode = |name: &str| {
        tag.attribute("mode")
            .is_some_and(|mode| mode.eq_ignore_ascii_case(name))
    };
    let is_escaped = has_mode("escaped");
    if has_mode("base64") {
        return Mode::Base64;
    }
    if is("html") || is("text/html") || (is_escaped && !is("text") && !is("text/plain")) {
        Mode::Html
    } else if is("xhtml") || kind.ends_with("+xml") || kind.ends_with("/xml") {
        Mode::Xhtml
    } else if kind.contains('/') && !kind.starts_with("text/") {
        Mode::Base64
    } else {
        Mode::Plain
    }
}

/// The text that base64 encodes, or nothing if that is no text; the text itself if it is not
/// base64.
fn from_base64(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_packed = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c) || c.is_whitespace();
    if !text.chars().all(is_packed) {
        return text;
    }
    let packed: String = text.split_ascii_whitespace().collect();
    let unpacked = STANDARD.decode(packed).unwrap_or_default();
    Cow::Owned(String::from_utf8(unpacked).unwrap_or_default())
}

/// Whether an element of that name marks a name up, and says nothing else of a person.
fn is_markup(local: &str) -> bool {
    ["a", "b", "em", "font", "i", "p", "span", "strong"].contains(&local)
}

/// The name without a prefix that XML puts before an element of HTML.
fn name_in_html(name: &str) -> &str {
    Some(local(name))
        .filter(|name| is_html(name))
        .unwrap_or(name)
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
