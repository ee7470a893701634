//! Feeds whose names or URLs change in the config.

use crate::{
    servers::{
        site::{Site, document, feed},
        webhook::WebhookServer,
    },
    world::World,
};

/// Every story matches.
fn config(hook: &WebhookServer, feeds: &[(&str, String)]) -> String {
    let feed = |(name, url): &(&str, String)| format!("{name} = \"{url}\"\n");
    let feeds: String = feeds.iter().map(feed).collect();
    format!(
        "[poll]\nper_host = \"0s\"\n[feed]\n{feeds}[watch]\nw = \"story\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        hook.url()
    )
}

async fn reload(world: &World, config: &str) {
    world.write(config);
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("a good config");
    world.advance(20);
    world.round().await;
    world.round().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_url_under_a_name_is_a_baseline_unless_it_shows_the_same_feed() {
    // Of ten stories so many are known from the URL before.
    for (known, notified) in [(2, 0), (7, 0), (8, 2), (10, 0)] {
        let (site, hook) = (Site::start().await, WebhookServer::start().await);
        site.put("/a", document(feed(&[1..=10], None), &[]));
        let last = 20 - known;
        site.put("/b", document(feed(&[11 - known..=last], None), &[]));
        let world = World::open(&config(&hook, &[("wire", site.url("/a"))])).await;
        world.round().await;
        reload(&world, &config(&hook, &[("wire", site.url("/b"))])).await;
        assert_eq!(hook.requests().len(), notified, "{known} of ten are known");

        // From then on it is a feed like any other.
        let before = hook.requests().len();
        site.put("/b", document(feed(&[11 - known..=last + 1], None), &[]));
        world.advance(20);
        world.round().await;
        assert_eq!(
            hook.requests().len(),
            before + 1,
            "{known} of ten are known"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_go_round_tell_nothing_and_then_what_is_new() {
    let (site, hook) = (Site::start().await, WebhookServer::start().await);
    let paths = ["/a", "/b", "/c"];
    for (path, first) in paths.iter().zip([100, 200, 300]) {
        site.put(path, document(feed(&[first..=first + 5], None), &[]));
    }
    let named = |names: [&'static str; 3]| {
        let urls = paths.map(|path| site.url(path));
        let feeds: Vec<(&str, String)> = names.into_iter().zip(urls).collect();
        config(&hook, &feeds)
    };
    let world = World::open(&named(["one", "two", "three"])).await;
    world.round().await;
    world.round().await;
    reload(&world, &named(["two", "three", "one"])).await;
    assert_eq!(hook.titles(), Vec::<String>::new());

    site.put("/a", document(feed(&[100..=106], None), &[]));
    world.advance(20);
    world.round().await;
    assert_eq!(hook.requests().len(), 1);
    let name = &hook.requests()[0].json()["data"]["feed"]["name"];
    assert_eq!(name, "two", "under the name that it has now");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_removed_feed_is_used_again_and_the_feed_comes_back_under_another() {
    let (site, hook) = (Site::start().await, WebhookServer::start().await);
    site.put("/a", document(feed(&[1..=5], None), &[]));
    site.put("/b", document(feed(&[11..=15], None), &[]));
    site.put("/c", document(feed(&[21..=25], None), &[]));
    let (a, b, c) = (site.url("/a"), site.url("/b"), site.url("/c"));
    let both = [("wire", a.clone()), ("other", b.clone())];
    let world = World::open(&config(&hook, &both)).await;
    world.round().await;
    world.round().await;
    reload(&world, &config(&hook, &[("other", b.clone())])).await;
    reload(&world, &config(&hook, &[("wire", c), ("other", b)])).await;
    assert_eq!(hook.titles(), Vec::<String>::new());

    site.put("/a", document(feed(&[1..=6], None), &[]));
    reload(&world, &config(&hook, &[("old", a)])).await;
    assert_eq!(hook.requests().len(), 1, "what came meanwhile is news");
}
