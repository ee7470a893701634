//! Killed at any instant, restarted, and every obligation is met: each item is alerted, under one
//! id, and whatever arrives twice arrives under the same id.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fivebells::{
    config::{self, Environment},
    store::{OutboxFilter, Store},
};
use proptest::test_runner::{RngAlgorithm, TestRng};
use rand::RngExt as _;

use crate::servers::{
    feed::FeedServer,
    http::{Answer, HttpServer, Request},
};

/// Feeds, each on an origin of its own.
const FEEDS: usize = 20;
/// Items that match in each feed.
const ITEMS: usize = 10;
/// How often the daemon is killed before it may finish.
const KILLS: usize = 30;
/// No kill comes later than this after a start.
const LONGEST_LIFE_MS: u64 = 250;
/// Shorter than a lease: what a dead daemon had claimed must be due again at once.
const DEADLINE: Duration = Duration::from_secs(30);
/// One receiver, one notice at a time: so many may be under way when the kill comes.
const IN_FLIGHT: usize = 1;

#[tokio::test(flavor = "multi_thread")]
async fn kill_at_any_instant_loses_no_alert_and_changes_no_id() {
    let feeds = feeds().await;
    let hook = flaky_hook().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    write_config(folder.path(), &feeds, &hook);

    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    for _ in 0..KILLS {
        let mut daemon = start(folder.path());
        let life = random.random_range(0..LONGEST_LIFE_MS);
        tokio::time::sleep(Duration::from_millis(life)).await;
        daemon.kill().expect("killed");
        daemon.wait().expect("reaped");
    }
    let mut daemon = start(folder.path());
    wait_for(&hook, FEEDS * ITEMS).await;
    daemon.kill().expect("killed");
    daemon.wait().expect("reaped");

    let accepted = accepted(&hook);
    let stories: BTreeSet<&String> = accepted.values().flat_map(|story| story.iter()).collect();
    assert_eq!(stories.len(), FEEDS * ITEMS, "every item was alerted");
    assert_eq!(accepted.len(), FEEDS * ITEMS, "and each under one id");
    let arrivals = hook
        .requests()
        .iter()
        .filter(|request| took(request))
        .count();
    let repeats = arrivals - accepted.len();
    let lost = attempts_cut_off(folder.path()).await;
    println!("{KILLS} kills: {lost} attempts cut off, {repeats} repeats");
    assert!(repeats <= lost && lost <= KILLS * IN_FLIGHT);
}

/// How many attempts the store knows to have ended with the daemon.
async fn attempts_cut_off(folder: &Path) -> usize {
    let environment = Environment::of_process();
    let loaded = config::load(&folder.join("fivebells.toml"), &environment).expect("a config");
    let store = Store::open_beside(&loaded.config.store)
        .await
        .expect("a store");
    let filter = OutboxFilter {
        receiver: None,
        state: None,
        limit: u32::MAX,
    };
    let deliveries = store.outbox(filter).await.expect("the store answers");
    store.close().await;
    let attempts = deliveries.iter().flat_map(|delivery| &delivery.attempts);
    attempts
        .filter(|attempt| attempt.reason.as_deref() == Some("lost"))
        .count()
}

/// What arrived and was accepted: webhook ids and the stories they brought.
fn accepted(hook: &HttpServer) -> BTreeMap<String, BTreeSet<String>> {
    let mut accepted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for request in hook.requests().iter().filter(|request| took(request)) {
        let id = request.header("webhook-id").expect("an id").to_owned();
        let story = request.json()["data"]["item"]["title"].to_string();
        accepted.entry(id).or_default().insert(story);
    }
    accepted
}

async fn feeds() -> Vec<FeedServer> {
    let mut feeds = Vec::new();
    for feed in 0..FEEDS {
        let server = FeedServer::start().await;
        for item in 0..ITEMS {
            server.publish(&format!("Koizumi {feed}.{item}"));
        }
        feeds.push(server);
    }
    feeds
}

/// Refuses every fourth story the first times it comes, by its own number: 500 is no loss.
async fn flaky_hook() -> HttpServer {
    HttpServer::start(|request| Answer::status(if took(request) { 204 } else { 500 })).await
}

/// Whether the hook takes this request: three of four seconds it does.
fn took(request: &Request) -> bool {
    let stamp: u64 = request
        .header("webhook-timestamp")
        .and_then(|stamp| stamp.parse().ok())
        .expect("a stamp");
    !stamp.is_multiple_of(4)
}

fn write_config(folder: &Path, feeds: &[FeedServer], hook: &HttpServer) {
    let mut config = format!(
        "[watch]\nkoizumi = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n[poll]\nper_host = \"0s\"\n[feed]\n",
        hook.url("/hook")
    );
    for (number, feed) in feeds.iter().enumerate() {
        let url = feed.url();
        writeln!(
            config,
            "f{number} = {{ url = \"{url}\", initial = \"all\" }}"
        )
        .expect("a String");
    }
    std::fs::write(folder.join("fivebells.toml"), config).expect("a config file");
}

fn start(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_fivebells"))
        .arg("-c")
        .arg(folder.join("fivebells.toml"))
        .arg("run")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the daemon starts")
}

/// Waits until so many different stories were accepted.
async fn wait_for(hook: &HttpServer, stories: usize) {
    let deadline = Instant::now() + DEADLINE;
    while accepted(hook).len() < stories {
        assert!(
            Instant::now() < deadline,
            "only {} of {stories} arrived",
            accepted(hook).len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
