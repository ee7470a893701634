//! Start tags of a web page and their attributes, in the page's order, in linear time.

use htmlize::unescape_attribute;
use memchr::{memchr, memmem};

/// The most attributes of one tag that are looked at.
const MAX_ATTRIBUTES: usize = 32;

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// In lower case.
    pub(super) name: String,
    /// Names in lower case, values without entities.
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute's value; the first, where there are two.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The start tags of a page. What is in comments, scripts and styles is none. A comment, tag
/// or value that never ends takes the rest of the page, as it does in browsers: nothing is read
/// twice, so time is linear.
pub(super) fn tags(html: &str) -> impl Iterator<Item = Tag> {
    let mut scanner = Scanner { html, at: 0 };
    std::iter::from_fn(move || scanner.tag())
}

struct Scanner<'a> {
    html: &'a str,
    at: usize,
}

impl Scanner<'_> {
    /// The next start tag. `None` at the page's end.
    fn tag(&mut self) -> Option<Tag> {
        loop {
            self.at += memchr(b'<', self.rest())? + 1;
            match *self.rest().first()? {
                b'!' if self.rest().starts_with(b"!--") => self.skip(3, b"-->")?,
                b'!' | b'?' | b'/' => self.skip(0, b">")?,
                first if first.is_ascii_alphabetic() => return self.start_tag(),
                _ => {}
            }
        }
    }

    fn start_tag(&mut self) -> Option<Tag> {
        let name = self.take(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        let mut tag = Tag {
            name: name.to_ascii_lowercase(),
            attributes: Vec::new(),
        };
        loop {
            self.take(|byte| !byte.is_ascii_whitespace() && byte != b'/');
            if *self.rest().first()? == b'>' {
                self.at += 1;
                break;
            }
            let (key, value) = self.attribute()?;
            if tag.attributes.len() < MAX_ATTRIBUTES {
                tag.attributes.push((key, value));
            }
        }
        if matches!(tag.name.as_str(), "script" | "style") {
            self.skip_raw(&tag.name);
        }
        Some(tag)
    }

    /// A name and its value, which may be quoted, bare or missing; `None` where a quote never ends.
    fn attribute(&mut self) -> Option<(String, String)> {
        let start = self.at;
        // A name may begin with `=`, oddly.
        self.at += usize::from(self.rest().first() == Some(&b'='));
        self.take(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
        let key = self.html[start..self.at].to_ascii_lowercase();
        let end_of_key = self.at;
        self.take(|byte| !byte.is_ascii_whitespace());
        if self.rest().first() != Some(&b'=') {
            self.at = end_of_key;
            return Some((key, String::new()));
        }
        self.at += 1;
        self.take(|byte| !byte.is_ascii_whitespace());
        let value = match self.rest().first() {
            Some(&quote @ (b'"' | b'\'')) => {
                self.at += 1;
                let length = memchr(quote, self.rest())?;
                let value = &self.html[self.at..self.at + length];
                self.at += length + 1;
                value
            }
            _ => self.take(|byte| byte.is_ascii_whitespace() || byte == b'>'),
        };
        Some((key, unescape_attribute(value.trim()).into_owned()))
    }

    fn rest(&self) -> &[u8] {
        &self.html.as_bytes()[self.at..]
    }

    /// Everything before the first byte that ends it, all of them ASCII.
    fn take(&mut self, ends: impl Fn(u8) -> bool) -> &str {
        let start = self.at;
        let length = self.rest().iter().position(|byte| ends(*byte));
        self.at = length.map_or(self.html.len(), |length| start + length);
        &self.html[start..self.at]
    }

    /// Goes behind the next `end`, looked for so many bytes on.
    fn skip(&mut self, offset: usize, end: &[u8]) -> Option<()> {
        let from = self.rest().get(offset..)?;
        self.at += offset + memmem::find(from, end)? + end.len();
        Some(())
    }

    /// Goes to the end tag of a raw element, or to the page's end.
    fn skip_raw(&mut self, name: &str) {
        while let Some(offset) = memmem::find(self.rest(), b"</") {
            self.at += offset + 2;
            let found = self.rest().get(..name.len());
            if found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
                return;
            }
        }
        self.at = self.html.len();
    }
}
