//! `enabled = false`: feeds and watches that are off.

use serde_json::Value;

use crate::{
    desk::{Desk, code, json, run, stderr, stdout},
    servers::{feed::FeedServer, webhook::WebhookServer},
    world::World,
};

fn config(feed: &FeedServer, hook: &WebhookServer, feed_on: bool, watch_on: bool) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\", every = \"1m\", enabled = {feed_on} }}\n\
         [watch]\nkoizumi = {{ match = \"Koizumi\", enabled = {watch_on}, feeds = [\"wire\"] }}\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    )
}

async fn reload(world: &World, config: &str) {
    world.advance(1);
    world.write(config);
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("a good config");
    world.advance(2);
    world.round().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_was_off_tells_what_is_new_since_and_nothing_else() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi in the baseline");
    let world = World::open(&config(&feed, &hook, true, true)).await;
    world.round().await;

    reload(&world, &config(&feed, &hook, false, true)).await;
    let asked = feed.requests().len();
    feed.publish("Koizumi while it was off");
    world.advance(24 * 60);
    world.round().await;
    assert_eq!(feed.requests().len(), asked, "it is not polled");

    reload(&world, &config(&feed, &hook, true, true)).await;
    assert_eq!(hook.titles(), ["Koizumi while it was off"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_is_off_finds_nothing_and_explain_says_so() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open_days_ago(&config(&feed, &hook, true, false), 0).await;
    world.round().await;
    feed.publish("Koizumi unwatched");
    world.advance(2);
    world.round().await;
    assert!(hook.requests().is_empty());
    let explained = |title: &str| {
        let path = world.path();
        let config = path.to_str().expect("UTF-8");
        let arguments = ["-c", config, "--format", "json", "explain", title];
        json(&run(&arguments)).remove(0)
    };
    let off = explained("Koizumi unwatched");
    assert_eq!(off["decided"], "in_force", "{off}");
    let verdict = off["verdict"].as_str().expect("a text");
    assert!(
        verdict.contains("the watch was off; the item matches"),
        "{verdict}"
    );

    reload(&world, &config(&feed, &hook, true, true)).await;
    assert!(hook.requests().is_empty(), "what came before is not sent");
    let verdict = explained("Koizumi unwatched")["verdict"].to_string();
    let wanted = "the watch was off when this item was matched; it is on again since ";
    assert!(verdict.contains(wanted), "{verdict}");
    feed.publish("Koizumi watched");
    world.advance(2);
    world.round().await;
    assert_eq!(hook.titles(), ["Koizumi watched"]);

    feed.publish("Of somebody else");
    world.advance(2);
    world.round().await;
    reload(&world, &config(&feed, &hook, true, false)).await;
    let verdict = explained("Of somebody else")["verdict"].to_string();
    assert!(
        verdict.contains("as far as is known since") && verdict.contains("does not match"),
        "it was on when this came: {verdict}"
    );
}

fn desk() -> Desk {
    Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
         idle = { url = \"https://idle.example/feed\", tags = [\"quiet\"], enabled = false }\n\
         [watch]\nkoizumi = \"Koizumi\"\n\
         hegseth = { match = \"Hegseth\", feeds = [\"sample\", \"#quiet\"], enabled = false }\n\
         [receiver]\nscreen = { stdout = true }\n\
         [[test]]\ntitle = \"Hegseth meets Koizumi\"\nfeed = \"sample\"\n\
         expect = [\"koizumi\", \"hegseth\"]\n",
    )
}

#[test]
fn what_is_off_is_shown_as_off_everywhere() {
    let desk = desk();
    let shows = |arguments: &[&str]| {
        let output = desk.run(arguments);
        format!("{}{}", stdout(&output), stderr(&output))
    };
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let line = |text: &str, name: &str| {
        let mut lines = text.lines().filter(|line| line.starts_with(name));
        lines
            .next()
            .expect("a line")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        line(&shows(&["feeds"]), "idle"),
        "idle off never never (off) 0 0"
    );
    let watches = shows(&["watches"]);
    assert!(
        line(&watches, "hegseth").ends_with("never off"),
        "{watches}"
    );
    assert!(!line(&watches, "koizumi").contains("off"), "{watches}");
    assert_eq!(line(&shows(&["status"]), "feeds"), "feeds 1 ok, 1 off");
    assert!(shows(&["check"]).contains("1 feed, 1 watch, 1 receiver, 2 off"));
    assert!(
        shows(&["export"]).contains(
            "xmlUrl=\"https://idle.example/feed\" category=\"/quiet\" isComment=\"true\""
        )
    );
    let config: toml::Table = shows(&["config"]).parse().expect("TOML");
    assert_eq!(config["feed"]["idle"]["enabled"].as_bool(), Some(false));
    assert_eq!(config["watch"]["koizumi"]["enabled"].as_bool(), Some(true));
    let feeds = json(&desk.run(&["--format", "json", "feeds", "idle"]));
    assert_eq!(
        (&feeds[0]["state"], &feeds[0]["next_due"]),
        (&"off".into(), &Value::Null)
    );
}

#[test]
fn commands_know_what_is_off_by_its_name() {
    let desk = desk();
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let poll = desk.run(&["poll", "idle"]);
    assert_eq!(code(&poll), 1);
    assert!(
        stderr(&poll).contains("feed \"idle\" is off"),
        "{}",
        stderr(&poll)
    );
    for arguments in [
        &["alerts", "--watch", "hegseth"][..],
        &["mute", "watch", "hegseth", "--for", "1h"],
        &["mute", "feed", "idle", "--for", "1h"],
        &["watches", "hegseth"],
    ] {
        let output = desk.run(arguments);
        assert_eq!(code(&output), 0, "{arguments:?} {}", stderr(&output));
    }
    // Its list is not the config's own again, and one from elsewhere keeps what is off there.
    let list = stdout(&desk.run(&["export"]));
    desk.write("list.opml", &list);
    assert!(
        stderr(&desk.run(&["import", desk.path("list.opml").to_str().expect("UTF-8")]))
            .contains("already configured as \"idle\"")
    );
    desk.write("list.opml", &list.replace("idle.example", "other.example"));
    let lines = stdout(&desk.run(&["import", desk.path("list.opml").to_str().expect("UTF-8")]));
    assert!(
        lines.contains("tags = [\"quiet\"], enabled = false }"),
        "{lines}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_switched_on_again_is_polled_at_once() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let hourly = |is_on| config(&feed, &hook, is_on, true).replace("\"1m\"", "\"1h\"");
    let world = World::open(&hourly(true)).await;
    world.round().await;
    let take = async |config: String| {
        world.write(&config);
        let reloaded = world.app().reload(world.config()).await;
        reloaded.expect("a good config");
    };
    take(hourly(false)).await;
    feed.publish("Koizumi while it was off");
    world.advance(1);
    world.round().await;
    assert!(hook.requests().is_empty(), "it is off");
    take(hourly(true)).await;
    world.round().await;
    assert_eq!(hook.titles(), ["Koizumi while it was off"]);
    let asked = feed.requests().len();
    take(hourly(true)).await;
    world.round().await;
    assert_eq!(feed.requests().len(), asked, "one that was on is not");
}
