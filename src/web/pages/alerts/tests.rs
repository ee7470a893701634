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
    assert!(page.body.contains("Earthquake &amp; tsunami"));
    assert!(
        page.body.contains("href=\"/items/3\">why</a>"),
        "{}",
        page.body
    );
    assert!(page.body.contains("rel=\"noopener noreferrer nofollow\""));
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
    let first = site.get("/alerts?feed=nhk").await;
    assert!(first.body.len() < 60 * 1024, "{}", first.body.len());
    assert!(
        first
            .body
            .contains("href=\"/alerts?feed=nhk&amp;before=11\""),
        "{}",
        first.body
    );
    let second = site.get("/alerts?feed=nhk&before=11").await;
    assert!(second.body.contains(">Newest</a>") && !second.body.contains(">Older</a>"));
    assert_eq!(second.body.matches("class=\"story\"").count(), 10);
}

#[tokio::test]
async fn the_feeds_of_this_question_carry_a_key_where_a_login_is_asked() {
    let open = site().await.get("/alerts?watch=pm&words=x").await;
    assert!(
        open.body.contains("href=\"/alerts.atom?watch=pm\""),
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
    let link = page
        .body
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
