//! Those behind a receiver who get nothing while others do: a mail address that the server does not
//! know, a service that Apprise cannot reach.
//!
//! Each is told once, when that has gone on for [`RECEIVER_FAILING_AFTER`], also where nothing else is
//! sent meanwhile. What an attempt shows of them is added to what is known in the transaction that
//! records it, for they may have been told of while it ran.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{insert::tell, recovered::end_unreached, show::waiting};
use crate::{
    model::time::elapsed,
    model::{Event, ReceiverFailing, Refusal, SendReason, to_second},
    schedule::RECEIVER_FAILING_AFTER,
    store::{
        Store, StoreError,
        engine::{Tx, values},
    },
};

/// So many are named where people read it; the rest are counted.
const MAX_NAMED: usize = 10;

/// One of those behind a receiver who get nothing while others do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreached {
    /// The mail address; empty where it is only known that somebody is not reached.
    pub recipient: String,
    /// The last answer in words.
    pub answer: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether others were told.
    pub told: bool,
}

/// What an attempt has shown of those behind its receiver. What it does not name stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reception {
    /// Whether the receiver as a whole has taken it, so that nobody without a name is left out.
    pub is_whole: bool,
    /// Mail addresses that have it.
    pub accepted: Vec<String>,
    /// Those that do not get it.
    pub refused: Vec<Refusal>,
}

/// Who is not reached, as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldUnreached {
    /// What was told.
    pub event: ReceiverFailing,
    /// Who is told.
    pub told: Vec<String>,
}

impl Unreached {
    /// Who is refused, as the end of a sentence that begins with the receiver.
    pub fn in_words(all: &[Self], with_answers: bool) -> String {
        let shown = |it: &Self| match (it.recipient.as_str(), with_answers) {
            (name, false) => name.to_owned(),
            ("", true) => format!(": {}", it.answer),
            (name, true) => format!("{name} ({})", it.answer),
        };
        if let Some(nameless) = all.iter().find(|it| it.recipient.is_empty()) {
            return format!("reached, but not all of those behind it{}", shown(nameless));
        }
        let named: Vec<String> = all.iter().take(MAX_NAMED).map(shown).collect();
        let more = match all.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("reached, but refuses {}{more}", named.join(", "))
    }

    fn is_due(&self, now: Timestamp) -> bool {
        !self.told && elapsed(self.since, now) >= RECEIVER_FAILING_AFTER
    }
}

impl Store {
    /// Tells these receivers who behind another one has not been reached for a quarter of an hour,
    /// each once. The receiver itself is told too where it is known whom it reaches, or where there is
    /// no other.
    pub async fn tell_unreached(
        &self,
        told: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<ToldUnreached>, StoreError> {
        let is_due = |all: &[Unreached]| all.iter().any(|it| it.is_due(now));
        let known = self.read(|tx| known(tx)).await?;
        if !known.values().any(|all| is_due(all)) {
            return Ok(Vec::new());
        }
        self.write(move |tx| tell_due(tx, &told, now)).await
    }
}

fn tell_due(
    tx: &mut dyn Tx,
    told: &[String],
    now: Timestamp,
) -> Result<Vec<ToldUnreached>, StoreError> {
    let mut all_told = Vec::new();
    for (name, mut all) in known(tx)? {
        let due: Vec<Unreached> = all.iter().filter(|it| it.is_due(now)).cloned().collect();
        let Some(since) = due.iter().map(|it| it.since).min() else {
            continue;
        };
        for one in &mut all {
            one.told |= one.is_due(now);
        }
        keep(tx, &name, &all)?;
        let event = ReceiverFailing {
            reason: SendReason::Refused.to_string(),
            error: answers(&due),
            since: to_second(since),
            waiting: waiting(tx, &name)?,
            next_try: None,
            through: None,
            partial: true,
            recipients: named(&due),
            receiver: name,
        };
        let told = hearers(told, &event.receiver, !event.recipients.is_empty());
        tell(tx, &Event::ReceiverFailing(event.clone()), &told, now)?;
        all_told.push(ToldUnreached { event, told });
    }
    Ok(all_told)
}

/// Who hears of it: the receiver itself too where it is known whom it reaches, or where there is no
/// other.
pub(super) fn hearers(told: &[String], receiver: &str, has_names: bool) -> Vec<String> {
    let others = told.iter().filter(|it| *it != receiver);
    let others: Vec<String> = others.cloned().collect();
    if has_names || others.is_empty() {
        return told.to_vec();
    }
    others
}

pub(super) fn named(all: &[Unreached]) -> Vec<String> {
    let names = all.iter().map(|it| it.recipient.clone());
    names.filter(|name| !name.is_empty()).collect()
}

fn answers(all: &[Unreached]) -> String {
    let shown = |it: &Unreached| match it.recipient.as_str() {
        "" => it.answer.clone(),
        name => format!("{name}: {}", it.answer),
    };
    let shown: Vec<String> = all.iter().take(MAX_NAMED).map(shown).collect();
    shown.join("; ")
}

/// Adds what an attempt has shown to what is known of its receiver, and tells what is over.
pub(super) fn note(
    tx: &mut dyn Tx,
    receiver: i64,
    reception: &Reception,
    told: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT name, unreached FROM receiver WHERE id = ?1";
    let mut row = tx.row(sql, values![receiver])?.expect("it has a delivery");
    let before = parse(&row.take::<String>(1)?);
    let after = after(&before, reception, now);
    if after == before {
        return Ok(());
    }
    let name: String = row.take(0)?;
    keep(tx, &name, &after)?;
    end_unreached(tx, &name, [&before, &after], (told, false, now))
}

/// Who is not reached after an attempt. Pure.
fn after(before: &[Unreached], reception: &Reception, now: Timestamp) -> Vec<Unreached> {
    let is_reached = |recipient: &String| match recipient.as_str() {
        "" => reception.is_whole,
        _ => reception.accepted.contains(recipient),
    };
    let still = before.iter().filter(|it| !is_reached(&it.recipient));
    let mut after: Vec<Unreached> = still.cloned().collect();
    for Refusal { recipient, answer } in &reception.refused {
        match after.iter_mut().find(|it| it.recipient == *recipient) {
            Some(known) => known.answer.clone_from(answer),
            None => after.push(Unreached {
                recipient: recipient.clone(),
                answer: answer.clone(),
                since: now,
                told: false,
            }),
        }
    }
    after
}

/// Of the receivers in the config those that do not reach everybody.
fn known(tx: &mut dyn Tx) -> Result<BTreeMap<String, Vec<Unreached>>, StoreError> {
    let rows = tx.rows(
        "SELECT name, unreached FROM receiver WHERE active = 1 AND unreached <> '[]'",
        &[],
    )?;
    let one =
        |mut row: crate::store::engine::Row| Ok((row.take(0)?, parse(&row.take::<String>(1)?)));
    rows.into_iter().map(one).collect()
}

pub(super) fn keep(tx: &mut dyn Tx, receiver: &str, all: &[Unreached]) -> Result<(), StoreError> {
    let json = serde_json::to_string(all).expect("plain data serializes");
    tx.exec(
        "UPDATE receiver SET unreached = ?2 WHERE name = ?1",
        values![receiver, json],
    )
    .map(drop)
}

/// What cannot be read must not keep anything from being delivered.
pub(in crate::store) fn parse(json: &str) -> Vec<Unreached> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests;
