//! Bytes to text, whatever the server and the document claim.
//!
//! Each step is taken only if the bytes agree with it:
//!
//! 1. a byte order mark;
//! 2. the zero bytes of UTF-16 or UTF-32 around the first `<` or `{`;
//! 3. valid UTF-8 that is not plain ASCII *is* UTF-8: no other encoding's text passes by accident;
//! 4. the `charset` of the HTTP `Content-Type`, then that of the XML declaration; of those that
//!    browsers do not know, those of [`legacy`](super::legacy);
//! 5. UTF-8 with a few bad bytes, those read as windows-1252; with more of them where it is
//!    declared;
//! 6. a declared encoding with a few bad bytes;
//! 7. the guess of chardetng, the detector of Firefox.

use std::{borrow::Cow, cell::LazyCell};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, ISO_8859_2, ISO_8859_4, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250,
    WINDOWS_1252, WINDOWS_1254, WINDOWS_1257, WINDOWS_1258,
};
use memchr::memmem;

use super::{
    cut_off,
    faults::{WarningKind, Warnings},
    legacy::{CodePage, Shifted},
};

/// How far into a document its XML declaration is looked for: some are late or long, none is
/// further away than a page of blank lines.
const DECLARATION_WITHIN_BYTES: usize = 4096;

/// So many valid multi-byte sequences to one bad byte make a document UTF-8. In GBK and EUC text
/// about one pair in eight happens to be valid UTF-8.
const VALID_PER_BAD: usize = 2;

/// Where UTF-8 is declared one to one is enough: in the sentences of `tests/fixtures/languages.tsv`
/// in their old encodings there are at least two bad places to one valid sequence.
const VALID_PER_BAD_DECLARED: usize = 1;

/// And one to ten if the other choice is an encoding of Latin letters: in those no valid sequence
/// was seen in the same sentences.
const BAD_PER_VALID_LATIN: usize = 10;

/// Encodings of Latin letters that chardetng guesses.
const LATIN: [&Encoding; 7] = [
    WINDOWS_1250,
    WINDOWS_1252,
    WINDOWS_1254,
    WINDOWS_1257,
    WINDOWS_1258,
    ISO_8859_2,
    ISO_8859_4,
];

/// Characters beyond ASCII to one bad byte in a declared encoding. Of text in another encoding of
/// the same language about one in thirty is bad.
const GOOD_PER_BAD: usize = 64;

/// Decodes a document. Never fails: at worst some characters are wrong, and a warning says so.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    content_type: Option<&str>,
    warnings: &mut Warnings,
) -> Cow<'a, str> {
    if let Some(text) = by_mark(bytes).or_else(|| by_zeros(bytes)) {
        return text;
    }
    let declared = [
        content_type.and_then(charset_parameter).map(str::as_bytes),
        declared_label(bytes),
    ];
    let encodings = declared.map(|label| label.and_then(named));
    if bytes.is_ascii()
        && let Some(shifted) = declared.into_iter().flatten().find_map(Shifted::for_label)
    {
        return Cow::Owned(noted(shifted.decode(bytes), warnings));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && (!text.is_ascii() || !memchr::memchr(0x1B, bytes).is_some_and(|at| escapes(bytes, at)))
    {
        let claims_other = |encoding: &&Encoding| *encoding != UTF_8;
        if !text.is_ascii() && encodings.iter().flatten().any(claims_other) {
            warnings.note(WarningKind::WrongEncoding, 0);
        }
        return Cow::Borrowed(text);
    }
    for (at, encoding) in encodings.into_iter().flatten().enumerate() {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            warnings.note_many(WarningKind::WrongEncoding, 0, at);
            return text;
        }
    }
    if let Some(page) = declared.into_iter().flatten().find_map(CodePage::for_label) {
        return Cow::Owned(page.decode(bytes));
    }
    // Where nothing is declared, XML and JSON are UTF-8 (XML 1.0 §4.3.3, RFC 8259 §8.1).
    let says_utf8 = bytes.starts_with(UTF_8_MARK)
        || encodings.contains(&Some(UTF_8))
        || declared == [None, None];
    let guess = LazyCell::new(|| guess(bytes));
    if is_mostly_utf8(bytes, says_utf8, &guess) {
        return Cow::Owned(patched(bytes, warnings));
    }
    let others = encodings.into_iter().flatten().filter(|it| *it != UTF_8);
    let nearly = others.map(|it| it.decode_without_bom_handling(bytes).0);
    if let Some(text) = { nearly }.find(|text| is_nearly_right(text)) {
        return Cow::Owned(noted(text.into_owned(), warnings));
    }
    let claims = encodings.into_iter().flatten().count();
    warnings.note_many(WarningKind::WrongEncoding, 0, claims);
    let (text, _) = guess.decode_without_bom_handling(bytes);
    Cow::Owned(noted(text.into_owned(), warnings))
}

const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whether an ESC starts one of ISO-2022-JP's shifts: the only encoding of the web whose text is
/// all ASCII bytes and not ASCII.
fn escapes(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at + 1), Some(b'$' | b'('))
}

fn by_mark(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match bytes {
        [0x00, 0x00, 0xFE, 0xFF, rest @ ..] => Some(utf32(rest, u32::from_be_bytes)),
        [0xFF, 0xFE, 0x00, 0x00, rest @ ..] => Some(utf32(rest, u32::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Some(UTF_16BE.decode_without_bom_handling(rest).0),
        [0xFF, 0xFE, rest @ ..] => Some(UTF_16LE.decode_without_bom_handling(rest).0),
        // A UTF-8 mark is also put before what is not UTF-8: then the other rules decide.
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(Cow::Borrowed),
        _ => None,
    }
}

fn by_zeros(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match bytes {
        [0, 0, 0, b'<' | b'{', ..] => Some(utf32(bytes, u32::from_be_bytes)),
        [b'<' | b'{', 0, 0, 0, ..] => Some(utf32(bytes, u32::from_le_bytes)),
        [0, b'<' | b'{', 0, _, ..] => Some(UTF_16BE.decode_without_bom_handling(bytes).0),
        [b'<' | b'{', 0, _, 0, ..] => Some(UTF_16LE.decode_without_bom_handling(bytes).0),
        _ => None,
    }
}

fn utf32(bytes: &[u8], to_code: fn([u8; 4]) -> u32) -> Cow<'static, str> {
    let (units, _) = bytes.as_chunks::<4>();
    let text = units
        .iter()
        .map(|unit| char::from_u32(to_code(*unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
    Cow::Owned(text.collect())
}

/// The charset that a `Content-Type` header names.
fn charset_parameter(content_type: &str) -> Option<&str> {
    let value = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })?;
    Some(value.trim().trim_matches(['"', '\'']))
}

/// The encoding that the first XML declaration names, be it late or long.
fn declared_label(bytes: &[u8]) -> Option<&[u8]> {
    let head = &bytes[..bytes.len().min(DECLARATION_WITHIN_BYTES)];
    let declaration = &head[memmem::find(head, b"<?xml")?..];
    let declaration = &declaration[..memmem::find(declaration, b"?>")?];
    let value = &declaration[memmem::find(declaration, b"encoding")? + b"encoding".len()..];
    let value = value.trim_ascii_start().strip_prefix(b"=")?;
    let (quote, value) = value.trim_ascii_start().split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    Some(&value[..end])
}

/// The encoding of a label. UTF-16 would have shown by its zero bytes, so the label is wrong;
/// `REPLACEMENT` means encodings that browsers refuse.
fn named(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label(label)
        .filter(|encoding| ![UTF_16BE, UTF_16LE, REPLACEMENT].contains(encoding))
}

/// The text, and a warning for what of it could not be read.
fn noted(text: String, warnings: &mut Warnings) -> String {
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        warnings.note(WarningKind::BadBytes, at);
    }
    text
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether this is UTF-8 in which single bytes are wrong, such as an old name in a new template.
fn is_mostly_utf8(
    bytes: &[u8],
    is_declared: bool,
    guess: &LazyCell<&'static Encoding, impl FnOnce() -> &'static Encoding>,
) -> bool {
    let (mut valid, mut bad_bytes, mut bad_places) = (0, 0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad_bytes += chunk.invalid().len();
        bad_places += usize::from(!chunk.invalid().is_empty());
    }
    valid > bad_bytes * VALID_PER_BAD
        || valid > 0
            && is_declared
            && (valid >= bad_places * VALID_PER_BAD_DECLARED
                || LATIN.contains(guess) && valid * BAD_PER_VALID_LATIN >= bad_places)
}

/// UTF-8 with its bad bytes read as windows-1252. What is left of a character that was cut off is
/// left out.
fn patched(bytes: &[u8], warnings: &mut Warnings) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        let bad = chunk.invalid();
        if bad.is_empty() {
            continue;
        }
        warnings.note_many(WarningKind::BadBytes, text.len(), bad.len());
        let behind = chunks.peek().map_or("", |next| next.valid());
        if !cut_off::is_rest(&text, bad, behind) {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(bad).0);
        }
    }
    text
}

/// Whether so few characters of a text are invalid that its encoding is the one it was read in.
fn is_nearly_right(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let bad = count(|c| c == char::REPLACEMENT_CHARACTER);
    let good = count(|c| !c.is_ascii()) - bad;
    bad <= 1 + good / GOOD_PER_BAD && bad * 8 <= good
}

#[cfg(test)]
mod tests;
