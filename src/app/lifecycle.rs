//! The life of the service: start, reload, stop.
//!
//! SIGTERM and SIGINT end it softly: nothing new starts, what runs is waited for, the store is
//! closed, exit 0. A second one, or [`GRACE`], cuts off what still runs. SIGHUP reloads, all or
//! nothing. systemd hears READY, RELOADING, STOPPING, STATUS and WATCHDOG (`sd_notify(3)`).

use std::{sync::Arc, time::Duration};

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{App, AppError, Refusal, StoreGuard, heartbeat::Heartbeat, status, systemd::tell};
use crate::{
    config::Loaded,
    store::{Store, StoreError, StoreOptions},
};

/// How long running steps may take to end; systemd's own limit is 90 s.
const GRACE: Duration = Duration::from_secs(45);

/// How long a start waits for the store that another program has open.
const WAIT_FOR_STORE: Duration = Duration::from_mins(1);

/// How often it looks.
const LOOK_AT_STORE: Duration = Duration::from_millis(250);

/// How often STATUS is told.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// Reads the config file again: a new config, or the report of all that is wrong with it.
pub type Reload = dyn Fn() -> Result<Loaded, Refusal> + Send + Sync;

/// Runs the service until a signal ends it. Returns after everything is written.
///
/// # Errors
/// Where signals cannot be had, and where the store's file is no longer the one that was opened:
/// what would be written then, nobody would find. No other trouble ends it.
pub async fn run(app: App, reload: &Reload, mut signals: Signals) -> Result<(), AppError> {
    let app = Arc::new(app);
    // Before the first poll: what it brings could perhaps not be kept.
    let mut guard = StoreGuard::default();
    guard.look(&app).await;
    let (soft, hard) = (CancellationToken::new(), CancellationToken::new());
    let work = tokio::spawn({
        let (app, soft, hard) = (Arc::clone(&app), soft.clone(), hard.clone());
        async move { app.scheduler.run(&soft, &hard).await }
    });
    info!(
        "fivebells {} is running: {}",
        env!("CARGO_PKG_VERSION"),
        status::config_in_words(&app.config())
    );
    app.note_service(None).await;
    app.tell_tests().await;
    tell(&[NotifyState::Ready]).await;
    let gone = CancellationToken::new();
    let background = tokio::spawn(watch(Arc::clone(&app), guard, soft.clone(), gone.clone()));
    while let Some(Wish::Reload) = gone.run_until_cancelled(signals.next()).await {
        reload_config(&app, reload).await;
    }
    info!("stopping: waiting for what is under way");
    tell(&[NotifyState::Stopping]).await;
    soft.cancel();
    tokio::select! {
        _ = work => {}
        () = signals.next_stop() => warn!("cut off by a second signal"),
        () = tokio::time::sleep(GRACE) => warn!("cut off after {} s", GRACE.as_secs()),
    }
    hard.cancel();
    let _ = background.await;
    app.note_service(Some(app.clock.now())).await;
    app.store.clone().close().await;
    info!("stopped");
    if gone.is_cancelled() {
        let path = app.store.path().to_owned();
        return Err(StoreError::Gone { path }.into());
    }
    Ok(())
}

async fn reload_config(app: &App, reload: &Reload) {
    info!("reloading");
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]).await,
        Err(error) => warn!("no monotonic clock for systemd: {error}"),
    }
    let outcome = match reload() {
        Ok(loaded) => app.reload(loaded).await.map_err(Refusal::from),
        Err(refusal) => Err(refusal),
    };
    match &outcome {
        Ok(()) => info!("reloaded: {}", status::config_in_words(&app.config())),
        Err(refusal) => error!(
            "not reloaded, the old config stays in force:\n{}",
            refusal.report
        ),
    }
    tell(&[NotifyState::Ready]).await;
    app.conclude_reload(outcome.err()).await;
    if let Some(line) = status::line(app).await {
        tell(&[NotifyState::Status(&line)]).await;
    }
}

/// Tells STATUS, feeds the watchdog, shows the progress of the first polls, pings each minute,
/// reports when it is time, tells which mutes ended, and looks after the store; says so if its file
/// is `gone`.
async fn watch(app: Arc<App>, guard: StoreGuard, stop: CancellationToken, gone: CancellationToken) {
    let watchdog = sd_notify::watchdog_enabled().map(|limit| limit / 2);
    let every = watchdog.map_or(STATUS_EVERY, |limit| limit.min(STATUS_EVERY));
    tokio::join!(
        async {
            while stop
                .run_until_cancelled(tokio::time::sleep(every))
                .await
                .is_some()
            {
                if let Some(line) = status::line(&app).await {
                    tell(&[NotifyState::Status(&line)]).await;
                }
                if watchdog.is_some() && status::is_alive(&app).await {
                    tell(&[NotifyState::Watchdog]).await;
                }
            }
        },
        async {
            stop.run_until_cancelled(status::first_polls(&app)).await;
        },
        async {
            stop.run_until_cancelled(Heartbeat::default().run(&app))
                .await;
        },
        async {
            stop.run_until_cancelled(app.report_regularly()).await;
        },
        async {
            stop.run_until_cancelled(app.end_mutes_regularly()).await;
        },
        async {
            let until_gone = guard.run(&app);
            if stop.run_until_cancelled(until_gone).await.is_some() {
                gone.cancel();
            }
        }
    );
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
            wish = signals.heard() => match wish {
                Wish::Stop => return false,
                Wish::Reload => signals.reload_is_asked = true,
            },
        }
    }
    true
}

/// What a signal asks for.
enum Wish {
    Reload,
    Stop,
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

    async fn next(&mut self) -> Wish {
        if std::mem::take(&mut self.reload_is_asked) {
            return Wish::Reload;
        }
        self.heard().await
    }

    async fn heard(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::Stop,
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.hang_up.recv() => Wish::Reload,
        }
    }

    async fn next_stop(&mut self) {
        while let Wish::Reload = self.next().await {}
    }
}
