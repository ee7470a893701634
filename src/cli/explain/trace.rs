//! The way of one item past one watch: every stage, and the one that decided. Pure.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    super::when,
    texts::{Came, Texts},
    told::{Told, Ways},
};
use crate::{
    app,
    config::Config,
    matcher::Clause,
    model::time,
    model::{IdentifiedBy, MuteKind, OnUpdate, Watch},
    store::{AlertRecord, FeedStatus, ItemRecord, KeptItem, MuteStatus, WatchInForce, WatchOff},
};

/// What is known of an item, whatever the watch.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// What was asked for, where that is neither its number nor the link or id it has now, and by
    /// what the item was known under that name.
    pub(super) asked: Option<(&'a str, IdentifiedBy)>,
    pub(super) kept: &'a KeptItem,
    pub(super) record: &'a ItemRecord,
    pub(super) texts: Texts,
    pub(super) ways: Ways,
    pub(super) feed: Option<FeedStatus>,
    pub(super) mutes: &'a [MuteStatus],
    pub(super) in_force: &'a HashMap<String, WatchInForce>,
    pub(super) off: &'a HashMap<String, WatchOff>,
    pub(super) config: &'a Config,
    pub(super) now: Timestamp,
}

/// Where an item may have been stopped, in the order it comes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    Seen,
    Identity,
    Baseline,
    Scope,
    InForce,
    Expression,
    Update,
    Alert,
    Mute,
    Delivery,
}

/// What a stage did.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    pub(super) stage: Stage,
    pub(super) text: String,
    /// More of it, a line each; on the wire it has fields of its own.
    #[serde(skip)]
    pub(super) lines: Vec<String>,
}

/// What it came to, in a sentence.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) stage: Stage,
    /// `Alerted`, `Not alerted`.
    pub(super) outcome: &'static str,
    pub(super) why: String,
    /// What to do where it is not wanted.
    pub(super) help: Option<String>,
    /// Whether a receiver has it or will have it.
    pub(super) reaches: bool,
}

impl Stage {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Identity => "identity",
            Self::Baseline => "baseline",
            Self::Scope => "scope",
            Self::InForce => "in force",
            Self::Expression => "expression",
            Self::Update => "update",
            Self::Alert => "alert",
            Self::Mute => "mute",
            Self::Delivery => "delivery",
        }
    }
}

impl Decision {
    fn stopped(stage: Stage, why: String) -> Self {
        Self {
            stage,
            outcome: "Not alerted",
            why,
            help: None,
            reaches: false,
        }
    }

    fn or(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

impl Facts<'_> {
    pub(super) fn zone(&self) -> &TimeZone {
        &self.config.timezone
    }

    /// The alert of the item that counts for the watch.
    pub(super) fn alert(&self, watch: &str) -> Option<&AlertRecord> {
        let mut alerts = self.record.alerts.iter();
        alerts.find(|alert| alert.watches.iter().any(|name| name == watch))
    }

    fn at(&self, moment: Timestamp) -> String {
        when::at(moment, self.zone())
    }

    /// Which stage decided about the watch at this position of the config, and how.
    pub(super) fn decide(&self, position: usize, clause: &Clause) -> Decision {
        let watch = &self.config.watches[position];
        if let Some(alert) = self.alert(&watch.name) {
            return self.decide_told(alert, watch);
        }
        if !reads(watch, &self.kept.feed) {
            let (name, feed) = (&watch.name, &self.kept.feed);
            return Decision::stopped(Stage::Scope, format!("{name} does not read {feed}"))
                .or(format!("add {feed} to `feeds` of watch {name}"));
        }
        if self.config.off.has_watch(&watch.name) {
            let matches = if clause.matched {
                "matches"
            } else {
                "does not match"
            };
            let came = self.kept.stored.seen_at;
            let later = self.off.get(&watch.name).filter(|off| !off.covers(came));
            let why = match later.map(|off| self.at(off.since)) {
                None => format!("the watch was off; the item {matches} what it asks"),
                Some(since) => format!(
                    "the watch is off, as far as is known since {since}; the item came before, no \
                     alert of it is on record, and it {matches} what the watch asks"
                ),
            };
            return Decision::stopped(Stage::InForce, why)
                .or("take out its `enabled = false`; items that came before stay untold");
        }
        let at = match self.texts.came(position) {
            Came::Never => {
                return Decision::stopped(Stage::Expression, clause.verdict())
                    .or("`fivebells try EXPR` shows what another expression would have found");
            }
            Came::New if self.record.is_baseline => {
                let why = format!(
                    "it was there at the first poll of {} (baseline), which `initial` does not let alert",
                    self.kept.feed
                );
                return Decision::stopped(Stage::Baseline, why)
                    .or("for feeds that are added later, `initial = \"all\"` or a number lets the first poll alert");
            }
            Came::Edited(at) if watch.on_update == OnUpdate::Never => {
                let at = self.at(at);
                let why =
                    format!("only the edit of {at} brought it in, and on_update is \"never\"");
                return Decision::stopped(Stage::Update, why)
                    .or("`on_update = \"match\"` lets such edits alert");
            }
            Came::New => self.kept.stored.seen_at,
            Came::Edited(at) => at,
        };
        self.decide_unrecorded(watch, at)
    }

    /// Why there is no alert of an item that matches since then.
    fn decide_unrecorded(&self, watch: &Watch, at: Timestamp) -> Decision {
        let kept_for = self.config.store.keep_alerts;
        if time::elapsed(at, self.now) > kept_for {
            let kept_for = when::length(kept_for);
            let why = format!("it matches, but alerts are kept for {kept_for} only");
            return Decision {
                outcome: "Not known any more",
                ..Decision::stopped(Stage::Alert, why).or("`[keep] alerts` says for how long")
            };
        }
        match self.not_asked(watch, at) {
            Some(why) => Decision::stopped(Stage::InForce, why),
            None => Decision::stopped(
                Stage::Alert,
                "it matches, but no alert of it is on record".to_owned(),
            ),
        }
    }

    fn decide_told(&self, alert: &AlertRecord, watch: &Watch) -> Decision {
        let told = Told::of(alert, &watch.name);
        // What its receiver was told names every other watch that matched.
        let mut others = alert.deliveries.iter();
        let is_left_out = told.deliveries.is_empty()
            && others.any(|delivery| watch.notify.contains(&delivery.receiver));
        let (stage, outcome, why) = if is_left_out {
            let why = format!("{} was muted; it was told for other watches", watch.name);
            (Stage::Mute, "Alerted, but not told", why)
        } else if told.is_held() {
            (Stage::Mute, "Alerted, but held back", told.holders())
        } else if told.reaches(self) || told.deliveries.is_empty() {
            (Stage::Delivery, "Alerted", told.in_words(self))
        } else {
            let why = told.in_words(self);
            (Stage::Delivery, "Alerted, but nobody has it", why)
        };
        Decision {
            stage,
            outcome,
            why,
            help: told.to_retry(self),
            reaches: outcome == "Alerted",
        }
    }

    /// Why the watch was not asked at that moment, as far as the service has noted it.
    fn not_asked(&self, watch: &Watch, at: Timestamp) -> Option<String> {
        if self.config.off.has_watch(&watch.name) {
            let is_run = self.in_force.contains_key(&watch.name);
            let until = if is_run {
                "; the service runs with it until it is reloaded"
            } else {
                ""
            };
            return Some(format!("the watch is off (`enabled = false`){until}"));
        }
        let Some(in_force) = self.in_force.get(&watch.name) else {
            return Some("the service does not run with this watch yet: start or reload it".into());
        };
        if in_force.definition != app::definition(watch, &self.config.entities) {
            return Some("the service runs with another watch of this name: reload it".into());
        }
        (in_force.since > at).then(|| {
            let since = self.at(in_force.since);
            let off = self.off.get(&watch.name).filter(|off| off.covers(at));
            if let Some(on) = off.and_then(|off| off.until) {
                let on = self.at(on);
                return format!(
                    "the watch was off when this item was matched; it is on again since {on}"
                );
            }
            format!("the watch asks this only since {since}; the item came before")
        })
    }

    /// Every stage that the item came to, in order.
    pub(super) fn steps(&self, position: usize, clause: &Clause) -> Vec<Step> {
        let watch = &self.config.watches[position];
        let step = |stage, text| Step {
            stage,
            text,
            lines: Vec::new(),
        };
        let mut steps = vec![
            step(Stage::Seen, self.seen()),
            step(Stage::Identity, self.identity()),
            step(Stage::Baseline, self.baseline()),
            step(Stage::Scope, self.scope(watch)),
            step(Stage::InForce, self.since(watch)),
            step(Stage::Expression, conclusion(clause)),
        ];
        if !self.texts.is_single() {
            steps.push(step(Stage::Update, self.update(watch, position)));
        }
        let Some(alert) = self.alert(&watch.name) else {
            return steps;
        };
        let told = Told::of(alert, &watch.name);
        let made = format!(
            "{}, {}, {}",
            alert.id,
            self.at(alert.created_at),
            told.priority(alert)
        );
        let mut told = told.lines(self);
        steps.push(step(Stage::Alert, made));
        steps.push(step(Stage::Mute, self.muted(watch, alert)));
        if !told.is_empty() {
            let text = told.remove(0);
            let stage = Stage::Delivery;
            steps.push(Step {
                stage,
                text,
                lines: told,
            });
        }
        steps
    }

    fn seen(&self) -> String {
        format!(
            "{}, by a poll of {}",
            self.at(self.kept.stored.seen_at),
            self.kept.feed
        )
    }

    fn identity(&self) -> String {
        let edits = self.record.earlier.len();
        let last = self
            .record
            .earlier
            .last()
            .map(|text| self.at(text.replaced_at));
        let edited = last.map(|at| match edits {
            1 => format!("; edited since, {at}"),
            edits => format!("; edited {edits} times since, last {at}"),
        });
        let name = self
            .asked
            .map(|(name, by)| format!("; {name} is another name of it: {}", taken_for(by)));
        let reused = if self.record.reuses_guid {
            ", though an earlier item had its guid: link, title and text were others"
        } else {
            ""
        };
        format!(
            "new to {}{reused}{}{}",
            self.kept.feed,
            edited.unwrap_or_default(),
            name.unwrap_or_default()
        )
    }

    fn baseline(&self) -> String {
        let first = self.feed.as_ref().and_then(|feed| feed.baseline_at);
        let first = first.map(|at| self.at(at)).unwrap_or_default();
        match (self.record.is_baseline, self.kept.in_baseline) {
            (true, _) => format!("it came with the first poll, {first}, and was only remembered"),
            (false, true) => "it came with the first poll, which `initial` let alert".to_owned(),
            (false, false) => format!("it came after the first poll, {first}"),
        }
    }

    fn scope(&self, watch: &Watch) -> String {
        let fields: Vec<&str> = watch.fields.iter().map(|field| field.as_str()).collect();
        let feeds = watch.feeds.as_ref();
        let feeds = feeds.map_or_else(|| "all feeds".to_owned(), |feeds| feeds.join(", "));
        let name = &self.kept.feed;
        let left_out = (!reads(watch, name)).then(|| format!(", not of {name}"));
        let is_gone = self.feed.as_ref().is_some_and(|feed| !feed.active);
        let gone = is_gone.then(|| {
            if self.config.off.has_feed(name) {
                format!("; {name} is off now")
            } else {
                format!("; the config no longer has {name}")
            }
        });
        format!(
            "reads {} of {feeds}{}{}",
            fields.join(", "),
            left_out.unwrap_or_default(),
            gone.unwrap_or_default()
        )
    }

    fn since(&self, watch: &Watch) -> String {
        let alert = self.alert(&watch.name).map(|alert| alert.created_at);
        if let Some(since) = self.in_force.get(&watch.name).map(|it| it.since)
            && alert.is_some_and(|at| at < since)
        {
            let since = self.at(since);
            return format!("changed {since}: it asked something else when this alerted");
        }
        let came = self.not_asked(watch, self.kept.stored.seen_at);
        let never = came.or_else(|| self.not_asked(watch, Timestamp::MAX));
        let since = self.in_force.get(&watch.name).map(|it| self.at(it.since));
        let since = since.unwrap_or_default();
        never.unwrap_or_else(|| format!("unchanged since {since}"))
    }

    fn update(&self, watch: &Watch, position: usize) -> String {
        let on_update = watch.on_update;
        match self.texts.came(position) {
            Came::Never => "none of its texts matches".to_owned(),
            Came::New if self.texts.matches_now(position) => {
                "it matched before the edit too".to_owned()
            }
            Came::New => "it matched until it was edited".to_owned(),
            Came::Edited(at) => {
                let at = self.at(at);
                format!("the edit of {at} brought it in; on_update is \"{on_update}\"")
            }
        }
    }

    /// The tags of its feed, as the config has them.
    fn tags(&self) -> &[String] {
        let mut feeds = self.config.feeds.iter();
        let feed = feeds.find(|feed| feed.name == self.kept.feed);
        feed.map_or(&[], |feed| &feed.tags)
    }

    /// The mutes that could have held the alert from the watch's receivers.
    fn muted(&self, watch: &Watch, alert: &AlertRecord) -> String {
        let told = Told::of(alert, &watch.name);
        // Another watch's mute holds what no third one tells, a receiver's also what waits.
        let is_held = told.is_held();
        let held = told.deliveries.iter().filter_map(|it| it.settled_at);
        let mut moments: Vec<Timestamp> = held.filter(|_| is_held).collect();
        moments.push(alert.created_at);
        let is_on_the_way = |mute: &&MuteStatus| match mute.kind {
            MuteKind::Watch if is_held => alert.watches.contains(&mute.name),
            MuteKind::Watch => mute.name == watch.name,
            MuteKind::Feed => mute.name == self.kept.feed,
            MuteKind::Tag => self.tags().contains(&mute.name),
            MuteKind::Receiver => watch.notify.contains(&mute.name),
        };
        let was_in_force = |mute: &&MuteStatus| moments.iter().any(|at| mute.was_in_force(*at));
        let mutes = self.mutes.iter().filter(was_in_force);
        let mutes = mutes.filter(is_on_the_way).map(|mute| {
            let comment = mute.comment.as_ref().map(|text| format!(" ({text})"));
            let until = mute.ended_at.unwrap_or(mute.until);
            let (since, until) = (self.at(mute.since), self.at(until));
            let comment = comment.unwrap_or_default();
            format!(
                "{} {} from {since} until {until}{comment}",
                mute.kind, mute.name
            )
        });
        let mutes: Vec<String> = mutes.collect();
        if mutes.is_empty() {
            return "none was in force".to_owned();
        }
        mutes.join("; ")
    }
}

/// Why what bore another name was taken for the item.
pub(super) fn taken_for(by: IdentifiedBy) -> String {
    match by {
        IdentifiedBy::New | IdentifiedBy::GuidReused => {
            "it had that one when it was new".to_owned()
        }
        by => format!(
            "what had that one was taken for it because {}",
            by.because()
        ),
    }
}

fn reads(watch: &Watch, feed: &str) -> bool {
    let feeds = watch.feeds.as_ref();
    feeds.is_none_or(|feeds| feeds.iter().any(|name| name == feed))
}

fn conclusion(clause: &Clause) -> String {
    let matches = if clause.matched {
        "matches"
    } else {
        "does not match"
    };
    format!("{matches}: {}", clause.verdict())
}
