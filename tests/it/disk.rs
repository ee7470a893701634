//! The disk refuses, the file is gone, the clock jumps: polls pause, nothing is lost, and there is one
//! notice.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use fivebells::{
    app::{StoreGuard, StoreState},
    model::StoreReason,
};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tempfile::TempDir;

use crate::{
    desk::{self, json, stdout},
    servers::{feed::FeedServer, http::Answer, webhook::WebhookServer},
    watchdog::{Watchdog, watchdog},
    world::World,
};

fn config(feed: &FeedServer, hook: &WebhookServer, every: &str) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"{every}\" }}\n\
         [watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n\
         [health]\nnotify = [\"hook\"]\n",
        feed.url(),
        hook.url()
    )
}

fn kinds(hook: &WebhookServer) -> Vec<String> {
    let requests = hook.requests();
    let kind = |body: serde_json::Value| body["type"].as_str().unwrap_or_default().to_owned();
    requests.iter().map(|it| kind(it.json())).collect()
}

/// Since when, as the notices of the store say it; times on the wire have no fraction of a second.
fn assert_whole_seconds(hook: &WebhookServer) {
    let since = hook.requests().into_iter().map(|it| it.json());
    let since = since.filter_map(|body| body["data"]["since"].as_str().map(str::to_owned));
    let since: Vec<String> = since.collect();
    assert!(!since.is_empty());
    for since in since {
        assert_eq!(since.len(), "2026-11-22T07:00:00Z".len(), "{since}");
    }
}

async fn wait_for(hook: &WebhookServer, notices: usize) {
    let watchdog = Watchdog::start();
    while hook.requests().len() < notices {
        assert!(watchdog.is_patient(), "only {:?}", kinds(hook));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The daemon as a process, ended when dropped.
struct Daemon {
    child: Child,
    folder: TempDir,
}

impl Daemon {
    fn start(config: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("fivebells.toml"), config).expect("a config file");
        let child = run(folder.path()).spawn().expect("the daemon starts");
        Self { child, folder }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("fivebells.db")
    }

    /// No file may be longer; `None` lifts the limit.
    fn limit_files(&self, bytes: Option<u64>) {
        let pid = Pid::from_child(&self.child);
        let before = prlimit(Some(pid), Resource::Fsize, soft(bytes));
        before.expect("its parent may");
    }

    /// The exit code and standard error.
    fn ended(mut self) -> (Option<i32>, String) {
        let watchdog = Watchdog::start();
        while self.child.try_wait().expect("a child").is_none() {
            assert!(watchdog.is_patient(), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut stderr = self.child.stderr.take().expect("piped");
        let text = std::io::read_to_string(&mut stderr).expect("UTF-8");
        (self.child.wait().expect("reaped").code(), text)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn soft(bytes: Option<u64>) -> Rlimit {
    Rlimit {
        current: bytes,
        maximum: None,
    }
}

fn run(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fivebells"));
    command
        .args(["-c".as_ref(), folder.join("fivebells.toml").as_os_str()])
        .args(["--log", "error", "run"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// A limit on the size of files is what a test without any rights can do to a disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_nothing_is_notified_once_and_nothing_is_lost() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi speaks");
    let daemon = Daemon::start(&config(&feed, &hook, "10s"));
    wait_for(&hook, 1).await;

    daemon.limit_files(Some(4096));
    feed.publish("Koizumi speaks again");
    wait_for(&hook, 2).await;
    assert_eq!(kinds(&hook), ["alert.matched", "store.failing"]);
    assert_eq!(hook.requests()[1].json()["data"]["reason"], "io");

    daemon.limit_files(None);
    wait_for(&hook, 4).await;
    let mut all = kinds(&hook);
    all.sort();
    let alert = "alert.matched";
    assert_eq!(all, [alert, alert, "store.failing", "store.recovered"]);
    assert_whole_seconds(&hook);
}

/// The same on a disk that is really full, with the reserve of 16 MiB given up and laid again.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a file system of 128 MiB: mount -t tmpfs -o size=128m none DIR, FIVEBELLS_SMALL_DISK=DIR"]
async fn on_a_full_disk_deliveries_go_on_and_polls_pause() {
    let small = PathBuf::from(std::env::var_os("FIVEBELLS_SMALL_DISK").expect("a folder"));
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi speaks");
    let store = format!(
        "[store]\nurl = \"sqlite:{}/fivebells.db\"\n",
        small.display()
    );
    let _daemon = Daemon::start(&(config(&feed, &hook, "10s") + &store));
    wait_for(&hook, 1).await;
    let ballast = small.join("fivebells.db.ballast");
    wait_until("a reserve", || {
        std::fs::metadata(&ballast).is_ok_and(|it| it.len() == 16 << 20)
    })
    .await;

    hook.answer_with(Answer::status(503));
    feed.publish("Koizumi speaks again");
    wait_for(&hook, 2).await;
    let filler = small.join("filler");
    let mut file = std::fs::File::create(&filler).expect("a file");
    let full = std::io::copy(&mut std::io::repeat(7), &mut file);
    let full = full.expect_err("no disk is endless").kind();
    assert_eq!(full, std::io::ErrorKind::StorageFull);
    drop(file);
    hook.answer_with(Answer::status(204));
    wait_until("a notice and a delivery", || {
        let titles = hook.titles();
        let tries = titles.iter().filter(|it| it.contains("again")).count();
        kinds(&hook).contains(&"store.failing".to_owned()) && tries > 1
    })
    .await;
    assert!(!ballast.exists(), "given up");

    let polls = feed.requests().len();
    feed.publish("Koizumi speaks once more");
    // A poll must not come: one and a half of the feed's intervals show it.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(feed.requests().len(), polls, "no feed is polled");
    std::fs::remove_file(filler).expect("room");
    wait_until("a poll", || {
        hook.titles().iter().any(|it| it.contains("once more"))
    })
    .await;
    wait_until("a new reserve", || ballast.exists()).await;
    let mut notified = kinds(&hook);
    notified.retain(|kind| kind.starts_with("store."));
    assert_eq!(notified, ["store.failing", "store.recovered"]);
}

async fn wait_until(what: &str, happened: impl Fn() -> bool) {
    let watchdog = Watchdog::start();
    while !happened() {
        assert!(watchdog.is_patient(), "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_deleted_under_the_daemon_is_notified_and_ends_it_and_its_content_is_kept() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi speaks");
    let daemon = Daemon::start(&config(&feed, &hook, "10s"));
    wait_for(&hook, 1).await;

    for suffix in ["", "-wal", "-shm"] {
        let path = daemon
            .store()
            .with_file_name(format!("fivebells.db{suffix}"));
        std::fs::remove_file(path).expect("deleted");
    }
    wait_for(&hook, 2).await;
    assert_eq!(kinds(&hook)[1], "store.failing");
    assert_eq!(hook.requests()[1].json()["data"]["reason"], "gone");
    assert_whole_seconds(&hook);
    let rescued = daemon.store().with_file_name("fivebells.db.rescued-1");
    let folder = daemon.folder.path().to_owned();
    let rescue = move || {
        let (code, stderr) = daemon.ended();
        assert_eq!(code, Some(69), "{stderr}");
        assert!(
            stderr.contains("was deleted, moved or replaced"),
            "{stderr}"
        );
    };
    // The folder goes with the daemon: look before.
    let watchdog = Watchdog::start();
    while !rescued.exists() {
        assert!(watchdog.is_patient(), "no copy in {}", folder.display());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::task::spawn_blocking(rescue).await.expect("it ended");
}

/// The opening bytes of the table become others, as on a disk that forgets.
fn damage(store: &Path, table: &str) {
    let open = rusqlite::Connection::open(store).expect("a store");
    let root = "SELECT rootpage FROM sqlite_master WHERE name = ?1";
    let root: u32 = open
        .query_row(root, [table], |row| row.get(0))
        .expect("a table");
    drop(open);
    let file = std::fs::File::options().write(true).open(store);
    let file = file.expect("the store's file");
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xff; 64], u64::from(root - 1) * 4096)
        .expect("damaged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_notified_once_and_stops_the_polls_until_a_restart() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let mut world = World::open(&config(&feed, &hook, "15m")).await;
    world.round().await;
    let store = world.app().store().path().to_owned();
    world.close().await;
    damage(&store, "seen");
    world.restart().await;
    let mut guard = StoreGuard::default();
    assert_eq!(guard.look(world.app()).await, StoreState::Well);

    feed.publish("Koizumi speaks");
    world.advance(20);
    let refused = world.app().poll_due().await.expect_err("it cannot be kept");
    assert!(refused.to_string().contains("is damaged"), "{refused}");
    for _ in 0..3 {
        let state = guard.look(world.app()).await;
        assert_eq!(state, StoreState::Troubled(StoreReason::Damaged));
        world.deliver().await;
    }
    assert_eq!(kinds(&hook), ["store.failing"]);
    assert_eq!(hook.requests()[0].json()["data"]["reason"], "damaged");

    let config = world.path();
    let config = config.to_str().expect("UTF-8");
    let feeds = stdout(&desk::run(&["-c", config, "feeds"]));
    let paused: Vec<&str> = feeds
        .lines()
        .filter(|it| it.contains("no feed is polled"))
        .collect();
    assert_eq!(paused.len(), 1, "{feeds}");
    assert!(paused[0].contains("is damaged"), "{feeds}");
    let lines = json(&desk::run(&["-c", config, "--format", "json", "feeds"]));
    assert_eq!(lines.len(), 2, "a feed, and that it is not polled");
    assert_eq!(lines[1]["polling"], false);
    assert_eq!(lines[1]["reason"], "damaged");
}

#[test]
fn what_cannot_be_opened_is_named_and_says_why() {
    for (content, words) in [
        (&b"garbage, and more of it"[..], "is damaged"),
        (&b"SQLite format 3\0garbage"[..], "fivebells.db"),
    ] {
        let folder = TempDir::new().expect("a folder");
        let config = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nk = \"Koizumi\"\n\
                      [receiver]\nt = { stdout = true }\n";
        std::fs::write(folder.path().join("fivebells.toml"), config).expect("a config file");
        let store = folder.path().join("fivebells.db");
        std::fs::write(&store, content).expect("a file");
        let output = run(folder.path()).output().expect("it runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(69), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
        assert!(stderr.contains(&*store.to_string_lossy()), "{stderr}");
        assert_eq!(
            std::fs::read(&store).expect("a file"),
            content,
            "left alone"
        );
    }
}

#[test]
fn a_store_that_cannot_be_made_is_a_clear_error_at_the_start() {
    let folder = TempDir::new().expect("a folder");
    let config = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nk = \"Koizumi\"\n\
                  [receiver]\nt = { stdout = true }\n[store]\nurl = \"sqlite:/proc/fivebells.db\"\n";
    std::fs::write(folder.path().join("fivebells.toml"), config).expect("a config file");
    let output = run(folder.path()).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(69), "{stderr}");
    assert!(stderr.contains("/proc/fivebells.db"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_by_a_day_stops_neither_polls_nor_deliveries() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi speaks");
    let mut world = World::open(&config(&feed, &hook, "15m")).await;
    let mut guard = StoreGuard::default();
    assert_eq!(guard.look(world.app()).await, StoreState::Well);
    hook.answer_with(Answer::status(500));
    world.round().await;
    assert_eq!(hook.requests().len(), 1, "it is to be sent again");

    world.advance(-24 * 60);
    guard.look(world.app()).await;
    hook.answer_with(Answer::status(204));
    feed.publish("Koizumi speaks again");
    world.advance(25);
    world.round().await;
    assert_eq!(hook.titles().len(), 3, "{:?}", hook.titles());

    // The same while it is not running.
    guard.look(world.app()).await;
    world.close().await;
    world.advance(-24 * 60);
    world.restart().await;
    feed.publish("Koizumi speaks once more");
    world.advance(25);
    world.round().await;
    assert_eq!(hook.titles().len(), 4, "{:?}", hook.titles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_on_by_a_day_makes_one_poll_and_no_notice() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi speaks");
    let world = World::open(&config(&feed, &hook, "15m")).await;
    let mut guard = StoreGuard::default();
    world.round().await;
    world.advance(24 * 60);
    assert_eq!(guard.look(world.app()).await, StoreState::Well);
    world.round().await;
    assert_eq!((feed.requests().len(), kinds(&hook).len()), (2, 1));
}

/// The jump ends the lease of an attempt that nobody recorded: it is sent again, under the same id.
#[tokio::test(flavor = "multi_thread")]
async fn a_jump_during_a_send_makes_at_most_one_repeat_under_the_same_id() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi speaks");
    let world = World::open(&config(&feed, &hook, "15m")).await;
    world.poll().await;
    hook.answer_with(Answer::Mute);
    tokio::select! {
        sent = world.deliver() => panic!("it still runs: {sent}"),
        () = watchdog("the first attempt", hook.wait_for(1)) => {}
    }
    hook.answer_with(Answer::status(204));
    world.advance(24 * 60);
    world.deliver().await;
    world.deliver().await;
    let ids = hook.ids();
    assert_eq!(ids.len(), 1);
    assert_eq!(ids.values().copied().collect::<Vec<_>>(), [2]);
}
