//! How long a scrape takes, and what counting costs.
//!
//! A store of that size is made in a folder of its own, with every feed polled once. Then the program
//! is asked for its metrics, in both formats, with and without series for each feed.

use std::{
    fmt::Write as _,
    fs, iter,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use fivebells::{
    app::{App, Exposition},
    clock::{Clock, SystemClock},
    config::{self, Environment},
    metrics::{Attempted, ItemCounts, Metrics, Names, PollCount, Polled},
    model::{Event, TestPing},
    store::NewDelivery,
};

/// Of each kind.
const SCRAPES: usize = 100;

/// Of each thing that is counted.
const COUNTS: u32 = 1_000_000;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Feeds of the store.
    #[arg(default_value_t = 10_000)]
    feeds: usize,
    /// Pending deliveries of the store.
    #[arg(default_value_t = 100_000)]
    pending: usize,
}

#[tokio::main]
pub(crate) async fn print(arguments: &Arguments) {
    let Arguments { feeds, pending } = *arguments;
    let folder = tempfile::tempdir().expect("a folder");
    println!(
        "| {feeds} feeds, {pending} pending | median, ms | 99 %, ms | bytes | memory grew, KiB |\n|---|--:|--:|--:|--:|"
    );
    for per_feed in [false, true] {
        let path = folder.path().join("fivebells.toml");
        fs::write(&path, text(feeds, per_feed)).expect("a config");
        if !per_feed {
            fill(&path, pending).await;
        }
        let app = open(&path).await;
        for exposition in [Exposition::OpenMetrics, Exposition::Classic] {
            let kind = if per_feed { "with" } else { "without" };
            measure(
                &app,
                exposition,
                &format!("{exposition:?}, {kind} each feed"),
            )
            .await;
        }
        app.close().await;
    }
    counting();
}

fn text(feeds: usize, per_feed: bool) -> String {
    let mut text = format!("[web]\nper_feed = {per_feed}\n[feed]\n");
    for number in 0..feeds {
        let line = "https://feeds.example.org/wire";
        writeln!(text, "wire{number} = \"{line}{number}\"").expect("a String takes all");
    }
    text + "[watch]\nk = \"Koizumi\"\n[receiver]\nscreen = { stdout = true }\n"
}

async fn open(path: &Path) -> App {
    let loaded = config::load(path, &Environment::of_process()).expect("a right config");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    App::open(loaded, clock).await.expect("it opens")
}

/// Makes the store, as it is after some days: every feed was polled, much waits.
async fn fill(path: &Path, pending: usize) {
    let app = open(path).await;
    let notice = NewDelivery {
        receiver: "screen".into(),
        event: Event::TestPing(TestPing {
            receiver: "screen".into(),
            message: "x".repeat(500),
        }),
    };
    let mut left = pending;
    while left > 0 {
        let part = left.min(1000);
        let notices = iter::repeat_n(notice.clone(), part).collect();
        let now = SystemClock.now();
        app.store().enqueue(notices, now).await.expect("enqueued");
        left -= part;
    }
    let store = app.store().path().to_owned();
    app.close().await;
    let store = rusqlite::Connection::open(store).expect("the store");
    let rows = "UPDATE feed SET polled_at = due, succeeded_at = due, changed_at = due, \
                title = 'A wire of the example', etag = x'0102030405060708', \
                warnings = '[{\"kind\":\"truncated\",\"count\":1}]', \
                last_items = printf('[%s]', substr(hex(zeroblob(400)), 1, 800)), \
                failures = id % 10 = 0";
    store.execute(rows, []).expect("filled");
}

async fn measure(app: &App, exposition: Exposition, name: &str) {
    let before = resident();
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..SCRAPES {
        let started = Instant::now();
        bytes = app.scrape(exposition).await.len();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let [median, most] = [50, 99].map(|it| ms(times[(SCRAPES - 1) * it / 100]));
    let grew = resident().saturating_sub(before);
    println!("| {name} | {median:.1} | {most:.1} | {bytes} | {grew} |");
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// In KiB, as Linux says.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    let number = line.and_then(|it| it.trim().strip_suffix("kB"));
    number.and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}

/// What a poll and a delivery pay.
fn counting() {
    let metrics = Metrics::default();
    let [watch, receiver] = ["koizumi", "desk"].map(str::to_owned);
    let names = Names {
        watches: [watch.clone()].into(),
        receivers: [receiver.clone()].into(),
    };
    metrics.follow(&Names::default(), &names);
    let poll = PollCount {
        outcome: Polled::Read,
        reason: None,
        took: Duration::from_millis(120),
        items: ItemCounts {
            new: 3,
            baseline: 0,
            updated: 1,
        },
        lags: vec![Duration::from_mins(7); 3],
    };
    println!("\n| counted | ns |\n|---|--:|");
    show("a poll with three new items", || {
        metrics.polled(poll.clone());
    });
    show("an alert of a watch", || metrics.alerted([&watch]));
    show("an attempt to deliver", || {
        metrics.attempted(&receiver, Attempted::Delivered);
        metrics.delivered_after(Duration::from_secs(1));
    });
}

fn show(name: &str, count: impl Fn()) {
    let started = Instant::now();
    for _ in 0..COUNTS {
        count();
    }
    let nanos = started.elapsed().as_nanos() / u128::from(COUNTS);
    println!("| {name} | {nanos} |");
}
