//! Another process that writes to the store, for longer than a statement waits.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rusqlite::Connection;

use crate::{
    servers::http::{Answer, HttpServer, Request},
    world::World,
};

/// A statement waits five seconds: the lock must be held longer, and only time can do that.
const HOLD: Duration = Duration::from_secs(7);

/// Takes the store's write lock at once, and gives it back after a while.
fn hold(store: &Path) {
    let rival = Connection::open(store).expect("a store");
    rival.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    std::thread::spawn(move || {
        std::thread::sleep(HOLD);
        rival.execute_batch("ROLLBACK").expect("given back");
    });
}

/// A server that holds the lock from its request number `at` on.
async fn server(
    store: &Arc<OnceLock<PathBuf>>,
    at: usize,
    answer: impl Fn(usize) -> Answer + Send + Sync + 'static,
) -> HttpServer {
    let (store, asked) = (Arc::clone(store), AtomicUsize::new(0));
    HttpServer::start(move |_: &Request| {
        let number = asked.fetch_add(1, Ordering::Relaxed) + 1;
        if number == at {
            hold(store.get().expect("it is open"));
        }
        answer(number)
    })
    .await
}

fn rss(items: usize) -> Answer {
    let item = |n| format!("<item><guid>{n}</guid><title>Koizumi {n}</title></item>");
    let items: String = (1..=items).map(item).collect();
    Answer::Reply {
        status: 200,
        headers: vec![("Content-Type", "application/rss+xml".to_owned())],
        body: format!("<rss version=\"2.0\"><channel>{items}</channel></rss>").into_bytes(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_and_an_attempt_that_end_while_another_process_writes_are_recorded() {
    let store = Arc::new(OnceLock::new());
    // The second poll brings news, and the first attempt tells it.
    let feed = server(&store, 2, rss).await;
    let hook = server(&store, 1, |_| Answer::status(204)).await;
    let config = format!(
        "[feed]\nf = \"{}\"\n[watch]\nw = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n",
        feed.url("/feed"),
        hook.url("/hook"),
    );
    let world = World::open(&config).await;
    let path = world.path().with_file_name("fivebells.db");
    store.set(path).expect("set once");
    world.poll().await;
    world.advance(20);
    assert_eq!(world.poll().await.alerts, 1, "recorded when it was over");
    assert_eq!(world.deliver().await, 1, "and so is what was accepted");

    world.advance(60);
    world.deliver().await;
    assert_eq!(hook.requests().len(), 1, "notified once");
}
