use crate::web::testing::{CONFIG, Site};

/// Three alerts for two receivers; those for `desk` are dead, but the last.
async fn three() -> Site {
    let site = Site::new().await;
    let watches = &["pm"][..];
    let items = [
        (1, "Koizumi <i>one</i>", watches),
        (2, "Koizumi two", watches),
        (3, "Koizumi three", watches),
    ];
    site.read("mofa", &items).await;
    site.tamper(
        "UPDATE delivery SET state = 'dead', settled_at = created_at, detail = 'status 410 <b>'
          WHERE receiver = (SELECT id FROM receiver WHERE name = 'desk') AND id < 5",
    )
    .await;
    site.tamper(
        "INSERT INTO attempt (delivery, number, started_at, ended_at, reason, detail)
         SELECT id, 1, created_at, created_at + 30, 'status', 'status 410' FROM delivery WHERE state = 'dead'",
    )
    .await;
    site
}

#[tokio::test]
async fn receivers_come_first_then_deliveries_by_state_and_receiver() {
    let site = three().await;
    site.tamper(
        "UPDATE receiver SET off = 1, failures = 1, error = 'gone', failing_since = 0 WHERE name = 'desk'",
    )
    .await;
    let page = site.get("/outbox").await;
    let text = page.text();
    assert!(
        text.contains("pending 4") && text.contains("dead 2"),
        "{text}"
    );
    assert!(text.find("desk off") < text.find("Koizumi two"), "{text}");
    assert!(page.leads_to("/receivers/desk/test") && page.leads_to("/items/1"));
    let dead = site.get("/outbox?state=dead&receiver=desk").await;
    let text = dead.text();
    assert!(
        text.contains("Koizumi &lt;i&gt;one") && text.contains("status 410 &lt;b&gt;"),
        "{text}"
    );
    assert!(
        text.contains("1 attempt") && text.contains("30 ms"),
        "{text}"
    );
    assert!(
        dead.leads_to("/outbox/drop?state=dead&receiver=desk"),
        "{}",
        dead.body
    );
    for wrong in [
        "/outbox?state=dying",
        "/outbox/burn?state=dead",
        "/outbox/drop?receiver=dsk",
    ] {
        assert_eq!(site.get(wrong).await.status, 404, "{wrong}");
    }
    let missing = site.post("/receivers/nobody/test", "").await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn what_is_dropped_or_retried_is_counted_first() {
    let site = three().await;
    let ask = site.get("/outbox/drop?state=dead&receiver=desk").await;
    assert!(
        ask.text()
            .contains("This drops 2 deliveries for desk (dead)"),
        "{}",
        ask.text()
    );
    assert!(ask.leads_to("/outbox/drop"));
    // To look changes nothing.
    let count = async || {
        let counts = site.store().outbox_counts().await.expect("read");
        counts
            .iter()
            .map(|it| (it.receiver.clone(), it.state.as_str(), it.deliveries))
            .collect::<Vec<_>>()
    };
    assert!(count().await.contains(&("desk".to_owned(), "dead", 2)));
    let done = site.post("/outbox/drop", "state=dead&receiver=desk").await;
    assert_eq!(done.status, 303);
    let to = "/outbox?state=dead&receiver=desk&done=drop&n=2";
    assert_eq!(done.header("location"), to);
    assert!(site.get(to).await.text().contains("2 deliveries dropped."));
    assert!(count().await.contains(&("desk".to_owned(), "dropped", 2)));

    let ask = site.get("/outbox/retry?id=d6").await;
    let says = "This sends 1 delivery as soon as it may be sent.";
    assert!(ask.text().contains(says), "{}", ask.text());
    let drop = site.get("/outbox/drop?id=d6").await.text();
    let says = "This drops 1 delivery: it is kept, and never sent.";
    assert!(drop.contains(says), "{drop}");
    assert!(
        ask.body.contains("fivebells outbox retry d6"),
        "{}",
        ask.body
    );
    let done = site.post("/outbox/retry", "id=d6").await;
    assert_eq!(done.header("location"), "/outbox?done=retry&n=1");
    // Nothing chosen is nothing done.
    let none = site.post("/outbox/drop", "").await;
    assert_eq!(none.header("location"), "/outbox?done=drop&n=0");
}

#[tokio::test]
async fn a_test_says_how_it_went_and_who_only_reads_is_shown_no_form() {
    let config = CONFIG.replace(
        "phone = { stdout = true }",
        "phone = { exec = [\"/bin/sh\", \"-c\", \"exit 3\"] }",
    );
    let site = Site::with(&config).await;
    let failed = site.post("/receivers/phone/test", "").await;
    assert_eq!(failed.status, 200);
    assert!(
        failed
            .text()
            .contains("The test to phone was not delivered"),
        "{}",
        failed.text()
    );

    let tokens = "[web]\nlisten = [\"127.0.0.1:1\"]\nread_token = { file = \"read\" }\nact_token = { file = \"act\" }\n";
    let site = Site::prepared(&format!("{CONFIG}{tokens}"), |folder| {
        for (name, token) in [("read", "r".repeat(32)), ("act", "a".repeat(32))] {
            std::fs::write(folder.path().join(name), token).expect("written");
        }
    })
    .await;
    let bearer = format!("Bearer {}", "r".repeat(32));
    let get = async |path: &str| {
        let headers = [("authorization", bearer.as_str())];
        site.ask(axum::http::Method::GET, path, &headers, "").await
    };
    for path in ["/outbox", "/", "/feeds", "/report"] {
        let page = get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("method=\"post\""), "{path}");
    }
}
