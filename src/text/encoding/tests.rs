use proptest::prelude::*;

use super::*;

/// Each byte of the text as windows-1252 shows it.
fn doubled(text: &str) -> String {
    WINDOWS_1252
        .decode_without_bom_handling(text.as_bytes())
        .0
        .into_owned()
}

#[test]
fn repairs() {
    for text in [
        "Shinjirō Koizumi",
        "the minister’s — “visit”",
        "François, São Paulo, voilà encore",
        "小泉進次郎氏",
        "Владимир Путин",
        "안녕하세요",
        "Łódź",
        "launch 🚀!",
        "CÔTE",
    ] {
        let broken = doubled(text);
        assert_eq!(undo_double_encoding(&broken), text);
    }
    assert_eq!(undo_double_encoding("Shinjir\u{c5}\u{8d}"), "Shinjirō");
    assert_eq!(undo_double_encoding("\u{e2}\u{80}\u{99}"), "’");
}

#[test]
fn honest_text_stays() {
    for text in [
        "",
        "plain",
        "Shinjirō",
        "« café\u{a0}» fermé",
        "„Spaß“",
        "„MENÜ“ und ”PÄIVÄ”",
        "ÀÉÎ ÄÖÜ",
        "5 °C, 20 £, ½",
        "É”",
        "小泉進次郎’s",
        "Ã",
    ] {
        assert!(
            matches!(undo_double_encoding(text), Cow::Borrowed(same) if same == text),
            "{text:?}"
        );
    }
}

#[test]
fn words_of_one_letter_are_repaired_beside_others() {
    for text in [
        "В Токио встретились министры",
        "Коидзуми и Хегсет, о базах",
        "я и он",
        "U.S. и Япония",
        "Σ ελληνικά",
    ] {
        assert_eq!(undo_double_encoding(&doubled(text)), text);
    }
    let alone = doubled("В TSMC");
    assert_eq!(undo_double_encoding(&alone), alone, "no neighbour decides");
    let mixed = format!("{} Ð° Æ’", doubled("Токио"));
    assert_eq!(undo_double_encoding(&mixed), "Токио а Æ’");
}

#[test]
fn cyrillic_read_as_windows_1251_comes_back() {
    let doubled = |text: &str| {
        let text = WINDOWS_1251.decode_without_bom_handling(text.as_bytes()).0;
        text.into_owned()
    };
    for text in [
        "В Токио встретились министры",
        "Хегсет — о базах",
        "«Звезда» и Путин",
    ] {
        assert_eq!(undo_double_encoding(&doubled(text)), text);
    }
    for text in [
        "Рёв и Рим, Рівне, Сё",
        "«Литера В» и «Литера Р»",
        "США° С° Р°",
        "ЉУБАВ СЉ",
    ] {
        let kept = undo_double_encoding(text);
        assert!(
            matches!(kept, Cow::Borrowed(same) if same == text),
            "{kept}"
        );
    }
}

#[test]
fn a_last_character_that_is_cut_off_goes() {
    let whole = doubled("министры в Токио");
    let cut: String = whole.chars().take(whole.chars().count() - 1).collect();
    for end in ["", "...", " […]"] {
        let text = format!("{cut}{end}");
        assert_eq!(undo_double_encoding(&text), format!("министры в Токи{end}"));
    }
    let inside = format!("{cut} x");
    assert!(
        undo_double_encoding(&inside).ends_with("Ð x"),
        "a run in the middle stays whole"
    );
}

#[test]
fn a_run_that_is_only_partly_double_stays_whole() {
    assert_eq!(undo_double_encoding("Ã©é"), "Ã©é");
    assert_eq!(undo_double_encoding("éÃ©"), "éÃ©");
    assert_eq!(undo_double_encoding("Ã©e é Ã©"), "ée é é");
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>(), latin in "[\u{80}-\u{ff}’“”€a-b]{0,40}") {
        undo_double_encoding(&text);
        undo_double_encoding(&latin);
    }

    #[test]
    fn cyrillic_comes_back(text in "[а-яА-Я]{2,12}( [а-я]{2,12}){0,3}") {
        let broken = doubled(&text);
        prop_assert_eq!(undo_double_encoding(&broken), text);
    }
}

#[test]
fn linear_in_long_runs() {
    for run in ["Ã", "Ã©", "é", "â€"] {
        let text = run.repeat(500_000);
        undo_double_encoding(&text);
    }
}
