//! Finds where tags, comments and other markup end.
//!
//! Takes linear time whatever the text is: a guess that failed once is not tried again.

use memchr::{memchr, memmem};

use super::elements::RAW;

/// What begins at a `<`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup<'a> {
    /// `<name …>` or `</name …>`, its length included.
    Tag { name: &'a str, length: usize },
    /// A comment, a doctype, an instruction: no text.
    Nothing { length: usize },
    /// `<![CDATA[`: what follows counts.
    Cdata { length: usize },
}

/// Reads the markup of one text. It guesses, and stops guessing where a guess failed once, so
/// that no part is looked at more than a few times.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    /// Whether `>` and `<` in quoted attribute values are believed to be part of the value.
    quotes: bool,
    /// Whether a search for the end of a comment may still succeed.
    comments: bool,
    /// The same for the end of each raw element.
    raw: [bool; RAW.len()],
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            quotes: true,
            comments: true,
            raw: [true; RAW.len()],
        }
    }

    /// The markup that begins at `at`, where a `<` is; `None` where that is just a character.
    #[inline]
    pub(super) fn markup(&mut self, at: usize) -> Option<Markup<'a>> {
        let rest = &self.text[at..];
        let inner = &rest.as_bytes()[1..];
        match inner.first()? {
            b'!' if inner.starts_with(b"!--") => {
                let length = self.comment(rest);
                Some(Markup::Nothing { length })
            }
            b'!' if inner.starts_with(b"![CDATA[") => Some(Markup::Cdata { length: 9 }),
            b'!' | b'?' => {
                let length = self.end(at + 2)? - at;
                Some(Markup::Nothing { length })
            }
            b'/' if inner.get(1)?.is_ascii_alphabetic() => self.tag(at, at + 2),
            letter if letter.is_ascii_alphabetic() => self.tag(at, at + 1),
            _ => None,
        }
    }

    #[inline]
    fn tag(&mut self, at: usize, name_at: usize) -> Option<Markup<'a>> {
        let name_end = self.name_end(name_at)?;
        let name = &self.text[name_at..name_end];
        // Most tags end with their name.
        let end = match self.text.as_bytes().get(name_end)? {
            b'>' => name_end + 1,
            _ => self.end(name_at)?,
        };
        Some(Markup::Tag {
            name,
            length: end - at,
        })
    }

    /// Where the name ends that begins at `at`, unless another tag begins first.
    fn name_end(&self, at: usize) -> Option<usize> {
        let rest = &self.text.as_bytes()[at..];
        let is_end = |byte: &u8| matches!(byte, b'>' | b'/' | b'<') || byte.is_ascii_whitespace();
        let end = at + rest.iter().position(is_end)?;
        (self.text.as_bytes()[end] != b'<').then_some(end)
    }

    /// Just behind the `>` that ends the tag. A tag holds no `<` outside quotes: in `a <b, see
    /// <i>c</i>` the text is worth more than the rule.
    fn end(&mut self, from: usize) -> Option<usize> {
        if self.quotes {
            match end_with_quotes(self.text.as_bytes(), from) {
                Guess::End(end) => return Some(end),
                Guess::NoTag => return None,
                Guess::Failed => self.quotes = false,
            }
        }
        let rest = &self.text.as_bytes()[from..];
        let end = memchr::memchr2(b'<', b'>', rest)?;
        (rest[end] == b'>').then_some(from + end + 1)
    }

    /// The length of a comment, of its opening only where it has no end: rather show it than
    /// lose the rest of the story.
    fn comment(&mut self, rest: &str) -> usize {
        let end = self
            .comments
            .then(|| memmem::find(&rest.as_bytes()[2..], b"-->"))
            .flatten();
        self.comments = end.is_some();
        end.map_or(4, |end| end + 5)
    }

    /// Where the next tag begins, seen from `at`; `at` where none does.
    pub(super) fn next(&self, at: usize) -> usize {
        at + memchr(b'<', &self.text.as_bytes()[at..]).unwrap_or(0)
    }

    /// Where reading goes on behind a raw element whose content begins at `at`: behind its end tag,
    /// at the content where there is none.
    pub(super) fn raw_end(&mut self, kind: usize, at: usize) -> usize {
        if !self.raw[kind] {
            return at;
        }
        let bytes = self.text.as_bytes();
        let name = RAW[kind].as_bytes();
        let mut from = at;
        while let Some(offset) = memchr(b'<', &bytes[from..]) {
            from += offset + 1;
            let inside = &bytes[from..];
            let found = inside.get(1..=name.len());
            if inside.first() == Some(&b'/')
                && found.is_some_and(|found| found.eq_ignore_ascii_case(name))
            {
                return from + memchr(b'>', inside).map_or(inside.len(), |end| end + 1);
            }
        }
        self.raw[kind] = false;
        at
    }
}

enum Guess {
    End(usize),
    NoTag,
    /// No end, but quoted text was passed over: perhaps the quotes were none.
    Failed,
}

fn end_with_quotes(bytes: &[u8], from: usize) -> Guess {
    let mut passed = false;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return Guess::End(at + 1),
            b'<' if passed => return Guess::Failed,
            b'<' => return Guess::NoTag,
            quote @ (b'"' | b'\'') if bytes[at - 1] == b'=' => {
                let Some(length) = memchr(quote, &bytes[at + 1..]) else {
                    return Guess::Failed;
                };
                passed = true;
                at += length + 2;
            }
            _ => at += 1,
        }
    }
    if passed { Guess::Failed } else { Guess::NoTag }
}
