use std::fmt::Write as _;

use crate::web::testing::{CONFIG, Site};

async fn site() -> Site {
    let off = CONFIG.replace(
        "[receiver]",
        "old = { match = \"Sphinx\", enabled = false }\n[receiver]",
    );
    let site = Site::with(&off).await;
    let news = [
        (1, "Koizumi speaks", &["pm"][..]),
        (2, "Koizumi travels", &["pm"]),
        (3, "The Koizumis of Yokosuka", &[]),
    ];
    site.read("nhk", &news).await;
    site
}

#[tokio::test]
async fn watches_are_listed_with_their_alerts_and_what_needs_attention() {
    let site = site().await;
    site.post("/mutes", "kind=watch&name=pm&for=2h").await;
    let page = site.get("/watches").await;
    let text = page.text();
    assert!(
        page.markup()
            .contains("aria-label=\"2 alerts in 30 days, at most 2 on"),
        "{}",
        page.body
    );
    assert!(
        text.contains("quake earthquake 0 never no alert yet"),
        "{text}"
    );
    site.tamper("UPDATE watch SET since = since - 31 * 86400000")
        .await;
    let later = site.get("/watches").await.text();
    assert!(
        later.contains("quake earthquake 0 never never fired"),
        "{later}"
    );
    assert!(text.contains("muted, ends in"), "{text}");
    assert!(text.contains("old Sphinx 0 never off"), "{text}");
    let found = site.get("/watches?q=SPHINX").await.text();
    assert!(found.contains("old") && !found.contains("quake"), "{found}");
}

#[tokio::test]
async fn many_watches_are_paged_and_a_page_is_small() {
    let mut watches = String::new();
    for it in 0..120 {
        let _ = writeln!(watches, "w{it} = \"{}{it}\"", "term".repeat(20));
    }
    let site = Site::with(&CONFIG.replace("[receiver]", &format!("{watches}[receiver]"))).await;
    let page = site.get("/watches").await;
    assert!(page.body.len() < 60 * 1024, "{}", page.body.len());
    assert!(
        page.markup().contains("href=\"/watches?after=w47\""),
        "{}",
        page.body
    );
    let next = site.get("/watches?after=w47").await;
    assert!(next.markup().contains(">w48<") && !next.markup().contains(">w47<"));
}

#[tokio::test]
async fn a_watch_shows_all_of_it() {
    let site = site().await;
    let page = site.get("/watches/pm").await;
    let text = page.text();
    for words in [
        "Koizumi",
        "receivers desk, phone",
        "all feeds",
        "an edited story alerts if it did not match before",
        "2 kept",
        "Koizumi travels",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(page.markup().contains("<svg class=\"chart\""));
    assert!(
        page.markup()
            .contains("name=\"next\" value=\"/watches/pm\"")
    );
    assert!(
        site.get("/watches/pm?done=muted")
            .await
            .text()
            .contains("It is muted.")
    );
    let unknown = site.get("/watches/pn").await;
    assert_eq!(unknown.status, 404);
    assert!(
        unknown.text().contains("there is no watch"),
        "{}",
        unknown.text()
    );
}

#[tokio::test]
async fn near_misses_are_looked_for_where_they_are_asked_for() {
    let site = site().await;
    assert!(!site.get("/watches/pm").await.markup().contains("/items/3"));
    let page = site.get("/watches/pm?near=1").await;
    assert!(
        page.markup().contains("/items/3?watch=pm"),
        "{}",
        page.markup()
    );
    assert!(
        page.text().contains("1 of the newest 3 items came close"),
        "{}",
        page.text()
    );
}
