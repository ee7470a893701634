//! A reload is all or nothing.

use crate::{
    servers::{feed::FeedServer, webhook::WebhookServer},
    world::World,
};

fn config(feed: &FeedServer, hook: &WebhookServer, term: &str) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n[watch]\nw = \"{term}\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn new_watches_hold_from_the_next_item_on() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    feed.publish("Hegseth in Tokyo");
    world.round().await;
    assert!(hook.requests().is_empty());

    world.write(&config(&feed, &hook, "Hegseth"));
    world
        .app()
        .reload(world.config())
        .await
        .expect("a good config");
    feed.publish("Hegseth in Manila");
    world.advance(2);
    world.round().await;
    assert_eq!(hook.titles(), ["Hegseth in Manila"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_test_block_keeps_the_old_config() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    let test = "[[test]]\ntitle = \"Koizumi\"\nexpect = [\"w\"]\n";
    world.write(&(config(&feed, &hook, "Hegseth") + test));
    let error = world
        .app()
        .reload(world.config())
        .await
        .expect_err("the test fails");
    assert!(error.to_string().contains("test"), "{error}");

    feed.publish("Koizumi speaks");
    world.round().await;
    assert_eq!(
        hook.titles(),
        ["Koizumi speaks"],
        "the old watch still holds"
    );
}

/// The feed and the language that a test names are those it is matched under.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_a_feed_and_a_language_is_held_to_at_a_reload() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    let test = |lang: &str, name: &str| {
        format!(
            "[[test]]\ntitle = \"Hegseth\"\nlang = \"{lang}\"\nfeed = \"{name}\"\nexpect = [\"w\"]\n"
        )
    };
    let edited = config(&feed, &hook, "Hegseth lang:ja feed:wire")
        + "[feed.other]\nurl = \"https://other.example.org/\"\n";
    for (lang, name, is_good) in [
        ("en", "wire", false),
        ("ja", "other", false),
        ("ja-JP", "wire", true),
    ] {
        world.write(&(edited.clone() + &test(lang, name)));
        let reloaded = world.app().reload(world.config()).await;
        assert_eq!(reloaded.is_ok(), is_good, "{lang} {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_taken_away_is_polled_no_more_and_remembers_when_it_returns() {
    let (feed, other, hook) = (
        FeedServer::start().await,
        FeedServer::start().await,
        WebhookServer::start().await,
    );
    feed.publish("Koizumi one");
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    world.round().await;
    assert_eq!(hook.requests().len(), 1);

    world.write(&config(&other, &hook, "Koizumi").replace("wire", "elsewhere"));
    world
        .app()
        .reload(world.config())
        .await
        .expect("a good config");
    let before = feed.requests().len();
    world.advance(60);
    world.round().await;
    assert_eq!(feed.requests().len(), before);

    feed.publish("Koizumi two");
    world.write(&config(&feed, &hook, "Koizumi"));
    world
        .app()
        .reload(world.config())
        .await
        .expect("a good config");
    world.advance(60);
    world.round().await;
    assert_eq!(
        hook.titles(),
        ["Koizumi one", "Koizumi two"],
        "what was published meanwhile is news"
    );
}
