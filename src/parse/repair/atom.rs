//! Writes Atom 1.0 (RFC 4287), and nothing that is not well-formed.

use std::fmt::Write as _;

use jiff::Timestamp;

/// An Atom document being written: the head and the entries grow side by side, because a channel's
/// title may stand behind its items.
#[derive(Debug, Default)]
pub(super) struct Atom {
    head: String,
    entries: String,
    in_entry: bool,
}

/// How a text is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    Plain,
    Html,
}

impl Atom {
    pub(super) fn start_entry(&mut self, base: Option<&str>) {
        self.in_entry = true;
        self.entries.push_str("<entry");
        attribute(&mut self.entries, "xml:base", base);
        self.entries.push('>');
    }

    pub(super) fn end_entry(&mut self) {
        self.entries.push_str("</entry>");
        self.in_entry = false;
    }

    /// The length of what is written of the entries, to return to with [`undo`](Self::undo).
    pub(super) fn mark(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn undo(&mut self, mark: usize) {
        self.entries.truncate(mark);
        self.in_entry = false;
    }

    fn out(&mut self) -> &mut String {
        if self.in_entry {
            &mut self.entries
        } else {
            &mut self.head
        }
    }

    /// `title`, `summary` or `content`.
    pub(super) fn text(&mut self, name: &str, markup: Markup, text: &str, language: Option<&str>) {
        let out = self.out();
        let kind = match markup {
            Markup::Plain => "text",
            Markup::Html => "html",
        };
        write!(out, "<{name} type=\"{kind}\"").expect("a String takes everything");
        attribute(out, "xml:lang", language);
        out.push('>');
        escape(out, text);
        write!(out, "</{name}>").expect("a String takes everything");
    }

    pub(super) fn id(&mut self, id: &str) {
        let out = self.out();
        out.push_str("<id>");
        escape(out, id);
        out.push_str("</id>");
    }

    pub(super) fn link(&mut self, link: &Link<'_>) {
        let out = self.out();
        out.push_str("<link");
        attribute(out, "rel", Some(link.rel));
        attribute(out, "type", link.media_type);
        attribute(out, "xml:base", link.base);
        attribute(out, "href", Some(link.href));
        out.push_str("/>");
    }

    /// `published` or `updated`.
    pub(super) fn date(&mut self, name: &str, date: Timestamp) {
        write!(self.out(), "<{name}>{date}</{name}>").expect("a String takes everything");
    }

    pub(super) fn author(&mut self, name: &str) {
        let out = self.out();
        out.push_str("<author><name>");
        escape(out, name);
        out.push_str("</name></author>");
    }

    pub(super) fn category(&mut self, label: &str) {
        let out = self.out();
        out.push_str("<category");
        attribute(out, "term", Some(label));
        out.push_str("/>");
    }

    /// The text of a picture or video, in a group of its own: in one group the last text wins.
    pub(super) fn media_text(&mut self, text: &str) {
        let out = self.out();
        // A group without a content element that has a URL does not come out of feed-rs.
        out.push_str("<media:group><media:content url=\"media:text\"/><media:description>");
        escape(out, text);
        out.push_str("</media:description></media:group>");
    }

    /// The whole document.
    pub(super) fn finish(self, base: Option<&str>, language: Option<&str>) -> String {
        let mut document = String::with_capacity(self.head.len() + self.entries.len() + 256);
        document.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\"");
        document.push_str(" xmlns:media=\"http://search.yahoo.com/mrss/\"");
        attribute(&mut document, "xml:base", base);
        attribute(&mut document, "xml:lang", language);
        document.push('>');
        document.push_str(&self.head);
        document.push_str(&self.entries);
        document.push_str("</feed>");
        document
    }
}

/// An address and what it is to the story.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'a> {
    pub(super) rel: &'a str,
    pub(super) href: &'a str,
    pub(super) media_type: Option<&'a str>,
    pub(super) base: Option<&'a str>,
}

fn attribute(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        write!(out, " {name}=\"").expect("a String takes everything");
        escape(out, value);
        out.push('"');
    }
}

/// Escapes markup and drops what XML forbids.
fn escape(out: &mut String, text: &str) {
    let mut done = 0;
    let special = |byte: u8| byte < 0x20 || matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xEF);
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| special(*byte)) {
        let (replacement, length) = match byte {
            b'&' => ("&amp;", 1),
            b'<' => ("&lt;", 1),
            b'>' => ("&gt;", 1),
            b'"' => ("&quot;", 1),
            0xEF if text[at..].starts_with(is_forbidden) => ("", 3),
            b'\t' | b'\n' | b'\r' | 0xEF => continue,
            _ => ("", 1),
        };
        out.push_str(&text[done..at]);
        out.push_str(replacement);
        done = at + length;
    }
    out.push_str(&text[done..]);
}

/// Whether XML 1.0 §2.2 forbids a character.
pub(super) const fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_only_what_xml_allows() {
        let mut out = String::new();
        escape(&mut out, "a\0b\u{1F}c\td\u{FFFE}e\u{FF01}<&>\"\u{FFFF}");
        assert_eq!(out, "abc\tde\u{FF01}&lt;&amp;&gt;&quot;");
    }
}
