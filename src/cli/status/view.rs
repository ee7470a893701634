//! The answer of `status`, for people and as JSON.

use std::path::Path;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    super::{output::Output, terminal::one_line, when},
    Feeds, Files, Known, SinceRead, State,
    receivers::{self, ReceiverLine},
};
use crate::{
    config::Config,
    model::{ConfigFailing, MuteKind, StoreFailing},
    store::{RefusedReload, ServiceRecord, Summary},
};

/// The answer, as JSON.
#[derive(Serialize)]
pub(super) struct StatusLine<'a> {
    pub(super) state: State,
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

impl<'a> StatusLine<'a> {
    pub(super) fn of(known: &'a Known, config: &'a Config, files: &Files, now: Timestamp) -> Self {
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

    pub(super) fn text(&self, zone: &TimeZone, now: Timestamp, output: &Output) -> String {
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
