//! What the names of an entity find, and what they do not.

use super::{
    super::{Entity, ItemText, Matcher},
    titled, watch,
};

fn entity(names: &[&str]) -> Entity {
    Entity {
        name: "x".to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn is_found(names: &[&str], item: &ItemText<'_>) -> bool {
    let matcher = Matcher::compile(&[watch("@x")], &[entity(names)]).expect("good");
    !matcher.find(item).is_empty()
}

#[test]
fn a_person_is_found_as_papers_write_them() {
    for (name, text) in [
        ("Shinjirō Koizumi", "KOIZUMI Shinjirō, Minister"),
        ("Shinjirō Koizumi", "Koizumi, Shinjirō"),
        ("Shinjirō Koizumi", "Minister S. Koizumi"),
        ("Shinjirō Koizumi", "S Koizumi met"),
        ("Shinjirō Koizumi", "SHINJIROH KOIZUMI"),
        ("Shintarō Ōno", "Ohno Shintaro"),
        ("Shintarō Ōno", "Shintarou Oono"),
        ("Yūichirō Tamaki", "Yuichirou Tamaki"),
        ("Yūichirō Tamaki", "Y. Tamaki"),
        ("Kim Jong-un", "Kim Jong Un"),
        ("Nancy Pelosi", "Pelosi, Nancy"),
        ("John Fitzgerald Kennedy", "John F. Kennedy"),
        ("John Fitzgerald Kennedy", "J.F. Kennedy"),
        ("John Fitzgerald Kennedy", "J. F. Kennedy"),
        ("John Fitzgerald Kennedy", "Kennedy, John F."),
        ("Donald J. Trump", "Donald Trump"),
        ("Donald J. Trump", "Trump, Donald J"),
        ("Ursula von der Leyen", "U. von der Leyen"),
        ("Charles de Gaulle", "C. de Gaulle"),
        ("Conan O'Brien", "O’Brien Conan"),
        ("Jürgen Müller", "Mueller Juergen"),
        ("Владимир Путин", "В. Путин"),
        ("Pelosi", "Pelosi’s trip"),
        ("\"United States\"", "the United States of"),
        ("NATO", "N.A.T.O."),
        ("小泉進次郎", "小泉　進次郎防衛相"),
    ] {
        assert!(is_found(&[name], &titled(text)), "{name}: {text}");
    }
}

#[test]
fn other_words_in_that_order_are_not_the_name() {
    for (name, text) in [
        ("Steve Jobs", "America's jobs report"),
        ("Steve Jobs", "America’s Jobs Report"),
        ("Steve Jobs", "AMERICA'S JOBS REPORT"),
        ("South Korea", "North Korea, South Africa and others"),
        ("United States", "Member states, United Nations officials"),
        ("United States", "the states united behind it"),
        ("\"United States\"", "All States United Behind Ukraine"),
        ("New York", "the Duke of York: new claims"),
        ("Donald Trump", "Melania Trump"),
        ("Samsung Electronics", "Korea's electronics"),
        ("NATO", "nato Otan"),
        ("Ministry of Defence", "M. of Defence"),
    ] {
        assert!(!is_found(&[name], &titled(text)), "{name}: {text}");
    }
}

#[test]
fn a_comma_counts_where_the_name_is_a_line() {
    let names = ["Shinjirō Koizumi"];
    let item = ItemText {
        author: "Hegseth, Pete\nKoizumi, Shinjiro\nAustin, Lloyd",
        ..ItemText::default()
    };
    assert!(is_found(&names, &item));
    assert!(!is_found(&names, &titled("Taro Koizumi, Shinjiro Abe")));
}

#[test]
fn names_have_no_more_spellings_than_are_needed() {
    assert_eq!(
        entity(&["Shinjiro Koizumi"]).spellings(),
        ["Shinjiro Koizumi", "Koizumi Shinjiro", "S. Koizumi"]
    );
    assert_eq!(
        entity(&["Donald J. Trump", "\"Donald Trump\""]).spellings(),
        [
            "Donald J. Trump",
            "Donald Trump",
            "D. J. Trump",
            "D.J. Trump",
            "D. Trump",
            "Trump Donald J.",
            "Trump Donald"
        ]
    );
    assert_eq!(entity(&["«Steve Jobs»"]).spellings(), ["Steve Jobs"]);
    let long = entity(&["Shōtarō Ūichirō Ōno"]).spellings();
    assert_eq!(long.len(), super::super::syntax::MAX_SPELLINGS);
    assert!(long.iter().any(|name| name == "Ono Shotaro Uichiro"));
}

#[test]
fn what_an_expression_can_name() {
    for (name, can) in [
        ("koizumi", true),
        ("小泉", true),
        ("f-35", true),
        ("the minister", false),
        ("a,b", false),
        ("a)", false),
        ("\"a", false),
        ("", false),
    ] {
        assert_eq!(Entity::can_be_named(name), can, "{name}");
    }
}
