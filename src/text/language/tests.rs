use super::*;

/// Language, headline and summary, written for this test.
const SENTENCES: &str = include_str!("../../../tests/fixtures/languages.tsv");

fn sentences() -> impl Iterator<Item = [&'static str; 3]> {
    SENTENCES.lines().map(|line| {
        let mut parts = line.split('\t');
        [(); 3].map(|()| parts.next().expect("three columns"))
    })
}

/// How many were right, wrong and unsure.
fn counted(found: impl Iterator<Item = (&'static str, Option<String>)>) -> [usize; 3] {
    let mut counts = [0; 3];
    for (language, found) in found {
        counts[match found {
            Some(found) if found == language => 0,
            Some(_) => 1,
            None => 2,
        }] += 1;
    }
    counts
}

#[test]
fn a_headline_with_its_summary_tells_its_language() {
    let languages: std::collections::BTreeSet<_> = sentences().map(|[tag, ..]| tag).collect();
    assert!(languages.len() >= 25, "{languages:?}");
    for [tag, title, summary] in sentences() {
        let found = language(None, &[title, summary]);
        assert!(
            found.is_none() || found.as_deref() == Some(tag),
            "{found:?}: {title}"
        );
    }
    let both =
        counted(sentences().map(|[tag, title, summary]| (tag, language(None, &[title, summary]))));
    assert_eq!(both, [64, 0, 2], "right, wrong, unsure");
}

#[test]
fn a_headline_alone_is_rather_unsure_than_wrong() {
    let alone = counted(sentences().map(|[tag, title, _]| (tag, language(None, &[title]))));
    assert_eq!(alone, [36, 0, 30], "right, wrong, unsure");
}

#[test]
fn letters_rule_out_what_a_feed_declares() {
    let japanese = "防衛相が米国防長官と会談し、協力を深めることで一致した";
    let english = "The ministers agreed on Saturday to deepen cooperation on missile defence";
    for (declared, text, expected) in [
        (Some("en-US"), japanese, Some("ja")),
        (Some("zh-Hant-TW"), japanese, Some("ja")),
        (Some("ja"), japanese, Some("ja")),
        (Some("ja-JP"), "東京株式市場", Some("ja-JP")),
        (Some("en"), "東京株式市場", None),
        (Some("ja"), english, Some("en")),
        (Some("ja"), "iPhone 17 Pro Max", Some("ja")),
        (Some("ja-Latn"), english, Some("ja-Latn")),
        (Some("de"), english, Some("de")),
        (Some("sr"), english, Some("sr")),
        (
            Some("en_GB"),
            "Министр обороны провёл переговоры в Токио",
            Some("ru"),
        ),
        (
            Some("uk"),
            "Министр обороны провёл переговоры в Токио",
            Some("uk"),
        ),
        (Some("fr"), "국방장관 미국 측과 회담", Some("ko")),
        (Some("klingon"), english, Some("klingon")),
        (Some("und"), japanese, Some("ja")),
        (Some(" "), english, Some("en")),
        (None, english, Some("en")),
    ] {
        assert_eq!(
            language(declared, &[text]).as_deref(),
            expected,
            "{declared:?} {text}"
        );
    }
}

#[test]
fn short_and_mixed_texts_have_none() {
    for text in [
        "",
        "12:30 — 45 %",
        "Hegseth",
        "小泉進次郎",
        "台湾 TSMC Arizona fab chips",
        "Токио Tokyo Киев Kyiv Москва Moscow",
    ] {
        assert_eq!(language(None, &[text]), None, "{text}");
    }
    let chinese = "国".repeat(MIN_IDEOGRAPHS);
    assert_eq!(language(None, &[&chinese]).as_deref(), Some("zh"));
    assert_eq!(language(None, &[&chinese[3..]]), None);
    assert_eq!(language(None, &["กกกกกกกก"]).as_deref(), Some("th"));
    assert_eq!(language(None, &["กกกกกกก"]), None, "below MIN_LETTERS");
}

#[test]
fn no_more_than_the_bound_is_looked_at() {
    let long = format!("{}{}", "。".repeat(MAX_BYTES / 3 - 4), "ア".repeat(1_000));
    let kept = beginning(&[&long, "b"]);
    assert_eq!(kept, format!("{}\nb\n", &long[..MAX_BYTES - MAX_BYTES % 3]));
    assert_eq!(beginning(&["a", &long, "b"]).len(), MAX_BYTES + 2);
    let thai_last = [&"1".repeat(MAX_BYTES)[..], "กกกกกกกกก"];
    assert_eq!(language(None, &thai_last), None);
}

#[test]
fn every_language_has_its_tag() {
    assert_eq!(
        TAGS.split_whitespace().count(),
        2 * whatlang::Lang::all().len()
    );
    for known in whatlang::Lang::all() {
        assert_eq!(tag(*known).len(), 2, "{known:?}");
    }
    for (at, (letters, _)) in WRITTEN_IN.iter().enumerate() {
        assert_eq!(*letters as usize, at);
    }
}
