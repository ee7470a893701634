use crate::web::testing::Site;

async fn site() -> Site {
    let site = Site::new().await;
    let news = [
        (1, "Koizumi <b>speaks</b>", &["pm"][..]),
        (2, "Weather in Osaka", &[]),
        (3, "Weather in Kobe", &[]),
    ];
    site.read("nhk", &news).await;
    site
}

#[tokio::test]
async fn what_is_one_item_leads_to_its_page_whatever_names_it() {
    let site = site().await;
    for q in ["1", "%231", "a1", "d1", "koizumi+speaks"] {
        let found = site.get(&format!("/items?q={q}")).await;
        assert_eq!(
            (found.status, found.header("location")),
            (303, "/items/1"),
            "{q}"
        );
    }
    let empty = site.get("/items").await;
    assert!(empty.status == 200 && !empty.markup().contains("Never seen"));
}

#[tokio::test]
async fn what_is_several_or_none_is_said_with_what_may_be_the_reason() {
    let site = site().await;
    let several = site.get("/items?q=weather").await;
    assert_eq!(several.status, 200);
    assert!(several.markup().contains("/items/2") && several.markup().contains("/items/3"));
    let never = site.get("/items?q=https://mofa.example/news/9").await;
    let text = never.text();
    assert!(
        text.contains("no feed has shown https://mofa.example/news/9"),
        "{text}"
    );
    assert!(
        text.contains("mofa (of its domain): not polled yet"),
        "{text}"
    );
    assert!(
        site.get("/items?q=a99")
            .await
            .text()
            .contains("there is no alert a99")
    );
}

#[tokio::test]
async fn the_page_says_at_a_glance_why_it_alerted_or_did_not() {
    let site = site().await;
    let alerted = site.get("/items/1").await;
    // Each watch can be chosen.
    let one = site.get("/items/1?watch=quake").await.markup();
    for choice in ["<option>pm</option>", "<option selected>quake</option>"] {
        assert!(one.contains(choice), "{choice} in {one}");
    }
    assert!(
        alerted.markup().contains("<mark>Koizumi</mark>"),
        "{}",
        alerted.body
    );
    assert!(
        alerted.markup().contains("&lt;b&gt;speaks"),
        "text stays text"
    );
    let text = alerted.text();
    assert!(text.contains("Alerted for pm: it waits for desk"), "{text}");
    assert!(text.contains("quake not alerted"), "{text}");
    assert!(text.contains("d1 desk pending"), "{text}");
    let silent = site.get("/items/2").await.text();
    assert!(
        silent.contains("Not alerted: none of 2 watches matches it."),
        "{silent}"
    );
}

#[tokio::test]
async fn one_watch_is_shown_stage_by_stage_with_its_clauses() {
    let site = site().await;
    let page = site.get("/items/2?watch=pm").await;
    let markup = page.markup();
    let decided = markup
        .split("class=\"decided\"")
        .nth(1)
        .expect("one decided");
    assert!(
        decided
            .trim_start_matches('>')
            .starts_with("<b>expression</b>"),
        "{decided}"
    );
    assert!(page.markup().contains("<ul class=\"tree\">"));
    assert_eq!(
        page.markup().matches("<ul").count(),
        page.markup().matches("</ul>").count()
    );
    assert_eq!(
        page.markup().matches("<li>").count() + page.markup().matches("<li ").count(),
        page.markup().matches("</li>").count()
    );
    assert_eq!(site.get("/items/2?watch=pn").await.status, 404);
    for gone in ["/items/99", "/items/x"] {
        assert_eq!(site.get(gone).await.status, 404, "{gone}");
    }
}

#[tokio::test]
async fn what_an_edit_changed_is_kept_and_shown() {
    let site = site().await;
    site.tamper(
        "INSERT INTO revision (item, replaced_at, title, summary, content)
         SELECT 1, 1795000000000, 'Koizumi is silent', summary, content FROM item WHERE id = 1",
    )
    .await;
    let text = site.get("/items/1").await.text();
    assert!(text.contains("title Koizumi is silent"), "{text}");
    assert!(!text.contains("summary (nothing)"), "{text}");
}
