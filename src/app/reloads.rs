//! Reloads: who asked for one, and what it came to.
//!
//! SIGHUP and the control socket ask alike. What is asked for while one runs is reloaded once more,
//! because that one may have read the files as they were before: each who asked hears of a read that
//! began after the asking. A reload also opens and closes the addresses at which others ask.

use std::{
    fmt, io,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use sd_notify::NotifyState;
use tokio::sync::{Notify, oneshot};
use tracing::{error, info, warn};

use super::{App, AppError, Refusal, SetupError, status, systemd::tell};
use crate::config::{Loaded, WebAddress, WebOptions};

/// Reads the config file again: a new config, or the report of all that is wrong with it.
pub type Reload = dyn Fn() -> Result<Loaded, Refusal> + Send + Sync;

/// What is asked of the running service.
pub(super) enum Request {
    Reload,
    Stop,
}

/// What a reload comes to: the new config is in force, or why not.
pub type Reloaded = Result<(), Refusal>;

/// Those who asked for a reload and wait for what it comes to.
#[derive(Debug)]
pub(super) struct Reloads {
    /// `None` once nobody reloads any more.
    waiting: Mutex<Option<Vec<oneshot::Sender<Reloaded>>>>,
    asked: Notify,
}

impl Default for Reloads {
    fn default() -> Self {
        Self {
            waiting: Mutex::new(Some(Vec::new())),
            asked: Notify::new(),
        }
    }
}

impl Reloads {
    /// Returns when somebody has asked; forgets nothing where it is dropped before.
    pub(super) async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Those who have asked so far: they wait for the read that begins now.
    fn take(&self) -> Vec<oneshot::Sender<Reloaded>> {
        self.waiting()
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// Nobody reloads any more: those who wait hear so.
    pub(super) fn end(&self) {
        *self.waiting() = None;
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Vec<oneshot::Sender<Reloaded>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Asks the running service to reload, and waits for what it comes to: a read that begins after
    /// this. `None` where the service ends before. Whoever leaves takes nothing back.
    pub async fn ask_for_reload(&self) -> Option<Reloaded> {
        let (answer, verdict) = oneshot::channel();
        self.reloads.waiting().as_mut()?.push(answer);
        self.reloads.asked.notify_one();
        verdict.await.ok()
    }
}

/// Reloads whenever it is asked for, until it is asked to stop, in the middle of a reload too: that
/// may wait for a disk that is dead.
pub(super) async fn reload_when_asked(
    app: &App,
    reload: &Arc<Reload>,
    mut next: impl AsyncFnMut() -> Request,
) {
    while let Request::Reload = next().await {
        let mut is_stale = true;
        while is_stale {
            is_stale = false;
            let mut reloaded = pin!(reload_config(app, reload));
            loop {
                tokio::select! {
                    () = &mut reloaded => break,
                    request = next() => match request {
                        Request::Stop => return,
                        // What it reads may be what stood there before.
                        Request::Reload => is_stale = true,
                    },
                }
            }
        }
    }
}

async fn reload_config(app: &App, reload: &Arc<Reload>) {
    // Before it reads: who asks from now on waits for the next.
    let waiting = app.reloads.take();
    info!("reloading");
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]).await,
        Err(error) => warn!("no monotonic clock for systemd: {error}"),
    }
    let read = Arc::clone(reload);
    let outcome = match aside(move || read()).await {
        Some(Ok(loaded)) => {
            let fingerprint = Some(loaded.warnings.sources.fingerprint());
            app.reload(loaded).await.map_err(|error| Refusal {
                fingerprint,
                ..error.into()
            })
        }
        Some(Err(refusal)) => Err(refusal),
        None => Err(AppError::from(SetupError::Panicked).into()),
    };
    match &outcome {
        Ok(()) => info!("reloaded: {}", status::config_counts(&app.config())),
        Err(refusal) => error!(
            "not reloaded, the old config stays in force:\n{}",
            refusal.report
        ),
    }
    tell(&[NotifyState::Ready]).await;
    app.conclude_reload(outcome.clone().err()).await;
    for answer in waiting {
        // Who has left wants to know nothing.
        let _ = answer.send(outcome.clone());
    }
    if let Some(line) = status::line(app).await {
        tell(&[NotifyState::Status(&line)]).await;
    }
}

/// Does on a thread of its own what may wait for a disk; `None` where it panics. Not on one of the
/// runtime's: it would not end before that.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, answer) = oneshot::channel();
    let thread = std::thread::Builder::new().name("reload".to_owned());
    // Nobody may be waiting any more.
    let started = thread.spawn(move || drop(done.send(work())));
    started.ok()?;
    answer.await.ok()
}

/// Puts what was opened in force.
pub type Swap = Box<dyn FnOnce() + Send>;

/// The doors at which others ask, in the hands of a layer above.
pub trait Doors: fmt::Debug + Send + Sync {
    /// Opens those that the config asks for and that are not open. Nothing else changes until the
    /// swap is called; where it is dropped, those are closed again.
    ///
    /// # Errors
    /// The first that cannot be opened.
    fn prepare(self: Arc<Self>, options: &WebOptions) -> Result<Swap, DoorError>;
}

/// An address of `[web] listen` at which nobody can listen.
#[derive(Debug, thiserror::Error)]
#[error("[web] cannot listen on {address}: {cause}; help: {help}")]
pub struct DoorError {
    /// The address.
    pub address: WebAddress,
    /// The system's word.
    pub cause: io::Error,
    /// What to do.
    pub help: &'static str,
}

impl App {
    /// From now on a reload swaps these too.
    /// Weakly: what is asked at them ends here, so they hold the program.
    pub fn attend(&self, doors: Weak<dyn Doors>) {
        // A second set of doors would be a fault of the caller; the first stays.
        let _ = self.doors.set(doors);
    }

    /// Opens what a new config asks for.
    pub(super) fn open_doors(&self, options: &WebOptions) -> Result<Option<Swap>, DoorError> {
        let doors = self.doors.get().and_then(Weak::upgrade);
        doors.map(|doors| doors.prepare(options)).transpose()
    }
}

#[cfg(test)]
mod tests;
