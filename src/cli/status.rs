//! `status`: whether the service runs and all is well.

mod receivers;

use std::{path::Path, time::Duration};

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    config,
    error::{Answer, CliError},
    output::{Output, remark},
    reload::service_of,
    stored,
    terminal::one_line,
    when,
};
use crate::{
    app::Live,
    clock::{Clock as _, SystemClock},
    config::{Config, of_store},
    model::time,
    model::{ConfigFailing, MuteKind, StoreFailing},
    store::{
        Condition, FeedStatus, MuteStatus, ReceiverStatus, RefusedReload, ServiceRecord, Store,
        StoreError, Summary, Vitals,
    },
    web::{Control, ControlError},
};
use receivers::ReceiverLine;

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

/// The answer, as JSON.
#[derive(Serialize)]
struct StatusLine<'a> {
    state: State,
    version: Option<&'a str>,
    started: Option<Timestamp>,
    stopped: Option<Timestamp>,
    /// Why it ended by itself; `null` where someone ended it.
    fault: Option<&'a str>,
    config: &'a Path,
    /// When the config in force was read.
    config_loaded: Option<Timestamp>,
    /// Whether its files say something else by now; `null` where nobody knows.
    config_changed: Option<bool>,
    /// The reload that was refused since.
    refused: Option<&'a RefusedReload>,
    #[serde(skip)]
    since: SinceRead,
    /// The notice about the config that was sent.
    config_failing: Option<&'a ConfigFailing>,
    feeds: Feeds,
    receivers: Vec<ReceiverLine<'a>>,
    mutes: Vec<MuteLine<'a>>,
    alerts: u32,
    deliveries_waiting: u32,
    deliveries_dead: u32,
    oldest_waiting: Option<Timestamp>,
    last_poll: Option<Timestamp>,
    last_written: Option<Timestamp>,
    /// Why no feed is polled.
    store_failing: Option<&'a StoreFailing>,
    store: &'a Path,
    store_bytes: u64,
    /// What only the running service says, at its control socket; `null` where it does not.
    pid: Option<u32>,
    /// Whether no feed is polled, because the store's disk is in trouble.
    polls_paused: Option<bool>,
    /// Calls that wait for the store's writer.
    store_queue: Option<usize>,
    /// Why it does not answer there, where it should.
    unanswered: Option<&'a str>,
}

/// A mute in force, as JSON.
#[derive(Serialize)]
struct MuteLine<'a> {
    kind: MuteKind,
    name: &'a str,
    until: Timestamp,
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

impl<'a> StatusLine<'a> {
    fn of(known: &'a Known, config: &'a Config, files: &Files, now: Timestamp) -> Self {
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
        let seen_at = service.and_then(|it| it.seen_at.filter(|_| !known.is_in_use));
        let mutes = known.mutes.iter().map(|mute| MuteLine {
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
            receivers: receivers::lines(&known.receivers),
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
            pid: known.live.as_ref().map(|it| it.pid),
            polls_paused: known.live.as_ref().map(|it| it.polls_paused),
            store_queue: known.live.as_ref().map(|it| it.store_queue),
            unanswered: known.unanswered.as_deref(),
        }
    }

    fn text(&self, zone: &TimeZone, now: Timestamp, output: &Output) -> String {
        let moment = |at: Option<Timestamp>| {
            at.map_or_else(
                || "never".to_owned(),
                |at| format!("{}, {}", when::at(at, zone), when::relative(at, now)),
            )
        };
        let state = match self.state {
            State::Running => format!("running since {}", moment(self.started)),
            State::Stuck => format!("stuck: nothing written since {}", moment(self.last_written)),
            State::Stopped if self.stopped.is_none() => "not running, and never was".to_owned(),
            State::Stopped => match self.fault {
                Some(fault) => format!("not running; failed {}: {fault}", moment(self.stopped)),
                None => format!("not running; stopped {}", moment(self.stopped)),
            },
            State::Killed => format!(
                "not running; it ended unexpectedly after {}",
                moment(self.last_written)
            ),
        };
        let waiting = match self.oldest_waiting {
            None => "none waiting".to_owned(),
            oldest => format!(
                "{} waiting, since {}",
                self.deliveries_waiting,
                moment(oldest)
            ),
        };
        let mut lines = vec![("service", state)];
        lines.extend(self.config_lines(&moment));
        lines.push(("feeds", self.feeds.text()));
        let mut name = "receivers";
        for line in receivers::text(&self.receivers, zone, now) {
            lines.push((std::mem::take(&mut name), line));
        }
        let mut name = "muted";
        for mute in &self.mutes {
            let until = moment(Some(mute.until));
            let text = format!("{} {} until {until}", mute.kind, mute.name);
            lines.push((std::mem::take(&mut name), text));
        }
        lines.push(("alerts", self.alerts.to_string()));
        lines.push((
            "deliveries",
            format!("{waiting}, {} dead", self.deliveries_dead),
        ));
        lines.push(("last poll", moment(self.last_poll)));
        lines.push(("heartbeat", moment(self.last_written)));
        let mebibytes = self.store_bytes.div_ceil(1 << 20);
        lines.push((
            "store",
            format!("{}, {mebibytes} MiB", self.store.display()),
        ));
        if let Some(unanswered) = self.unanswered {
            lines.push(("answer", format!("none: {}", one_line(unanswered, 300))));
        }
        if let Some(trouble) = self.store_failing {
            let since = moment(Some(trouble.since));
            let error = one_line(&trouble.error, 300);
            lines.push((
                "trouble",
                format!("no feed is polled since {since}: {error}"),
            ));
        }
        if self.store_failing.is_none() && self.polls_paused == Some(true) {
            let text = "no feed is polled: the store's disk is in trouble";
            lines.push(("trouble", text.to_owned()));
        }
        output.facts(&lines)
    }

    fn config_lines(
        &self,
        moment: &dyn Fn(Option<Timestamp>) -> String,
    ) -> Vec<(&'static str, String)> {
        let path = self.config.display();
        let read = self
            .config_loaded
            .map(|at| format!(", read {}", moment(Some(at))));
        let mut lines = vec![("config", format!("{path}{}", read.unwrap_or_default()))];
        let since = match (self.since, self.refused) {
            (SinceRead::Same, _) => None,
            (SinceRead::Mended, None) => Some("changed since; `fivebells reload` takes it"),
            (SinceRead::Mended, Some(_)) => {
                Some("changed since the refusal; `fivebells reload` tries it again")
            }
            (SinceRead::Broken, None) => Some("changed since, with errors: see `fivebells check`"),
            (SinceRead::Broken, Some(_)) => {
                Some("changed since the refusal, still with errors: see `fivebells check`")
            }
        };
        let of_fault = |what: String, error: &str| {
            let errors = error.lines().map(|line| ("", one_line(line, 300)));
            std::iter::once(("", what))
                .chain(errors)
                .collect::<Vec<_>>()
        };
        match (self.refused, self.config_failing) {
            (Some(refused), _) => {
                let at = moment(Some(refused.at));
                let what = format!("reload refused {at}, the old one is in force:");
                lines.extend(of_fault(what, &refused.error));
            }
            (None, Some(failing)) => {
                let what = format!("its tests fail since {}:", moment(Some(failing.since)));
                lines.extend(of_fault(what, &failing.error));
            }
            (None, None) => {}
        }
        lines.extend(since.map(|what| ("", what.to_owned())));
        lines
    }
}
