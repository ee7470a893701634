//! Whether the service runs and all is well, as far as store, config and the service itself say.

mod facts;

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    mutes::Mutes,
    receivers::{self, ReceiverView},
    trouble,
};
use crate::{
    app::Live,
    config::Config,
    model::{ConfigFailing, MuteKind, StoreFailing, time},
    store::{
        self, Condition, ReceiverStatus, RefusedReload, ServiceRecord, Store, StoreError, Summary,
        Vitals,
    },
};

/// A service that has written nothing for so long is stuck: it writes the time down each minute.
const STUCK_AFTER: Duration = Duration::from_mins(5);

/// Whether the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It has the store open.
    Running,
    /// The same, but it has written nothing for minutes.
    Stuck,
    /// It ended, or never ran.
    Stopped,
    /// It ended unexpectedly: it was killed, or the machine was.
    Killed,
}

/// Whether the service runs and all is well.
#[derive(Debug, Serialize)]
pub(crate) struct StatusView<'a> {
    pub(crate) state: State,
    pub(crate) version: Option<&'a str>,
    pub(crate) started: Option<Timestamp>,
    pub(crate) stopped: Option<Timestamp>,
    /// Why it ended by itself; `null` where someone ended it.
    pub(crate) fault: Option<&'a str>,
    pub(crate) config: &'a Path,
    /// When the config in force was read.
    pub(crate) config_loaded: Option<Timestamp>,
    /// Whether its files say something else by now; `null` where nobody knows.
    pub(crate) config_changed: Option<bool>,
    /// The reload that was refused since.
    pub(crate) refused: Option<&'a RefusedReload>,
    /// The same in more detail.
    #[serde(skip)]
    pub(crate) since: SinceRead,
    /// The notice about the config that was sent.
    pub(crate) config_failing: Option<&'a ConfigFailing>,
    pub(crate) feeds: FeedCounts,
    pub(crate) receivers: Vec<ReceiverView<'a>>,
    pub(crate) mutes: Vec<MuteInForce<'a>>,
    pub(crate) alerts: u32,
    pub(crate) deliveries_waiting: u32,
    pub(crate) deliveries_dead: u32,
    pub(crate) oldest_waiting: Option<Timestamp>,
    pub(crate) last_poll: Option<Timestamp>,
    pub(crate) last_written: Option<Timestamp>,
    /// Why no feed is polled.
    pub(crate) store_failing: Option<&'a StoreFailing>,
    pub(crate) store: &'a Path,
    pub(crate) store_bytes: u64,
    /// What only the running service says, at its control socket; `null` where it does not.
    pub(crate) pid: Option<u32>,
    /// Whether no feed is polled, because the store's disk is in trouble.
    pub(crate) polls_paused: Option<bool>,
    /// Calls that wait for the store's writer.
    pub(crate) store_queue: Option<usize>,
    /// Why it does not answer there, where it should.
    pub(crate) unanswered: Option<&'a str>,
}

/// A mute in force.
#[derive(Debug, Serialize)]
pub(crate) struct MuteInForce<'a> {
    pub(crate) kind: MuteKind,
    pub(crate) name: &'a str,
    pub(crate) until: Timestamp,
}

/// What the config's files hold, beside what was read of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SinceRead {
    /// What is in force, or was refused.
    Same,
    /// Something else, without an error that can be seen from here.
    Mended,
    /// Something else, with errors.
    Broken,
}

/// How many feeds are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct FeedCounts {
    pub(crate) ok: u64,
    pub(crate) failing: u64,
    pub(crate) silent: u64,
    pub(crate) gone: u64,
    /// Not polled yet.
    pub(crate) new: u64,
    /// `enabled = false`.
    pub(crate) off: u64,
}

/// What is known of the running service beside the store.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Whether a process has the store open.
    pub(crate) is_in_use: bool,
    /// What the service says of itself.
    pub(crate) live: Option<Live>,
    /// Why it does not answer, where it listens.
    pub(crate) unanswered: Option<String>,
}

/// What the config's files hold now.
#[derive(Debug)]
pub(crate) struct Files {
    /// `None` where they cannot be read.
    pub(crate) fingerprint: Option<String>,
    pub(crate) has_errors: bool,
}

/// All that the store and the service know.
#[derive(Debug)]
pub(crate) struct Known {
    asked: Asked,
    service: Option<ServiceRecord>,
    config_failing: Option<ConfigFailing>,
    store_failing: Option<StoreFailing>,
    feeds: FeedCounts,
    receivers: Vec<ReceiverStatus>,
    summary: Summary,
    vitals: Vitals,
    mutes: Mutes,
}

impl Files {
    /// Beside what the service has read of them.
    fn since(&self, service: &ServiceRecord) -> SinceRead {
        let is_known = match &service.refused {
            Some(_) => self.fingerprint == service.refused_fingerprint,
            None => self.fingerprint.as_ref() == Some(&service.fingerprint),
        };
        match (is_known, self.has_errors) {
            (true, _) => SinceRead::Same,
            (false, false) => SinceRead::Mended,
            (false, true) => SinceRead::Broken,
        }
    }
}

impl Known {
    /// `off` feeds of the config are off.
    pub(crate) async fn of(
        store: &Store,
        asked: Asked,
        off: usize,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        // On a full disk the service cannot write down what it knows of itself.
        let service = match &asked.live {
            Some(live) => Some(live.service.clone()),
            None => store.service().await?,
        };
        Ok(Self {
            service,
            config_failing: store.config_issue().await?,
            store_failing: trouble::now(store, asked.is_in_use).await?,
            feeds: FeedCounts::of(&store.feed_counts().await?, off),
            receivers: store.receivers().await?,
            summary: store.summary().await?,
            vitals: store.vitals().await?,
            mutes: Mutes::in_force(store, now).await?,
            asked,
        })
    }

    /// Whoever has the store open without being the service is a command, and soon done.
    fn state(&self, now: Timestamp) -> State {
        let is_up = self.service.as_ref().map(|it| it.stopped_at.is_none());
        match (self.asked.is_in_use, is_up) {
            (true, Some(true)) if self.is_silent(now) => State::Stuck,
            (true, Some(true)) => State::Running,
            (false, Some(true)) => State::Killed,
            (_, _) => State::Stopped,
        }
    }

    /// On a disk that takes nothing the service cannot write, and says so where it is asked.
    fn is_silent(&self, now: Timestamp) -> bool {
        let last = self.vitals.last_written;
        let is_troubled = self
            .asked
            .live
            .as_ref()
            .is_some_and(|live| live.polls_paused);
        let is_excused =
            self.asked.unanswered.is_none() && (self.store_failing.is_some() || is_troubled);
        !is_excused && last.is_some_and(|last| time::elapsed(last, now) > STUCK_AFTER)
    }
}

impl FeedCounts {
    fn of(counts: &store::FeedCounts, off: usize) -> Self {
        let count = |condition| counts.of(condition);
        Self {
            ok: count(Condition::Ok),
            failing: count(Condition::Failing),
            silent: count(Condition::Silent),
            gone: count(Condition::Gone),
            new: count(Condition::New),
            off: off.try_into().unwrap_or(u64::MAX),
        }
    }
}

impl<'a> StatusView<'a> {
    pub(crate) fn of(known: &'a Known, config: &'a Config, files: &Files, now: Timestamp) -> Self {
        let service = known.service.as_ref();
        let Summary {
            alerts,
            waiting,
            dead,
            ..
        } = known.summary;
        let is_same_file = |service: &&ServiceRecord| {
            std::path::absolute(&config.path).is_ok_and(|path| path == service.config)
        };
        let in_force = service.filter(is_same_file);
        // A command that has taken the place of the service since has left its time, too.
        let seen_at = service.and_then(|it| it.seen_at.filter(|_| !known.asked.is_in_use));
        let mutes = known.mutes.iter().map(|mute| MuteInForce {
            kind: mute.kind,
            name: &mute.name,
            until: mute.until,
        });
        Self {
            state: known.state(now),
            version: service.map(|it| it.version.as_str()),
            started: service.map(|it| it.started_at),
            stopped: service.and_then(|it| it.stopped_at),
            fault: service.and_then(|it| it.fault.as_deref()),
            config: service.map_or(&config.path, |it| &it.config),
            config_loaded: service.map(|it| it.loaded_at),
            config_changed: in_force.map(|it| files.fingerprint.as_ref() != Some(&it.fingerprint)),
            since: in_force.map_or(SinceRead::Same, |it| files.since(it)),
            refused: service.and_then(|it| it.refused.as_ref()),
            config_failing: known.config_failing.as_ref(),
            feeds: known.feeds,
            receivers: receivers::views(&known.receivers),
            mutes: mutes.collect(),
            alerts,
            deliveries_waiting: waiting,
            deliveries_dead: dead,
            oldest_waiting: known.vitals.oldest_waiting,
            last_poll: known.vitals.last_poll,
            last_written: seen_at.or(known.vitals.last_written),
            store_failing: known.store_failing.as_ref(),
            store: &config.store.path,
            store_bytes: known.vitals.bytes,
            pid: known.asked.live.as_ref().map(|it| it.pid),
            polls_paused: known.asked.live.as_ref().map(|it| it.polls_paused),
            store_queue: known.asked.live.as_ref().map(|it| it.store_queue),
            unanswered: known.asked.unanswered.as_deref(),
        }
    }
}
