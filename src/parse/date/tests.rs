use super::*;

#[test]
fn reads_what_feeds_write() {
    let noon = "2011-07-13T07:38:00Z";
    let cases = [
        ("2011-07-13T07:38:00Z", noon),
        ("2011-07-13T16:38:00+09:00", noon),
        ("2011-07-13T16:38:00+0900", noon),
        ("2011-07-13T07:38:00.000Z", noon),
        ("2011-07-13 07:38:00", noon),
        ("2011-07-13T07:38Z", noon),
        ("1310542680", noon),
        ("1310542680000", noon),
        ("  2011-07-13T07:38:00Z\n", noon),
        ("Wed, 13 Jul 2011 07:38:00 GMT", noon),
        ("Wed, 13 Jul 2011 07:38:00 UTC", noon),
        ("Wed, 13 Jul 2011 07:38:00 Z", noon),
        ("Wed, 13 Jul 2011 16:38:00 +0900", noon),
        ("Wed, 13 Jul 2011 03:38:00 EDT", noon),
        ("Wed, 13 Jul 2011 16:38:00 JST", noon),
        ("Wed, 13 Jul 11 07:38:00 GMT", noon),
        ("Sat, 13 Jul 2011 07:38:00 GMT", noon),
        ("Thurs, 13 July 2011 7:38:00 GMT", noon),
        ("13 Jul 2011 07:38", noon),
        ("13-Jul-2011 07:38:00", noon),
        ("July 13, 2011 7:38 AM", noon),
        ("Jul 13 2011 07:38:00", noon),
        ("Wed Jul 13 07:38:00 2011", noon),
        ("Wed Jul 13 07:38:00 GMT 2011", noon),
        ("2011/07/13 07:38", noon),
        ("13/07/2011 07:38", noon),
        ("2011年07月13日 07:38", noon),
        ("mercredi 13 juillet 2011 07:38", noon),
        ("mar. 13 juil. 2011 07:38", noon),
        ("Mi, 13. Juli 2011 07:38 Uhr", noon),
        ("13 de julio de 2011 7:38 a.m.", noon),
        ("Среда, 13 июля 2011 г. 11:38:00 +0400", noon),
        ("середа, 13 липня 2011 07:38", noon),
        ("Wed, 13 Jul 2011 02:38:00 CDT", noon),
        ("2011年7月13日 7時38分", noon),
        ("2011年7月13日 7時38分00秒", noon),
        ("2011年7月13日 (水) 上午7:38", noon),
        ("2011년 7월 13일 오전 7시 38분", noon),
        ("2011. 7. 13. 오전 7:38", noon),
        ("2011-07-13T07:38:00.999Z", noon),
        ("13 Mar 2011 10:00 NOVT", "2011-03-13T10:00:00Z"),
        ("2011年7月13日 午後7時", "2011-07-13T19:00:00Z"),
        ("20110713T07:38:00", noon),
        ("2011-07-13 T07:38:00Z", noon),
        ("July 12, 2011 7:38 PM", "2011-07-12T19:38:00Z"),
        ("2011-07-13", "2011-07-13T00:00:00Z"),
        ("2011-07", "2011-07-01T00:00:00Z"),
        ("2011", "2011-01-01T00:00:00Z"),
    ];
    for (text, expected) in cases {
        let expected: Timestamp = expected.parse().expect("RFC 3339");
        assert_eq!(read(text), Some(expected), "{text}");
    }
}

#[test]
fn refuses_what_is_no_date() {
    for text in ["", "yesterday", "Wed", "12:30", "2011-13-45", "99999"] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(
        read(&format!("2011{}", " ".repeat(MAX_DATE_BYTES) + "7 x")),
        None
    );
}

#[test]
fn bounds_are_inclusive() {
    let now: Timestamp = "2026-11-22T00:00:00Z".parse().expect("RFC 3339");
    let second = SignedDuration::from_secs(1);
    assert_eq!(EARLIEST.to_string(), "1990-01-01T00:00:00Z");
    assert!(is_plausible(EARLIEST, now));
    assert!(!is_plausible(EARLIEST - second, now));
    assert!(is_plausible(now + MAX_AHEAD, now));
    assert!(!is_plausible(now + MAX_AHEAD + second, now));
}

#[test]
fn with_dots_the_day_comes_first() {
    for (text, expected) in [
        ("07.02.2025", "2025-02-07T00:00:00Z"),
        ("7.2.2025", "2025-02-07T00:00:00Z"),
        ("13.02.2025", "2025-02-13T00:00:00Z"),
        ("07.02.25", "2025-02-07T00:00:00Z"),
        ("7. 2. 2025 14:33", "2025-02-07T14:33:00Z"),
        ("07.02.2025 14:33", "2025-02-07T14:33:00Z"),
        ("07.02.2025, 14:33:05 +0300", "2025-02-07T11:33:05Z"),
        ("07.02.2025 14.33", "2025-02-07T14:33:00Z"),
        ("07.02.25 kl. 14.33", "2025-02-07T14:33:00Z"),
        ("07.02.2025 – 14:33 Uhr", "2025-02-07T14:33:00Z"),
        ("07.02.2025 г. 14:33", "2025-02-07T14:33:00Z"),
        ("Do, 06.02.2025 10:00", "2025-02-06T10:00:00Z"),
        ("Cuma, 07.02.2025", "2025-02-07T00:00:00Z"),
        ("mar. 04.02.2025 10:00", "2025-02-04T10:00:00Z"),
        ("14:33 07.02.2025", "2025-02-07T14:33:00Z"),
        ("02.14.2025", "2025-02-14T00:00:00Z"),
        ("2025.02.07", "2025-02-07T00:00:00Z"),
        ("2025. 2. 7. 14:33", "2025-02-07T14:33:00Z"),
        ("02/07/2025", "2025-02-07T00:00:00Z"),
    ] {
        assert_eq!(
            read(text).map(|it| it.to_string()).as_deref(),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn javascripts_dates_have_their_offset_behind_gmt() {
    for text in [
        "Sun Nov 29 2026 12:00:00 GMT+0900 (Japan Standard Time)",
        "Sun Nov 29 2026 12:00:00 GMT+0900 (日本標準時)",
        "Sun Nov 29 2026 12:00:00 GMT+0900 (GMT+09:00)",
        "Sun Nov 29 2026 12:00:00 GMT+0900",
        "Sun Nov 29 12:00:00 UTC+0900 2026",
        "Sat Nov 28 2026 22:00:00 GMT-0500 (EST)",
        "Sat Nov 28 2026 22:00:00 GMT\u{2212}0500 (hora est. oriental)",
        "Sun Nov 29 2026 04:00:00 GMT+0100 (Mitteleuropäische Normalzeit)",
        "Sun Nov 29 2026 04:00:00 GMT+0100 (heure normale d’Europe centrale)",
        "Sun, 29 Nov 2026 12:00:00 GMT+0900",
        "Sun, 29 Nov 2026 12:00:00 GMT+09:00",
        "Sun, 29 Nov 2026 12:00:00 GMT +9",
        "Sun, 29 Nov 2026 12:00:00 UTC+9",
        "Sun, 29 Nov 2026 12:00 (UTC+9)",
        "2026-11-29 12:00:00 UTC+09:00",
        "2026-11-29T12:00:00GMT+0900",
        "29.11.2026, 12:00:00 UTC+9",
        "11/29/2026, 3:00:00\u{202f}AM",
        "29/11/2026 03:00:00",
        "2026. 11. 29. 오전 3:00:00",
    ] {
        let read = read(text).map(|it| it.to_string());
        assert_eq!(read.as_deref(), Some("2026-11-29T03:00:00Z"), "{text}");
    }
}

#[test]
fn the_end_of_a_day_is_the_beginning_of_the_next() {
    for (text, expected) in [
        ("2026-11-29T24:00:00Z", "2026-11-30T00:00:00Z"),
        ("2026-11-29T24:00:00+09:00", "2026-11-29T15:00:00Z"),
        ("Sun, 29 Nov 2026 24:00:00 GMT", "2026-11-30T00:00:00Z"),
        ("Sun, 29 Nov 2026 24:00 +0900", "2026-11-29T15:00:00Z"),
        ("2026年12月31日 24時00分", "2027-01-01T00:00:00Z"),
        ("2026年11月29日 25時30分", "2026-11-30T01:30:00Z"),
        ("2026-11-29 00:00:00", "2026-11-29T00:00:00Z"),
        ("2026-11-29 31:00", "2026-11-29T00:00:00Z"),
    ] {
        assert_eq!(
            read(text).map(|it| it.to_string()).as_deref(),
            Some(expected),
            "{text}"
        );
    }
}
