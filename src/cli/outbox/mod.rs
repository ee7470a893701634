//! `outbox`: the deliveries that wait, those that are dead, and what to do about them.

use std::{collections::BTreeSet, path::Path};

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    config,
    error::{Answer, CliError},
    mute::mention,
    output::{self, Output},
    stored,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    deliver::releases,
    delivery_policy::Release,
    model::{DeliveryId, MuteId, SendReason},
    store::{
        AttemptStatus, DeliveryState, DeliveryStatus, OutboxFilter, ReceiverStatus, Selection,
        Store,
    },
    view::{
        mutes::Mutes,
        names, number,
        outbox::{self, DeliveryView, Reached},
        receivers, when,
        words::one_line,
    },
};

/// The columns of [`row`].
const HEADING: [&str; 7] = [
    "id",
    "receiver",
    "state",
    "when",
    "tries",
    "what",
    "last answer",
];

/// Show the deliveries that wait, and those that are dead.
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
    /// Only deliveries for this receiver.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,

    /// Only deliveries in this state; by default pending and dead.
    #[arg(long, value_parser = states())]
    state: Option<DeliveryState>,

    /// Show at most N of a state, the newest.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: u32,

    /// Show every attempt: when it was, how long it took, and the answer.
    #[arg(long)]
    attempts: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make deliveries due now that wait, are dead or were suppressed. This ends the back-off of their
    /// receivers, and sends to a receiver that is muted or off too. A digest, quiet hours and a rate
    /// limit still apply.
    Retry(Which),
    /// Never send deliveries that wait, are dead or were suppressed. They are kept, and
    /// `--state dropped` shows them. One that is being sent at this moment may still arrive.
    Drop(Which),
}

/// Which deliveries; they must meet all conditions.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Which {
    /// Their numbers as `outbox` shows them, such as d17, or the ids of their notices.
    #[arg(value_name = "DELIVERY")]
    numbers: Vec<String>,

    /// All deliveries for this receiver.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,

    /// All deliveries that failed for this reason.
    #[arg(long, value_parser = reasons())]
    reason: Option<SendReason>,

    /// All deliveries that mutes suppressed.
    #[arg(long)]
    muted: bool,

    /// All deliveries that this mute suppressed, by the number that `mute` shows.
    #[arg(long, value_name = "NUMBER")]
    mute: Option<i64>,
}

impl Outbox {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let store = stored::open(&config).await?;
        let receiver = self.receiver();
        let known = names::receivers(&config, &store).await?;
        names::check("receiver", receiver, known.iter().map(String::as_str))?;
        let answer = match &self.action {
            None => {
                self.list.run(&config, &store, output).await?;
                let mutes = Mutes::in_force(&store, SystemClock.now()).await?;
                mention(&mutes, &config.timezone, output)?;
                stored::mention_stopped(&store).await?;
                Ok(true)
            }
            Some(Action::Retry(which)) => {
                let ids = which.ids(&store).await?;
                let unreached = unreached(&ids, &store).await?;
                let selection = which.selection(ids);
                let deliveries = store.retry(selection, SystemClock.now()).await?;
                stored::wake(&store).await;
                done(deliveries, "due now", unreached, output)
            }
            Some(Action::Drop(which)) => {
                let ids = which.ids(&store).await?;
                let unreached = unreached(&ids, &store).await?;
                let selection = which.selection(ids);
                let deliveries = store.drop_deliveries(selection, SystemClock.now()).await?;
                stored::wake(&store).await;
                done(deliveries, "dropped", unreached, output)
            }
        };
        store.close().await;
        answer
    }

    /// The receiver that was named.
    fn receiver(&self) -> Option<&str> {
        let named = match &self.action {
            None => &self.list.receiver,
            Some(Action::Retry(which) | Action::Drop(which)) => &which.receiver,
        };
        named.as_deref()
    }
}

impl List {
    async fn run(&self, config: &Config, store: &Store, output: &Output) -> Answer {
        let now = SystemClock.now();
        let deliveries = self.deliveries(store).await?;
        let releases = releases(store, &config.policies, &deliveries, now).await?;
        let receivers = receivers::by_name(store).await?;
        let mut rows = Vec::new();
        for (delivery, release) in deliveries.iter().zip(releases) {
            let receiver = receivers.get(&delivery.receiver);
            if output.is_json() {
                let line = DeliveryView::of(delivery, release, receiver);
                output.print(&line, |_| String::new())?;
                continue;
            }
            rows.push(row(delivery, release, receiver, (now, &config.timezone)));
            if self.attempts {
                rows.extend(attempts(delivery, &config.timezone));
            }
        }
        if !output.is_json() {
            if rows.is_empty() {
                let nothing = self.nothing();
                output.say(&nothing)?;
            } else {
                output.table(&HEADING, &rows)?;
            }
            for line in receivers::troubles(&receivers, &deliveries, &config.timezone, now) {
                output.say(&line)?;
            }
        }
        Ok(true)
    }

    /// That there is nothing to show, in words.
    fn nothing(&self) -> String {
        let what = match self.state {
            Some(state) => format!("no delivery is {state}"),
            None => "nothing waits and nothing is dead".to_owned(),
        };
        let whose = self.receiver.as_ref().map(|name| format!(" for {name}"));
        what + &whose.unwrap_or_default()
    }

    async fn deliveries(&self, store: &Store) -> Result<Vec<DeliveryStatus>, CliError> {
        let states = match self.state {
            Some(state) => vec![state],
            None => vec![DeliveryState::Pending, DeliveryState::Dead],
        };
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut deliveries = Vec::new();
        for state in states {
            let filter = OutboxFilter {
                receiver: self.receiver.clone(),
                state: Some(state),
                limit: self.limit.saturating_add(1),
            };
            let mut found = store.outbox(filter).await?;
            if found.len() > limit {
                found.truncate(limit);
                output::remark(&format!(
                    "only the newest {limit} that are {state} are shown; `-n` shows more"
                ));
            }
            deliveries.extend(found);
        }
        Ok(deliveries)
    }
}

/// A row of the table.
fn row(
    delivery: &DeliveryStatus,
    release: Option<Release>,
    receiver: Option<&ReceiverStatus>,
    (now, zone): (Timestamp, &TimeZone),
) -> Vec<String> {
    vec![
        delivery.id.to_string(),
        delivery.receiver.clone(),
        delivery.state.as_str().to_owned(),
        outbox::moment(delivery, release, receiver, now),
        delivery.attempts.len().to_string(),
        one_line(&outbox::title(delivery), 60),
        outbox::answer(delivery, release, zone),
    ]
}

/// A row under its delivery for each attempt.
fn attempts(delivery: &DeliveryStatus, zone: &TimeZone) -> Vec<Vec<String>> {
    let row = |attempt: &AttemptStatus| {
        let took = outbox::took(attempt).map(|took| format!("{} ms", took.as_millis()));
        vec![
            String::new(),
            String::new(),
            outbox::outcome(attempt).to_owned(),
            took.unwrap_or_default(),
            format!("#{}", attempt.number),
            when::at(attempt.started_at, zone),
            one_line(attempt.detail.as_deref().unwrap_or_default(), 80),
        ]
    };
    delivery.attempts.iter().map(row).collect()
}

impl Which {
    fn selection(&self, ids: BTreeSet<DeliveryId>) -> Selection {
        Selection {
            ids: ids.into_iter().collect(),
            receiver: self.receiver.clone(),
            reason: self.reason,
            dead_only: false,
            muted_only: self.muted,
            mute: self.mute.map(MuteId),
        }
    }

    /// Those that were asked for by number.
    async fn ids(&self, store: &Store) -> Result<BTreeSet<DeliveryId>, CliError> {
        if let Some(number) = self.mute
            && !store.mutes().await?.iter().any(|mute| mute.id.0 == number)
        {
            let help = "`fivebells mute` shows those that hold something";
            let message = format!("there is no mute {number}; help: {help}");
            return Err(CliError::Failed(message));
        }
        let mut ids = BTreeSet::new();
        for text in &self.numbers {
            ids.insert(number::delivery(text, store).await?);
        }
        Ok(ids)
    }
}

/// Why some of those that were asked for by number are not to be reached.
async fn unreached(ids: &BTreeSet<DeliveryId>, store: &Store) -> Result<Vec<String>, CliError> {
    let mut remarks = Vec::new();
    for &id in ids {
        match store.delivery(id).await? {
            None => remarks.push(format!("there is no delivery {id}")),
            Some(delivery) => remarks.extend(outbox::unreached(&delivery)),
        }
    }
    Ok(remarks)
}

fn done(deliveries: u64, what: &str, remarks: Vec<String>, output: &Output) -> Answer {
    let reached = Reached {
        deliveries,
        remarks,
    };
    output.print(&reached, |done| match done.deliveries {
        1 => format!("1 delivery {what}"),
        count => format!("{count} deliveries {what}"),
    })?;
    for remark in &reached.remarks {
        output::remark(remark);
    }
    Ok(deliveries > 0)
}

/// The shell completes them, and for a slip the help names the one that was meant.
fn states() -> impl TypedValueParser<Value = DeliveryState> {
    let names = DeliveryState::ALL.map(DeliveryState::as_str);
    PossibleValuesParser::new(names).map(|name| name.parse().expect("one of their names"))
}

fn reasons() -> impl TypedValueParser<Value = SendReason> {
    let names = SendReason::ALL.map(SendReason::as_str);
    PossibleValuesParser::new(names).map(|name| {
        let mut reasons = SendReason::ALL.into_iter();
        let meant = reasons.find(|reason| reason.as_str() == name);
        meant.expect("one of their names")
    })
}
