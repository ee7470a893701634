use super::{finds, hit_texts};

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
