//! How long each job keeps the store's write lock from everybody else.
//!
//! A store of that size is made in a folder of its own. Then commands do their work on it, while a
//! second connection asks for the lock every half millisecond: the longest time in which it is
//! refused without a break is the longest that anybody has to wait.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use clap::Args;
use fivebells::{
    clock::{Clock, SystemClock},
    model::{Event, Feed, MuteKind, TestPing},
    store::{NewDelivery, NewMute, Selection, Store, StoreOptions},
};
use jiff::Timestamp;

const DAY: Duration = Duration::from_hours(24);
const QUARTER: Duration = Duration::from_mins(15);

/// Characters of a notice: those of an alert on the disk.
const NOTICE: usize = 2_000;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Deliveries in the store.
    #[arg(default_value_t = 200_000)]
    deliveries: usize,
    /// Feeds in the store.
    #[arg(default_value_t = 10_000)]
    feeds: usize,
}

#[tokio::main]
pub(crate) async fn print(arguments: &Arguments) {
    let Arguments { deliveries, feeds } = *arguments;
    let folder = tempfile::tempdir().expect("a folder");
    let options = StoreOptions {
        path: folder.path().join("fivebells.db"),
        keep_items: DAY,
        keep_alerts: DAY,
    };
    let now = SystemClock.now();
    let store = Store::open(&options, now).await.expect("a store");
    fill(&store, deliveries, now).await;

    println!(
        "| {deliveries} deliveries, {feeds} feeds | whole, s | longest lock, ms |\n|---|--:|--:|"
    );
    let path = &options.path;
    let notified = ["desk".to_owned()];
    let feeds = [0, 1].map(|shift| feeds_named(feeds, shift));
    show(
        path,
        "a first config",
        store.sync(&feeds[0], &notified, now),
    )
    .await;
    show(
        path,
        "the same again",
        store.sync(&feeds[0], &notified, now),
    )
    .await;
    show(
        path,
        "all names changed",
        store.sync(&feeds[1], &notified, now),
    )
    .await;
    let mute = NewMute {
        kind: MuteKind::Receiver,
        name: "desk".into(),
        until: now + DAY,
        by: None,
        comment: None,
    };
    show(path, "`mute receiver`", store.mute(mute, now)).await;
    let unmute = store.unmute(MuteKind::Receiver, "desk", true, now);
    show(path, "`unmute --send`", unmute).await;
    let all = Selection {
        receiver: Some("desk".into()),
        ..Selection::default()
    };
    show(path, "`outbox retry`", store.retry(all.clone(), now)).await;
    show(path, "`outbox drop`", store.drop_deliveries(all, now)).await;
    show(path, "deleting what is old", store.prune(now + 3 * DAY)).await;
    store.close().await;
}

async fn fill(store: &Store, deliveries: usize, now: Timestamp) {
    let ping = NewDelivery {
        receiver: "desk".into(),
        event: Event::TestPing(TestPing {
            receiver: "desk".into(),
            message: "x".repeat(NOTICE),
        }),
    };
    let mut left = deliveries;
    while left > 0 {
        let some = left.min(1_000);
        let notices = vec![ping.clone(); some];
        store.enqueue(notices, now).await.expect("written");
        left -= some;
    }
}

fn feeds_named(count: usize, shift: usize) -> Vec<Feed> {
    let feed = |number: usize| {
        let name = format!("feed-{}", (number + shift) % count);
        let url = format!("https://host-{}.example/{number}", number % 500);
        Feed::new(&name, url.parse().expect("a URL"), QUARTER)
    };
    (0..count).map(feed).collect()
}

/// Does the work and prints its row.
async fn show<T, E: std::fmt::Debug>(
    store: &Path,
    name: &str,
    work: impl Future<Output = Result<T, E>>,
) {
    let watch = Watch::start(store.to_owned());
    let begun = Instant::now();
    work.await.expect("done");
    let whole = begun.elapsed().as_secs_f64();
    let longest = watch.end().as_secs_f64() * 1_000.0;
    println!("| {name} | {whole:.2} | {longest:.0} |");
}

/// A second connection that asks for the lock all the time.
struct Watch {
    end: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Watch {
    fn start(store: PathBuf) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&end);
        let thread = std::thread::spawn(move || longest_lock(&store, &until));
        Self { end, thread }
    }

    fn end(self) -> Duration {
        self.end.store(true, Ordering::Relaxed);
        self.thread.join().expect("no panic")
    }
}

fn longest_lock(store: &Path, end: &AtomicBool) -> Duration {
    let connection = rusqlite::Connection::open(store).expect("a store");
    connection.busy_timeout(Duration::ZERO).expect("set");
    let (mut longest, mut since) = (Duration::ZERO, Instant::now());
    while !end.load(Ordering::Relaxed) {
        if connection
            .execute_batch("BEGIN IMMEDIATE; ROLLBACK")
            .is_ok()
        {
            longest = longest.max(since.elapsed());
            std::thread::sleep(Duration::from_micros(500));
            since = Instant::now();
        } else {
            std::thread::sleep(Duration::from_micros(100));
        }
    }
    longest.max(since.elapsed())
}
