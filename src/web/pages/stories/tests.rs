use crate::{
    model::{ItemId, StoryId},
    store::{
        NewItem, NewStory,
        testing::{news, read},
    },
    web::testing::Site,
};

fn item(number: u8, title: &str, publisher: &str) -> NewItem {
    let mut new = news(number, &["pm"], &["desk"]);
    title.clone_into(&mut new.item.title);
    new.item.link = Some(format!("https://{publisher}/{number}"));
    let alert = new.alert.as_mut().expect("an alert");
    title.clone_into(&mut alert.alert.item.title);
    alert.story = Some(NewStory {
        publisher: publisher.to_owned(),
        origin: publisher.to_owned(),
        rules: Vec::new(),
    });
    new
}

/// Two stories, `s1` and `s2`.
async fn site() -> Site {
    let site = Site::new().await;
    let first = item(1, "Koizumi resigns after <inquiry> in Palau", "bbc.example");
    site.poll("nhk", read(vec![first])).await;
    let second = item(2, "Ferry Astra sinks off Castaro", "nhk.example");
    site.poll("mofa", read(vec![second])).await;
    site
}

#[tokio::test]
async fn stories_are_listed_and_found_from_alerts_and_items() {
    let site = site().await;
    let page = site.get("/stories").await;
    let text = page.text();
    assert!(text.contains("&lt;inquiry&gt; in Palau"), "{text}");
    assert!(
        text.contains("1: bbc.example") && text.contains("fivebells stories"),
        "{text}"
    );
    assert!(page.leads_to("/stories/s1") && page.leads_to("/watches/pm"));
    assert!(site.get("/alerts").await.leads_to("/stories/s1"));
    assert!(site.get("/items/1").await.leads_to("/stories/s1"));
    for (path, status, says) in [
        ("/stories?watch=quake", 200, "No story."),
        ("/stories?watch=quak", 400, "did you mean"),
        ("/stories?since=soon", 400, "since:"),
        ("/stories?after=1-1-1", 200, "No more stories."),
        ("/stories/s9", 404, "there is no story s9"),
        ("/stories/x", 404, "there is no story x"),
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text().contains(says), "{path}: {}", page.text());
    }
}

#[tokio::test]
async fn a_story_shows_its_items_under_every_number_that_it_has_and_is_muted_there() {
    let site = site().await;
    let merged = site
        .store()
        .merge_story(StoryId(2), StoryId(1), jiff::Timestamp::UNIX_EPOCH);
    merged.await.expect("written").expect("merged");
    for number in ["s1", "1", "s2"] {
        let page = site.get(&format!("/stories/{number}")).await;
        let text = page.text();
        for said in [
            "2 independent publishers: bbc.example, nhk.example",
            "merged into it: s2",
            "Ferry Astra sinks off Castaro",
            "d1 for desk waits",
        ] {
            assert!(text.contains(said), "{number} {said}: {text}");
        }
        assert!(page.leads_to("https://nhk.example/2") && page.leads_to("/items/2"));
    }
    let posted = site
        .post("/mutes", "kind=story&name=s2&for=2h&next=/stories/s1")
        .await;
    assert_eq!(posted.status, 303, "{}", posted.body);
    let text = site.get(posted.header("location")).await.text();
    for said in ["The story is muted.", "2 alerts suppressed"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(site.get("/stories").await.text().contains("muted, ends in"));
    assert!(site.get("/mutes").await.leads_to("/stories/s1"));
    let story = site.store().story_of(ItemId(2)).await.expect("read");
    assert_eq!(story, Some(StoryId(1)));
}
