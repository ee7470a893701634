//! Which stage decided about an item and a watch, and how. Pure.

use jiff::Timestamp;

use super::{
    super::when,
    deliveries::WatchDeliveries,
    facts::{Came, ItemFacts},
    stages::Stage,
};
use crate::{
    matcher::Clause,
    model::{OnUpdate, Watch, time},
    store::AlertRecord,
};

/// That mutes keep it from every receiver.
const SUPPRESSED: &str = "Alerted, but suppressed";

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

    /// What it came to and why.
    pub(super) fn verdict(&self) -> String {
        // What suppresses it begins with a receiver: "suppressed for desk: …".
        let link = if self.outcome == SUPPRESSED {
            " "
        } else {
            ": "
        };
        format!("{}{link}{}", self.outcome, self.why)
    }
}

/// Which stage decided about the watch at this position of the config, and how.
pub(super) fn decide(facts: &ItemFacts<'_>, position: usize, clause: &Clause) -> Decision {
    let watch = &facts.config.watches[position];
    if let Some(alert) = facts.alert(&watch.name) {
        return of_alert(facts, alert, watch);
    }
    if !facts.is_read_by(watch) {
        let (name, feed) = (&watch.name, &facts.kept.feed);
        return Decision::stopped(Stage::Scope, format!("{name} does not read {feed}"))
            .or(format!("add {feed} to `feeds` of watch {name}"));
    }
    if facts.config.off.has_watch(&watch.name) {
        let matches = if clause.matched {
            "matches"
        } else {
            "does not match"
        };
        let came = facts.kept.stored.seen_at;
        let later = facts.off.get(&watch.name).filter(|off| !off.covers(came));
        let why = match later.map(|off| facts.at(off.since)) {
            None => format!("the watch was off; the item {matches} what it asks"),
            Some(since) => format!(
                "the watch is off, as far as is known since {since}; the item came before, no alert \
                 of it is on record, and it {matches} what the watch asks"
            ),
        };
        return Decision::stopped(Stage::InForce, why)
            .or("take out its `enabled = false`; items that came before will not alert");
    }
    let at = match facts.texts.came(position) {
        Came::Never => {
            return Decision::stopped(Stage::Expression, clause.verdict())
                .or("`fivebells try EXPR` shows what another expression would have found");
        }
        Came::New if facts.record.is_baseline => {
            let why = format!(
                "it came with the first poll of {} (baseline); `initial` keeps that from alerting",
                facts.kept.feed
            );
            return Decision::stopped(Stage::Baseline, why)
                .or("for feeds that are added later, `initial = \"all\"` or a number lets the first poll alert");
        }
        Came::Edited(at) if watch.on_update == OnUpdate::Never => {
            let at = facts.at(at);
            let why = format!("only the edit of {at} brought it in, and on_update is \"never\"");
            return Decision::stopped(Stage::Update, why)
                .or("`on_update = \"match\"` lets such edits alert");
        }
        Came::New => facts.kept.stored.seen_at,
        Came::Edited(at) => at,
    };
    without_alert(facts, watch, at)
}

/// Why there is no alert of an item that matches since then.
fn without_alert(facts: &ItemFacts<'_>, watch: &Watch, at: Timestamp) -> Decision {
    let kept_for = facts.config.store.keep_alerts;
    if time::elapsed(at, facts.now) > kept_for {
        let kept_for = when::length(kept_for);
        let why = format!("it matches, but alerts are kept for {kept_for} only");
        return Decision {
            outcome: "No longer known",
            ..Decision::stopped(Stage::Alert, why).or("`[keep] alerts` says for how long")
        };
    }
    match facts.not_asked(watch, at) {
        Some(why) => Decision::stopped(Stage::InForce, why),
        None => Decision::stopped(
            Stage::Alert,
            "it matches, but no alert of it is on record".to_owned(),
        ),
    }
}

/// What became of its alert.
fn of_alert(facts: &ItemFacts<'_>, alert: &AlertRecord, watch: &Watch) -> Decision {
    let (own, context) = (
        WatchDeliveries::of(alert, &watch.name),
        &facts.delivery_context,
    );
    // What its receiver was sent names every other watch that matched.
    let mut others = alert.deliveries.iter();
    let is_left_out =
        own.all.is_empty() && others.any(|delivery| watch.notify.contains(&delivery.receiver));
    let (stage, outcome, why) = if is_left_out {
        let why = format!("{} was muted; it was sent for other watches", watch.name);
        (Stage::Mute, "Alerted, but not sent", why)
    } else if own.are_suppressed() {
        (Stage::Mute, SUPPRESSED, own.suppressors())
    } else if own.reach(context) || own.all.is_empty() {
        (Stage::Delivery, "Alerted", own.in_words(context))
    } else {
        let why = own.in_words(context);
        (Stage::Delivery, "Alerted, but nobody has it", why)
    };
    Decision {
        stage,
        outcome,
        why,
        help: own.to_retry(context),
        reaches: outcome == "Alerted",
    }
}
