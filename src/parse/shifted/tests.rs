use super::*;

fn decoded(label: &str, bytes: &[u8]) -> Option<String> {
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
        let read = decoded(label, bytes);
        assert_eq!(read.as_deref(), Some(text), "{label}");
    }
    assert_eq!(decoded("utf-8", b""), None);
}

#[test]
fn what_is_no_shift_stays() {
    for text in ["C++ and D", "1 +2 a", "+", "+x", "a ~b c~"] {
        assert_eq!(decoded("utf-7", text.as_bytes()).as_deref(), Some(text));
        assert_eq!(decoded("hz", text.as_bytes()).as_deref(), Some(text));
    }
    assert_eq!(
        decoded("iso-2022-kr", b"a\x0fb \x0eGQ\x0f").as_deref(),
        Some("ab \u{FFFD}"),
        "no set is named"
    );
}
