//! Wiring: a config becomes a running program.

mod definition;
mod guard;
mod heartbeat;
mod lifecycle;
mod mutes;
mod presence;
mod probe;
mod report;
mod setup;
mod status;
mod systemd;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockWriteGuard},
    time::Duration,
};

use jiff::Timestamp;
use tracing::warn;

use crate::{
    cadence::{self, LastPoll, Rhythm},
    clock::Clock,
    config::{Config, Loaded},
    deliver::Held,
    http::Http,
    model::Feed,
    scheduler::{LoopEnded, PollTally, Scheduler},
    store::{RefusedReload, Store, StoreError},
};

pub use definition::definition;
pub use guard::{ENOUGH_BYTES, StoreGuard, StoreState};
pub use heartbeat::{Heartbeat, Minute};
pub use lifecycle::{Reload, Signals, run, wait_for_store};
pub use presence::Refusal;
pub use probe::{Fault, FeedFacts, Finding, Probes, Subject, SubjectKind, Verdict};
pub use setup::{SetupError, fetcher, matcher, notifier};
pub use status::config_in_words;

/// The program under one config file, from open to close.
#[derive(Debug)]
pub struct App {
    store: Store,
    clock: Arc<dyn Clock>,
    scheduler: Scheduler,
    in_force: RwLock<InForce>,
    started_at: Timestamp,
}

/// What a reload swaps, beside the scheduler's work.
#[derive(Debug, Clone)]
struct InForce {
    config: Arc<Config>,
    http: Http,
    /// Another one for other texts of the config's files.
    fingerprint: String,
    /// When they were read.
    loaded_at: Timestamp,
    /// The reload that was refused since.
    refused: Option<RefusedReload>,
    /// Its own tests that fail, each in words; of a reload none may.
    failed_tests: Vec<String>,
}

/// The program cannot start, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The config is well-formed but cannot be put to work.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A part of the program has ended by itself.
    #[error(transparent)]
    Ended(#[from] LoopEnded),
    /// The operating system refused a signal handler.
    #[error("cannot listen for signals: {0}")]
    Signals(#[source] std::io::Error),
}

impl App {
    /// Opens the store and builds everything; nothing runs yet.
    ///
    /// # Errors
    /// See [`AppError`]; what was opened is closed again.
    pub async fn open(loaded: Loaded, clock: Arc<dyn Clock>) -> Result<Self, AppError> {
        // Everything that can be wrong with the config is found before the store is touched.
        let (parts, config) = setup::Parts::build(loaded, &clock)?;
        guard::outlive_file_limits().map_err(AppError::Signals)?;
        guard::allow_open_files(config.poll.parallel);
        let store = Store::open(&config.store, clock.now()).await?;
        guard::keep_time(&store, clock.now(), Duration::ZERO).await?;
        sync(&store, &config, clock.as_ref()).await?;
        let in_force = InForce::of(&parts, &config, clock.now());
        let work = parts.into_work(&config, &store, &clock);
        if !in_force.failed_tests.is_empty() {
            warn!("{}", setup::tests(&in_force.failed_tests));
        }
        Ok(Self {
            scheduler: Scheduler::new(store.clone(), Arc::clone(&clock), work),
            started_at: in_force.loaded_at,
            in_force: RwLock::new(in_force),
            store,
            clock,
        })
    }

    /// Puts a new config in force, all or nothing.
    ///
    /// # Errors
    /// Why the old one stays in force.
    pub async fn reload(&self, loaded: Loaded) -> Result<(), AppError> {
        // Reads files too, so it may wait for a disk.
        let clock = Arc::clone(&self.clock);
        let built = lifecycle::aside(move || setup::Parts::build(loaded, &clock)).await;
        let (parts, mut config) = built.ok_or(SetupError::Panicked)??;
        // The store stays the one that is open: another path takes a restart.
        config.store.path.clone_from(&self.config().store.path);
        if !parts.failed_tests.is_empty() {
            return Err(SetupError::Tests(parts.failed_tests).into());
        }
        let in_force = InForce::of(&parts, &config, self.clock.now());
        let work = parts.into_work(&config, &self.store, &self.clock);
        let ready = sync(&self.store, &config, self.clock.as_ref());
        self.scheduler.swap(ready, work).await?;
        *self.in_force_mut() = in_force;
        Ok(())
    }

    /// The config in force.
    pub fn config(&self) -> Arc<Config> {
        self.in_force().config
    }

    fn in_force(&self) -> InForce {
        let in_force = self.in_force.read();
        in_force.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn in_force_mut(&self) -> RwLockWriteGuard<'_, InForce> {
        let in_force = self.in_force.write();
        in_force.unwrap_or_else(PoisonError::into_inner)
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Polls every feed that is due now, each once.
    ///
    /// # Errors
    /// The store's first.
    pub async fn poll_due(&self) -> Result<PollTally, StoreError> {
        self.scheduler.poll_due().await
    }

    /// Polls every feed that someone asked for, each once, and waits up to `patience` for those
    /// whose origins are owed a pause.
    ///
    /// # Errors
    /// The store's first.
    pub async fn poll_asked(&self, patience: Duration) -> Result<(), StoreError> {
        self.scheduler.poll_asked(patience).await
    }

    /// Sends everything that is due now; returns how many deliveries were taken.
    ///
    /// # Errors
    /// The store's first.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        self.scheduler.deliver_due().await
    }

    /// What the receivers' policies hold back now, by receiver.
    ///
    /// # Errors
    /// The store's first.
    pub async fn held(&self) -> Result<Vec<(String, Held)>, StoreError> {
        let work = self.scheduler.work();
        let mut held = Vec::new();
        for receiver in work.deliverer().names() {
            let of_receiver = work.deliverer().held(receiver).await?;
            held.extend(of_receiver.map(|of_receiver| (receiver.to_owned(), of_receiver)));
        }
        Ok(held)
    }

    /// Writes everything out and closes the store.
    pub async fn close(self) {
        let Self {
            store, scheduler, ..
        } = self;
        drop(scheduler);
        store.close().await;
    }
}

impl InForce {
    fn of(parts: &setup::Parts, config: &Config, now: Timestamp) -> Self {
        Self {
            config: Arc::new(config.clone()),
            http: parts.http(),
            fingerprint: parts.fingerprint.clone(),
            loaded_at: now,
            refused: None,
            failed_tests: parts.failed_tests.clone(),
        }
    }
}

/// Makes the store's feeds, receivers and watches those of the config, and its due times no later than the
/// config asks for.
async fn sync(store: &Store, config: &Config, clock: &dyn Clock) -> Result<(), StoreError> {
    let receivers: Vec<String> = config
        .receivers
        .iter()
        .map(|receiver| receiver.name.clone())
        .collect();
    let now = clock.now();
    store.sync(&config.feeds, &receivers, now).await?;
    let watches = config.watches.iter();
    let definitions = watches.map(|it| (it.name.clone(), definition(it, &config.entities)));
    store.sync_watches(definitions.collect(), now).await?;
    let feeds = config.feeds.iter();
    let feeds: HashMap<String, Feed> = feeds.map(|it| (it.name.clone(), it.clone())).collect();
    let longest = config.poll.max_interval;
    let plan = move |name: &str, last: &LastPoll| {
        let feed = feeds.get(name)?;
        Some(cadence::plan(last, &Rhythm::of(feed, longest, last.at)))
    };
    store.bring_forward(plan, now).await?;
    for receiver in store.receivers().await? {
        if !receiver.active && receiver.waiting > 0 {
            let (name, waiting) = (&receiver.name, receiver.waiting);
            warn!("receiver {name:?} is not in the config, deliveries that wait for it: {waiting}");
        }
    }
    Ok(())
}
