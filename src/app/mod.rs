//! Wiring: a config becomes a running program.

mod definition;
mod guard;
mod heartbeat;
mod lifecycle;
mod presence;
mod probe;
mod regular;
mod reloads;
mod scrape;
mod setup;
mod status;
mod systemd;
mod whole;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock, PoisonError, RwLock, RwLockWriteGuard, Weak},
    time::Duration,
};

use jiff::Timestamp;
use tracing::warn;

use crate::{
    clock::Clock,
    config::{Config, Loaded},
    deliver::{Deferred, Trying},
    http::Http,
    metrics::{Metrics, Names},
    model::Feed,
    notify::{ReceiverKind, ReceiverOptions},
    schedule::{self, LastPoll, Rhythm},
    scheduler::{LoopEnded, PollTally, Scheduler},
    store::{RefusedReload, Store, StoreError},
};

pub use definition::definition;
pub use guard::{ENOUGH_BYTES, StoreGuard, StoreState};
pub use heartbeat::{Heartbeat, Minute};
pub use lifecycle::{Signals, run, wait_for_store};
pub use presence::Refusal;
pub use probe::{Fault, FeedFacts, Finding, Probes, Subject, SubjectKind, Verdict};
pub use reloads::{DoorError, Doors, Reload, Reloaded, Swap};
pub use scrape::Exposition;
pub use setup::{SetupError, fetcher, matcher, notifier};
pub use status::{ConfigCounts, Live, config_counts};
pub use whole::Whole;

/// The program under one config file, from open to close.
#[derive(Debug)]
pub struct App {
    store: Store,
    clock: Arc<dyn Clock>,
    scheduler: Scheduler,
    metrics: Arc<Metrics>,
    trying: Arc<Trying>,
    in_force: RwLock<InForce>,
    reloads: reloads::Reloads,
    /// What listens for others; not there where nobody does.
    doors: OnceLock<Weak<dyn Doors>>,
    turns: whole::Turns,
    started_at: Timestamp,
    /// Of the store's writer.
    pulse: status::Pulse,
}

/// What a reload swaps, beside the scheduler's work.
#[derive(Debug, Clone)]
struct InForce {
    config: Arc<Config>,
    whole: Arc<OnceLock<Arc<Whole>>>,
    http: Http,
    /// Another one for other texts of the config's files.
    fingerprint: String,
    /// When they were read.
    loaded_at: Timestamp,
    /// The reload that was refused since.
    refused: Option<RefusedReload>,
    /// Of the files that it read.
    refused_fingerprint: Option<String>,
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
    /// An address of `[web]` cannot be listened on.
    #[error(transparent)]
    Door(#[from] DoorError),
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
        let metrics = Arc::new(Metrics::default());
        metrics.follow(&Names::default(), &scrape::names(&config));
        let trying = Arc::default();
        let work = parts.into_work(&config, &store, &clock, &metrics, &trying);
        if !in_force.failed_tests.is_empty() {
            warn!("{}", setup::tests(&in_force.failed_tests));
        }
        Ok(Self {
            scheduler: Scheduler::new(store.clone(), Arc::clone(&clock), work),
            started_at: in_force.loaded_at,
            pulse: status::Pulse::new(),
            reloads: reloads::Reloads::default(),
            in_force: RwLock::new(in_force),
            doors: OnceLock::new(),
            turns: whole::Turns::default(),
            metrics,
            trying,
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
        let built = reloads::aside(move || setup::Parts::build(loaded, &clock)).await;
        let (parts, mut config) = built.ok_or(SetupError::Panicked)??;
        self.keep_what_takes_a_restart(&mut config);
        if !parts.failed_tests.is_empty() {
            return Err(SetupError::Tests(parts.failed_tests).into());
        }
        let doors = self.open_doors(&config.web)?;
        let in_force = InForce::of(&parts, &config, self.clock.now());
        let work = parts.into_work(
            &config,
            &self.store,
            &self.clock,
            &self.metrics,
            &self.trying,
        );
        let ready = sync(&self.store, &config, self.clock.as_ref());
        self.scheduler.swap(ready, work).await?;
        let before = std::mem::replace(&mut *self.in_force_mut(), in_force);
        let names = [&before.config, &config].map(scrape::names);
        self.metrics.follow(&names[0], &names[1]);
        if let Some(swap) = doors {
            swap();
        }
        Ok(())
    }

    /// The store stays the one that is open, and its control socket the one that was made.
    fn keep_what_takes_a_restart(&self, config: &mut Config) {
        let before = self.config();
        if config.store.path != before.store.path {
            warn!("[store] url has changed: the store stays the one that is open until a restart");
            config.store.path.clone_from(&before.store.path);
        }
        if config.control != before.control {
            warn!("[control] has changed: the socket stays as it is until a restart");
            config.control = before.control.clone();
        }
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

    /// Another process has written to the store: looks now at what that made due.
    pub fn wake(&self) {
        self.scheduler.wake();
    }

    /// Returns when these feeds, or all if none is named, have been polled because someone asked, as
    /// far as that takes no more than `patience` from one poll to the next.
    ///
    /// # Errors
    /// The store's.
    pub async fn until_polled(
        &self,
        feeds: &[String],
        patience: Duration,
    ) -> Result<(), StoreError> {
        let request = self.config().http.total_timeout;
        self.scheduler.until_polled(feeds, patience, request).await
    }

    /// Polls every feed that is due now, each once.
    ///
    /// # Errors
    /// The store's first.
    pub async fn poll_due(&self) -> Result<PollTally, StoreError> {
        self.scheduler.poll_due().await
    }

    /// Polls every feed that was due at `since` already, each once, as far as its host may be asked
    /// now.
    ///
    /// # Errors
    /// The store's first.
    pub async fn poll_overdue(&self, since: Timestamp) -> Result<PollTally, StoreError> {
        self.scheduler.poll_overdue(since).await
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
    pub async fn deferred(&self) -> Result<Vec<(String, Deferred)>, StoreError> {
        let work = self.scheduler.work();
        let mut held = Vec::new();
        for receiver in work.deliverer().names() {
            let of_receiver = work.deliverer().deferred(receiver).await?;
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
            whole: Arc::default(),
            http: parts.http(),
            fingerprint: parts.fingerprint.clone(),
            loaded_at: now,
            refused: None,
            refused_fingerprint: None,
            failed_tests: parts.failed_tests.clone(),
        }
    }

    fn refuse(&mut self, refused: RefusedReload, fingerprint: Option<String>) {
        (self.refused, self.refused_fingerprint) = (Some(refused), fingerprint);
    }
}

/// The mail addresses behind the receivers that have some.
fn recipients(config: &Config) -> BTreeMap<String, Vec<String>> {
    let of = |receiver: &ReceiverOptions| match &receiver.kind {
        ReceiverKind::Email(email) => Some((receiver.name.clone(), email.to.clone())),
        _ => None,
    };
    config.receivers.iter().filter_map(of).collect()
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
    let notify = config.health.notify.clone();
    let closed = store.close_issues(&config.feeds, notify.clone(), now);
    closed.await?;
    store.sync(&config.feeds, &receivers, now).await?;
    let recipients = recipients(config);
    store.follow_recipients(recipients, notify, now).await?;
    let watches = config.watches.iter();
    let definitions = watches.map(|it| (it.name.clone(), definition(it, &config.entities)));
    store.sync_watches(definitions.collect(), now).await?;
    let [off, on] = [&config.off.watches, &config.watches]
        .map(|watches| watches.iter().map(|watch| watch.name.clone()).collect());
    store.sync_watches_off(off, on, now).await?;
    let feeds = config.feeds.iter();
    let feeds: HashMap<String, Feed> = feeds.map(|it| (it.name.clone(), it.clone())).collect();
    let longest = config.poll.max_interval;
    let plan = move |name: &str, last: &LastPoll| {
        let feed = feeds.get(name)?;
        Some(schedule::plan(last, &Rhythm::of(feed, longest, last.at)))
    };
    match store.bring_forward(plan, now).await {
        // The config is in force by now; each feed is due once more in its old rhythm.
        Err(error @ StoreError::Busy) => warn!("feeds are not brought forward: {error}"),
        brought => brought?,
    }
    for receiver in store.receivers().await? {
        if !receiver.active && receiver.waiting > 0 {
            let (name, waiting) = (&receiver.name, receiver.waiting);
            warn!("receiver {name:?} is not in the config, deliveries that wait for it: {waiting}");
        }
    }
    Ok(())
}
