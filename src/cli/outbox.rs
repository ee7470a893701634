//! `outbox`: what waits, what died, and what to do about it.

use std::path::Path;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Answer, CliError, config,
    mute::{Mutes, mention},
    output::{self, Output, one_line},
    when,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    deliver::releases,
    model::{DeliveryId, Event, Hold, MuteId, SendReason},
    policy::Release,
    store::{DeliveryState, DeliveryStatus, OutboxFilter, Selection, Store},
};

/// Show what waits to be delivered, and what died.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Outbox {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
struct List {
    /// Only of this receiver.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,

    /// Only in this state: pending, delivered, dead, dropped, folded, muted; without it,
    /// pending and dead.
    #[arg(long)]
    state: Option<DeliveryState>,

    /// Only the newest so many.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: u32,

    /// With every attempt: when, how long, what came back.
    #[arg(long)]
    attempts: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Deliver these again, now; the dead too.
    Retry(Which),
    /// Never deliver these; they are kept, and shown with `--state dropped`.
    Drop(Which),
}

/// Which deliveries; several conditions must all hold.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Which {
    /// By the numbers that `outbox` shows.
    ids: Vec<i64>,

    /// All of this receiver.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,

    /// All that failed for this reason.
    #[arg(long, value_parser = reason)]
    reason: Option<SendReason>,

    /// All that mutes held.
    #[arg(long)]
    muted: bool,

    /// All that this mute held, by the number that `mute` shows.
    #[arg(long, value_name = "NUMBER")]
    mute: Option<i64>,
}

/// A delivery on the wire.
#[derive(Serialize)]
pub(super) struct DeliveryLine<'a> {
    id: i64,
    key: &'a str,
    receiver: &'a str,
    state: &'a str,
    priority: &'a str,
    r#type: &'a str,
    title: String,
    alert: Option<i64>,
    created: Timestamp,
    settled: Option<Timestamp>,
    next_due: Option<Timestamp>,
    held: Option<HeldLine>,
    folded_into: Option<i64>,
    reason: Option<&'a str>,
    detail: Option<&'a str>,
    attempts: Vec<AttemptLine<'a>>,
}

/// What a receiver's policy holds back.
#[derive(Serialize)]
struct HeldLine {
    by: Option<Hold>,
    until: Timestamp,
}

#[derive(Serialize)]
struct AttemptLine<'a> {
    number: u32,
    started: Timestamp,
    ended: Option<Timestamp>,
    reason: Option<&'a str>,
    detail: Option<&'a str>,
}

/// How many deliveries an action reached.
#[derive(Serialize)]
struct Done {
    deliveries: u64,
}

impl Outbox {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::load(path)?.config;
        let store = Store::open_beside(&config.store).await?;
        let answer = match &self.action {
            None => {
                self.list.run(&config, &store, output).await?;
                let mutes = Mutes::in_force(&store, SystemClock.now()).await?;
                mention(&mutes, &config.timezone, output)?;
                Ok(true)
            }
            Some(Action::Retry(which)) => {
                let deliveries = store.retry(which.selection(), SystemClock.now()).await?;
                done(deliveries, "due now", output)
            }
            Some(Action::Drop(which)) => {
                let deliveries = store
                    .drop_deliveries(which.selection(), SystemClock.now())
                    .await?;
                done(deliveries, "dropped", output)
            }
        };
        store.close().await;
        answer
    }
}

impl List {
    async fn run(&self, config: &Config, store: &Store, output: &Output) -> Answer {
        let now = SystemClock.now();
        let mut rows = Vec::new();
        let deliveries = self.deliveries(store).await?;
        let releases = releases(store, &config.policies, &deliveries, now).await?;
        for (delivery, release) in deliveries.iter().zip(releases) {
            if output.is_json() {
                output.print(&DeliveryLine::of(delivery, release), |_| String::new())?;
            } else {
                rows.push(row(delivery, release, now));
                if self.attempts {
                    rows.extend(attempts(delivery));
                }
            }
        }
        if !output.is_json() {
            output::table(
                &[
                    "id",
                    "receiver",
                    "state",
                    "next",
                    "tries",
                    "what",
                    "last answer",
                ],
                &rows,
            )?;
        }
        Ok(true)
    }

    async fn deliveries(&self, store: &Store) -> Result<Vec<DeliveryStatus>, CliError> {
        let states = match self.state {
            Some(state) => vec![state],
            None => vec![DeliveryState::Pending, DeliveryState::Dead],
        };
        let mut deliveries = Vec::new();
        for state in states {
            let filter = OutboxFilter {
                receiver: self.receiver.clone(),
                state: Some(state),
                limit: self.limit,
            };
            deliveries.extend(store.outbox(filter).await?);
        }
        Ok(deliveries)
    }
}

impl Which {
    fn selection(&self) -> Selection {
        Selection {
            ids: self.ids.iter().copied().map(DeliveryId).collect(),
            receiver: self.receiver.clone(),
            reason: self.reason,
            dead_only: false,
            muted_only: self.muted,
            mute: self.mute.map(MuteId),
        }
    }
}

impl<'a> DeliveryLine<'a> {
    pub(super) fn of(delivery: &'a DeliveryStatus, release: Option<Release>) -> Self {
        let held = release.map(|release| HeldLine {
            by: release.hold,
            until: release.at,
        });
        let attempts = delivery.attempts.iter().map(|attempt| AttemptLine {
            number: attempt.number,
            started: attempt.started_at,
            ended: attempt.ended_at,
            reason: attempt.reason.as_deref(),
            detail: attempt.detail.as_deref(),
        });
        Self {
            id: delivery.id.0,
            key: &delivery.key.0,
            receiver: &delivery.receiver,
            state: delivery.state.as_str(),
            priority: delivery.priority.as_str(),
            r#type: &delivery.kind,
            title: title(delivery),
            alert: delivery.alert.map(|alert| alert.0),
            created: delivery.created_at,
            settled: delivery.settled_at,
            next_due: delivery.due,
            held,
            folded_into: delivery.folded_into.map(|into| into.0),
            reason: delivery.reason.as_deref(),
            detail: delivery.detail.as_deref(),
            attempts: attempts.collect(),
        }
    }
}

fn row(delivery: &DeliveryStatus, release: Option<Release>, now: Timestamp) -> Vec<String> {
    let next = release
        .map(|release| release.at)
        .or(delivery.due)
        .map(|due| when::relative(due.max(now), now))
        .unwrap_or_default();
    let answer = match (
        release.and_then(|release| release.hold),
        delivery.folded_into,
    ) {
        (Some(hold), _) => format!("held: {hold}"),
        (None, Some(into)) => format!("told by {}", into.0),
        (None, None) => one_line(delivery.detail.as_deref().unwrap_or_default(), 80),
    };
    vec![
        delivery.id.0.to_string(),
        delivery.receiver.clone(),
        delivery.state.as_str().to_owned(),
        next,
        delivery.attempts.len().to_string(),
        one_line(&title(delivery), 60),
        answer,
    ]
}

/// A row under its delivery for each attempt.
fn attempts(delivery: &DeliveryStatus) -> Vec<Vec<String>> {
    let row = |attempt: &crate::store::AttemptStatus| {
        let took = attempt.ended_at.map_or_else(
            || "under way".to_owned(),
            |ended| {
                format!(
                    "{} ms",
                    crate::cadence::elapsed(attempt.started_at, ended).as_millis()
                )
            },
        );
        vec![
            String::new(),
            String::new(),
            attempt
                .reason
                .clone()
                .unwrap_or_else(|| "delivered".to_owned()),
            took,
            format!("#{}", attempt.number),
            attempt.started_at.to_string(),
            attempt
                .detail
                .as_deref()
                .map(|detail| one_line(detail, 80))
                .unwrap_or_default(),
        ]
    };
    delivery.attempts.iter().map(row).collect()
}

fn done(deliveries: u64, what: &str, output: &Output) -> Answer {
    output.print(&Done { deliveries }, |done| match done.deliveries {
        1 => format!("1 delivery {what}"),
        count => format!("{count} deliveries {what}"),
    })?;
    Ok(deliveries > 0)
}

/// What a delivery is about, in a few words.
fn title(delivery: &DeliveryStatus) -> String {
    let Some(notice) = &delivery.notice else {
        return "unreadable".to_owned();
    };
    match &notice.event {
        Event::Alert(alert) => alert.item.title.clone(),
        Event::DigestReady(digest) => {
            let first = digest.alerts.first().map_or("", |alert| &alert.item.title);
            format!("{} alerts: {first}", digest.count)
        }
        Event::FeedFailing(data) => format!("feed {} fails", data.feed),
        Event::FeedSilent(data) => format!("feed {} brings nothing new", data.feed),
        Event::FeedEmpty(data) => format!("feed {} is empty", data.feed),
        Event::FeedRecovered(data) => format!("feed {} is well again", data.feed),
        Event::FeedRebased(data) => format!("feed {} renamed its items", data.feed),
        Event::FeedItemsMissed(data) => format!("feed {} may have missed items", data.feed),
        Event::NetworkFailing(_) => "our own network fails".to_owned(),
        Event::NetworkRecovered(_) => "our own network is well again".to_owned(),
        Event::ReceiverFailing(data) => format!("receiver {} fails", data.receiver),
        Event::MuteEnded(data) => format!("mute of {} {} has ended", data.kind, data.name),
        Event::StoreFailing(data) => format!("store in trouble ({})", data.reason.as_str()),
        Event::StoreRecovered(_) => "store well again".to_owned(),
        Event::ReportReady(report) if report.is_well() => "all is well".to_owned(),
        Event::ReportReady(_) => "not all is well".to_owned(),
        Event::TestPing(_) => "test".to_owned(),
    }
}

fn reason(name: &str) -> Result<SendReason, String> {
    let known = SendReason::ALL
        .into_iter()
        .find(|reason| reason.as_str() == name);
    known.ok_or_else(|| {
        let names: Vec<&str> = SendReason::ALL
            .iter()
            .map(|reason| reason.as_str())
            .collect();
        format!("one of {}", names.join(", "))
    })
}
