use crate::web::testing::{CONFIG, Site};

async fn site() -> Site {
    let site = Site::new().await;
    let news = [
        (1, "Koizumi speaks", &["pm"][..]),
        (2, "Earthquake & tsunami", &["quake"]),
    ];
    site.read("nhk", &news).await;
    site.read("mofa", &[(3, "Koizumi travels", &["pm"])]).await;
    site
}

#[tokio::test]
async fn alerts_stand_newest_first_with_why_and_what_was_hit() {
    let site = site().await;
    let page = site.get("/alerts").await;
    let text = page.text();
    let at = |title: &str| {
        text.find(title)
            .unwrap_or_else(|| panic!("{title}: {text}"))
    };
    assert!(at("Koizumi travels") < at("tsunami") && at("tsunami") < at("Koizumi speaks"));
    assert!(page.markup().contains("Earthquake &amp; tsunami"));
    assert!(
        page.markup().contains("href=\"/items/3\">why</a>"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn titles_lead_to_the_web_and_nowhere_else() {
    let site = site().await;
    for (id, link) in [
        (1, "javascript:alert(1)"),
        (2, "https://nhk.example/?a=1&b=2"),
    ] {
        site.tamper(&format!(
            "UPDATE alert SET data = json_set(data, '$.item.link', '{link}') WHERE id = {id}"
        ))
        .await;
    }
    let markup = site.get("/alerts").await.markup();
    assert!(!markup.contains("javascript:"), "{markup}");
    let link = "<a href=\"https://nhk.example/?a=1&amp;b=2\" rel=\"noopener noreferrer nofollow\">";
    assert!(markup.contains(link), "{markup}");
}

#[tokio::test]
async fn every_condition_stands_in_the_address_and_a_slip_is_said() {
    let site = site().await;
    for (query, wanted) in [
        ("watch=quake", &["tsunami"][..]),
        ("watch=quake&watch=pm&feed=nhk", &["tsunami", "speaks"]),
        ("feed=mofa", &["travels"]),
        ("tag=gov", &["travels", "tsunami", "speaks"]),
        ("words=KOIZUMI+speaks", &["speaks"]),
        ("receiver=phone", &["travels", "tsunami", "speaks"]),
        ("since=1h", &["travels", "tsunami", "speaks"]),
        ("until=1h", &[]),
        ("muted=1", &[]),
        ("before=2", &["speaks"]),
    ] {
        let text = site.get(&format!("/alerts?{query}")).await.text();
        for title in ["travels", "tsunami", "speaks"] {
            assert_eq!(
                text.contains(title),
                wanted.contains(&title),
                "{query}: {title}"
            );
        }
    }
    for (slip, words) in [
        ("watch=pn", "there is no watch"),
        ("since=soon", "since: expected"),
        ("since=tomorrow", "is in the future"),
        ("priority=high", "is not a priority"),
    ] {
        let page = site.get(&format!("/alerts?{slip}")).await;
        assert_eq!(page.status, 400, "{slip}");
        assert!(page.text().contains(words), "{slip}: {}", page.text());
    }
}

#[tokio::test]
async fn older_alerts_are_behind_a_link_and_a_page_is_small() {
    let site = Site::new().await;
    let titles: Vec<String> = (1..=40)
        .map(|it| format!("Koizumi {}", "x".repeat(200 + it)))
        .collect();
    let news: Vec<(u8, &str, &[&str])> = (1..=40)
        .zip(&titles)
        .map(|(number, title)| (number, title.as_str(), &["pm"][..]))
        .collect();
    site.read("nhk", &news).await;
    let (mut path, mut shown) = ("/alerts?feed=nhk".to_owned(), 0);
    loop {
        let page = site.get(&path).await;
        assert!(page.body.len() < 60 * 1024, "{}", page.body.len());
        let markup = page.markup();
        shown += markup.matches("class=\"story\"").count();
        assert_eq!(
            markup.contains(">Newest</a>"),
            path.contains("before="),
            "{path}"
        );
        let Some((before, _)) = markup.split_once("\" rel=\"next\">Older</a>") else {
            break;
        };
        let (_, older) = before.rsplit_once("href=\"").expect("a link");
        path = older.replace("&amp;", "&");
        assert!(path.starts_with("/alerts?feed=nhk&before="), "{path}");
    }
    assert_eq!(shown, 40);
}

#[tokio::test]
async fn the_feeds_of_this_question_carry_a_key_where_a_login_is_asked() {
    let open = site().await.get("/alerts?watch=pm&words=x").await;
    assert!(
        open.markup().contains("href=\"/alerts.atom?watch=pm\""),
        "{}",
        open.body
    );
    assert!(open.text().contains("they leave out words"));
    let token = "[web]\nread_token = { file = \"token\" }\n";
    let closed = Site::prepared(&format!("{CONFIG}{token}"), |folder| {
        std::fs::write(folder.path().join("token"), "read-token-read-token").expect("written");
    })
    .await;
    let bearer = [("authorization", "Bearer read-token-read-token")];
    let page = closed
        .ask(axum::http::Method::GET, "/alerts", &bearer, "")
        .await;
    let markup = page.markup();
    let link = markup
        .split("href=\"/alerts.atom?key=")
        .nth(1)
        .expect("a link");
    let key = link.split('"').next().expect("a key");
    assert_eq!(
        closed.get(&format!("/alerts.atom?key={key}")).await.status,
        200
    );
    assert_ne!(closed.get("/alerts.atom?key=0").await.status, 200);
}
