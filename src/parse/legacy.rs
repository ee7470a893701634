//! Old encodings that browsers do not know, and so `encoding_rs` does not have. They are used only
//! where they are declared; what cannot be read becomes U+FFFD.
//!
//! - [`Shifted`]: encodings of mail and of the seven-bit net: UTF-7, HZ, ISO-2022-KR and -CN. Their
//!   text is all ASCII bytes, parts of which mean other characters.
//! - [`CodePage`]: code pages of DOS and the old Macintosh, which feeds of old software declare and
//!   other feed readers read.

use std::borrow::Cow;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use encoding_rs::{EUC_KR, Encoding, GBK};
use memchr::memchr;

/// An encoding that shifts between ASCII and something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shifted {
    /// RFC 2152.
    Utf7,
    /// RFC 1843: GB 2312 between `~{` and `~}`.
    Hz,
    /// RFC 1557 and 1922: another set between SO and SI, named by an escape sequence.
    Iso2022,
}

const ESCAPE: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;

/// Base64 without padding; the bits left over are zeros.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

impl Shifted {
    /// The encoding of that label, if it is one.
    pub(super) fn for_label(label: &[u8]) -> Option<Self> {
        match label.trim_ascii().to_ascii_lowercase().as_slice() {
            b"utf-7" | b"utf7" | b"unicode-1-1-utf-7" | b"csutf7" => Some(Self::Utf7),
            b"hz-gb-2312" | b"hz" | b"hz-gb2312" => Some(Self::Hz),
            b"iso-2022-kr" | b"csiso2022kr" | b"iso-2022-cn" | b"iso-2022-cn-ext" => {
                Some(Self::Iso2022)
            }
            _ => None,
        }
    }

    /// The text of bytes that are all ASCII. What cannot be read becomes U+FFFD, and what only
    /// looks like a shift of UTF-7 stays as it is.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf7 => utf7(bytes),
            Self::Hz => hz(bytes),
            Self::Iso2022 => iso2022(bytes),
        }
    }
}

fn utf7(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(plus) = memchr(b'+', rest) {
        text.push_str(&ascii(&rest[..plus]));
        rest = &rest[plus + 1..];
        let is_packed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let length = rest.iter().position(|byte| !is_packed(byte));
        let (packed, behind) = rest.split_at(length.unwrap_or(rest.len()));
        let ends_with_sign = behind.first() == Some(&b'-');
        if packed.is_empty() {
            text.push('+');
        } else if let Some(unpacked) = utf16(packed) {
            text.push_str(&unpacked);
        } else {
            text.push('+');
            text.push_str(&ascii(packed));
            rest = behind;
            continue;
        }
        rest = &behind[usize::from(ends_with_sign)..];
    }
    text.push_str(&ascii(rest));
    text
}

/// The text in base64 of UTF-16, if it is that.
fn utf16(packed: &[u8]) -> Option<String> {
    let bytes = BASE64.decode(packed).ok()?;
    let (units, left) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
    let is_whole = left.iter().all(|byte| *byte == 0) && !units.is_empty();
    String::from_utf16(&units).ok().filter(|_| is_whole)
}

fn hz(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(tilde) = memchr(b'~', rest) {
        text.push_str(&ascii(&rest[..tilde]));
        let behind = &rest[tilde + 1..];
        let skipped = match behind.first() {
            Some(b'{') => {
                let inside = &behind[1..];
                let end = memchr::memmem::find(inside, b"~}").unwrap_or(inside.len());
                text.push_str(&high(&inside[..end], GBK));
                1 + (end + 2).min(inside.len())
            }
            // A line that goes on in the next one.
            Some(b'\n') => 1,
            Some(b'~') => {
                text.push('~');
                1
            }
            _ => {
                text.push('~');
                0
            }
        };
        rest = &behind[skipped..];
    }
    text.push_str(&ascii(rest));
    text
}

fn iso2022(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut shifted_to: Option<&'static Encoding> = None;
    let mut rest = bytes;
    loop {
        let next = memchr::memchr3(ESCAPE, SHIFT_OUT, SHIFT_IN, rest);
        let (plain, behind) = rest.split_at(next.unwrap_or(rest.len()));
        text.push_str(&ascii(plain));
        let Some((sign, behind)) = behind.split_first() else {
            return text;
        };
        rest = behind;
        match (sign, behind) {
            (&ESCAPE, [b'$', b')', set, after @ ..]) => {
                shifted_to = match set {
                    b'A' => Some(GBK),
                    b'C' => Some(EUC_KR),
                    _ => None,
                };
                rest = after;
            }
            (&SHIFT_OUT, _) => {
                let end = memchr::memchr3(SHIFT_IN, ESCAPE, b'\n', behind);
                let (inside, after) = behind.split_at(end.unwrap_or(behind.len()));
                match shifted_to {
                    Some(set) => text.push_str(&high(inside, set)),
                    None => text.push(char::REPLACEMENT_CHARACTER),
                }
                rest = after;
            }
            _ => {}
        }
    }
}

/// Pairs of seven-bit bytes as the set has them with the eighth bit. Spaces and line ends stay.
fn high(bytes: &[u8], set: &'static Encoding) -> String {
    let raise = |byte: &u8| if *byte > b' ' { byte | 0x80 } else { *byte };
    let raised: Vec<u8> = bytes.iter().map(raise).collect();
    set.decode_without_bom_handling(&raised).0.into_owned()
}

fn ascii(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// A line for each: its labels, a tab, and the characters of the bytes 128 to 255.
const PAGES: &str = include_str!("codepages.tsv");

/// The upper half of a single-byte encoding whose lower half is ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CodePage(&'static str);

impl CodePage {
    /// The code page of that label, if it is one.
    pub(super) fn for_label(label: &[u8]) -> Option<Self> {
        let label = label.trim_ascii();
        PAGES.lines().find_map(|line| {
            let (labels, upper) = line.split_once('\t')?;
            let mut labels = labels.split(' ');
            labels
                .any(|name| same(name.as_bytes(), label))
                .then_some(Self(upper))
        })
    }

    /// The text. Bytes without a character become U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let upper: Vec<char> = self.0.chars().collect();
        let character = |byte: &u8| match byte.checked_sub(0x80) {
            Some(at) => upper[usize::from(at)],
            None => char::from(*byte),
        };
        bytes.iter().map(character).collect()
    }
}

/// Whether two labels are the same but for case and `_` in place of `-`.
fn same(name: &[u8], label: &[u8]) -> bool {
    let plain = |byte: &u8| {
        if *byte == b'_' {
            b'-'
        } else {
            byte.to_ascii_lowercase()
        }
    };
    name.len() == label.len() && name.iter().map(plain).eq(label.iter().map(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unshifted(label: &str, bytes: &[u8]) -> Option<String> {
        Some(Shifted::for_label(label.as_bytes())?.decode(bytes))
    }

    #[test]
    fn reads_what_is_shifted() {
        for (label, bytes, text) in [
            ("UTF-7", &b"Hi Mom -+Jjo--!"[..], "Hi Mom -☺-!"),
            ("utf-7", b"+ZeVnLIqe-", "日本語"),
            ("utf-7", b"A+ImIDkQ. 1 +- 1", "A≢Α. 1 + 1"),
            ("utf-7", b"+2Dzfew x", "🍻 x"),
            ("hz-gb-2312", b"~{9z7@2?~} ~~ a~\nb", "国防部 ~ ab"),
            ("HZ", b"~{9z", "国"),
            (
                "iso-2022-kr",
                b"\x1b$)C<a>\x0eGQ19\x0f</a> b",
                "<a>한국</a> b",
            ),
            ("iso-2022-cn", b"\x1b$)A\x0e9z\x0f.", "国."),
        ] {
            let read = unshifted(label, bytes);
            assert_eq!(read.as_deref(), Some(text), "{label}");
        }
        assert_eq!(unshifted("utf-8", b""), None);
    }

    #[test]
    fn what_is_no_shift_stays() {
        for text in ["C++ and D", "1 +2 a", "+", "+x", "a ~b c~"] {
            assert_eq!(unshifted("utf-7", text.as_bytes()).as_deref(), Some(text));
            assert_eq!(unshifted("hz", text.as_bytes()).as_deref(), Some(text));
        }
        assert_eq!(
            unshifted("iso-2022-kr", b"a\x0fb \x0eGQ\x0f").as_deref(),
            Some("ab \u{FFFD}"),
            "no set is named"
        );
    }

    fn decoded(label: &str, bytes: &[u8]) -> Option<String> {
        Some(CodePage::for_label(label.as_bytes())?.decode(bytes))
    }

    #[test]
    fn reads_by_label() {
        assert_eq!(decoded("cp437", b"caf\x82"), Some("café".into()));
        assert_eq!(decoded(" IBM437 ", b"\x80"), Some("Ç".into()));
        assert_eq!(decoded("cp_is", b"\x80"), Some("Ç".into()));
        assert_eq!(decoded("MacCyrillic", b"\x80"), Some("А".into()));
        assert_eq!(decoded("utf-8", b""), None);
    }

    #[test]
    fn every_page_has_every_byte() {
        assert_eq!(PAGES.lines().count(), 25);
        for line in PAGES.lines() {
            let (labels, upper) = line.split_once('\t').expect("a tab");
            assert_eq!(upper.chars().count(), 128, "{labels}");
        }
    }
}
