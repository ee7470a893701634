use super::*;

fn of(authors: &[&str], summary: &str, content: &str) -> Option<&'static str> {
    let item = Item {
        authors: authors.iter().map(|&author| author.to_owned()).collect(),
        summary: summary.into(),
        content: content.into(),
        ..Item::default()
    };
    credited(&item).map(|agency| agency.name)
}

#[test]
fn the_head_of_a_text_credits_an_agency() {
    for (text, agency) in [
        ("(Reuters) - The harbour is shut.", "reuters"),
        ("LONDON, Nov 30 (Reuters) - The harbour is shut.", "reuters"),
        ("WASHINGTON (AP) — The harbour is shut.", "ap"),
        ("(AP) — The harbour is shut.", "ap"),
        ("Port Velm (AFP) – Le port est fermé.", "afp"),
        ("AFP - Le port est fermé.", "afp"),
        ("Berlin (dpa) - Der Hafen ist zu.", "dpa"),
        ("Berlin (dpa/lnw) - Der Hafen ist zu.", "dpa"),
        ("Madrid, 30 nov (EFE).- El puerto cerró.", "efe"),
        ("(ANSA) - ROMA, 30 NOV - Il porto è chiuso.", "ansa"),
        ("New Delhi, Nov 30 (PTI) The harbour is shut.", "pti"),
        (
            "New Delhi [India], November 30 (ANI): The harbour is shut.",
            "ani",
        ),
        (
            "BEIJING, Nov. 30 (Xinhua) -- The harbour is shut.",
            "xinhua",
        ),
        ("TOKYO (Kyodo) -- The harbour is shut.", "kyodo"),
        ("【ワシントン共同】港は閉鎖された。", "kyodo"),
        ("【北京時事】港は閉鎖された。", "jiji"),
        ("（共同）港は閉鎖された。", "kyodo"),
        ("(서울=연합뉴스) 홍길동 기자 = 항구가 닫혔다.", "yonhap"),
        ("新华社北京11月30日电（记者甲）港口关闭。", "xinhua"),
        ("（新华社北京11月30日电）港口关闭。", "xinhua"),
        ("中新网11月30日电 港口关闭。", "chinanews"),
        ("（中央社記者甲台北30日電）港口關閉。", "cna"),
        ("МОСКВА, 30 ноября. /ТАСС/. Порт закрыт.", "tass"),
        ("ТАСС, 30 ноября. Порт закрыт.", "tass"),
        ("МОСКВА, 30 ноя — РИА Новости. Порт закрыт.", "ria"),
    ] {
        assert_eq!(of(&[], text, ""), Some(agency), "{text}");
        assert_eq!(of(&[], "A teaser.", text), Some(agency), "{text}");
    }
}

#[test]
fn the_tail_of_a_text_credits_an_agency() {
    for (tail, agency) in [
        ("The harbour is shut. (AFP)", "afp"),
        ("The harbour is shut (Reuters)", "reuters"),
        ("The harbour is shut. (AP).", "ap"),
        ("The harbour is shut. (With inputs from Reuters)", "reuters"),
        ("The harbour is shut. Source: Reuters", "reuters"),
        ("The harbour is shut. — Reuters", "reuters"),
        ("The harbour is shut.\nReuters", "reuters"),
        ("Der Hafen ist zu. Quelle: dpa", "dpa"),
        ("港は閉鎖された。（時事通信）", "jiji"),
        ("港は閉鎖された。（共同）", "kyodo"),
        ("港口关闭。来源：新华社", "xinhua"),
        ("Порт закрыт. Источник: Интерфакс", "interfax"),
        ("Порт закрыт. /ТАСС/\n", "tass"),
        ("항구가 닫혔다. (연합뉴스)", "yonhap"),
    ] {
        let long = format!("{}{tail}", "A word. ".repeat(200));
        assert_eq!(of(&[], &long, ""), Some(agency), "{tail}");
    }
}

#[test]
fn the_authors_credit_an_agency() {
    for (author, expected) in [
        ("Reuters", Some("reuters")),
        ("By Reuters", Some("reuters")),
        ("Reuters Staff", Some("reuters")),
        ("The Associated Press", Some("ap")),
        ("By ANN EXAMPLE, Associated Press", Some("ap")),
        ("AFP", Some("afp")),
        ("Ann Example (AFP)", Some("afp")),
        ("AP and Ann Example", Some("ap")),
        ("共同通信", Some("kyodo")),
        ("DPA", Some("dpa")),
        ("Ani", None),
        ("Ria Example", None),
        ("Ann Reuters", None),
        ("", None),
    ] {
        assert_eq!(of(&[author], "", ""), expected, "{author}");
    }
}

#[test]
fn a_mention_is_no_credit() {
    for text in [
        "The minister assured Reuters that the harbour is shut.",
        "Reuters reported that the harbour is shut.",
        "The harbour is shut, the minister assured Reuters.",
        "The harbour is shut, according to Reuters",
        "He worked at the news agency (AFP) in Paris for years.",
        "Agence France-Presse (AFP) - a news agency - has moved.",
        "She has left Agence France-Presse (AFP).",
        "The harbour is shut. Photo: Reuters",
        "The harbour is shut: https://desk.example/dpa/",
        "APARTMENT - The harbour is shut.",
        "The harbour is shut. She is from MAPA",
        "【日米共同】港は閉鎖された。",
        "共同で港を閉鎖した。",
        "港口关闭，新华社报道说。",
        "Агентство ТАСС сообщило, что порт закрыт.",
        "(",
        "()",
        "",
    ] {
        assert_eq!(of(&[], text, ""), None, "{text}");
    }
    let middle = format!("{0} (AFP) - {0}", "A word. ".repeat(60));
    assert_eq!(of(&[], &middle, ""), None);
}

#[test]
fn a_long_text_costs_no_more() {
    crate::linear::assert_linear("credits", 1 << 20, |size| {
        let text = "(【/—".repeat(size);
        assert_eq!(of(&[&text], &text, &text), None);
    });
}
