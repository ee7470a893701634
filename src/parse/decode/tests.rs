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
