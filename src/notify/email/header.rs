//! Header values that every program reads back as they were written.
//!
//! Words of printable ASCII stand as they are. From the first word that needs it to the last, all is
//! encoded (RFC 2047), what looks like an encoded word among it (§7). An encoded word in base64
//! holds a multiple of three bytes, so it ends without padding: `GMime` 3.2.13 drops the word that
//! follows a padded one. No character is split (§5), and no line is longer than 76.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::message::Mailbox;

use crate::notify::render::clean;

/// The longest line (RFC 2047 §2 for lines with encoded words, below RFC 5322's 78 for others).
const MAX_LINE: usize = 76;
/// The longest encoded word.
const MAX_WORD: usize = 75;
/// A line with less room than this is ended before an encoded word.
const MIN_ROOM: usize = 32;
/// The longest word that is written as it is: it fits behind the longest of our headers' names.
const MAX_PLAIN_WORD: usize = 57;
/// What is around the text of an encoded word, in either encoding.
const FRAME: usize = "=?utf-8?b??=".len();

/// One line of text as the value of the header `name`.
pub(super) fn text(name: &str, text: &str) -> String {
    let mut value = Value::new(name);
    value.text(&clean::squeezed(text));
    value.out
}

/// Addresses with their names as the value of the header `name`.
pub(super) fn mailboxes(name: &str, mailboxes: &[Mailbox]) -> String {
    let mut value = Value::new(name);
    for (at, mailbox) in mailboxes.iter().enumerate() {
        let comma = if at + 1 < mailboxes.len() { "," } else { "" };
        let shown = mailbox.name.as_deref().map(clean::squeezed);
        match shown.filter(|shown| !shown.is_empty()) {
            Some(shown) => {
                value.phrase(&shown);
                value.word(&format!("<{}>{comma}", mailbox.email));
            }
            None => value.word(&format!("{}{comma}", mailbox.email)),
        }
    }
    value.out
}

/// A header's value under way, folded.
struct Value {
    out: String,
    /// The length of the last line.
    line: usize,
}

impl Value {
    fn new(name: &str) -> Self {
        Self {
            out: String::new(),
            line: name.len() + ": ".len(),
        }
    }

    fn text(&mut self, text: &str) {
        let words: Vec<&str> = text.split(' ').collect();
        let needs = |word: &&str| needs_encoding(word);
        let first = words.iter().position(needs).unwrap_or(words.len());
        let last = words.iter().rposition(needs).map_or(first, |last| last + 1);
        words[..first].iter().for_each(|word| self.word(word));
        self.encoded(&words[first..last].join(" "));
        words[last..].iter().for_each(|word| self.word(word));
    }

    /// Who an address belongs to (RFC 5322 §3.2.5): as it is, in quotes, or encoded.
    fn phrase(&mut self, name: &str) {
        let is_atom = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~ ".contains(it);
        if name.split(' ').any(needs_encoding) {
            self.encoded(name);
        } else if name.chars().all(is_atom) {
            self.text(name);
        } else {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            self.word(&format!("\"{quoted}\""));
        }
    }

    fn word(&mut self, word: &str) {
        if !self.out.is_empty() && self.line + 1 + word.len() > MAX_LINE {
            self.out.push_str("\r\n");
            self.line = 0;
        }
        if !self.out.is_empty() {
            self.out.push(' ');
            self.line += 1;
        }
        self.out.push_str(word);
        self.line += word.len();
    }

    fn encoded(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let room = (MAX_LINE - 1).saturating_sub(self.line);
            let room = if room < MIN_ROOM { MAX_WORD } else { room };
            let end = whole_triples(rest, (room.min(MAX_WORD) - FRAME) / 4 * 3);
            if end > 0 {
                let (part, left) = rest.split_at(end);
                self.word(&format!("=?utf-8?b?{}?=", STANDARD.encode(part)));
                rest = left;
            } else {
                let end = rest.chars().next().map_or(0, char::len_utf8);
                let (part, left) = rest.split_at(end);
                self.word(&format!("=?utf-8?q?{}?=", quoted(part)));
                rest = left;
            }
        }
    }
}

fn needs_encoding(word: &str) -> bool {
    !word.bytes().all(|byte| byte.is_ascii_graphic())
        || word.contains("=?")
        || word.len() > MAX_PLAIN_WORD
}

/// The most bytes of `text`, `max` at most, that end a character and are a multiple of three; none
/// where a single letter precedes many of three bytes.
fn whole_triples(text: &str, max: usize) -> usize {
    let ends = text.char_indices().map(|(at, it)| at + it.len_utf8());
    let ends = ends.take_while(|&end| end <= max);
    ends.filter(|end| end % 3 == 0).last().unwrap_or(0)
}

/// RFC 2047 §4.2, with nothing unescaped that a phrase could not hold (§5).
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => quoted.push('_'),
            byte if byte.is_ascii_alphanumeric() => quoted.push(char::from(byte)),
            byte => write!(quoted, "={byte:02X}").expect("a String takes every write"),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;

    fn read_back(value: &str) -> String {
        let mail = format!("Subject: {value}\r\n\r\n");
        let mail = MessageParser::new().parse(mail.as_bytes()).expect("a mail");
        mail.subject().unwrap_or_default().to_owned()
    }

    fn is_sound(value: &str) {
        assert!(value.is_ascii());
        for line in format!("Subject: {value}").split("\r\n") {
            assert!(line.len() <= MAX_LINE && !line.trim().is_empty(), "{line}");
        }
        for word in value.split_whitespace() {
            assert!(!word.ends_with("==?=") && !word.ends_with("=?="), "{word}");
        }
    }

    #[test]
    fn a_headline_is_read_back_and_no_word_of_it_is_padded() {
        for headline in [
            "[koizumi] 小泉防衛相 与那国島を視察 町長と意見交換 — ニュース 政治",
            "F-35Bを新田原基地に追加配備、小泉防衛相が発表した抑止力を一層強化するための具体的な措置",
            "aあaあaあaあaあaあaあaあaあaあaあaあaあaあaあaあaあaあaあaあaあaあ",
            "Shinjirō Koizumi and Pete Hegseth to ‘Make the Alliance Great Always’: \"No Gap\"",
            "🚀🚀🚀 é",
            "ä",
        ] {
            let value = text("Subject", headline);
            is_sound(&value);
            assert_eq!(read_back(&value), headline);
        }
    }

    #[test]
    fn plain_words_stay_plain_around_an_encoded_stretch() {
        assert_eq!(
            text("Subject", "[k] Koizumi — Wire"),
            "[k] Koizumi =?utf-8?b?4oCU?= Wire"
        );
        assert_eq!(text("Subject", "Koizumi = 5 ?= x"), "Koizumi = 5 ?= x");
    }

    #[test]
    fn what_looks_like_an_encoded_word_is_encoded_itself() {
        for headline in [
            "Koizumi =?utf-8?B?SGVsbG8=?= x",
            "=?iso-8859-1?q?Hello?= Koizumi",
            "x=?utf-8?q?a_b?=y",
            "=?utf-8?B?SGVsbG8",
        ] {
            let value = text("Subject", headline);
            is_sound(&value);
            assert_eq!(read_back(&value), headline);
        }
    }

    #[test]
    fn names_beside_addresses_are_atoms_quoted_or_encoded() {
        let shown = |name: &str| {
            let address = "desk@example.org".parse().expect("an address");
            mailboxes("To", &[Mailbox::new(Some(name.to_owned()), address)])
        };
        assert_eq!(shown("Night Desk"), "Night Desk <desk@example.org>");
        assert_eq!(
            shown("Desk, \"9\""),
            "\"Desk, \\\"9\\\"\" <desk@example.org>"
        );
        assert_eq!(shown("速報"), "=?utf-8?b?6YCf5aCx?= <desk@example.org>");
        assert_eq!(
            shown("a,速"),
            "=?utf-8?q?a?= =?utf-8?q?=2C?= =?utf-8?b?6YCf?= <desk@example.org>"
        );
        let two: Vec<Mailbox> = ["a@e.org", "B <b@e.org>"]
            .map(|it| it.parse().expect("one"))
            .into();
        assert_eq!(mailboxes("To", &two), "a@e.org, B <b@e.org>");
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(headline in "[ -~é—小泉🚀]{1,120}") {
            let headline = clean::squeezed(&headline);
            prop_assume!(!headline.is_empty());
            let value = text("Subject", &headline);
            is_sound(&value);
            prop_assert_eq!(read_back(&value), headline);
        }
    }
}
