//! Those behind a receiver who get nothing while others do: a mail address that the server does not
//! know, a service that Apprise cannot reach.
//!
//! Others are notified of each once, when that has gone on for [`RECEIVER_FAILING_AFTER`], also where nothing else is
//! sent meanwhile. What an attempt shows of them is added to what is known in the transaction that
//! records it, for others may have been notified while it ran.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::insert::{enqueue_event, waiting};
use crate::{
    model::time::elapsed,
    model::{Event, ReceiverFailing, ReceiverRecovered, Refusal, SendReason, to_second},
    schedule::RECEIVER_FAILING_AFTER,
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
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
    /// Whether others were notified.
    #[serde(rename = "told")]
    pub notified: bool,
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

/// A notice of who is not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifiedUnreached {
    /// What it says.
    pub event: ReceiverFailing,
    /// Who is notified.
    pub receivers: Vec<String>,
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
        !self.notified && elapsed(self.since, now) >= RECEIVER_FAILING_AFTER
    }
}

impl Store {
    /// Notifies these receivers who behind another one has not been reached for a quarter of an hour,
    /// each once. The receiver itself is notified too where the addresses are known, or where there is
    /// no other.
    pub async fn notify_unreached(
        &self,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<NotifiedUnreached>, StoreError> {
        let is_due = |all: &[Unreached]| all.iter().any(|it| it.is_due(now));
        let known = self.read(|tx| known(tx)).await?;
        if !known.values().any(|all| is_due(all)) {
            return Ok(Vec::new());
        }
        self.write(move |tx| notify_due(tx, &receivers, now)).await
    }
}

fn notify_due(
    tx: &mut dyn Tx,
    receivers: &[String],
    now: Timestamp,
) -> Result<Vec<NotifiedUnreached>, StoreError> {
    let mut notified = Vec::new();
    for (name, mut all) in known(tx)? {
        let due: Vec<Unreached> = all.iter().filter(|it| it.is_due(now)).cloned().collect();
        let Some(since) = due.iter().map(|it| it.since).min() else {
            continue;
        };
        for one in &mut all {
            one.notified |= one.is_due(now);
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
        let receivers = concerned(receivers, &event.receiver, !event.recipients.is_empty());
        enqueue_event(tx, &Event::ReceiverFailing(event.clone()), &receivers, now)?;
        notified.push(NotifiedUnreached { event, receivers });
    }
    Ok(notified)
}

/// Who is notified: the receiver itself too where the addresses are known, or where there is no
/// other.
fn concerned(receivers: &[String], receiver: &str, has_names: bool) -> Vec<String> {
    let others = receivers.iter().filter(|it| *it != receiver);
    let others: Vec<String> = others.cloned().collect();
    if has_names || others.is_empty() {
        return receivers.to_vec();
    }
    others
}

fn named(all: &[Unreached]) -> Vec<String> {
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

/// Adds what an attempt has shown to what is known of its receiver, and notifies these receivers of what is over.
pub(super) fn note(
    tx: &mut dyn Tx,
    receiver: i64,
    reception: &Reception,
    receivers: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT name, unreached FROM receiver WHERE id = ?1";
    let mut row = tx.row(sql, values![receiver])?.expect("it has a delivery");
    let before = parse(&row.take::<String>("unreached")?);
    let after = after(&before, reception, now);
    if after == before {
        return Ok(());
    }
    let name: String = row.take("name")?;
    keep(tx, &name, &after)?;
    end_unreached(tx, &name, [&before, &after], (receivers, false, now))
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
                notified: false,
            }),
        }
    }
    after
}

/// Notifies of those who were not reached, of which others were notified, and are now or are there no
/// more.
pub(super) fn end_unreached(
    tx: &mut dyn Tx,
    receiver: &str,
    [before, after]: [&[Unreached]; 2],
    (receivers, removed, now): (&[String], bool, Timestamp),
) -> Result<(), StoreError> {
    let is_left = |it: &Unreached| after.iter().any(|left| left.recipient == it.recipient);
    let ended = before.iter().filter(|it| it.notified && !is_left(it));
    let ended: Vec<Unreached> = ended.cloned().collect();
    let Some(since) = ended.iter().map(|it| it.since).min() else {
        return Ok(());
    };
    let still: Vec<Unreached> = after.iter().filter(|it| it.notified).cloned().collect();
    let event = ReceiverRecovered {
        receiver: receiver.to_owned(),
        since: to_second(since),
        waiting: waiting(tx, receiver)?,
        partial: true,
        recipients: named(&ended),
        still: named(&still),
        removed,
    };
    let receivers = concerned(receivers, receiver, !event.recipients.is_empty());
    enqueue_event(tx, &Event::ReceiverRecovered(event), &receivers, now)
}

/// Of the receivers in the config those that do not reach everybody.
fn known(tx: &mut dyn Tx) -> Result<BTreeMap<String, Vec<Unreached>>, StoreError> {
    let rows = tx.rows(
        "SELECT name, unreached FROM receiver WHERE active = 1 AND unreached <> '[]'",
        &[],
    )?;
    let one = |mut row: Row| Ok((row.take("name")?, parse(&row.take::<String>("unreached")?)));
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
