//! Mails a second, one after the other.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fivebells::{
    app::App,
    clock::{Clock, SystemClock},
    config::{self, Environment},
    notify::sample_notice,
    store::NewDelivery,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{desk, rate, row, servers::Servers};

/// Of one run.
const MAILS: usize = 2_000;

pub(crate) fn print(runs: usize) {
    let servers = Servers::start();
    let config = format!(
        "[receiver]\ndesk = {{ email = [\"desk@example.org\"] }}\n\
         [mail]\nserver = \"127.0.0.1:{}\"\nfrom = \"bells@example.org\"\n",
        servers.smtp
    );
    let runtime = Runtime::new().expect("a runtime");
    let figures = (0..runs).map(|_| rate(MAILS, alone(&runtime, &config)));
    row(
        "mails a second, the sender alone",
        figures.collect(),
        0,
        "900",
    );
    let figures = (0..runs).map(|_| rate(MAILS, whole(&runtime, &config)));
    row(
        "mails a second, out of the outbox, each attempt and answer on the disk",
        figures.collect(),
        0,
        "",
    );
}

fn alone(runtime: &Runtime, config: &str) -> Duration {
    let desk = desk(config);
    let notice = sample_notice(SystemClock.now());
    let sent = runtime.spawn(async move {
        let started_at = Instant::now();
        for _ in 0..MAILS {
            desk.send(&notice).await.expect("taken");
        }
        desk.close_idle().await;
        started_at.elapsed()
    });
    runtime.block_on(sent).expect("no panic")
}

fn whole(runtime: &Runtime, config: &str) -> Duration {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("fivebells.toml");
    let head = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nw = \"Koizumi\"\n";
    std::fs::write(&path, head.to_owned() + config).expect("written");
    let loaded = config::load(&path, &Environment::of_process()).expect("a config");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let run = runtime.spawn(async move {
        let app = App::open(loaded, Arc::clone(&clock))
            .await
            .expect("it opens");
        let notice = NewDelivery {
            receiver: "desk".to_owned(),
            event: sample_notice(clock.now()).event,
        };
        let notices = vec![notice; MAILS];
        let enqueued = app.store().enqueue(notices, clock.now()).await;
        enqueued.expect("the store takes them");
        let started_at = Instant::now();
        assert_eq!(app.deliver_due().await.expect("the store answers"), MAILS);
        let elapsed = started_at.elapsed();
        app.close().await;
        elapsed
    });
    runtime.block_on(run).expect("no panic")
}
