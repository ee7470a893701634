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

use super::{App, AppError, StoreGuard, heartbeat::Heartbeat, status, systemd::tell};
use crate::{config::Loaded, store::StoreError};

/// How long running steps may take to end; systemd's own limit is 90 s.
const GRACE: Duration = Duration::from_secs(45);

/// How often STATUS is told.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// Reads the config file again: a new config, or the report of all that is wrong with it.
pub type Reload = dyn Fn() -> Result<Loaded, String> + Send + Sync;

/// Runs the service until a signal ends it. Returns after everything is written.
///
/// # Errors
/// Where signals cannot be had, and where the store's file is no longer the one that was opened:
/// what would be written then, nobody would find. No other trouble ends it.
pub async fn run(app: App, reload: &Reload) -> Result<(), AppError> {
    let mut signals = Signals::new().map_err(AppError::Signals)?;
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
        Ok(loaded) => app.reload(loaded).await.map_err(|error| error.to_string()),
        Err(report) => Err(report),
    };
    match outcome {
        Ok(()) => info!("reloaded: {}", status::config_in_words(&app.config())),
        Err(report) => error!("not reloaded, the old config stays in force:\n{report}"),
    }
    tell(&[NotifyState::Ready]).await;
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

/// What a signal asks for.
enum Wish {
    Reload,
    Stop,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Wish {
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
