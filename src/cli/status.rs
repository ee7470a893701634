//! `status`: whether the service runs and all is well.

mod receivers;
mod view;

use std::{path::Path, time::Duration};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::{
    config,
    error::{Answer, CliError},
    output::{Output, remark},
    reload::service_of,
    stored,
};
use crate::{
    app::Live,
    clock::{Clock as _, SystemClock},
    config::{Config, of_store},
    model::{ConfigFailing, StoreFailing, time},
    store::{
        Condition, FeedStatus, MuteStatus, ReceiverStatus, ServiceRecord, Store, StoreError,
        Summary, Vitals,
    },
    web::{Control, ControlError},
};
use view::StatusLine;

/// A service that has written nothing for so long is stuck: it writes the time down each minute.
const STUCK_AFTER: Duration = Duration::from_mins(5);

/// Show whether the service runs and all is well; exit 3 if it does not run, 1 if it is stuck.
#[derive(Debug, Args)]
pub(super) struct Status {}

/// Whether the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It has the store open.
    Running,
    /// The same, but it has written nothing for minutes.
    Stuck,
    /// It ended, or never ran.
    Stopped,
    /// It ended unexpectedly: it was killed, or the machine was.
    Killed,
}

/// What the config's files hold, beside what was read of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SinceRead {
    /// What is in force, or was refused.
    Same,
    /// Something else, without an error that can be seen from here.
    Mended,
    /// Something else, with errors.
    Broken,
}

/// How many feeds are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Feeds {
    ok: usize,
    failing: usize,
    silent: usize,
    gone: usize,
    /// Not polled yet.
    new: usize,
    /// `enabled = false`.
    off: usize,
}

/// All that the store and the service know.
struct Known {
    is_in_use: bool,
    /// What the service itself says.
    live: Option<Live>,
    /// Why it does not, where it listens.
    unanswered: Option<String>,
    service: Option<ServiceRecord>,
    config_failing: Option<ConfigFailing>,
    store_failing: Option<StoreFailing>,
    feeds: Feeds,
    receivers: Vec<ReceiverStatus>,
    summary: Summary,
    vitals: Vitals,
    mutes: Vec<MuteStatus>,
}

impl Status {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let (config, files) = look(path).await?;
        let config = &config;
        let known = match stored::open(config).await {
            Ok(store) => {
                let known = Known::of(&store, config.off.feeds.len()).await;
                store.close().await;
                known?
            }
            Err(error @ (CliError::NoStore(_) | CliError::Store(StoreError::Missing { .. }))) => {
                let message = format!("not running, and never was: {error}");
                return Err(CliError::NotRunning(message));
            }
            Err(error) => return Err(error),
        };
        let now = SystemClock.now();
        let line = StatusLine::of(&known, config, &files, now);
        output.print(&line, |line| line.text(&config.timezone, now, output))?;
        match line.state {
            State::Running => Ok(true),
            State::Stuck => Ok(false),
            State::Stopped | State::Killed => {
                let message = "fivebells is not running: nothing is polled or delivered";
                Err(CliError::NotRunning(message.to_owned()))
            }
        }
    }
}

/// What the config's files hold now.
struct Files {
    /// `None` where they cannot be read.
    fingerprint: Option<String>,
    has_errors: bool,
}

/// Reads the config. Where it does not say where the store is, the service that runs with it does.
async fn look(path: &Path) -> Result<(Config, Files), CliError> {
    let error = match config::look(path) {
        Ok(loaded) => {
            let report = &loaded.warnings;
            let files = Files {
                fingerprint: Some(report.sources.fingerprint()),
                has_errors: report.errors() > 0,
            };
            return Ok((loaded.config, files));
        }
        Err(error) => error,
    };
    let Some(store) = service_of(path).await else {
        return Err(error);
    };
    remark(&error.to_string());
    let files = Files {
        fingerprint: None,
        has_errors: true,
    };
    Ok((of_store(path, store), files))
}

fn in_force(mut mutes: Vec<MuteStatus>) -> Vec<MuteStatus> {
    let now = SystemClock.now();
    mutes.retain(|mute| mute.is_in_force(now));
    mutes
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
    async fn of(store: &Store, off: usize) -> Result<Self, StoreError> {
        let is_in_use = Store::is_in_use(store.path());
        let (live, unanswered) = if is_in_use {
            match Control::of(store.path()).status().await {
                Ok(live) => (Some(live), None),
                // It may run without the socket.
                Err(ControlError::Nobody(_)) => (None, None),
                Err(error) => (None, Some(error.to_string())),
            }
        } else {
            (None, None)
        };
        // On a full disk the service cannot write down what it knows of itself.
        let service = match &live {
            Some(live) => Some(live.service.clone()),
            None => store.service().await?,
        };
        Ok(Self {
            is_in_use,
            live,
            unanswered,
            service,
            config_failing: store.config_issue().await?,
            store_failing: stored::trouble(store).await?,
            feeds: Feeds::of(&store.feeds().await?, off),
            receivers: store.receivers().await?,
            summary: store.summary().await?,
            vitals: store.vitals().await?,
            mutes: in_force(store.mutes().await?),
        })
    }

    /// Whoever has the store open without being the service is a command, and soon done.
    fn state(&self, now: Timestamp) -> State {
        let is_up = self.service.as_ref().map(|it| it.stopped_at.is_none());
        match (self.is_in_use, is_up) {
            (true, Some(true)) if self.is_silent(now) => State::Stuck,
            (true, Some(true)) => State::Running,
            (false, Some(true)) => State::Killed,
            (_, _) => State::Stopped,
        }
    }

    /// On a disk that takes nothing the service cannot write, and says so where it is asked.
    fn is_silent(&self, now: Timestamp) -> bool {
        let last = self.vitals.last_written;
        let is_troubled = self.live.as_ref().is_some_and(|live| live.polls_paused);
        let is_excused = self.unanswered.is_none() && (self.store_failing.is_some() || is_troubled);
        !is_excused && last.is_some_and(|last| time::elapsed(last, now) > STUCK_AFTER)
    }
}

impl Feeds {
    fn of(feeds: &[FeedStatus], off: usize) -> Self {
        let active = feeds.iter().filter(|feed| feed.active);
        let conditions: Vec<Condition> = active.map(FeedStatus::condition).collect();
        let count = |wanted| conditions.iter().filter(|it| **it == wanted).count();
        Self {
            ok: count(Condition::Ok),
            failing: count(Condition::Failing),
            silent: count(Condition::Silent),
            gone: count(Condition::Gone),
            new: count(Condition::New),
            off,
        }
    }

    fn text(self) -> String {
        let Self {
            ok,
            failing,
            silent,
            gone,
            new,
            off,
        } = self;
        let counts = [
            (ok, "ok"),
            (failing, "failing"),
            (silent, "silent"),
            (gone, "gone"),
            (new, "not polled yet"),
            (off, "off"),
        ];
        let counts = counts
            .iter()
            .filter(|(count, what)| *count > 0 || *what == "ok");
        let counts: Vec<String> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        counts.join(", ")
    }
}
