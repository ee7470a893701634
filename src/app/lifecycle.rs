//! The life of the service: start, reload, stop.
//!
//! SIGTERM and SIGINT end it softly: nothing new starts, what runs is waited for, the store is
//! closed, exit 0. A second one, or [`GRACE`], cuts off what still runs. SIGHUP reloads, and so does
//! who asks at the control socket, all or nothing. systemd hears READY, RELOADING, STOPPING, STATUS and WATCHDOG (`sd_notify(3)`).

use std::{sync::Arc, time::Duration};

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    App, AppError, StoreGuard,
    heartbeat::Heartbeat,
    reloads::{Reload, Request, reload_when_asked},
    status,
    systemd::{tell, tell_status},
};
use crate::{
    scheduler::{LoopEnded, until_stop},
    store::{Store, StoreError, StoreOptions},
};

/// How long running steps may take to end; systemd's own limit is 90 s.
const GRACE: Duration = Duration::from_secs(45);

/// How long a start waits for the store that another program has open.
const WAIT_FOR_STORE: Duration = Duration::from_mins(1);

/// How often it looks.
const LOOK_AT_STORE: Duration = Duration::from_millis(250);

/// How often it is asked whether the store's threads live.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Runs the service until a signal ends it. Returns after everything is written. `serve` answers those
/// who ask it, until its token is cancelled.
///
/// # Errors
/// Where the store's file is no longer the one that was opened: what would be written then, nobody
/// would find; and where a loop has ended by itself. No other trouble ends it.
pub async fn run<S>(
    app: App,
    reload: Arc<Reload>,
    mut signals: Signals,
    serve: impl FnOnce(Arc<App>, CancellationToken) -> S,
) -> Result<(), AppError>
where
    S: Future<Output = ()> + Send + 'static,
{
    let app = Arc::new(app);
    app.trying.begin();
    // Before the first poll: what it brings could perhaps not be kept.
    let mut guard = StoreGuard::default();
    guard.look(&app).await;
    let (soft, hard) = (CancellationToken::new(), CancellationToken::new());
    let work = tokio::spawn({
        let (app, soft, hard) = (Arc::clone(&app), soft.clone(), hard.clone());
        async move { app.scheduler.run(&soft, &hard).await }
    });
    let serve = serve(Arc::clone(&app), soft.clone());
    let served = tokio::spawn({
        let soft = soft.clone();
        async move { until_stop("HTTP service", &soft, serve).await }
    });
    info!(
        "fivebells {} is running: {}",
        env!("CARGO_PKG_VERSION"),
        status::config_counts(&app.config())
    );
    app.note_service().await;
    app.tell_tests().await;
    tell(&[NotifyState::Ready]).await;
    let gone = CancellationToken::new();
    let background = tokio::spawn(watch(Arc::clone(&app), guard, soft.clone(), gone.clone()));
    tokio::select! {
        () = reload_when_asked(&app, &reload, async || tokio::select! {
            request = signals.next() => request,
            () = app.reloads.asked() => Request::Reload,
        }) => {}
        () = gone.cancelled() => {}
        // A loop has ended by itself.
        () = soft.cancelled() => {}
    }
    info!("stopping: waiting for what is under way");
    tell(&[NotifyState::Stopping]).await;
    soft.cancel();
    app.reloads.end();
    let worked = tokio::select! {
        worked = work => worked.unwrap_or_else(|error| Err(LoopEnded::died("scheduler", &error))),
        () = signals.next_stop() => { warn!("cut off by a second signal"); Ok(()) }
        () = tokio::time::sleep(GRACE) => {
            warn!("cut off after {} s", GRACE.as_secs());
            Ok(())
        }
    };
    hard.cancel();
    let watched = background.await;
    let watched = watched.unwrap_or_else(|error| Err(LoopEnded::died("watch", &error)));
    let served = served.await;
    let served = served.unwrap_or_else(|error| Err(LoopEnded::died("HTTP service", &error)));
    let ended = worked.and(watched).and(served);
    app.note_end(ended.as_ref().err()).await;
    app.store.clone().close().await;
    info!("stopped");
    if gone.is_cancelled() {
        let path = app.store.path().to_owned();
        return Err(StoreError::Gone { path }.into());
    }
    Ok(ended?)
}

/// Sends STATUS, feeds the watchdog, shows the progress of the first polls, pings each minute,
/// reports when it is time, notifies of mutes that ended, and looks after the store; says so if its file
/// is `gone`.
///
/// # Errors
/// Where one of these has ended by itself; `stop` is cancelled then.
async fn watch(
    app: Arc<App>,
    guard: StoreGuard,
    stop: CancellationToken,
    gone: CancellationToken,
) -> Result<(), LoopEnded> {
    let progress = async {
        status::first_polls(&app).await;
        stop.cancelled().await;
    };
    let looked_after = async {
        guard.run(&app).await;
        gone.cancel();
        stop.cancelled().await;
    };
    let (status, progress, beats, reports, mutes, guard, threads) = tokio::join!(
        forever("loop that tells systemd", &stop, tell_status(&app)),
        forever("loop that shows the first polls", &stop, progress),
        forever("heartbeat", &stop, Heartbeat::default().run(&app)),
        forever("loop of reports", &stop, app.report_regularly()),
        forever("loop of mutes", &stop, app.end_mutes_regularly()),
        forever("guard of the store", &stop, looked_after),
        forever("store's own threads", &stop, until_closed(&app)),
    );
    let ended = status.and(progress).and(beats).and(reports);
    ended.and(mutes).and(guard).and(threads)
}

/// Runs what goes on for as long as the program does; it is cut off at its end.
async fn forever(
    name: &'static str,
    stop: &CancellationToken,
    run: impl Future<Output = ()>,
) -> Result<(), LoopEnded> {
    let run = async {
        let _ = stop.run_until_cancelled(run).await;
    };
    until_stop(name, stop, run).await
}

/// Waits for the end of the store's threads: without them all calls fail at once, and everything
/// else only seems to run.
async fn until_closed(app: &App) {
    loop {
        let answers = [app.store.ping().await, app.store.summary().await.map(drop)];
        let is_closed = |answer: &Result<(), StoreError>| matches!(answer, Err(StoreError::Closed));
        if answers.iter().any(is_closed) {
            return;
        }
        app.pulse.beat();
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits while another program holds the store: a service that is ending, or a command that polls.
/// Not for long, and not beyond a signal to stop: `false` then.
pub async fn wait_for_store(store: &StoreOptions, signals: &mut Signals) -> bool {
    let since = tokio::time::Instant::now();
    while Store::is_in_use(&store.path) && since.elapsed() < WAIT_FOR_STORE {
        if since.elapsed() < LOOK_AT_STORE {
            let path = store.path.display();
            info!("waiting: another fivebells has {path} open");
            tell(&[NotifyState::Status(
                "waiting: another fivebells has the store open",
            )])
            .await;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AT_STORE) => {}
            request = signals.heard() => match request {
                Request::Stop => return false,
                Request::Reload => signals.reload_is_asked = true,
            },
        }
    }
    true
}

/// SIGTERM, SIGINT and SIGHUP. What comes from the moment on that this is made is remembered.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    /// A reload was asked for, and has not been made yet.
    reload_is_asked: bool,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// [`AppError::Signals`].
    pub fn listen() -> Result<Self, AppError> {
        let listen = |kind| signal(kind).map_err(AppError::Signals);
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
            reload_is_asked: false,
        })
    }

    async fn next(&mut self) -> Request {
        if std::mem::take(&mut self.reload_is_asked) {
            return Request::Reload;
        }
        self.heard().await
    }

    async fn heard(&mut self) -> Request {
        tokio::select! {
            _ = self.terminate.recv() => Request::Stop,
            _ = self.interrupt.recv() => Request::Stop,
            _ = self.hang_up.recv() => Request::Reload,
        }
    }

    async fn next_stop(&mut self) {
        while let Request::Reload = self.next().await {}
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{
        clock::SystemClock,
        config::{self, Environment, Loaded},
    };

    fn load(folder: &TempDir) -> Loaded {
        let path = folder.path().join("fivebells.toml");
        let config = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nk = \"Koizumi\"\n\
                      [receiver]\nt = { stdout = true }\n";
        std::fs::write(&path, config).expect("written");
        config::load(&path, &Environment::of_process()).expect("a config")
    }

    async fn open(folder: &TempDir) -> App {
        let app = App::open(load(folder), Arc::new(SystemClock)).await;
        app.expect("the program opens")
    }

    #[tokio::test]
    async fn what_goes_on_is_cut_off_at_the_end_and_a_dead_part_ends_all() {
        let stop = CancellationToken::new();
        let (ended, dead) = tokio::join!(
            forever("one that goes on", &stop, std::future::pending()),
            forever("one that ends", &stop, async {}),
        );
        assert_eq!(ended, Ok(()));
        let message = dead.expect_err("nobody asked it to").to_string();
        assert!(
            message.starts_with("the one that ends has ended"),
            "{message}"
        );
    }

    /// As where the writer's thread has died.
    #[tokio::test]
    async fn a_store_without_its_threads_is_noticed() {
        let folder = TempDir::new().expect("a folder");
        let app = open(&folder).await;
        app.store.clone().close().await;
        until_closed(&app).await;
    }
}
