use std::time::Duration;

use crate::web::testing::Site;

async fn site() -> Site {
    let site = Site::new().await;
    let news = [
        (1, "Koizumi speaks", &["pm"][..]),
        (2, "Weather <b>in</b> Osaka", &[]),
    ];
    site.read("nhk", &news).await;
    site
}

#[tokio::test]
async fn what_it_would_have_found_is_counted_and_shown() {
    let site = site().await;
    assert_eq!(site.get("/try").await.status, 200);
    let page = site.get("/try?q=weather").await;
    let text = page.text();
    assert!(text.contains("It hits 1 of 2 items"), "{text}");
    assert!(
        page.markup().contains("<mark>Weather</mark> &lt;b&gt;"),
        "{}",
        page.body
    );
    assert!(page.markup().contains("href=\"/items/2\">why</a>"));
    let none = site.get("/try?q=Sphinx").await.text();
    assert!(none.contains("It hits 0 of 2 items"), "{none}");
    let elsewhere = site.get("/try?q=weather&feed=mofa").await.text();
    assert!(
        elsewhere.contains("No items of that time are stored"),
        "{elsewhere}"
    );
    let author = site.get("/try?q=Kyodo&fields=author").await.text();
    assert!(author.contains("author: Kyodo"), "{author}");
    let summary = site.get("/try?q=weather&fields=summary").await.text();
    assert!(summary.contains("It hits 0 of 2"), "{summary}");
}

#[tokio::test]
async fn beside_a_watch_it_says_what_is_gained_and_lost() {
    let text = site().await.get("/try?q=weather&against=pm").await.text();
    assert!(text.contains("gains 1 and loses 1"), "{text}");
    assert!(text.contains("gained Weather"), "{text}");
    assert!(text.contains("lost Koizumi"), "{text}");
}

#[tokio::test]
async fn a_slip_is_shown_with_a_caret() {
    let site = site().await;
    let page = site.get("/try?q=Koizumi+AND").await;
    assert_eq!(page.status, 422);
    assert!(
        page.markup()
            .contains("<pre>Koizumi AND\n           ^</pre>"),
        "{}",
        page.body
    );
    for (query, words) in [
        ("q=x1&fields=headline", "is not a field"),
        ("q=x1&feed=nope", "there is no feed"),
        ("q=x1&against=nope", "there is no watch"),
        ("q=x1&since=soon", "since: expected"),
    ] {
        let page = site.get(&format!("/try?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.text().contains(words), "{query}: {}", page.text());
    }
}

#[tokio::test]
async fn a_cursor_in_the_address_goes_on_from_there() {
    let site = site().await;
    let kept = site.store().kept_item(crate::model::ItemId(2)).await;
    let kept = kept.expect("read").expect("there");
    let before = format!("{}-2", kept.stored.seen_at.as_millisecond());
    let text = site
        .get(&format!("/try?q=weather&before={before}"))
        .await
        .text();
    assert!(text.contains("It hits 0 of 1 items"), "{text}");
    assert!(text.contains("From 20"), "{text}");
}

#[tokio::test]
async fn one_expression_is_tried_at_a_time() {
    let site = site().await;
    let turn = site.context.app.turn(Duration::ZERO).await;
    assert!(turn.is_some());
    let busy = site.get("/try?q=weather").await;
    assert_eq!(busy.status, 503);
    assert!(
        busy.text().contains("others are trying expressions"),
        "{}",
        busy.text()
    );
    drop(turn);
    assert_eq!(site.get("/try?q=weather").await.status, 200);
}

#[tokio::test]
async fn the_lines_for_the_config_are_checked_as_check_would() {
    let site = site().await;
    let fine = site
        .get("/try?q=%22Koizumi+Shinjiro%22&name=shinjiro")
        .await;
    let text = fine.text();
    assert!(text.contains("check: these lines are fine."), "{text}");
    assert!(
        fine.markup()
            .contains("[watch]\nshinjiro = &#x27;&quot;Koizumi Shinjiro&quot;&#x27;"),
        "{}",
        fine.body
    );
    let taken = site.get("/try?q=weather&name=pm").await.text();
    assert!(taken.contains("these lines are not right yet"), "{taken}");
    let made_up = site.get("/try?q=earthquake").await.text();
    assert!(made_up.contains("earthquake ="), "{made_up}");
}
