//! Collects plain text and collapses its white space.
//!
//! The text begins and ends with no white space; a line break is kept where the source means one.

use std::mem;

use crate::text::{BLOCK, bits, block};

/// What is between the text so far and the text to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Space,
    Line,
    Block,
}

/// Plain text in the making.
#[derive(Debug)]
pub(super) struct Plain {
    text: String,
    gap: Gap,
    /// Whether line breaks in the source are line breaks in the text.
    keeps_lines: bool,
    /// Where text above the line began.
    raised_from: Option<usize>,
}

/// The digits above the line.
const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

impl Plain {
    pub(super) fn new(room: usize) -> Self {
        Self {
            text: String::with_capacity(room),
            gap: Gap::None,
            keeps_lines: true,
            raised_from: None,
        }
    }

    /// From here on line breaks are white space like any other, as they are in HTML.
    pub(super) fn join_lines(&mut self) {
        self.keeps_lines = false;
    }

    /// Adds text; runs of white space become one space. A no-break space is not white space (HTML
    /// §4.1).
    pub(super) fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let end = at + regular(&bytes[at..]);
            if end > at {
                self.flush();
                self.text.push_str(&text[at..end]);
            }
            at = end;
            while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_whitespace()) {
                if self.keeps_lines && *byte == b'\n' {
                    self.line();
                } else {
                    self.gap = self.gap.max(Gap::Space);
                }
                at += 1;
            }
        }
    }

    /// Ends a line; the second time in a row a paragraph.
    pub(super) fn line(&mut self) {
        self.gap = if self.gap >= Gap::Line {
            Gap::Block
        } else {
            Gap::Line
        };
    }

    /// Ends a paragraph.
    pub(super) fn block(&mut self) {
        self.gap = Gap::Block;
    }

    /// What comes is above the line.
    pub(super) fn raise(&mut self) {
        self.raised_from = Some(self.text.len());
    }

    /// What was above the line ends: its digits are written so, unless letters are there too,
    /// as in 1st.
    pub(super) fn lower(&mut self) {
        let Some(from) = self.raised_from.take() else {
            return;
        };
        let is_number = |text: &str| text.contains(|c: char| c.is_ascii_digit());
        let raised = &self.text[from..];
        if is_number(raised) && !raised.contains(char::is_alphabetic) {
            let raise = |c: char| c.to_digit(10).map_or(c, |digit| RAISED[digit as usize]);
            let raised: String = raised.chars().map(raise).collect();
            self.text.truncate(from);
            self.text.push_str(&raised);
        }
    }

    fn flush(&mut self) {
        let gap = mem::replace(&mut self.gap, Gap::None);
        if self.text.is_empty() {
            return;
        }
        self.text.push_str(match gap {
            Gap::None => "",
            Gap::Space => " ",
            Gap::Line => "\n",
            Gap::Block => "\n\n",
        });
    }

    pub(super) fn finish(self) -> String {
        let trimmed = self.text.trim();
        if trimmed.len() == self.text.len() {
            return self.text;
        }
        trimmed.to_owned()
    }
}

/// How many bytes from the start can be taken as they are: words with single spaces between.
fn regular(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        // Behind the end there is white space, as it were: a space there is not between words.
        let block = block(rest, b' ');
        let is_white = |byte: u8| byte.is_ascii_whitespace();
        let white = bits(&block, is_white);
        let spaces = bits(&block, |byte| byte == b' ');
        let next = rest.get(BLOCK).is_none_or(|byte| is_white(*byte));
        let before_white = white >> 1 | u64::from(next) << (BLOCK - 1);
        let first = u64::from(at == 0);
        let irregular = white & (!spaces | before_white | first);
        if irregular != 0 {
            return at + irregular.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    bytes.len()
}
