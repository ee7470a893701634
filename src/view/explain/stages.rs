//! The stages that an item comes by on its way past one watch, and what each did. Pure.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    deliveries::WatchDeliveries,
    facts::{Came, ItemFacts},
    story::StoryView,
};
use crate::{
    matcher::Clause,
    model::{IdentifiedBy, MuteKind, Watch},
    store::{AlertRecord, MuteStatus},
};

/// Where an item may have been stopped, in the order it comes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    Seen,
    Identity,
    Baseline,
    Scope,
    InForce,
    Expression,
    Update,
    Alert,
    Story,
    Mute,
    Delivery,
}

/// What a stage did.
#[derive(Debug, Serialize)]
pub(crate) struct StageReport {
    pub(crate) stage: Stage,
    pub(crate) text: String,
    /// More of it, a line each; in JSON it has fields of its own.
    #[serde(skip)]
    pub(crate) lines: Vec<String>,
}

impl Stage {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Identity => "identity",
            Self::Baseline => "baseline",
            Self::Scope => "scope",
            Self::InForce => "in force",
            Self::Expression => "expression",
            Self::Update => "update",
            Self::Alert => "alert",
            Self::Story => "story",
            Self::Mute => "mute",
            Self::Delivery => "delivery",
        }
    }
}

/// Every stage that the item came to, in order.
pub(super) fn reports(facts: &ItemFacts<'_>, position: usize, clause: &Clause) -> Vec<StageReport> {
    let watch = &facts.config.watches[position];
    let step = |stage, text| StageReport {
        stage,
        text,
        lines: Vec::new(),
    };
    let mut steps = vec![
        step(Stage::Seen, seen(facts)),
        step(Stage::Identity, identity(facts)),
        step(Stage::Baseline, baseline(facts)),
        step(Stage::Scope, scope(facts, watch)),
        step(Stage::InForce, since(facts, watch)),
        step(Stage::Expression, conclusion(clause)),
    ];
    if !facts.texts.is_single() {
        steps.push(step(Stage::Update, update(facts, watch, position)));
    }
    let Some(alert) = facts.alert(&watch.name) else {
        return steps;
    };
    let deliveries = WatchDeliveries::of(alert, &watch.name);
    let made = format!(
        "{}, {}, {}",
        alert.id,
        facts.at(alert.created_at),
        deliveries.priority(alert)
    );
    let mut lines = deliveries.lines(&facts.delivery_context);
    steps.push(step(Stage::Alert, made));
    steps.extend(facts.story.as_ref().map(story));
    steps.push(step(Stage::Mute, muted(facts, watch, alert)));
    if !lines.is_empty() {
        let text = lines.remove(0);
        let stage = Stage::Delivery;
        steps.push(StageReport { stage, text, lines });
    }
    steps
}

fn story(story: &StoryView) -> StageReport {
    let (text, lines) = story.in_words();
    StageReport {
        stage: Stage::Story,
        text: text.to_owned(),
        lines: lines.to_vec(),
    }
}

fn seen(facts: &ItemFacts<'_>) -> String {
    format!(
        "{}, by a poll of {}",
        facts.at(facts.kept.stored.seen_at),
        facts.kept.feed
    )
}

fn identity(facts: &ItemFacts<'_>) -> String {
    let edits = facts.record.earlier.len();
    let last = facts
        .record
        .earlier
        .last()
        .map(|text| facts.at(text.replaced_at));
    let edited = last.map(|at| match edits {
        1 => format!("; edited since, {at}"),
        edits => format!("; edited {edits} times since, last {at}"),
    });
    let name = facts
        .asked
        .map(|(name, by)| format!("; {name} is another name of it: {}", taken_for(by)));
    let reused = if facts.record.reuses_guid {
        ", though an earlier item had its guid: link, title and text were others"
    } else {
        ""
    };
    format!(
        "new to {}{reused}{}{}",
        facts.kept.feed,
        edited.unwrap_or_default(),
        name.unwrap_or_default()
    )
}

fn baseline(facts: &ItemFacts<'_>) -> String {
    let first = facts.feed.as_ref().and_then(|feed| feed.baseline_at);
    let first = first.map(|at| facts.at(at)).unwrap_or_default();
    match (facts.record.is_baseline, facts.kept.in_baseline) {
        (true, _) => format!("it came with the first poll, {first}, and was only stored"),
        (false, true) => "it came with the first poll, which `initial` let alert".to_owned(),
        (false, false) => format!("it came after the first poll, {first}"),
    }
}

fn scope(facts: &ItemFacts<'_>, watch: &Watch) -> String {
    let fields: Vec<&str> = watch.fields.iter().map(|field| field.as_str()).collect();
    let feeds = watch.feeds.as_ref();
    let feeds = feeds.map_or_else(|| "all feeds".to_owned(), |feeds| feeds.join(", "));
    let name = &facts.kept.feed;
    let left_out = (!facts.is_read_by(watch)).then(|| format!(", not of {name}"));
    let is_gone = facts.feed.as_ref().is_some_and(|feed| !feed.active);
    let gone = is_gone.then(|| {
        if facts.config.off.has_feed(name) {
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

fn since(facts: &ItemFacts<'_>, watch: &Watch) -> String {
    let alert = facts.alert(&watch.name).map(|alert| alert.created_at);
    if let Some(since) = facts.in_force.get(&watch.name).map(|it| it.since)
        && alert.is_some_and(|at| at < since)
    {
        let since = facts.at(since);
        return format!("changed {since}: it asked something else when this alerted");
    }
    let came = facts.not_asked(watch, facts.kept.stored.seen_at);
    let never = came.or_else(|| facts.not_asked(watch, Timestamp::MAX));
    let since = facts.in_force.get(&watch.name).map(|it| facts.at(it.since));
    let since = since.unwrap_or_default();
    never.unwrap_or_else(|| format!("unchanged since {since}"))
}

fn update(facts: &ItemFacts<'_>, watch: &Watch, position: usize) -> String {
    let on_update = watch.on_update;
    match facts.texts.came(position) {
        Came::Never => "none of its texts matches".to_owned(),
        Came::New if facts.texts.matches_now(position) => {
            "it matched before the edit too".to_owned()
        }
        Came::New => "it matched until it was edited".to_owned(),
        Came::Edited(at) => {
            let at = facts.at(at);
            format!("the edit of {at} brought it in; on_update is \"{on_update}\"")
        }
    }
}

/// The mutes that could have suppressed the alert for the watch's receivers.
fn muted(facts: &ItemFacts<'_>, watch: &Watch, alert: &AlertRecord) -> String {
    let deliveries = WatchDeliveries::of(alert, &watch.name);
    // The mute of another of its watches suppresses an alert if no third one sends it. A receiver's
    // mute also suppresses what waits.
    let is_suppressed = deliveries.are_suppressed();
    let settled = deliveries.all.iter().filter_map(|it| it.settled_at);
    let mut moments: Vec<Timestamp> = settled.filter(|_| is_suppressed).collect();
    moments.push(alert.created_at);
    let is_on_the_way = |mute: &&MuteStatus| match mute.kind {
        MuteKind::Watch if is_suppressed => alert.watches.contains(&mute.name),
        MuteKind::Watch => mute.name == watch.name,
        MuteKind::Feed => mute.name == facts.kept.feed,
        MuteKind::Tag => facts.tags().contains(&mute.name),
        MuteKind::Receiver => watch.notify.contains(&mute.name),
        // The delivery says which story was muted; stories may have been merged since.
        MuteKind::Story => {
            let says = format!("story {} was muted", mute.name);
            let mut details = deliveries.all.iter().filter_map(|it| it.detail.as_deref());
            details.any(|detail| detail.starts_with(&says))
        }
    };
    let was_in_force = |mute: &&MuteStatus| moments.iter().any(|at| mute.was_in_force(*at));
    let mutes = facts.mutes.iter().filter(was_in_force);
    let mutes = mutes.filter(is_on_the_way).map(|mute| {
        let comment = mute.comment.as_ref().map(|text| format!(" ({text})"));
        let until = mute.ended_at.unwrap_or(mute.until);
        let (since, until) = (facts.at(mute.since), facts.at(until));
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

/// Why what bore another name was taken for the item.
pub(crate) fn taken_for(by: IdentifiedBy) -> String {
    match by {
        IdentifiedBy::New | IdentifiedBy::GuidReused => {
            "it had that one when it was new".to_owned()
        }
        by => format!(
            "an item with that name was identified as this one because {}",
            by.because()
        ),
    }
}

fn conclusion(clause: &Clause) -> String {
    let matches = if clause.matched {
        "matches"
    } else {
        "does not match"
    };
    format!("{matches}: {}", clause.verdict())
}
