use crate::{
    store::{DeliveryState, PollResult, Selection},
    web::testing::{CONFIG, Site},
};

fn failed(error: &str) -> PollResult {
    PollResult::Failed {
        reason: "status".into(),
        error: error.into(),
        status: Some(500),
        gone: false,
    }
}

#[tokio::test]
async fn where_all_is_well_the_page_says_so_and_how_much_there_is() {
    let site = Site::new().await;
    site.read("mofa", &[(1, "Koizumi <b>speaks</b>", &["pm"])])
        .await;
    site.read("nhk", &[]).await;
    let answer = site.get("/").await;
    assert_eq!(answer.status, 200);
    let text = answer.text();
    assert!(text.contains("All is well."), "{text}");
    assert!(
        text.contains("2 ok") && text.contains("Koizumi &lt;b&gt;speaks"),
        "{text}"
    );
    assert!(answer.leads_to("/items/1"), "{}", answer.body);
    assert!(!text.contains("wrong"), "{text}");
}

#[tokio::test]
async fn what_is_wrong_is_said_with_since_when_why_and_where_to_act_the_worst_first() {
    let site = Site::new().await;
    site.read("mofa", &[(1, "Koizumi speaks", &["pm"])]).await;
    site.poll("nhk", failed("status <500>")).await;
    let an_hour_ago = "(CAST(strftime('%s','now') AS INTEGER) - 7200) * 1000";
    for sql in [
        format!("UPDATE feed SET failing_since = {an_hour_ago} - 86400000 WHERE name = 'nhk'"),
        format!(
            "UPDATE receiver SET failures = 3, failing_since = {an_hour_ago}, error = 'connection refused' WHERE name = 'phone'"
        ),
        format!("UPDATE delivery SET state = 'dead', settled_at = {an_hour_ago} WHERE id = 1"),
        "UPDATE feed SET missed = 1, missed_at = polled_at WHERE name = 'mofa'".to_owned(),
    ] {
        site.tamper(&sql).await;
    }
    let answer = site.get("/").await;
    let text = answer.text();
    assert!(
        text.contains("4 things are wrong, the first since "),
        "{text}"
    );
    let places = [
        "Receiver phone fails",
        "1 delivery waits: connection refused",
        "1 delivery is dead",
        "It was given up: desk 1",
        "1 feed fails",
        "status &lt;500&gt;",
        "1 feed may have missed items",
    ];
    let places = places.map(|it| text.find(it).unwrap_or_else(|| panic!("{it} in {text}")));
    assert!(places.is_sorted(), "{places:?}");
    assert!(text.contains("2h ago"), "{text}");
    for link in [
        "/outbox?receiver=phone",
        "/outbox?state=dead",
        "/feeds/nhk",
        "/feeds?state=failing",
    ] {
        assert!(answer.leads_to(link), "{link}");
    }
    // What was dropped is no fault any more.
    let dead = Selection {
        dead_only: true,
        receiver: Some("desk".into()),
        ..Selection::default()
    };
    let dropped = site
        .store()
        .drop_deliveries(dead, jiff::Timestamp::UNIX_EPOCH)
        .await;
    assert_eq!(dropped.expect("dropped"), 1);
    assert!(
        !site
            .get("/")
            .await
            .text()
            .contains(DeliveryState::Dead.as_str())
    );
}

#[tokio::test]
async fn a_feed_that_fails_for_a_moment_is_to_be_watched_and_not_wrong() {
    let site = Site::new().await;
    site.read("mofa", &[]).await;
    site.poll("nhk", failed("status 500")).await;
    let text = site.get("/").await.text();
    for says in [
        "All is well.",
        "Watch this 1 feed fails since",
        "status 500",
    ] {
        assert!(text.contains(says), "{says} in {text}");
    }
    site.tamper("UPDATE feed SET failing_since = failing_since - 86400000 WHERE name = 'nhk'")
        .await;
    let later = site.get("/").await.text();
    assert!(later.contains("1 thing is wrong, since "), "{later}");
    assert!(!later.contains("Watch this"), "{later}");
}

#[tokio::test]
async fn a_wall_shows_the_same_refreshes_itself_and_asks_for_nothing() {
    let site = Site::with(&CONFIG.replace("nhk =", "\"<i>\" =")).await;
    site.poll("<i>", failed("no answer")).await;
    site.tamper("UPDATE feed SET failing_since = failing_since - 86400000 WHERE failing_since > 0")
        .await;
    site.read("mofa", &[(1, "Koizumi speaks", &["pm"])]).await;
    let wall = site.get("/?wall").await;
    assert!(
        wall.text().contains("1 thing is wrong, since "),
        "{}",
        wall.text()
    );
    assert!(wall.body.contains("http-equiv=\"refresh\""));
    for not_there in ["<form", "<nav", "<button", "<i>", "<code", "Retry or drop"] {
        assert!(!wall.body.contains(not_there), "{not_there}");
    }
    // Nobody follows a link on a wall, but the one that skips to the content.
    assert_eq!(wall.body.matches("<a ").count(), 1, "{}", wall.body);
    assert!(site.get("/").await.leads_to("/?wall"));
}
