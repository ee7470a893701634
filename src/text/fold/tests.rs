use proptest::prelude::*;

use super::{
    Joint, JointKind, Lines, Script, exact, fold, fold_into, fold_with_joints, is_joining,
    is_joint, is_mark, locate, script,
    table::{Class, Folding, lookup},
};

fn folded(text: &str, lines: Lines) -> String {
    let mut canonical = String::from("left over");
    fold_into(text, lines, &mut canonical);
    canonical
}

/// The source of every token character, by offset into the canonical form.
fn sources(text: &str, lines: Lines) -> Vec<(char, String)> {
    let canonical = folded(text, lines);
    let tokens: Vec<_> = canonical
        .char_indices()
        .filter(|(_, c)| !matches!(c, ' ' | ',' | '\u{c}'))
        .collect();
    let offsets: Vec<_> = tokens.iter().map(|(at, _)| *at).collect();
    let ranges = locate(text, lines, &offsets);
    assert_eq!(ranges.len(), offsets.len(), "{text:?}");
    let found = ranges.into_iter().map(|range| text[range].to_owned());
    tokens.into_iter().map(|(_, c)| c).zip(found).collect()
}

#[test]
fn forms() {
    for (text, canonical) in [
        ("", ""),
        (" \n-- ", ""),
        ("Koizumi", " koizumi "),
        ("  Shinjirō   Koizumi’s ", " shinjiro koizumi s "),
        ("Shinjiro\u{304}", " shinjiro "),
        ("\u{feff}Koi\u{ad}zu\u{200b}mi\u{2060}", " koizumi "),
        ("Self-Defense/Self–Defense", " self defense self defense "),
        ("Straße STRASSE ﬁn", " strasse strasse fin "),
        ("ＡＢＣ　２０２５", " abc 2025 "),
        (
            "Łódź Ørsted Đà Nẵng Əliyev Æthelþryð",
            " lodz orsted da nang aliyev aethelthryd ",
        ),
        (
            "İstanbul ISTANBUL Diyarbakır",
            " istanbul istanbul diyarbakir ",
        ),
        (
            "Ёлкин Ки\u{301}ев йод и\u{306}од їжак ї ѝ ѐ ќ",
            " елкин киев йод йод їжак ї и е ќ ",
        ),
        ("كُوِيزُومِي محـــمد إيران ايران", " كويزومي محمد ايران ايران "),
        ("שָׁלוֹם", " שלום "),
        ("٢٠٢٥ २०२५", " 2025 2025 "),
        ("カ\u{3099}ンタ\u{3099}ム ｶﾞﾝﾀﾞﾑ", " ガンダム,ガンダム "),
        ("कि", " कि "),
        (
            "C++ C# R&D $5 5% @me #tag",
            " c + + c # r & d $ 5 5 % @ me # tag ",
        ),
        ("🚀Launch❤\u{fe0f}", " 🚀 launch ❤ "),
        ("brand™ brand® ½", " brand brand 1 2 "),
        ("\u{1112}\u{1161}\u{11ab} 한", " 한 한 "),
    ] {
        assert_eq!(fold(text), canonical, "{text:?}");
    }
}

#[test]
fn raised_digits_and_numbers_in_circles_stand_apart() {
    for (text, canonical) in [
        ("Koizumi¹ said", " koizumi 1 said "),
        ("Koizumi¹² said", " koizumi 12 said "),
        ("Хегсет² заявил", " хегсет 2 заявил "),
        ("김정은³이", " 김정은 3 이 "),
        ("¹Koizumi ²³⁵U m²", " 1 koizumi 235 u m 2 "),
        ("2025¹", " 2025 1 "),
        ("CO₂ H₂O", " co2 h2o "),
        ("①TSMC TSMC② ③④", " 1 tsmc tsmc 2 3 4 "),
        ("❶TSMC ⓫Sony ㉈⓵", " 1 tsmc 11 sony 10 1 "),
        ("第⑩章", " 第 10 章 "),
    ] {
        assert_eq!(fold(text), canonical, "{text:?}");
    }
}

#[test]
fn spellings_of_one_vowel_are_one() {
    for (text, canonical) in [
        ("คำ ค\u{e4d}\u{e32}", " คำ คำ "),
        (
            "น้ำ น\u{e49}\u{e4d}\u{e32} น\u{e4d}\u{e49}\u{e32} น\u{e33}\u{e49}",
            " น้ำ น้ำ น้ำ น้ำ ",
        ),
        (
            "ຄຳ ຄ\u{ecd}\u{eb2} ນ\u{ecd}\u{ec9}\u{eb2}",
            " ຄຳ ຄຳ ນ\u{ec9}\u{eb3} ",
        ),
        (
            "ก\u{e49}\u{e38} ก\u{e38}\u{e49}",
            " ก\u{e38}\u{e49} ก\u{e38}\u{e49} ",
        ),
        ("ค\u{e4d} \u{e32}", " ค\u{e4d} า "),
        (
            "τῷ τω\u{342}\u{345} ᾨδή Ω\u{314}\u{345}δή ῌ Η\u{345}",
            " τω τω ωδη ωδη η η ",
        ),
        ("हिन्दी हिंदी", " हिंदी हिंदी "),
        ("अङ्ग पञ्च घण्टा लन्दन चम्पा", " अंग पंच घंटा लंदन चंपा "),
        ("इन्टरनेट फ्रान्स कॉन्फ्रेंस", " इंटरनेट फ्रांस कॉंफ्रेंस "),
        (
            "जन्म मान्यता अन्न सम्मान तुम्हारा",
            " जन्म मान्यता अन्न सम्मान तुम्हारा ",
        ),
        ("હિન્દી હિંદી", " હિંદી હિંદી "),
        ("⻑野 ⻘⾦ ⼩泉", " 長野青金小泉 "),
        ("한국ㆍ미국", " 한국 미국 "),
    ] {
        assert_eq!(fold(text), canonical, "{text:?}");
    }
}

/// The canonical form with the joints in it: `+` as one, `~` as one across a space, `=` as one or
/// with ー, `_` with ー, `^` as one or without the digits behind it, `|` without them.
fn joined(text: &str) -> String {
    let (mut canonical, mut joints) = (String::from("before"), Vec::new());
    fold_with_joints(text, Lines::Wrapped, &mut canonical, &mut joints);
    for Joint { at, kind } in joints.into_iter().rev() {
        let sign = match kind {
            JointKind::Mark => "+",
            JointKind::Initials => "~",
            JointKind::Note => "^",
            JointKind::LoneNote => "|",
            JointKind::Dash => "=",
            JointKind::LastDash => "_",
        };
        let at = at as usize;
        assert!(matches!(canonical.as_bytes()[at], b' ' | b','), "{text:?}");
        canonical.replace_range(at..=at, sign);
    }
    canonical["before".len()..].to_owned()
}

#[test]
fn joints_are_where_a_word_may_be_written_as_one() {
    for (text, canonical) in [
        ("O'Brien's O’Brien’s", " o+brien+s o+brien+s "),
        ("an F-35 jet, F\u{2011}35", " an f+35 jet f+35 "),
        ("Qur'an Ph.D. BRK.B Node.js", " qur+an ph+d brk+b node+js "),
        ("d'Été l’été Été-là", " d+ete l+ete ete+la "),
        ("Хегсет-Прем'єр", " хегсет+прем+єр "),
        ("한ㆍ미·일은", " 한+미+일은 "),
        ("U.S.-led U.S. ally", " us led us ally "),
        (
            "the U. S. said. J. K. Rowling, A. B",
            " the u~s said j~k rowling a b ",
        ),
        ("plan B. The end. A.\nB.", " plan b the end a b "),
        ("2025-26 3.5 F3.5 F.35", " 2025 26 3 5 f3 5 f 35 "),
        (
            "she'll we’re I've he'd I'm 'tis don't",
            " she ll we re i ve he d i m tis don+t ",
        ),
        (
            "SHE'LL d'Artagnan Xi'an 'da",
            " she ll d+artagnan xi+an da ",
        ),
        (
            "re- sign re -sign re--sign re-\nsign",
            " re sign re sign re sign re sign ",
        ),
        ("a-\n\nb a/b a,b a:b", " a \u{c} b a b a b a b "),
        ("m² Koizumi¹² 2025¹ 小泉¹", " m^2 koizumi^12 2025|1 小泉|1 "),
        ("¹Koizumi ²³⁵U ¹ ², +¹", " 1+koizumi 235+u 1 2 + 1 "),
        ("TSMC② ①TSMC", " tsmc+2 1+tsmc "),
        ("C++-like R&D-x", " c + + like r & d+x "),
        (
            "ピート・ヘグセス 唐纳德·特朗普",
            " ピート+ヘグセス唐纳德+特朗普 ",
        ),
        ("東京、大阪 TSMC-は", " 東京,大阪 tsmc は "),
        (
            "ミュラ―は ミュ―ラ― ミュラ― said",
            " ミュラ=はミュ=ラ_ミュラ_said ",
        ),
        (
            "ミュラ――は ロンドン-パリ ミュラ-",
            " ミュラ,はロンドン=パリ,ミュラ_",
        ),
        ("ミュラ―\n\nは", " ミュラ_\u{c} は "),
    ] {
        assert_eq!(joined(text), canonical, "{text:?}");
    }
}

#[test]
fn scripts_without_spaces_are_runs() {
    for (text, canonical) in [
        ("小泉進次郎氏は", " 小泉進次郎氏は "),
        ("小泉　進次郎\n氏", " 小泉進次郎氏 "),
        ("東京、大阪", " 東京,大阪 "),
        ("ピート・ヘグセス", " ピート,ヘグセス "),
        ("ピート　ヘグセス", " ピート,ヘグセス "),
        ("TSMCは2025年", " tsmc は 2025 年 "),
        ("F-35戦闘機", " f 35 戦闘機 "),
        ("NATO는 한국", " nato 는 한국 "),
        ("ในกรุงเทพ Bangkok", " ในกรุงเทพ bangkok "),
        ("\u{20000}\u{2fffd}", " \u{20000}\u{2fffd} "),
    ] {
        assert_eq!(fold(text), canonical, "{text:?}");
    }
}

#[test]
fn dots_join_capitals_only() {
    for (text, canonical) in [
        ("the U.S. said", " the us said "),
        ("the Japan-U.S. alliance", " the japan us alliance "),
        ("U.S.-led U.S", " us led us "),
        ("Ｕ．Ｓ．", " us "),
        ("J.F.Kennedy", " jf kennedy "),
        ("plan B.The end. A new", " plan b the end a new "),
        ("e.g. 3.5", " e g 3 5 "),
        ("A. B", " a b "),
    ] {
        assert_eq!(fold(text), canonical, "{text:?}");
    }
}

#[test]
fn blank_lines_are_hard_breaks() {
    for (text, wrapped, listed) in [
        ("a\nb", " a b ", " a \u{c} b "),
        ("a\n \r\nb", " a \u{c} b ", " a \u{c} b "),
        ("a\n-\nb", " a b ", " a \u{c} b "),
        ("東京\n\n大阪", " 東京 \u{c} 大阪 ", " 東京 \u{c} 大阪 "),
        ("\n\na\u{2029}b\n\n", " a \u{c} b ", " a \u{c} b "),
        ("a\nb\nc", " a b c ", " a \u{c} b \u{c} c "),
    ] {
        assert_eq!(folded(text, Lines::Wrapped), wrapped, "{text:?}");
        assert_eq!(folded(text, Lines::Listed), listed, "{text:?}");
    }
}

#[test]
fn exact_form_keeps_case_and_accents() {
    assert_eq!(exact("Shinjirō"), exact("Shinjiro\u{304}"));
    assert_ne!(exact("Shinjirō"), exact("Shinjiro"));
    assert_ne!(exact("Polish"), exact("polish"));
    assert_eq!(exact("O’Brien"), exact("O'Brien"));
    assert_eq!(exact("U.S."), exact("US"));
    assert_eq!(exact("Việt"), exact("Vie\u{323}\u{302}t"));
    assert_eq!(exact("ＳＷＩＦＴ"), exact("SWIFT"));
    assert_ne!(exact("ｓｗｉｆｔ"), exact("SWIFT"));
    assert_eq!(exact("ﾍｸﾞｾｽ"), exact("ヘグセス"));
    assert_ne!(exact("ﾍｸｾｽ"), exact("ヘグセス"));
    assert_eq!(exact("ｶｰ"), exact("カー"));
    assert_ne!(exact("m²"), exact("m2"));
    assert_ne!(exact("हिन्दी"), exact("हिंदी"));
    assert_eq!(exact("τῷ"), exact("τω\u{342}\u{345}"));
}

#[test]
fn sources_reach_to_the_end_of_the_last_character() {
    for (text, last) in [
        ("Shinjirō", "ō"),
        ("Shinjiro\u{304}, he", "o\u{304}"),
        ("小泉進次郎", "郎"),
        ("カ\u{3099}", "カ\u{3099}"),
        ("\u{1112}\u{1161}\u{11ab}", "\u{1112}\u{1161}\u{11ab}"),
        ("ﬁ", "ﬁ"),
        ("U.S. said", "S."),
        ("❤\u{fe0f}!", "❤\u{fe0f}"),
        ("и\u{306}", "и\u{306}"),
    ] {
        let sources = sources(text, Lines::Wrapped);
        let found = match text {
            "Shinjiro\u{304}, he" => &sources[7].1,
            "U.S. said" => &sources[1].1,
            _ => &sources.last().expect("a token").1,
        };
        assert_eq!(found, last, "{text:?}");
    }
}

#[test]
fn one_ligature_may_hold_many_tokens() {
    let all = sources("x㍿ﷺ", Lines::Wrapped);
    assert!(all.len() > 10);
    assert!(all[1..5].iter().all(|(_, source)| source == "㍿"));
    assert!(all[5..].iter().all(|(_, source)| source == "ﷺ"));
}

#[test]
fn every_folding_folds_to_itself() {
    for c in '\0'..=char::MAX {
        let parts = match lookup(c) {
            Folding::One(_, to) => to.to_string(),
            Folding::Several(text) => text.to_owned(),
        };
        for part in parts.chars() {
            let Folding::One(_, again) = lookup(part) else {
                panic!("{c:?} folds to {parts:?}, which folds on");
            };
            assert_eq!(again, part, "{c:?} folds to {parts:?}");
        }
    }
}

#[test]
fn classes_have_stable_numbers() {
    for (number, class) in Class::ALL.into_iter().enumerate() {
        assert_eq!(class as usize, number);
    }
}

#[test]
fn scripts_and_marks() {
    assert_eq!(script('a'), Script::Spaced);
    assert_eq!(script('7'), Script::Spaced);
    assert_eq!(script('김'), Script::Hangul);
    assert_eq!(script('は'), Script::Ideograph);
    assert_eq!(script('ー'), Script::Katakana);
    assert_eq!(script('ก'), Script::Thai);
    assert_eq!(script('+'), Script::Other);
    assert!(is_mark('\u{304}') && is_mark('\u{fe0f}') && !is_mark('o'));
}

/// Letters, marks and separators of every kind, close together.
fn mixed() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "a", "B", "ō", "o\u{304}", "ß", "U.S.", "J.K", ".", " ", "\n", "\n\n", "-", "’", "+", "&",
        "7", "٣", "小", "泉", "ピ", "・", "カ", "\u{3099}", "\u{3000}", "、", "ก", "\u{e31}", "김",
        "\u{1112}", "\u{1161}", "\u{11ab}", "й", "и", "\u{306}", "\u{301}", "ش", "\u{64b}",
        "\u{640}", "\u{200b}", "\u{ad}", "¹", "①", "―", "'", "น", "\u{e49}", "\u{e4d}", "\u{e32}",
        "\u{e33}", "न", "\u{94d}", "द", "ω", "\u{345}", "🚀", "\u{fe0f}", "㍿", "ﷺ", "½", "क",
        "\u{93f}", "\u{2029}", "\u{c}", "\r",
    ]);
    prop::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn folding_twice_changes_nothing(text in prop_oneof![mixed(), any::<String>()]) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn spaces_never_double_and_always_surround(text in prop_oneof![mixed(), any::<String>()]) {
        let canonical = fold(&text);
        prop_assert!(!canonical.contains("  "));
        prop_assert!(canonical.is_empty() || canonical.len() > 2);
        prop_assert_eq!(canonical.starts_with(' '), !canonical.is_empty());
        prop_assert_eq!(canonical.ends_with(' '), !canonical.is_empty());
    }

    /// Slicing panics off a char boundary; the tracking way must see what the fast way wrote.
    #[test]
    fn sources_fold_back_to_their_token(text in prop_oneof![mixed(), any::<String>(), "[ -~\n]{0,200}"]) {
        for lines in [Lines::Wrapped, Lines::Listed] {
            for (c, source) in sources(&text, lines) {
                prop_assert!(!source.is_empty());
                if !is_mark(c) && !source.starts_with(is_mark) {
                    let again = fold(&source);
                    prop_assert!(again.contains(c), "{:?} from {:?}", c, source);
                }
            }
        }
    }

    #[test]
    fn sources_rise(text in mixed()) {
        let canonical = fold(&text);
        let offsets: Vec<_> = (0..canonical.len())
            .filter(|at| !matches!(canonical.as_bytes()[*at], b' ' | b',' | 0x0c))
            .collect();
        let ranges = locate(&text, Lines::Wrapped, &offsets);
        prop_assert!(ranges.is_sorted_by_key(|range| (range.start, range.end)));
        prop_assert_eq!(ranges.len(), offsets.len());
    }

    /// Between the offsets that are asked for the tracking way is the fast way too.
    #[test]
    fn few_sources_are_found_like_all(
        text in prop_oneof![
            "([a-z]{1,9}[ ,.\n]{1,3}){0,30}",
            ("[ -~]{0,90}", mixed(), "[ -~]{0,90}").prop_map(|(a, b, c)| a + &b + &c + &b),
        ],
        keep in 2_usize..40,
    ) {
        let canonical = fold(&text);
        let offsets: Vec<_> = (0..canonical.len())
            .filter(|at| !matches!(canonical.as_bytes()[*at], b' ' | b',' | 0x0c))
            .collect();
        let all = locate(&text, Lines::Wrapped, &offsets);
        let few: Vec<_> = offsets.iter().copied().step_by(keep).collect();
        let expected: Vec<_> = all.into_iter().step_by(keep).collect();
        prop_assert_eq!(locate(&text, Lines::Wrapped, &few), expected);
    }

    /// The fast way through English takes a word at a time; this looks at each sign.
    #[test]
    fn joints_are_found_by_a_naive_look(text in "([a-zA-Z0-9]{1,3}['. -]?[a-z0-9]?){0,40}") {
        let (mut canonical, mut joints) = (String::new(), Vec::new());
        fold_with_joints(&text, Lines::Wrapped, &mut canonical, &mut joints);
        let found = joints.iter().filter(|joint| joint.kind == JointKind::Mark);
        let chars: Vec<char> = text.chars().collect();
        let at = |at: usize| chars.get(at).copied().filter(char::is_ascii_alphanumeric);
        let is_mark = |&sign: &usize| {
            let (Some(before), Some(next)) = (at(sign - 1), at(sign + 1)) else {
                return false;
            };
            let two_back = sign.checked_sub(2).and_then(at);
            let is_dot = chars[sign] == '.';
            let are_initials = before.is_ascii_uppercase()
                && next.is_ascii_uppercase()
                && two_back.is_none()
                && at(sign + 2).is_none();
            let rest: String = (sign + 1..).map_while(at).collect();
            let contracted = ["ll", "re", "ve", "d", "m"].contains(&&*rest.to_lowercase());
            is_joining(chars[sign])
                && is_joint(before, chars[sign], next)
                && !(is_dot && are_initials)
                && !(chars[sign] == '\'' && contracted)
        };
        let expected = (1..chars.len()).filter(is_mark).count();
        prop_assert_eq!(found.count(), expected, "{:?}", canonical);
    }

    #[test]
    fn exact_never_panics(text in prop_oneof![mixed(), any::<String>()]) {
        exact(&text);
    }
}
