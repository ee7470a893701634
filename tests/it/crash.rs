//! Killed at any instant while alerts are folded into digests: each item is sent, in one digest, under
//! one id. `tests/campaign` does the same to single alerts, on a larger scale.

use std::{
    collections::{BTreeSet, HashSet},
    fmt::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use fivebells::{
    config::{self, Environment},
    store::{DeliveryState, DeliveryStatus, OutboxFilter, Store},
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
/// Shorter than the shortest lease: what a dead daemon had claimed must be due again at once.
const DEADLINE: Duration = Duration::from_secs(50);
/// The same for what was accepted but not recorded, with room for the receiver's own back-off.
const SETTLED_WITHIN: Duration = Duration::from_secs(40);
/// One receiver, one notice at a time: so many may be under way when the kill comes.
const IN_FLIGHT: usize = 1;
/// As many as [`ITEMS`] go into a digest at once, so none is left to wait a minute.
const DIGESTS: &str = "digest = [\"every 1m\", \"10 alerts\"]\n";

/// Between the fold of alerts into a digest and its sending, as anywhere: a feed's first poll brings
/// as many as a digest takes.
#[tokio::test(flavor = "multi_thread")]
async fn kill_at_any_instant_tells_each_alert_in_one_notice() {
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
    wait_until_nothing_waits(folder.path()).await;
    daemon.kill().expect("killed");
    daemon.wait().expect("reaped");

    let notices = accepted_requests(&hook);
    let ids: BTreeSet<String> = notices.iter().map(id).collect();
    let repeats = notices.len() - ids.len();
    let lost = attempts_cut_off(folder.path()).await;
    assert!(repeats <= lost && lost <= KILLS * IN_FLIGHT);
    println!("{KILLS} kills: {lost} attempts cut off, {repeats} repeats");
    let accepted = accepted(&hook);
    let notified: BTreeSet<&(String, String)> = accepted.iter().collect();
    assert_eq!(
        notified.len(),
        FEEDS * ITEMS,
        "every item was sent under one id"
    );
    assert!(ids.len() <= FEEDS, "and in digests only: {}", ids.len());
}

/// How many attempts the store knows to have ended with the daemon.
async fn attempts_cut_off(folder: &Path) -> usize {
    let deliveries = outbox(folder, None).await;
    let attempts = deliveries.iter().flat_map(|delivery| &delivery.attempts);
    attempts
        .filter(|attempt| attempt.reason.as_deref() == Some("lost"))
        .count()
}

/// Waits until every delivery is settled: what a kill cut off is due again at the next start and
/// not only when its lease ends.
async fn wait_until_nothing_waits(folder: &Path) {
    let deadline = Instant::now() + SETTLED_WITHIN;
    loop {
        let waiting = outbox(folder, Some(DeliveryState::Pending)).await;
        if waiting.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "still waiting: {waiting:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn outbox(folder: &Path, state: Option<DeliveryState>) -> Vec<DeliveryStatus> {
    let environment = Environment::of_process();
    let loaded = config::load(&folder.join("fivebells.toml"), &environment).expect("a config");
    let store = Store::open_beside(&loaded.config.store)
        .await
        .expect("a store");
    let filter = OutboxFilter {
        receiver: None,
        state,
        limit: u32::MAX,
    };
    let deliveries = store.outbox(filter).await.expect("the store answers");
    store.close().await;
    deliveries
}

/// What was accepted, in order: webhook ids and the stories they brought.
fn accepted(hook: &HttpServer) -> Vec<(String, String)> {
    let mut accepted = Vec::new();
    for request in accepted_requests(hook) {
        let data = &request.json()["data"];
        let alerts = data["alerts"]
            .as_array()
            .map_or(std::slice::from_ref(data), Vec::as_slice);
        let stories = alerts
            .iter()
            .map(|alert| alert["item"]["title"].to_string());
        accepted.extend(stories.map(|story| (id(&request), story)));
    }
    accepted
}

fn accepted_requests(hook: &HttpServer) -> Vec<Request> {
    let mut asked = HashSet::new();
    let mut requests = hook.requests();
    requests.retain(|request| takes(&mut asked, request));
    requests
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

/// Refuses every fourth notice the first time it comes: a 500 is no loss.
async fn flaky_hook() -> HttpServer {
    let asked = Mutex::new(HashSet::new());
    HttpServer::start(move |request| {
        let taken = takes(&mut asked.lock().expect("not poisoned"), request);
        Answer::status(if taken { 204 } else { 500 })
    })
    .await
}

/// Whether the hook takes this request, given the ids it was asked to take before.
fn takes(asked: &mut HashSet<String>, request: &Request) -> bool {
    let id = id(request);
    let number: u64 = id
        .rsplit('-')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("a number");
    !asked.insert(id) || !number.is_multiple_of(4)
}

fn id(request: &Request) -> String {
    request.header("webhook-id").expect("an id").to_owned()
}

fn write_config(folder: &Path, feeds: &[FeedServer], hook: &HttpServer) {
    let mut config = format!(
        "[watch]\nkoizumi = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n{DIGESTS}[poll]\nper_host = \"0s\"\n[feed]\n",
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
    loop {
        let arrived: BTreeSet<String> =
            accepted(hook).into_iter().map(|(_, story)| story).collect();
        if arrived.len() == stories {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "only {} of {stories} arrived",
            arrived.len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
