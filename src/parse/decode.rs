//! Bytes to text, whatever the server and the document claim.
//!
//! Each step is taken only if the bytes agree with it:
//!
//! 1. a byte order mark;
//! 2. the zero bytes of UTF-16 or UTF-32 around the first `<` or `{`;
//! 3. valid UTF-8 that is not plain ASCII *is* UTF-8: no other encoding's text passes by accident;
//! 4. the `charset` of the HTTP `Content-Type`, then that of the XML declaration; of those that
//!    browsers do not know, those of [`shifted`](super::shifted) and [`codepage`](super::codepage);
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
    codepage::CodePage,
    cut_off,
    shifted::Shifted,
    warning::{WarningKind, Warnings},
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
/// `REPLACEMENT` stands for encodings that browsers refuse.
fn named(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label(label)
        .filter(|encoding| ![UTF_16BE, UTF_16LE, REPLACEMENT].contains(encoding))
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

/// Whether so few characters of a text are none that it is in the encoding it was read in.
fn is_nearly_right(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let bad = count(|c| c == char::REPLACEMENT_CHARACTER);
    let good = count(|c| !c.is_ascii()) - bad;
    bad <= 1 + good / GOOD_PER_BAD && bad * 8 <= good
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

#[cfg(test)]
mod tests {
    use encoding_rs::{EUC_JP, EUC_KR, GBK, ISO_2022_JP, SHIFT_JIS, WINDOWS_1251};

    use super::*;

    fn decoded(bytes: &[u8], content_type: Option<&str>) -> String {
        decode(bytes, content_type, &mut Warnings::default()).into_owned()
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf16_and_utf32_are_seen_with_and_without_a_mark() {
        let text = "<rss>小泉進次郎</rss>";
        for mark in ["", "\u{FEFF}"] {
            let marked = format!("{mark}{text}");
            assert_eq!(decoded(&utf16(&marked, u16::to_le_bytes), None), text);
            assert_eq!(decoded(&utf16(&marked, u16::to_be_bytes), None), text);
            for to_bytes in [u32::to_le_bytes, u32::to_be_bytes] {
                let bytes: Vec<u8> = marked.chars().map(u32::from).flat_map(to_bytes).collect();
                assert_eq!(decoded(&bytes, None), text);
            }
        }
    }

    #[test]
    fn utf8_is_utf8_whatever_is_declared() {
        let text = "<?xml version='1.0' encoding='Shift_JIS'?><rss>Shinjirō</rss>";
        let mut warnings = Warnings::default();
        let content_type = Some("text/xml; charset=ISO-8859-1");
        assert_eq!(decode(text.as_bytes(), content_type, &mut warnings), text);
        assert_eq!(warnings.into_vec()[0].kind, WarningKind::WrongEncoding);
        assert_eq!(
            decoded("\u{FEFF}<rss>ō</rss>".as_bytes(), None),
            "<rss>ō</rss>"
        );
    }

    #[test]
    fn declared_encodings_are_used_in_order() {
        for (encoding, blank_lines) in [
            (SHIFT_JIS, 3000),
            (EUC_JP, 3000),
            (GBK, 3000),
            (ISO_2022_JP, 0),
        ] {
            let text = format!(
                "{}<?xml version='1.0' encoding = \"{}\" standalone='yes' ?><rss>小泉進次郎</rss>",
                "\n".repeat(blank_lines),
                encoding.name()
            );
            let (bytes, _, failed) = encoding.encode(&text);
            assert!(!failed);
            assert_eq!(decoded(&bytes, None), text);
        }
        let (bytes, ..) = WINDOWS_1251.encode("<rss>Сибиг</rss>");
        for charset in ["windows-1251", "\"CP1251\"", "UTF-8"] {
            let content_type = format!("application/rss+xml; charset={charset}");
            let right = decoded(&bytes, Some(&content_type)) == "<rss>Сибиг</rss>";
            assert!(right || charset == "UTF-8");
        }
    }

    #[test]
    fn a_wrong_charset_yields_to_the_declaration() {
        let text = "<?xml version='1.0' encoding='EUC-JP'?><rss>小泉進次郎</rss>";
        let (bytes, ..) = EUC_JP.encode(text);
        assert_eq!(decoded(&bytes, Some("text/xml; charset=utf-8")), text);
        assert_eq!(decoded(&bytes, Some("text/xml; charset=nonsense")), text);
    }

    #[test]
    fn declared_utf16_that_is_ascii_stays_ascii() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><rss>plain</rss>";
        assert_eq!(decoded(text.as_bytes(), None), text);
    }

    #[test]
    fn a_bad_byte_in_utf8_spoils_only_itself() {
        let mut bytes = "<rss>Shinjirō Koizumi’s ‘Make the Alliance Great’ caf"
            .as_bytes()
            .to_vec();
        bytes.extend(b"\xE9</rss>");
        let mut warnings = Warnings::default();
        let text = decode(&bytes, None, &mut warnings);
        assert!(
            text.ends_with("café</rss>") && text.contains("Shinjirō"),
            "{text}"
        );
        let warnings = warnings.into_vec();
        assert_eq!(
            (warnings[0].kind, warnings[0].count),
            (WarningKind::BadBytes, 1)
        );
    }

    #[test]
    fn undeclared_encodings_are_guessed() {
        let cases = [
            (
                SHIFT_JIS,
                "<rss><title>防衛省の小泉進次郎大臣が記者会見で説明した</title></rss>",
            ),
            (
                GBK,
                "<rss><title>国防部新闻发言人就南海问题回答记者提问</title></rss>",
            ),
            (
                EUC_KR,
                "<rss><title>국방부는 오늘 한미 연합훈련 계획을 발표했다</title></rss>",
            ),
            (
                WINDOWS_1251,
                "<rss><title>Министерство обороны сообщило о новых учениях</title></rss>",
            ),
            (ISO_2022_JP, "<rss><title>小泉進次郎</title></rss>"),
        ];
        for (encoding, text) in cases {
            let (bytes, _, failed) = encoding.encode(text);
            assert!(!failed, "{}", encoding.name());
            assert_eq!(decoded(&bytes, None), text, "{}", encoding.name());
        }
    }

    #[test]
    fn where_utf8_is_declared_a_bad_byte_costs_itself_alone() {
        let declared = "<?xml version='1.0' encoding='UTF-8'?><rss>";
        for (body, expected) in [
            (
                &b"Hegseth\xE2\x80\x99s plan. It\x92s a plan"[..],
                "Hegseth’s plan. It’s a plan",
            ),
            (
                b"Hegseth\xE2\x80\x99s plan. \x93It\x92s\x94 a plan, isn\x92t it",
                "Hegseth’s plan. “It’s” a plan, isn’t it",
            ),
            (b"Shinjir\xC5\x8D, caf\xE9", "Shinjirō, café"),
            (
                b"Shinjir\xC5\x8D said Hegseth\xE2\x80...",
                "Shinjirō said Hegseth...",
            ),
        ] {
            let document = [declared.as_bytes(), body].concat();
            assert_eq!(decoded(&document, None), format!("{declared}{expected}"));
            let content_type = Some("text/xml; charset=utf-8");
            assert_eq!(decoded(body, content_type), expected);
            assert_eq!(decoded(body, None), expected, "nothing is declared");
            let marked = [b"\xEF\xBB\xBF", body].concat();
            assert_eq!(decoded(&marked, None), format!("\u{FEFF}{expected}"));
        }
        for (encoding, text) in [
            (EUC_JP, "防衛省の小泉進次郎大臣が記者会見で説明した"),
            (
                WINDOWS_1251,
                "Министерство обороны сообщило о новых учениях",
            ),
        ] {
            let (body, ..) = encoding.encode(text);
            let document = [declared.as_bytes(), &body].concat();
            assert_eq!(decoded(&document, None), format!("{declared}{text}"));
        }
    }

    #[test]
    fn where_another_encoding_is_declared_a_bad_byte_costs_itself_alone() {
        for encoding in [SHIFT_JIS, EUC_JP, GBK] {
            let start = format!("<?xml version='1.0' encoding='{}'?>", encoding.name());
            let (body, ..) = encoding.encode("小泉進次郎防衛大臣会見");
            let document = [start.as_bytes(), &body, b"\xFF<a>"].concat();
            let text = decoded(&document, None);
            assert!(
                text.starts_with(&format!("{start}小泉進次郎防衛大臣会見")),
                "{text}"
            );
            assert!(text.ends_with("<a>"), "{text}");
        }
    }

    #[test]
    fn seven_bit_encodings_are_read_where_they_are_declared() {
        for (label, body) in [
            ("utf-7", &b"+U41SNQ-"[..]),
            ("hz-gb-2312", b"~{1+2,~}"),
            ("iso-2022-kr", b"\x1b$)C\x0eGQ19\x0f"),
        ] {
            let start = format!("<?xml version='1.0' encoding='{label}'?><a>");
            let text = decoded(&[start.as_bytes(), body].concat(), None);
            let read = text.strip_prefix(&start).expect("ASCII stays");
            assert!(
                read.chars().count() == 2 && !read.is_ascii(),
                "{label}: {read}"
            );
            let content_type = format!("text/xml; charset={label}");
            assert_eq!(decoded(body, Some(&content_type)), read);
            assert!(decoded(body, None).is_ascii() || label == "iso-2022-kr");
        }
    }
}
