use crate::{
    store::PollResult,
    web::testing::{CONFIG, Site},
};

fn failed() -> PollResult {
    PollResult::Failed {
        reason: "status".into(),
        error: "status 500 <i>".into(),
        status: Some(500),
        gone: false,
    }
}

#[tokio::test]
async fn feeds_are_found_by_condition_words_and_tag_with_their_last_polls() {
    let config = format!("{CONFIG}\n").replace(
        "[watch]",
        "old = { url = \"https://old.example/\", enabled = false }\n[watch]",
    );
    let site = Site::with(&config).await;
    site.read("mofa", &[(1, "Koizumi speaks", &["pm"])]).await;
    site.poll("nhk", failed()).await;
    let all = site.get("/feeds").await;
    let text = all.text();
    for says in [
        "all 2",
        "ok 1",
        "failing 1",
        "off 1",
        "1 is failing: nhk",
        "status 500 &lt;i&gt;",
    ] {
        assert!(text.contains(says), "{says} in {text}");
    }
    assert!(all.leads_to("/feeds/nhk") && all.leads_to("/feeds?state=failing"));
    assert!(all.body.contains("last poll: 1 failed"), "{}", all.body);
    assert!(
        all.body.contains("last poll: 1 with new items"),
        "{}",
        all.body
    );
    for (query, names) in [
        ("state=failing", &["nhk"][..]),
        ("state=ok", &["mofa"]),
        ("state=off", &["old"]),
        ("words=MOFA.example", &["mofa"]),
        ("words=title+of+none", &[]),
        ("tag=gov", &["mofa", "nhk"]),
        ("tag=gov&state=failing", &["nhk"]),
        ("after=mofa", &["nhk"]),
    ] {
        let page = site.get(&format!("/feeds?{query}")).await;
        let shown = ["mofa", "nhk", "old"].into_iter();
        let shown: Vec<&str> = shown
            .filter(|it| page.leads_to(&format!("/feeds/{it}")))
            .collect();
        assert_eq!(shown, names, "{query}");
    }
    for wrong in ["/feeds?state=well", "/feeds?tag=gow", "/feeds/nhkk"] {
        assert_eq!(site.get(wrong).await.status, 404, "{wrong}");
    }
}

#[tokio::test]
async fn a_feed_shows_all_that_is_known_and_is_polled_when_asked() {
    let site = Site::new().await;
    site.read(
        "mofa",
        &[(1, "Koizumi speaks", &["pm"]), (2, "<b>Rain</b>", &[])],
    )
    .await;
    site.poll("mofa", failed()).await;
    let page = site.get("/feeds/mofa").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    for says in [
        "mofa failing",
        "2 items, 1 alerts",
        "1 in a row, since",
        "Last 2 polls: 1 with new items, 1 failed",
        "&lt;b&gt;Rain",
        "Koizumi speaks",
        "failures in a row: 1",
    ] {
        assert!(text.contains(says), "{says:?} in {text}");
    }
    for link in [
        "/items/1",
        "/items/2",
        "/alerts?feed=mofa",
        "/feeds/mofa/poll",
        "/mutes",
    ] {
        assert!(page.leads_to(link), "{link}");
    }
    let answer = site.post("/feeds/mofa/poll", "").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/feeds/mofa?done=asked")
    );
    let asked = site.store().asked().await.expect("read");
    assert_eq!(asked.len(), 1);
    assert!(
        site.get("/feeds/mofa?done=asked")
            .await
            .text()
            .contains("is polled as soon as")
    );
    let unknown = site.post("/feeds/nobody/poll", "").await;
    assert_eq!(unknown.header("location"), "/feeds/nobody?done=not");
}
