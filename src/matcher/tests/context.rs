use super::super::{ItemText, matches};
use super::{found, titled};
use crate::model::{Context, Match};

fn context_of(term: &str, text: &str) -> Context {
    let item = titled(text);
    let found = found(term, &item).expect("the term is there");
    let first = matches(&item, "w", &found).swap_remove(0);
    let hit: String = chars(&first.context.text, first.context.range);
    assert!(first.text.starts_with(hit.trim_end_matches('…')), "{hit:?}");
    first.context
}

fn chars(text: &str, [start, end]: [usize; 2]) -> String {
    text.chars().skip(start).take(end - start).collect()
}

#[test]
fn ranges_count_scalar_values() {
    let item = ItemText {
        title: "防衛相 Shinjirō Koizumi",
        summary: "ō Koizumi, Koizumi",
        ..ItemText::default()
    };
    let found = found("Koizumi OR Shinjiro", &item).expect("both");
    let all = matches(&item, "desk", &found);
    let ranges: Vec<_> = all
        .iter()
        .map(|hit| (hit.text.as_str(), hit.range))
        .collect();
    assert_eq!(
        ranges,
        [
            ("Shinjirō", [4, 12]),
            ("Koizumi", [13, 20]),
            ("Koizumi", [2, 9]),
            ("Koizumi", [11, 18]),
        ]
    );
    assert!(all.iter().all(|Match { watch, .. }| watch == "desk"));
    assert_eq!(all[0].term, "Shinjiro");
}

#[test]
fn sentences() {
    for (text, expected) in [
        ("Koizumi", "Koizumi"),
        ("It rained. Koizumi met him. They left.", "Koizumi met him."),
        ("Why? Koizumi! No.", "Koizumi!"),
        ("雨だ。Koizumi氏は言った。終わり", "Koizumi氏は言った。"),
        ("「雨だ。」Koizumi氏", "Koizumi氏"),
        ("He said “no.” Koizumi left.", "Koizumi left."),
        ("“Koizumi left.” He did.", "“Koizumi left.”"),
        (
            "Mr. Koizumi met Gen. Lee. Then",
            "Mr. Koizumi met Gen. Lee.",
        ),
        (
            "The U.S. envoy, J. Doe, saw Koizumi at 3.5 p.m. on Monday. Then",
            "The U.S. envoy, J. Doe, saw Koizumi at 3.5 p.m. on Monday.",
        ),
        (
            "Headline\n\nKoizumi\nwent home\n\nMore",
            "Koizumi went home",
        ),
        ("one\u{2029}Koizumi\ttwo\u{c}three", "Koizumi two"),
        ("a.b Koizumi c.d", "a.b Koizumi c.d"),
    ] {
        assert_eq!(context_of("Koizumi", text).text, expected, "{text:?}");
    }
}

#[test]
fn a_sentence_of_just_the_longest_length_stays_whole() {
    let fill = Context::MAX_CHARS - "Koizumi ".len();
    let whole = format!("Koizumi {}", "x".repeat(fill));
    assert_eq!(context_of("Koizumi", &whole).text, whole);
    let longer = format!("{whole}x");
    let context = context_of("Koizumi", &longer);
    assert!(context.text.ends_with("x…") && context.text.starts_with("Koizumi"));
    assert!(context.text.chars().count() <= Context::MAX_CHARS);
}

#[test]
fn long_text_is_cut_around_the_hit() {
    let fill = "ō ".repeat(1000);
    for (text, starts, ends) in [
        (format!("Koizumi {fill}"), false, true),
        (format!("{fill}Koizumi"), true, false),
        (format!("{fill}Koizumi {fill}"), true, true),
    ] {
        let Context { text, range } = context_of("Koizumi", &text);
        assert_eq!(text.starts_with('…'), starts);
        assert_eq!(text.ends_with('…'), ends);
        assert_eq!(chars(&text, range), "Koizumi");
        let length = text.chars().count();
        assert!(
            (Context::MAX_CHARS - 2..=Context::MAX_CHARS).contains(&length),
            "{length}"
        );
    }
}

#[test]
fn a_hit_longer_than_a_context_is_cut() {
    let text = format!("x Shinjiro{}Koizumi x", " ".repeat(Context::MAX_CHARS));
    let Context { text, range } = context_of("\"Shinjiro Koizumi\"", &text);
    assert!(text.starts_with("…Shinjiro ") && text.ends_with('…'));
    assert_eq!(text.chars().count(), Context::MAX_CHARS);
    assert_eq!(range, [1, Context::MAX_CHARS - 1]);
}

#[test]
fn marks_stay_with_their_letter() {
    for shift in 0..4 {
        let letters = "o\u{304}".repeat(400);
        let text = format!(
            "{}{letters} Koizumi {}{letters}",
            "x".repeat(shift),
            "y".repeat(shift)
        );
        let Context { text, range } = context_of("Koizumi", &text);
        let inner = text.trim_matches('…');
        assert!(!inner.starts_with('\u{304}'), "{inner}");
        assert!(!inner.ends_with('o'), "{inner}");
        assert_eq!(chars(&text, range), "Koizumi");
    }
}
