//! Folding what is folded changes nothing: the scripts in which several characters decide a
//! spelling, next to those whose characters are tokens of their own.

use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use proptest::prelude::*;

use super::fold;

#[test]
fn spellings_are_one_only_within_a_word_of_their_script() {
    for (text, canonical) in [
        // A half nasal is written with the dot above the vowel before it.
        ("हिन्दी हिंदी", " हिंदी हिंदी "),
        ("अन्त ऋङ्ग", " अंत ऋंग "),
        ("ન\u{acd}દ હિન\u{acd}દી", " ન\u{acd}દ હિંદી "),
        ("न\u{94d}द", " न\u{94d}द "),
        ("न\u{94d}क a न\u{94d}द", " न\u{94d}क a न\u{94d}द "),
        ("aन\u{94d}द 7न\u{94d}द", " aन\u{94d}द 7न\u{94d}द "),
        ("小न\u{94d}द 김न\u{94d}द", " 小 न\u{94d}द 김 न\u{94d}द "),
        (
            "क-न\u{94d}द क\u{a81}न\u{94d}द",
            " क न\u{94d}द क\u{a81}न\u{94d}द ",
        ),
        ("अन\u{94d}न\u{94d}द", " अन\u{94d}न\u{94d}द "),
        // Other scripts of India have words that differ only by a dot or a half nasal.
        ("হিন\u{9cd}দি", " হিন\u{9cd}দি "),
        // The two halves of a Thai or Lao vowel are one behind a letter of theirs.
        ("น\u{e4d}\u{e32} ນ\u{ecd}\u{eb2}", " นำ ນຳ "),
        ("김\u{e4d}\u{e32} 김\u{e33}", " 김\u{e4d} า 김 ำ "),
        (
            "小\u{e4d}\u{e32} カ\u{ecd}\u{eb2}",
            " 小\u{e4d} า カ\u{ecd} າ ",
        ),
        ("क\u{e4d}\u{e32}", " क\u{e4d} า "),
        ("a\u{e4d}\u{e32} \u{e4d}\u{e32}", " a า า "),
        ("ก\u{ecd}\u{e32}", " ก\u{ecd}า "),
        // Only one mark moves: where two would, the text is no word.
        (
            "น\u{e49}\u{e38} น\u{e33}\u{e49}",
            " น\u{e38}\u{e49} น\u{e49}ำ ",
        ),
        ("น\u{e49}\u{e48}\u{e38}", " น\u{e49}\u{e48}\u{e38} "),
        ("น\u{e4d}\u{e4d}\u{e49}", " น\u{e4d}\u{e4d}\u{e49} "),
        ("น\u{e33}\u{e33}\u{e49}", " น\u{e33}\u{e33}\u{e49} "),
        // Marks without a letter are dropped.
        ("\u{94d}द \u{902}द \u{3099}か \u{301}a", " द द か a "),
    ] {
        assert_eq!(fold(text), canonical, "{text:?}");
        assert_eq!(fold(canonical), canonical, "{text:?} folded twice");
    }
}

/// Every text of so many characters.
fn every_text(characters: &[char], length: u32) -> impl Iterator<Item = String> {
    let count = characters.len();
    (0..count.pow(length)).map(move |number| {
        let places = (0..length).map(|place| number / count.pow(place) % count);
        places.map(|at| characters[at]).collect()
    })
}

#[test]
fn no_short_text_of_these_scripts_changes_when_folded_twice() {
    for characters in [
        [
            'न', 'ङ', '\u{94d}', 'द', '\u{93f}', '\u{902}', '\u{93c}', 'a', 'б', '小', '김', ' ',
        ],
        [
            'ก', '\u{e49}', '\u{e48}', '\u{e38}', '\u{e4d}', '\u{e32}', '\u{e33}', 'a', 'क', '小',
            '김', ' ',
        ],
    ] {
        for text in every_text(&characters, 4) {
            let once = fold(&text);
            assert_eq!(fold(&once), once, "{text:?}");
        }
    }
}

/// The blocks of India's scripts, which have one layout, most often those with half nasals.
fn block() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => Just(0x900_u32),
        2 => Just(0xa80),
        4 => (0x13..=0x1b_u32).prop_map(|number| number * 0x80),
    ]
}

fn indic() -> impl Strategy<Value = String> {
    let places = vec![
        0x01, 0x02, 0x03, 0x05, 0x15, 0x17, 0x19, 0x1a, 0x1e, 0x1f, 0x23, 0x24, 0x26, 0x28, 0x2a,
        0x2e, 0x2f, 0x36, 0x38, 0x3c, 0x3e, 0x3f, 0x47, 0x4d, 0x57, 0x66,
    ];
    (block(), prop::sample::select(places))
        .prop_map(|(block, place)| character(block + place).to_string())
}

/// A nasal without a vowel, and a consonant.
fn half_nasal() -> impl Strategy<Value = String> {
    let pairs = vec![
        (0x19, 0x15),
        (0x1e, 0x1a),
        (0x23, 0x1f),
        (0x28, 0x26),
        (0x28, 0x38),
        (0x2e, 0x2a),
    ];
    (block(), prop::sample::select(pairs)).prop_map(|(block, (nasal, next))| {
        let places = [nasal, 0x4d, next];
        places
            .map(|place| character(block + place))
            .iter()
            .collect()
    })
}

fn thai_and_lao() -> impl Strategy<Value = String> {
    one_of("กนาำ\u{e38}\u{e39}\u{e48}\u{e49}\u{e4d}ກນາຳ\u{eb8}\u{ec8}\u{ec9}\u{ecd}")
}

/// What words of these scripts touch.
fn beside() -> impl Strategy<Value = String> {
    one_of("aЙе小泉かカー김하한ω7¹ .-+🚀\u{200c}\u{200d}\u{301}\u{308}\u{302e}\u{3099}")
}

fn one_of(characters: &str) -> impl Strategy<Value = String> {
    let characters: Vec<_> = characters.chars().map(String::from).collect();
    prop::sample::select(characters)
}

fn character(number: u32) -> char {
    char::from_u32(number).expect("no surrogate")
}

fn text() -> impl Strategy<Value = String> {
    let any_of = |numbers: std::ops::Range<u32>| numbers.prop_map(|at| character(at).to_string());
    let part = prop_oneof![
        4 => indic(),
        3 => half_nasal(),
        4 => thai_and_lao(),
        4 => beside(),
        // All of India's and South-East Asia's scripts.
        1 => any_of(0x900..0x1200),
        1 => any_of(0x1780..0x1b80),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_text_of_these_scripts_changes_when_folded_twice(text in text()) {
        let composed = ComposingNormalizer::new_nfc().normalize(&text).into_owned();
        let decomposed = DecomposingNormalizer::new_nfd().normalize(&text).into_owned();
        for text in [text, composed, decomposed] {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once, "{:?}", text);
        }
    }
}
