//! Cuts any text into tags and text. Nothing is an error: what is no tag is text.
//!
//! One pass: every byte is looked at a bounded number of times, however the input is broken. Where
//! an end is searched for and not found (`-->`, `]]>`), it is never searched for again.
//!
//! [`Pieces`](crate::parse::Pieces) and `count` read the same bytes without it; their heads say
//! why.

use memchr::{memchr, memmem};

/// A piece of the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A start tag.
    Open(Tag<'a>),
    /// The name in an end tag.
    Close(&'a str),
    /// Text in which references are not yet resolved.
    Text(&'a str),
    /// Text that is meant literally.
    Cdata(&'a str),
    /// Everything between `<!DOCTYPE` and its `>`.
    Doctype(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// The name as written, prefix included.
    pub(super) name: &'a str,
    /// Everything after the name.
    attributes: &'a str,
    /// Whether the tag also ends the element.
    pub(super) is_empty: bool,
    /// The whole tag as written.
    pub(super) source: &'a str,
}

/// The tokens of a text, each with its byte offset. Comments and processing instructions, XML
/// declarations among them, are left out wherever they are.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// Ends that were searched for and do not come any more.
    missing: Vec<&'static str>,
}

/// What a `<` turns out to be.
enum Markup<'a> {
    Token(Token<'a>),
    /// Passed over: a comment, or the like.
    Dropped,
    /// Text.
    None,
}

impl<'a> Markup<'a> {
    fn token(token: Option<Token<'a>>) -> Self {
        token.map_or(Self::None, Self::Token)
    }
}

const CDATA: &str = "<![CDATA[";

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            missing: Vec::new(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Where `end` comes next, counted from here.
    fn find(&mut self, end: &'static str) -> Option<usize> {
        if self.missing.contains(&end) {
            return None;
        }
        let found = memmem::find(self.rest().as_bytes(), end.as_bytes());
        if found.is_none() {
            self.missing.push(end);
        }
        found
    }

    /// Passes everything up to the next `end`, and `end` too.
    fn pass(&mut self, end: &'static str) -> Markup<'a> {
        let Some(length) = self.find(end) else {
            return Markup::None;
        };
        self.at += length + end.len();
        Markup::Dropped
    }

    /// What starts at a `<`.
    fn markup(&mut self) -> Markup<'a> {
        let rest = self.rest();
        let Some(second) = rest.as_bytes().get(1) else {
            return Markup::None;
        };
        match second {
            b'!' if rest.starts_with("<!--") => self.pass("-->"),
            b'!' if rest.starts_with(CDATA) => self.cdata(),
            b'!' => self.declaration(),
            b'?' => self.pass("?>"),
            b'/' => Markup::token(self.close()),
            byte if is_name_start(*byte) => Markup::token(self.open()),
            _ => Markup::None,
        }
    }

    /// Whether the document ends inside a tag.
    fn is_cut_off(&self) -> bool {
        let inside = &self.rest().as_bytes()[1..];
        let is_tag = |byte: &u8| is_name_start(*byte) || matches!(byte, b'/' | b'!' | b'?');
        inside.first().is_some_and(is_tag) && memchr::memchr2(b'<', b'>', inside).is_none()
    }

    fn cdata(&mut self) -> Markup<'a> {
        let end = self.find("]]>");
        let inner = &self.rest()[CDATA.len()..];
        self.at += CDATA.len();
        // Never closed: the text behind it is read like any other.
        let Some(length) = end.map(|end| end - CDATA.len()) else {
            return Markup::Dropped;
        };
        self.at += length + "]]>".len();
        Markup::Token(Token::Cdata(&inner[..length]))
    }

    /// `<!DOCTYPE …>`, with its internal subset; any other `<!…>` is dropped.
    fn declaration(&mut self) -> Markup<'a> {
        let rest = self.rest();
        let Some(mut end) = self.find(">") else {
            return Markup::None;
        };
        let is_doctype = rest
            .get(..9)
            .is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
        if is_doctype && rest[..end].contains('[') {
            end = self.find("]>").map_or(end, |close| close + 1).max(end);
        }
        self.at += end + 1;
        if is_doctype {
            Markup::Token(Token::Doctype(&rest[9..end]))
        } else {
            Markup::Dropped
        }
    }

    fn close(&mut self) -> Option<Token<'a>> {
        let rest = &self.rest()[2..];
        let name = name(rest.trim_ascii_start());
        if name.is_empty() {
            return None;
        }
        // `</title<link>`: the tag ends where the next one starts.
        let end = memchr::memchr2(b'>', b'<', rest.as_bytes()).unwrap_or(rest.len());
        let has_end = rest.as_bytes().get(end) == Some(&b'>');
        self.at += 2 + end + usize::from(has_end);
        Some(Token::Close(name))
    }

    fn open(&mut self) -> Option<Token<'a>> {
        let source = self.rest();
        let rest = &source[1..];
        let name = name(rest);
        let inside = &rest[name.len()..];
        let length = tag_length(inside)?;
        let has_end = inside.as_bytes().get(length) == Some(&b'>');
        let tag_length = 1 + name.len() + length + usize::from(has_end);
        self.at += tag_length;
        let attributes = inside[..length].trim_ascii_end();
        // `<link href=http://example.org/>`: a slash that ends an unquoted value is the value's.
        let unslashed = attributes.strip_suffix('/');
        Some(Token::Open(Tag {
            name,
            attributes: unslashed.unwrap_or(attributes),
            is_empty: unslashed.is_some(),
            source: &source[..tag_length],
        }))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.at;
            if start == self.text.len() {
                return None;
            }
            if self.text.as_bytes()[start] == b'<' {
                match self.markup() {
                    Markup::Token(token) => return Some((start, token)),
                    Markup::Dropped => continue,
                    Markup::None if self.is_cut_off() => return None,
                    Markup::None => {}
                }
            }
            // At least one byte, so that a `<` that is text is passed.
            let length = memchr(b'<', &self.text.as_bytes()[start + 1..])
                .map_or(self.text.len() - start, |found| found + 1);
            self.at = start + length;
            return Some((start, Token::Text(&self.text[start..self.at])));
        }
    }
}

/// How far a start tag reaches, given what follows its name: to its `>`, or to the `<` of the next
/// tag where the `>` is missing. `None` where the text ends first.
fn tag_length(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut at = 0;
    loop {
        at += bytes[at..]
            .iter()
            .position(|byte| matches!(byte, b'>' | b'<' | b'"' | b'\''))?;
        if matches!(bytes[at], b'>' | b'<') {
            return Some(at);
        }
        at += 1 + quoted_length(&bytes[at + 1..], bytes[at]);
    }
}

/// How far a quoted value reaches, its quote included; 0 for a quote that opens nothing: one never
/// closed, or whose partner is beyond this tag's `>` and the next tag's `<`.
fn quoted_length(bytes: &[u8], quote: u8) -> usize {
    let Some(length) = memchr(quote, bytes) else {
        return 0;
    };
    let value = &bytes[..length];
    let leaves_tag = memchr(b'>', value).is_some_and(|end| memchr(b'<', &value[end..]).is_some());
    if leaves_tag { 0 } else { length + 1 }
}

const fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}

fn name(text: &str) -> &str {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/><=\"'".contains(byte);
    let end = text.bytes().position(|byte| is_end(&byte));
    &text[..end.unwrap_or(text.len())]
}

impl<'a> Tag<'a> {
    /// Whether a namespace may be declared here: quick, and right when it says no.
    pub(super) fn may_declare(&self) -> bool {
        memmem::find(self.attributes.as_bytes(), b"xmlns:").is_some()
    }

    /// Every attribute as (name, value), references unresolved, quotes optional.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            rest =
                rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || "/=\"'".contains(c));
            let name = name(rest);
            if name.is_empty() {
                return None;
            }
            rest = rest[name.len()..].trim_ascii_start();
            let Some(value) = rest.strip_prefix('=') else {
                return Some((name, ""));
            };
            let value = value.trim_ascii_start();
            let (value, after) = match value.as_bytes().first() {
                Some(quote @ (b'"' | b'\'')) => {
                    let value = &value[1..];
                    let end = memchr(*quote, value.as_bytes()).unwrap_or(value.len());
                    (&value[..end], value.get(end + 1..).unwrap_or_default())
                }
                _ => value.split_at(
                    value
                        .find(|c: char| c.is_ascii_whitespace())
                        .unwrap_or(value.len()),
                ),
            };
            rest = after;
            Some((name, value))
        })
    }

    /// The first attribute of that name, whatever its case.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&'a str> {
        self.attributes()
            .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then_some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens in a notation of one line.
    fn tokens(text: &str) -> String {
        let shown = |(_, token)| match token {
            Token::Open(tag) => {
                let attributes: Vec<String> = tag
                    .attributes()
                    .map(|(name, value)| format!(" {name}={value}"))
                    .collect();
                let end = if tag.is_empty { "/" } else { "" };
                format!("<{}{}{end}>", tag.name, attributes.concat())
            }
            Token::Close(name) => format!("</{name}>"),
            Token::Text(text) => format!("{text:?}"),
            Token::Cdata(text) => format!("[{text}]"),
            Token::Doctype(text) => format!("!{text}!"),
        };
        Tokens::new(text).map(shown).collect()
    }

    #[test]
    fn cuts_what_is_well_formed() {
        let cases = [
            ("<a b=\"c\" d='e'>x</a>", "<a b=c d=e>\"x\"</a>"),
            ("<a/><a />", "<a/><a/>"),
            ("<a b='>'/>", "<a b=>/>"),
            ("<a b='x <i> y'>", "<a b=x <i> y>"),
            ("<?xml version='1.0'?><a/>", "<a/>"),
            ("<!-- <b> --><a/>", "<a/>"),
            ("<![CDATA[<b>]]>", "[<b>]"),
            (
                "<!DOCTYPE r [<!ENTITY a \"b\">]><r/>",
                "! r [<!ENTITY a \"b\">]!<r/>",
            ),
            ("<!DOCTYPE html><r/>", "! html!<r/>"),
            ("</ a >", "</a>"),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn makes_something_of_what_is_not() {
        let cases = [
            ("a < b", "\"a \"\"< b\""),
            ("<", "\"<\""),
            ("<a b=c d>", "<a b=c d=>"),
            ("<a b=\"c>x<d e=\"f\">", "<a b=c>\"x\"<d e=f>"),
            ("<a b=\"c>x", "<a b=c>\"x\""),
            ("<a <b>", "<a><b>"),
            ("</a<b>", "</a><b>"),
            ("x<a", "\"x\""),
            ("x<![CDA", "\"x\""),
            ("x < a", "\"x \"\"< a\""),
            ("<![CDATA[x & y</a>", "\"x & y\"</a>"),
            ("<!-- x<a/>", "\"<!-- x\"<a/>"),
            ("<?php x<a/>", "\"<?php x\"<a/>"),
            ("<a b='1' b='2'>", "<a b=1 b=2>"),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn the_first_of_two_attributes_counts() {
        let Some((_, Token::Open(tag))) = Tokens::new("<a B='1' b='2'>").next() else {
            panic!("a start tag");
        };
        assert_eq!(tag.attribute("b"), Some("1"));
        assert_eq!(tag.attribute("c"), None);
    }
}
