//! What is kept: feeds and their schedule, items and everything ever seen, alerts, the outbox.
//!
//! The contract:
//! - A call that writes is one transaction. When it answers, the result is on the disk and
//!   survives a power cut; when it answers with an error, nothing of it was written. What works on
//!   any number of rows is several, each of some milliseconds, so that nobody waits: to retry, drop,
//!   suppress, prune, and to follow a config of hundreds of changes.
//! - Calls run in the order they came, on one thread, and are committed in groups; one that fails
//!   or panics is undone alone.
//! - A call that reads sees one moment, with everything that was answered as written before.
//! - **A lease is only a due time in the future.** [`claim_origins`](Store::claim_origins) and
//!   [`claim_deliveries`](Store::claim_deliveries) move the due time on and give out a `fence`;
//!   [`commit_poll`](Store::commit_poll) and [`settle`](Store::settle) write only if the fence is
//!   still the same. Whoever comes late writes nothing.
//! - Alerts that [`fold`](Store::fold) into one delivery are either all folded and it is there, or
//!   none and it is not.
//! - Where another process writes, calls wait five seconds for it and are then answered so; how a
//!   poll or an attempt ended is recorded when it is over, however long that takes.
//! - After a crash, [`open`](Store::open) makes due again what the dead daemon had claimed. What
//!   it had sent without recording how that went is sent again, under the same key.
//!
//! The database engine is behind the two methods of `engine::Tx`; all other SQL is portable.

mod alerts;
mod closed;
mod columns;
mod condition;
mod disk;
mod engine;
mod error;
mod feeds;
mod gauges;
mod items;
mod meta;
mod mutes;
mod notifications;
mod origin;
mod outbox;
mod overview;
mod own_issues;
mod parts;
mod polls;
mod private;
mod prune;
mod record;
mod recover;
mod report;
mod service;
mod step_back;
mod stories;
mod summary;
mod sync;
#[cfg(test)]
pub(crate) mod testing;
mod watches;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;

use self::{
    disk::Files,
    engine::{
        Tx,
        sqlite::{Patience, Sqlite},
    },
    summary::LastPoll,
};
use crate::model::DeliveryKey;

pub use self::{
    alerts::{AlertFilter, AlertLag, AlertPage, AlertSearch},
    condition::Condition,
    disk::BALLAST_BYTES,
    error::StoreError,
    feeds::{FeedCounts, FeedFilter, FeedStatus},
    gauges::{FeedGauge, Gauges, ReceiverGauge},
    items::{ItemCount, ItemCursor, ItemFilter, KeptItem, NamedItems, StoredItem},
    mutes::{MuteStatus, Muted, NewMute, Unmuted},
    notifications::{Finding, IssueLog, Notified},
    outbox::{
        AttemptStatus, DeliveryClaim, DeliveryState, DeliveryStatus, Folded, LinedUp, Lineup,
        Missed, NewDelivery, NotifiedUnreached, ONE_BY_ONE, OutboxCount, OutboxFilter,
        OutboxSearch, ParseDeliveryStateError, ReceiverState, ReceiverStatus, ReceiverUpdate,
        Reception, Selection, SettleTo, Settlement, Unreached,
    },
    overview::Overview,
    polls::{
        AlertReceiver, Alias, Asked, Backfill, Baseline, Claimed, Continuity, Empty, FeedState,
        Health, HealthUpdate, KnownItem, Move, Moved, Neighbour, NewAlert, NewItem, NextPoll,
        OriginPause, OutageChange, PollClaim, PollCommit, PollCommitted, PollRead, PollReport,
        PollResult, PolledOnce, PolledTo, REFRESH_AFTER, Reach, Recalled, RecentPolls, Recovery,
        Revision, Silence, Unreachable, Unread,
    },
    prune::Pruned,
    record::{AlertRecord, EarlierText, ItemRecord, SeenItem, WatchInForce},
    report::ReportPlan,
    service::{RefusedReload, ServiceRecord},
    stories::{
        Joined, NearItem, NewStory, NotJoined, StoryChange, StoryCursor, StoryDelivery,
        StoryFilter, StoryItem, StoryMerge, StoryRecord, StoryRefusal, StoryRule, StorySplit,
        StoryStatus, Unjoined,
    },
    summary::{Summary, Vitals},
    watches::{WatchHits, WatchOff, WatchRecord},
};

/// Where the store is and how long it keeps what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// The SQLite file.
    pub path: PathBuf,
    /// How long items without an alert are kept.
    pub keep_items: Duration,
    /// How long alerts, their items and settled deliveries are kept.
    pub keep_alerts: Duration,
}

/// A handle on the open store; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Sqlite,
    options: Arc<StoreOptions>,
    /// This store's part of every delivery key.
    identity: Arc<str>,
    /// The files that were opened.
    files: Files,
    /// What it answered first where its content cannot be read.
    damage: Arc<OnceLock<StoreError>>,
    last_poll: Arc<LastPoll>,
}

/// What looks for the writes of other processes.
#[derive(Debug)]
pub struct Others(engine::sqlite::Others);

impl Others {
    /// Whether they have written since this was last asked; the first time, no. To ask costs next to
    /// nothing where nobody has written.
    pub async fn have_written(&mut self) -> Result<bool, StoreError> {
        self.0.have_written().await
    }
}

impl Store {
    /// Opens the store for the daemon: creates or migrates it, refuses a second daemon, and makes
    /// due what a dead one had claimed.
    ///
    /// # Errors
    /// [`Locked`](StoreError::Locked), [`Newer`](StoreError::Newer),
    /// [`NotOurs`](StoreError::NotOurs): the file was not touched.
    pub async fn open(options: &StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        let open = || Self::start(options, |options| Sqlite::open(&options.path));
        let store = match open().await {
            // Opening writes, and that is what the reserve is for.
            Err(error) if error.is_full() && disk::drop_beside(&options.path) => open().await,
            opened => opened,
        };
        let named = |error: StoreError| error.of_opening(&options.path);
        let store = store.map_err(named)?;
        let recovered = store.write(move |tx| recover::recover(tx, now)).await;
        recovered.map_err(named)?;
        Ok(store)
    }

    /// Opens the store for a command that runs beside the daemon, or without one. Writes wait up
    /// to five seconds for the daemon's.
    ///
    /// # Errors
    /// [`Missing`](StoreError::Missing), [`Older`](StoreError::Older),
    /// [`Newer`](StoreError::Newer), [`NotOurs`](StoreError::NotOurs): the file was not touched.
    pub async fn open_beside(options: &StoreOptions) -> Result<Self, StoreError> {
        let opened = Self::start(options, |options| Sqlite::open_beside(&options.path)).await;
        opened.map_err(|error| error.of_opening(&options.path))
    }

    /// Copies the store to the file `to`, whole and on the disk when this answers, beside a daemon
    /// or without one. An earlier copy that is there is replaced. In the copy ids count on from
    /// higher numbers, so that receivers know every notice from those that were sent meanwhile.
    ///
    /// # Errors
    /// [`Missing`](StoreError::Missing); [`NoBackup`](StoreError::NoBackup),
    /// [`OwnFile`](StoreError::OwnFile): what is at `to` was not touched.
    pub async fn back_up(options: &StoreOptions, to: &Path) -> Result<(), StoreError> {
        let (from, to) = (options.path.clone(), to.to_owned());
        let copied = tokio::task::spawn_blocking(move || Sqlite::back_up(&from, &to)).await;
        copied.expect("a copy that panics is a fault of ours")
    }

    async fn start(
        options: &StoreOptions,
        open: impl FnOnce(&StoreOptions) -> Result<Sqlite, StoreError> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let options = Arc::new(options.clone());
        let opening = Arc::clone(&options);
        let engine = tokio::task::spawn_blocking(move || open(&opening))
            .await
            .map_err(|_| StoreError::Closed)??;
        let identity = match engine.read(meta::name).await? {
            Some(name) => name,
            None => engine.write(Patience::Short, meta::create_name).await?,
        };
        Ok(Self {
            files: Files::of(&options.path),
            damage: Arc::default(),
            last_poll: Arc::default(),
            engine,
            options,
            identity: identity.into(),
        })
    }

    /// The id under which receivers know something of this store that is no delivery.
    pub fn key(&self, name: &str) -> DeliveryKey {
        DeliveryKey(format!("{}-{name}", self.identity))
    }

    /// Looks for what other processes write: commands beside the daemon.
    pub fn others(&self) -> Others {
        Others(engine::sqlite::Others::of(
            self.engine.clone(),
            &self.options.path,
        ))
    }

    /// Answers once the writer thread has come to it: it lives. Writes nothing, so a full disk,
    /// which a restart would not empty, does not look like a dead thread.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.write(|_| Ok(())).await
    }

    /// Calls that wait for the writer.
    pub fn queued(&self) -> usize {
        self.engine.queued()
    }

    /// Does what is queued, writes the log back into the file and lets go of it. Clones get
    /// [`StoreError::Closed`] from now on.
    pub async fn close(self) {
        self.engine.close().await;
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let answer = self.engine.write(Patience::Short, work).await;
        answer.inspect_err(|error| self.note_damage(error))
    }

    /// The same of what was done already and is to be recorded: where another process writes, it
    /// waits until that is over, before all other calls.
    async fn record<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let answer = self.engine.write(Patience::Long, work).await;
        answer.inspect_err(|error| self.note_damage(error))
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let answer = self.engine.read(work).await;
        answer.inspect_err(|error| self.note_damage(error))
    }
}

#[cfg(test)]
mod tests;
