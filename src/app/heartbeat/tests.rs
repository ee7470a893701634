use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::SignedDuration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::{
    clock::{Clock, ManualClock},
    config::{self, Environment, Loaded},
    http::{
        HttpOptions,
        testing::{Reply, Request, Server, impatient},
    },
    watchdog::Watchdog,
};

/// What the test's URLs hide in their paths.
const MARKER: &str = "5ecret-uuid";

struct World {
    folder: TempDir,
    clock: Arc<ManualClock>,
    app: App,
}

impl World {
    async fn open(health: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let clock = Arc::new(ManualClock::new("2026-11-22T07:00:00Z".parse().unwrap()));
        let loaded = load(&folder, health);
        let app = App::open(loaded, Arc::clone(&clock) as Arc<dyn Clock>).await;
        Self {
            app: app.expect("the program opens"),
            folder,
            clock,
        }
    }

    async fn reload(&self, health: &str) {
        let loaded = load(&self.folder, health);
        self.app.reload(loaded).await.expect("a good config");
    }

    /// Lets every claim of an origin fail, or undoes it.
    fn run_sql(&self, sql: &str) {
        let store = rusqlite::Connection::open(self.folder.path().join("fivebells.db"));
        store.expect("the store").execute_batch(sql).expect("run");
    }
}

fn load(folder: &TempDir, health: &str) -> Loaded {
    let path = folder.path().join("fivebells.toml");
    let config = format!(
        "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nk = \"Koizumi\"\n\
         [receiver]\nt = {{ stdout = true }}\n[health]\n{health}"
    );
    std::fs::write(&path, config).expect("written");
    config::load(&path, &Environment::of_process())
        .unwrap_or_else(|errors| panic!("{}", errors.report.render(false)))
}

fn ping_line(server: &Server) -> String {
    format!("ping = \"{}\"", server.url(&format!("/{MARKER}")))
}

#[tokio::test]
async fn a_good_minute_is_reported_once_and_a_reload_is_followed() {
    let [first, second] = [
        Server::start(|_| Reply::ok(b"OK")).await,
        Server::start(|_| Reply::ok(b"OK")).await,
    ];
    let world = World::open(&ping_line(&first)).await;
    let mut heartbeat = Heartbeat::default();
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Reported);
    assert_eq!(first.requests().len(), 1);
    assert!(first.requests()[0].head.starts_with(b"GET /5ecret-uuid "));
    world.reload(&ping_line(&second)).await;
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Reported);
    world.reload("").await;
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Unreported);
    assert_eq!((first.requests().len(), second.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_minute_without_a_round_of_the_poll_loop_is_bad() {
    let server = Server::start(|_| Reply::ok(b"OK")).await;
    let world = World::open(&ping_line(&server)).await;
    let mut heartbeat = Heartbeat::default();
    world.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Reported);
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Bad);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_minute_in_which_the_store_refused_is_bad_and_the_next_is_good() {
    let server = Server::start(|_| Reply::ok(b"OK")).await;
    let world = World::open(&ping_line(&server)).await;
    world.run_sql(
        "CREATE TRIGGER no BEFORE UPDATE ON origin BEGIN SELECT RAISE(FAIL, 'worn out'); END",
    );
    let mut heartbeat = Heartbeat::default();
    let stop = CancellationToken::new();
    let refused = async {
        let watchdog = Watchdog::start();
        while world.app.scheduler.store_refusals() == 0 {
            assert!(watchdog.is_patient(), "the store refuses nothing");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    let (ran, ()) = tokio::join!(world.app.scheduler.run(&stop, &stop), refused);
    assert_eq!(ran, Ok(()));
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Bad);
    assert!(server.requests().is_empty());
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Reported);
}

#[tokio::test]
async fn a_minute_after_the_store_is_closed_is_bad() {
    let server = Server::start(|_| Reply::ok(b"OK")).await;
    let world = World::open(&ping_line(&server)).await;
    world.app.store.clone().close().await;
    let mut heartbeat = Heartbeat::default();
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Bad);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_answer_counts_up_to_its_limit() {
    let size = usize::try_from(MAX_ANSWER_BYTES).unwrap();
    let server = Server::start(move |request: &Request| {
        let excess = usize::from(request.target().ends_with("more"));
        Reply::ok(&vec![b'.'; size + excess])
    })
    .await;
    let http = Http::new(&HttpOptions::default()).expect("a client");
    assert_eq!(ping(&http, server.url("/most")).await, Ok(()));
    let fault = Err("the answer is too long".to_owned());
    assert_eq!(ping(&http, server.url("/more")).await, fault);
}

#[tokio::test]
async fn a_service_that_says_nothing_is_waited_for_no_longer_than_anyone() {
    let server = Server::start(|_| Reply::raw("").mute()).await;
    let http = Http::new(&impatient()).expect("a client");
    let fault = Err("no answer in time".to_owned());
    assert_eq!(ping(&http, server.url("/")).await, fault);
}

/// Log lines of this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_failed_ping_is_logged_once_per_change_without_its_url_and_not_retried() {
    let log = Log::default();
    let writer = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(writer);
    let works = Arc::new(AtomicBool::new(false));
    let server = Server::start({
        let works = Arc::clone(&works);
        move |_: &_| {
            if works.load(Ordering::Relaxed) {
                Reply::ok(b"OK")
            } else {
                Reply::new("503 Service Unavailable", &[], b"")
            }
        }
    })
    .await;
    let world = World::open(&ping_line(&server)).await;
    let mut heartbeat = Heartbeat::default();
    for _ in 0..3 {
        assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Unheard);
    }
    assert_eq!(server.requests().len(), 3);
    works.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Reported);
    }
    world
        .reload(&format!("ping = \"http://127.0.0.1:1/{MARKER}\""))
        .await;
    assert_eq!(heartbeat.end_minute(&world.app).await, Minute::Unheard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("WARN").count(), 2, "{log}");
    assert_eq!(log.matches("is heard again").count(), 1, "{log}");
    assert!(log.contains("failed: status 503"), "{log}");
    assert!(log.contains("failed: no connection"), "{log}");
    assert!(!log.contains(MARKER), "{log}");
}

/// The poll loop is asked by a clock that nobody sets: one that is set back must not hide for hours
/// that the loop has stopped, and one that is set forward must not have it killed.
#[tokio::test]
async fn a_clock_that_is_set_says_nothing_of_the_poll_loop() {
    let world = World::open("").await;
    let now = world.clock.now();
    world.clock.set(now + SignedDuration::from_hours(5));
    assert!(status::polls_come_round(&world.app));
    world.clock.advance(SignedDuration::from_mins(2));
    world.clock.set(now - SignedDuration::from_hours(5));
    assert!(!status::polls_come_round(&world.app));
    world.app.close().await;
}
