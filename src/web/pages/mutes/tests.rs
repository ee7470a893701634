use crate::web::testing::{CONFIG, Site};

#[tokio::test]
async fn a_mute_is_made_shown_and_lifted_in_words() {
    let site = Site::new().await;
    let made = site
        .post("/mutes", "kind=watch&name=pm&for=2h&comment=too+much")
        .await;
    assert_eq!(
        (made.status, made.header("location")),
        (303, "/mutes?done=muted&mute=1")
    );
    let mute = site.store().mutes().await.expect("read").remove(0);
    assert_eq!(mute.by.as_deref(), Some("page"));
    let page = site.get("/mutes?done=muted&mute=1").await.text();
    assert!(page.contains("watch pm is muted until"), "{page}");
    assert!(page.contains("too much"), "{page}");
    site.read("nhk", &[(1, "Koizumi speaks", &["pm"])]).await;
    let held = site.get("/mutes").await;
    assert!(held.text().contains("1 alert"), "{}", held.text());
    let lifted = site.post("/mutes/1/lift", "send=1").await;
    assert_eq!(
        lifted.header("location"),
        "/mutes?done=lifted&mute=1&sent=2"
    );
    let page = site.get("/mutes?done=lifted&mute=1&sent=2").await.text();
    assert!(
        page.contains("2 deliveries wait in the outbox again"),
        "{page}"
    );
    assert!(page.contains("Nothing is muted."), "{page}");
    let again = site.post("/mutes/1/lift", "").await;
    assert_eq!(again.header("location"), "/mutes?done=over");
}

#[tokio::test]
async fn what_cannot_be_muted_is_said_and_the_form_keeps_what_was_typed() {
    let site = Site::new().await;
    for (form, words) in [
        (
            "kind=watch&name=pn&for=2h",
            "there is no watch &quot;pn&quot;",
        ),
        ("kind=watch&name=pm", "for how long?"),
        ("kind=watch&name=pm&for=2h&until=08:00", "one of them"),
        ("kind=watch&name=pm&for=soon", "for how long?"),
        ("kind=watch&name=pm&until=2020-01-01", "is past"),
        ("kind=watch&name=pm&for=99999d", "too far away"),
        ("kind=thing&name=pm&for=2h", "what to mute?"),
    ] {
        let refused = site.post("/mutes", form).await;
        assert_eq!(refused.status, 422, "{form}");
        assert!(refused.body.contains(words), "{form}: {}", refused.text());
    }
    let typed = site
        .post("/mutes", "kind=feed&name=nh&for=2h&comment=storm")
        .await;
    assert!(typed.body.contains("value=\"nh\"") && typed.body.contains("value=\"storm\""));
    assert!(typed.body.contains("<option selected>feed"));
    assert_eq!(site.store().mutes().await.expect("read"), []);
}

#[tokio::test]
async fn a_form_elsewhere_leads_back_there_and_to_no_other_site() {
    let site = Site::new().await;
    for (next, location) in [
        ("/watches/pm", "/watches/pm?done=muted&mute=1"),
        ("/feeds?tag=gov%23x", "/feeds?tag=gov&done=muted&mute=1#x"),
        ("//elsewhere.example/", "/?done=muted&mute=1"),
        ("https://elsewhere.example/", "/?done=muted&mute=1"),
    ] {
        let form = format!("kind=watch&name=pm&for=2h&next={next}");
        let made = site.post("/mutes", &form).await;
        assert_eq!(made.header("location"), location, "{next}");
    }
}

#[tokio::test]
async fn ended_mutes_are_paged() {
    let site = Site::new().await;
    for number in 1..=51 {
        site.tamper(&format!(
            "INSERT INTO mute (kind, name, since, until, ended_at)
             VALUES ('watch', 'w{number}', 1000, 2000, 2000)"
        ))
        .await;
    }
    let first = site.get("/mutes").await;
    assert!(first.body.contains(">w51<") && !first.body.contains(">w1<"));
    assert!(
        first.body.contains("href=\"/mutes?before=2\""),
        "{}",
        first.body
    );
    let second = site.get("/mutes?before=2").await;
    assert!(second.body.contains(">w1<") && !second.body.contains(">w2<"));
}

#[tokio::test]
async fn who_may_only_see_has_no_form() {
    let tokens = "[web]\nread_token = { file = \"token\" }\n";
    let site = Site::prepared(&format!("{CONFIG}{tokens}"), |folder| {
        std::fs::write(folder.path().join("token"), "read-token-read-token").expect("written");
    })
    .await;
    let bearer = [("authorization", "Bearer read-token-read-token")];
    let page = site
        .ask(axum::http::Method::GET, "/mutes", &bearer, "")
        .await;
    assert!(page.status == 200 && !page.body.contains("method=\"post\" action=\"/mutes"));
    let post = axum::http::Method::POST;
    let refused = site
        .ask(post, "/mutes", &bearer, "kind=watch&name=pm&for=2h")
        .await;
    assert_eq!(refused.status, 403);
}
