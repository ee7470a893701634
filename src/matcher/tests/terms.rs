//! What one term finds: by kind, in the cases of `tests/fixtures/match-cases*.tsv`, and in the
//! examples that `docs/matching.md` shows.

use super::{finds, hit_texts};
use crate::text::{to_plain, undo_double_encoding};

#[test]
fn capitals_compare_case() {
    for (term, hits, misses) in [
        (
            "US",
            vec!["US troops", "the U.S. said", "JOIN US NOW", "US軍", "ＵＳ"],
            vec!["join us", "Us"],
        ),
        ("U.S.", vec!["US", "U.S."], vec!["us"]),
        ("NATO", vec!["NATO"], vec!["nato"]),
        ("США", vec!["США"], vec!["сша"]),
        ("I", vec!["i", "I"], vec![]),
        ("JAXAJP", vec!["jaxajp"], vec![]),
        ("Us", vec!["us", "US"], vec![]),
        ("AT&T", vec!["at&t", "AT&T"], vec![]),
        ("F35", vec!["f35", "F-35"], vec![]),
        ("\"US Navy\"", vec!["us navy"], vec![]),
    ] {
        for text in hits {
            assert!(finds(term, text), "{term} in {text}");
        }
        for text in misses {
            assert!(!finds(term, text), "{term} in {text}");
        }
    }
}

#[test]
fn exact_terms_compare_case_and_accents() {
    assert!(finds("=Polish", "the Polish army") && !finds("=Polish", "polish the floor"));
    assert!(finds("=Shinjirō", "Shinjiro\u{304}") && !finds("=Shinjirō", "Shinjiro"));
    assert!(finds("=us", "join us") && !finds("=us", "US"));
    assert!(finds("=\"Le Monde\"", "dans Le  Monde") && !finds("=\"Le Monde\"", "le monde"));
}

#[test]
fn prefixes_take_the_word_with_them() {
    assert_eq!(hit_texts("Hegs*", "Pete Hegseth’s"), ["Hegseth"]);
    assert_eq!(
        hit_texts("hegseth*", "Hegseth Hegsethian"),
        ["Hegseth", "Hegsethian"]
    );
    assert!(!finds("Hegseth*", "Pete Hegs") && !finds("seth*", "Hegseth"));
    assert_eq!(hit_texts("F-35*", "an F-35B jet"), ["F-35B"]);
    assert_eq!(hit_texts("トラン*", "トランプ"), ["トラン"]);
    assert_eq!(
        hit_texts("Shinj*", "Shinjiro\u{304}, he"),
        ["Shinjiro\u{304}"]
    );
}

#[test]
fn hits_are_cut_from_the_source_as_written() {
    for (term, text, hit) in [
        ("Koizumi", "Koizumi’s visit", "Koizumi"),
        (
            "\"Shinjiro Koizumi\"",
            "Shinjirō\n Koizumi.",
            "Shinjirō\n Koizumi",
        ),
        ("US", "the U.S. said", "U.S."),
        ("小泉進次郎", "防衛相の小泉　進次郎氏", "小泉　進次郎"),
        ("株式会社", "㍿です", "㍿"),
        ("Hegseth", "@Hegseth said", "Hegseth"),
        ("#Hegseth", "see #Hegseth now", "#Hegseth"),
        ("كويزومي", "وكُوِيزُومِي قال", "كُوِيزُومِي"),
        ("Mueller", "Herr Müller kam", "Müller"),
        ("김정은", "김정은이 말했다", "김정은"),
        ("🚀", "go🚀go", "🚀"),
    ] {
        assert_eq!(hit_texts(term, text), [hit], "{term} in {text}");
    }
}

#[test]
fn scripts_without_spaces_are_not_cut_in_a_word() {
    for (term, text, expected) in [
        ("トランプ", "ドナルド・トランプ大統領", true),
        ("ヘグセス", "ピート　ヘグセス氏", true),
        ("ヘグセス", "ヘグセスー", false),
        ("ピート・ヘグセス", "ピートヘグセス", true),
        ("カ", "ガ", false),
        ("京大", "東京、大阪", false),
        ("กา", "กาฬสินธุ์", true),
        ("กร", "กระทรวง", false),
        ("ทย", "ไทย", false),
        ("กม", "เกม", false),
        ("12月", "2012月", false),
    ] {
        assert_eq!(finds(term, text), expected, "{term} in {text}");
    }
}

#[test]
fn particles_attach() {
    for (term, text, expected) in [
        ("ירושלים", "ובירושלים", true),
        ("ירושלים", "קירושלים", false),
        ("ירושלים", "וירושלים", true),
        ("إيران", "لإيران", true),
        ("رئيس", "الرئيس", true),
        ("محمد", "بمحمد وعمر", true),
        ("يد", "جديد", false),
        ("한국", "한국의", true),
        ("한국", "남한국", false),
        ("김", "김정은", false),
        ("NATO", "NATO는", true),
    ] {
        assert_eq!(finds(term, text), expected, "{term} in {text}");
    }
}

#[test]
fn spellings() {
    for (term, text, expected) in [
        ("F-35", "an F35", true),
        ("F35", "an F 35", true),
        ("O'Brien", "OBrien", true),
        ("Self-Defense", "selfdefense", true),
        ("Müller", "Mueller", true),
        ("Müller", "Muller", true),
        ("Mueller", "Muller", false),
        ("Mueller", "Mu\u{308}ller", true),
        ("Michael", "Michał", false),
        ("Oersted", "Ørsted", true),
        ("Haakon", "Håkon", true),
        ("Joe", "Jo", false),
        ("Bauer-Mueller", "Bauer-Müller", true),
    ] {
        assert_eq!(finds(term, text), expected, "{term} in {text}");
    }
}

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/matching.md"));

/// The pairs in a list of `` `term` text, text; `term` text``; remarks are in parentheses.
fn pairs(list: &str) -> Vec<(&str, &str)> {
    let (mut pairs, mut term) = (Vec::new(), "");
    let list = list.split_once('(').map_or(list, |(before, _)| before);
    for piece in list.split([',', ';']) {
        let mut parts = piece.split('`');
        let text = parts.next().unwrap_or_default();
        let text = match (parts.next(), parts.next()) {
            (Some(next), Some(text)) => {
                term = next;
                text
            }
            _ => text,
        };
        if !term.is_empty() && !text.trim().is_empty() {
            pairs.push((term, text.trim()));
        }
    }
    pairs
}

fn check_pairs(list: &str, same: bool) -> usize {
    let pairs = pairs(list);
    for (term, text) in &pairs {
        let quoted = format!("\"{term}\"");
        let expression = if term.contains(' ') { &quoted } else { *term };
        assert_eq!(finds(expression, text), same, "{term} in {text}");
    }
    pairs.len()
}

#[test]
fn what_the_page_calls_the_same() {
    let (_, section) = PAGE.split_once("## What counts").expect("the section");
    let (section, _) = section.split_once("## Where").expect("the next one");
    let mut count = 0;
    for line in section.lines() {
        if let [_, _, same, different, _] = line.split('|').collect::<Vec<_>>()[..] {
            count += check_pairs(same, true) + check_pairs(different, false);
        } else if line.starts_with("**") {
            let groups = line
                .split('(')
                .skip(1)
                .filter_map(|rest| rest.split_once(')'));
            let lists = groups.filter(|(group, _)| group.starts_with('`'));
            count += lists
                .map(|(group, _)| check_pairs(group, true))
                .sum::<usize>();
        }
    }
    assert!(count >= 60, "{count}");
}

/// The text in each pair of curly quotes.
fn quoted(text: &str) -> Vec<&str> {
    let parts = text.split('“').skip(1);
    parts
        .filter_map(|rest| Some(rest.split_once('”')?.0))
        .collect()
}

#[test]
fn every_example_of_an_expression() {
    let (table, _) = PAGE.split_once("`@name`").expect("a table before it");
    let mut count = 0;
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let expression = line.split('`').nth(1).expect("an expression");
        let examples = line.trim_end_matches(" |").rsplit("| ").next();
        let (same, different) = examples
            .map(|examples| examples.split_once("but no").unwrap_or((examples, "")))
            .expect("a last column");
        for text in quoted(same) {
            assert!(finds(expression, text), "{expression} in {text}");
            count += 1;
        }
        for text in quoted(different) {
            assert!(!finds(expression, text), "{expression} in {text}");
        }
    }
    assert!(count >= 14, "{count}");
}

/// `\u` escapes and `\n` as in JSON; quotes are not escaped.
fn unescaped(text: &str) -> String {
    let text = text.replace('"', "\\\"");
    serde_json::from_str(&format!("\"{text}\"")).expect("a JSON string")
}

/// What of a text reaches the matcher: read as a feed's text, and also unchanged where it is
/// no markup.
fn readings(text: &str) -> Vec<String> {
    let plain = to_plain(&undo_double_encoding(text));
    let is_plain = !text.contains(['<', '&']) && undo_double_encoding(text) == text;
    [plain, text.to_owned()]
        .into_iter()
        .take(1 + usize::from(is_plain))
        .collect()
}

/// How many cases there are; fails where one goes wrong.
fn check_cases(cases: &str) -> usize {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.starts_with("# ")) {
        let [expected, term, text, why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line:?}");
        };
        let (term, text) = (unescaped(term), unescaped(text));
        let expression = if term.contains(' ') {
            format!("\"{term}\"")
        } else {
            term
        };
        for text in readings(&text) {
            if finds(&expression, &text) != (expected == "1") {
                wrong.push(format!("{expected}: {expression} in {text:?}: {why}"));
            }
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    count
}

#[test]
fn every_case() {
    let cases = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/match-cases.tsv"
    ));
    assert_eq!(check_cases(cases), 60);
}

#[test]
fn every_case_more() {
    let cases = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/match-cases-more.tsv"
    ));
    assert!(check_cases(cases) >= 300);
}
