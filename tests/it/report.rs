//! The regular report: at its time, once, and what it says.

use serde_json::Value;

use crate::{
    servers::{feed::FeedServer, http::Answer, webhook::WebhookServer},
    world::World,
};

/// The clock of a world begins on Sunday 2026-11-22 at 16:00 in Tokyo.
fn config(feed: &FeedServer, hook: &WebhookServer, report: &str) -> String {
    format!(
        "timezone = \"Asia/Tokyo\"\n[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n\
         [watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n[health]\n{report}\n",
        feed.url(),
        hook.url()
    )
}

/// Looks whether a report is due and sends it; the data of all that came so far.
async fn look(world: &World, hook: &WebhookServer) -> Vec<Value> {
    world
        .app()
        .report_if_due()
        .await
        .expect("the store answers");
    world.deliver().await;
    let bodies = hook.requests().into_iter().map(|request| request.json());
    bodies
        .filter(|body| body["type"] == "report.ready")
        .map(|body| body["data"].clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_at_its_time_and_says_that_all_is_well() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(
        &feed,
        &hook,
        "report = [\"Mon 09:00\", \"Thu 09:00\"]",
    ))
    .await;
    assert!(look(&world, &hook).await.is_empty());
    feed.publish("Koizumi in Tokyo");
    feed.publish("Rain in Osaka");
    world.advance(1);
    world.round().await;
    world.advance(17 * 60 - 2);
    assert!(look(&world, &hook).await.is_empty(), "a minute early");
    world.advance(1);
    let reports = look(&world, &hook).await;
    assert_eq!(reports.len(), 1);
    let report = &reports[0];
    assert_eq!(report["since"], "2026-11-22T07:00:00Z");
    assert_eq!(report["feeds"], 1);
    assert_eq!(report["feeds_failing"], 0);
    assert_eq!(report["items"], 2);
    assert_eq!(report["alerts"], 1);
    assert_eq!(report["outbox"], serde_json::json!([]));
    // Thursday is the next.
    world.advance(3 * 24 * 60 - 1);
    assert_eq!(look(&world, &hook).await.len(), 1);
    world.advance(1);
    let reports = look(&world, &hook).await;
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[1]["items"], 0);
    assert_eq!(reports[1]["since"], "2026-11-23T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_neither_repeats_nor_loses_one() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let mut world = World::open(&config(&feed, &hook, "report = \"09:00\"")).await;
    assert!(look(&world, &hook).await.is_empty());
    world.close().await;
    // Three were due while it was closed: one comes.
    world.advance(3 * 24 * 60);
    world.restart().await;
    assert_eq!(look(&world, &hook).await.len(), 1);
    world.restart().await;
    assert_eq!(look(&world, &hook).await.len(), 1);
    world.advance(24 * 60);
    assert_eq!(look(&world, &hook).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_moves_it_or_ends_it() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "report = \"17:00\"")).await;
    assert!(look(&world, &hook).await.is_empty());
    world.write(&config(&feed, &hook, "report = \"18:00\""));
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("a good config");
    assert!(look(&world, &hook).await.is_empty());
    world.advance(60);
    assert!(look(&world, &hook).await.is_empty(), "17:00 is past");
    world.write(&config(&feed, &hook, ""));
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("a good config");
    world.advance(60);
    assert!(look(&world, &hook).await.is_empty(), "there are none");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_names_the_feed_that_fails() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "report = \"17:00\"")).await;
    assert!(look(&world, &hook).await.is_empty());
    feed.fail_with(Some(Answer::status(500)));
    world.round().await;
    world.advance(60);
    let reports = look(&world, &hook).await;
    assert_eq!(reports[0]["feeds_failing"], 1);
    let failing = &reports[0]["failing"][0];
    assert_eq!(failing["feed"], "wire");
    assert_eq!(failing["since"], "2026-11-22T07:00:00Z");
    assert!(
        failing["error"].as_str().unwrap().contains("500"),
        "{failing}"
    );
}
