//! What a scrape shows of a program that has worked, and the documents of it.

use std::{collections::BTreeSet, fs, path::Path};

use fivebells::app::Exposition;

use crate::{
    servers::{feed::FeedServer, webhook::WebhookServer},
    world::World,
};

fn config(feed: &FeedServer, hook: &WebhookServer, watch: &str) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\" }}\nfile = \"file:///nowhere.xml\"\n\
         [watch]\n{watch} = \"Koizumi\"\nsdf = \"SDF\"\n[receiver]\nhook = {{ webhook = \"{}\" }}\n\
         [web]\nper_feed = true\n",
        feed.url(),
        hook.url(),
    )
}

/// A program that has read a story, alerted and delivered it, and failed to read another feed.
pub(crate) async fn worked() -> (World, FeedServer, WebhookServer) {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi meets Hegseth");
    feed.publish("Nothing to see");
    let world = World::open(&config(&feed, &hook, "koizumi")).await;
    world.round().await;
    (world, feed, hook)
}

async fn scraped(world: &World) -> String {
    world.app().scrape(Exposition::Classic).await
}

fn assert_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|it| it == *line), "{line} in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_shows_what_was_done_and_how_everything_is() {
    let (world, _feed, _hook) = worked().await;
    let text = scraped(&world).await;
    assert_lines(
        &text,
        &[
            "fivebells_polls_total{outcome=\"read\"} 1",
            "fivebells_polls_total{outcome=\"failed\"} 1",
            "fivebells_items_total{kind=\"new\"} 2",
            "fivebells_alerts_total{watch=\"koizumi\"} 1",
            "fivebells_alerts_total{watch=\"sdf\"} 0",
            "fivebells_delivery_attempts_total{receiver=\"hook\",outcome=\"delivered\"} 1",
            "fivebells_alert_delivery_lag_seconds_count 1",
            "fivebells_feeds{state=\"ok\"} 1",
            "fivebells_feeds{state=\"failing\"} 1",
            "fivebells_outbox_deliveries{receiver=\"hook\",state=\"pending\"} 0",
            "fivebells_outbox_oldest_pending_seconds{receiver=\"hook\"} 0.0",
            "fivebells_receiver_failing{receiver=\"hook\"} 0",
            "fivebells_ready 1",
            "fivebells_config_last_reload_successful 1",
            "fivebells_feed_failures{feed=\"file\"} 1",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_receiver_that_fails_has_an_age() {
    let (world, feed, hook) = worked().await;
    hook.answer_unless("again", 503);
    feed.publish("Koizumi again");
    world.advance(30);
    world.round().await;
    world.advance(2);
    let text = scraped(&world).await;
    assert_lines(
        &text,
        &[
            "fivebells_outbox_deliveries{receiver=\"hook\",state=\"pending\"} 1",
            "fivebells_outbox_oldest_pending_seconds{receiver=\"hook\"} 120.0",
            "fivebells_receiver_failing{receiver=\"hook\"} 1",
            "fivebells_delivery_attempts_total{receiver=\"hook\",outcome=\"failed\"} 1",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_ends_the_series_of_a_watch_that_is_gone_and_leaves_the_others() {
    let (world, feed, hook) = worked().await;
    world.write(&config(&feed, &hook, "takaichi"));
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("taken");
    let text = scraped(&world).await;
    assert!(!text.contains("watch=\"koizumi\""), "{text}");
    assert_lines(
        &text,
        &[
            "fivebells_alerts_total{watch=\"takaichi\"} 0",
            "fivebells_polls_total{outcome=\"read\"} 1",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn series_for_each_feed_are_there_only_where_they_are_asked_for() {
    let (world, feed, hook) = worked().await;
    let config = config(&feed, &hook, "koizumi").replace("per_feed = true", "per_feed = false");
    world.write(&config);
    world.app().reload(world.config()).await.expect("taken");
    let text = scraped(&world).await;
    assert!(!text.contains("feed=\""), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_new_of_a_first_poll_or_edited() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Before");
    feed.publish("Before that");
    let config = config(&feed, &hook, "koizumi").replace("\"all\"", "\"baseline\"");
    let world = World::open(&config).await;
    world.round().await;
    feed.publish("After");
    feed.edit(1, 2, "Before that", "It said something else.");
    world.advance(30);
    world.round().await;
    let text = scraped(&world).await;
    assert_lines(
        &text,
        &[
            "fivebells_items_total{kind=\"baseline\"} 2",
            "fivebells_items_total{kind=\"new\"} 1",
            "fivebells_items_total{kind=\"updated\"} 1",
        ],
    );
}

/// Names of the families, each with its type.
fn families(text: &str) -> BTreeSet<(String, String)> {
    let types = text.lines().filter_map(|it| it.strip_prefix("# TYPE "));
    let pair = |line: &str| {
        let (name, kind) = line.split_once(' ').expect("a name and a type");
        (name.to_owned(), kind.to_owned())
    };
    types.map(pair).collect()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_stands_in_the_manual_and_every_one_there_is_exported() {
    let (world, _feed, _hook) = worked().await;
    let exported = families(&scraped(&world).await);
    let manual = read("docs/metrics.md");
    let rows = manual.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let (name, kind) = (cells.next()?.trim_end_matches('`'), cells.next()?);
        let is_metric = ["counter", "gauge", "histogram"].contains(&kind);
        is_metric.then(|| (name.to_owned(), kind.to_owned()))
    });
    let documented: BTreeSet<_> = rows.collect();
    assert_eq!(exported, documented);
}

/// Both formats hold the same numbers; `OpenMetrics` ends with its mark.
#[tokio::test(flavor = "multi_thread")]
async fn both_formats_say_the_same() {
    let (world, _feed, _hook) = worked().await;
    let classic = scraped(&world).await;
    let open = world.app().scrape(Exposition::OpenMetrics).await;
    assert!(open.ends_with("# EOF\n"), "{open}");
    let samples = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        // What moves by itself.
        let moves = |line: &&str| line.starts_with("process_") || line.contains("_store_");
        let lines = lines.filter(|line| !moves(line));
        // The bound of a bucket is a whole number in the one and has a fraction in the other.
        lines
            .map(|it| it.replace(".0\"}", "\"}"))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(samples(&classic), samples(&open));
}

/// The base name of each of our metrics that a text uses.
fn used(text: &str) -> BTreeSet<String> {
    let is_name = |it: char| it.is_ascii_lowercase() || it == '_';
    let words = text.split(|it: char| !is_name(it));
    let ours = words.filter(|it| it.starts_with("fivebells_") || it.starts_with("process_"));
    let base = |name: &str| {
        let mut parts = ["_bucket", "_sum", "_count"].iter();
        let of_histogram = parts.find_map(|part| name.strip_suffix(part));
        of_histogram.unwrap_or(name).to_owned()
    };
    ours.map(base).collect()
}

/// A rule or a panel on a metric that does not exist is always silent.
#[tokio::test(flavor = "multi_thread")]
async fn the_rules_and_the_dashboard_use_only_what_is_exported() {
    let (world, _feed, _hook) = worked().await;
    let exported = families(&scraped(&world).await);
    let exported: BTreeSet<String> = exported.into_iter().map(|(name, _)| name).collect();
    for (file, at_least) in [
        ("alerts.yml", 8),
        ("alerts_test.yml", 8),
        ("dashboard.json", 18),
    ] {
        let used = used(&read(&format!("examples/monitoring/{file}")));
        assert!(used.len() >= at_least, "{file}: {used:?}");
        let unknown: Vec<_> = used.difference(&exported).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
    let dashboard = read("examples/monitoring/dashboard.json");
    serde_json::from_str::<serde_json::Value>(&dashboard).expect("JSON");
}
