//! Others are notified of what was given up: who should have had it does not miss it by itself.
//!
//! What dies is noted in the transaction in which it dies, so no crash makes it silent.
//! Many that die together, or one after the other, are one notice an hour, or of those that died of
//! their age one a day.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{insert::enqueue_event, payload::deserialize_event};
use crate::{
    model::time::elapsed,
    model::{DeliveryId, Event, ReceiverMissed, SendReason, to_second},
    store::{
        Store, StoreError,
        engine::{Tx, values},
        meta,
    },
};

/// In `meta`, before a receiver's name: its [`Ledger`] as JSON.
const KEY: &str = "missed ";

/// The same, when others were notified of it last, in milliseconds.
const NOTIFIED_KEY: &str = "missed-told ";

/// How often others are notified of a receiver's losses.
const NOTIFY_EVERY: Duration = Duration::from_hours(1);

/// How often of those by age: a dead receiver, of which others were notified, loses another every few minutes, for days.
const AGE_NOTIFY_EVERY: Duration = Duration::from_hours(24);

/// What a receiver lost, and what others know of it.
#[derive(Default, Serialize, Deserialize)]
struct Ledger {
    /// Older versions kept it here.
    #[serde(rename = "told_at", skip_serializing)]
    notified_at: Option<Timestamp>,
    /// Since then.
    missed: Option<ReceiverMissed>,
    /// When the log last said it, since nobody can be notified of it yet.
    #[serde(rename = "untold_at")]
    logged_at: Option<Timestamp>,
}

impl Ledger {
    /// Of what others are to be notified now, if there `is_somebody`, else said in the log.
    fn due(&self, is_somebody: bool, now: Timestamp) -> Option<&ReceiverMissed> {
        let missed = self.missed.as_ref()?;
        let every = if missed.reason == SendReason::Expired.as_str() {
            AGE_NOTIFY_EVERY
        } else {
            NOTIFY_EVERY
        };
        let last = if is_somebody {
            self.notified_at
        } else {
            self.logged_at
        };
        let is_time = |last| elapsed(last, now) >= every;
        last.is_none_or(is_time).then_some(missed)
    }

    /// What is due, and who is notified.
    fn due_for(
        &self,
        tx: &mut dyn Tx,
        receiver: &str,
        receivers: &[String],
        now: Timestamp,
    ) -> Result<Option<Missed>, StoreError> {
        let receivers = recipients(tx, receiver, receivers)?;
        let event = self.due(!receivers.is_empty(), now).cloned();
        Ok(event.map(|event| Missed { event, receivers }))
    }
}

/// A notice of what a receiver lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// What it says.
    pub event: ReceiverMissed,
    /// Who is notified; nobody where there is only the receiver, and it takes nothing.
    pub receivers: Vec<String>,
}

impl Store {
    /// Notifies these receivers of what was given up since the last time, of each receiver once an
    /// hour at most, what died of its age once a day. The one that lost it is notified only where there is
    /// no other, and once it is well: until then its losses are kept.
    pub async fn notify_missed(
        &self,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<Missed>, StoreError> {
        let asked = receivers.clone();
        if self
            .read(move |tx| all_due(tx, &asked, now))
            .await?
            .is_empty()
        {
            return Ok(Vec::new());
        }
        self.write(move |tx| {
            let due = all_due(tx, &receivers, now)?;
            for missed in &due {
                let receiver = &missed.event.receiver;
                let ledger = if !missed.receivers.is_empty() {
                    Ledger {
                        notified_at: Some(now),
                        ..Ledger::default()
                    }
                } else if receivers.contains(receiver) {
                    // It is notified when it is well, with what it loses until then.
                    Ledger {
                        logged_at: Some(now),
                        ..ledger(tx, receiver)?
                    }
                } else {
                    Ledger {
                        logged_at: Some(now),
                        ..Ledger::default()
                    }
                };
                keep(tx, receiver, &ledger)?;
                enqueue_event(
                    tx,
                    &Event::ReceiverMissed(missed.event.clone()),
                    &missed.receivers,
                    now,
                )?;
            }
            Ok(due)
        })
        .await
    }
}

fn all_due(
    tx: &mut dyn Tx,
    receivers: &[String],
    now: Timestamp,
) -> Result<Vec<Missed>, StoreError> {
    let mut due = Vec::new();
    for (receiver, ledger) in ledgers(tx)? {
        due.extend(ledger.due_for(tx, &receiver, receivers, now)?);
    }
    Ok(due)
}

/// Notes that these were given up, in the transaction that does it. A notice about a loss is none.
pub(super) fn note(
    tx: &mut dyn Tx,
    ids: &[DeliveryId],
    reason: SendReason,
    error: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut ledgers: BTreeMap<String, Ledger> = BTreeMap::new();
    for id in ids {
        let row = tx.row(
            "SELECT r.name, d.payload FROM delivery d JOIN receiver r ON r.id = d.receiver
              WHERE d.id = ?1 AND d.kind <> 'receiver.missed'",
            values![*id],
        )?;
        let Some(mut row) = row else {
            continue;
        };
        let (receiver, payload): (String, String) = (row.take("name")?, row.take("payload")?);
        if !ledgers.contains_key(&receiver) {
            ledgers.insert(receiver.clone(), ledger(tx, &receiver)?);
        }
        let ledger = ledgers.get_mut(&receiver).expect("it was just put there");
        let missed = ledger.missed.get_or_insert_with(|| ReceiverMissed {
            since: to_second(now),
            ..ReceiverMissed::new(receiver)
        });
        let event = deserialize_event(tx, &payload).ok();
        missed.add(event.as_ref().and_then(Event::alerts));
        reason.as_str().clone_into(&mut missed.reason);
        error.clone_into(&mut missed.error);
    }
    for (receiver, ledger) in &ledgers {
        keep(tx, receiver, ledger)?;
    }
    Ok(())
}

/// The others; the one that lost it where there is no other, and it takes notices.
fn recipients(tx: &mut dyn Tx, name: &str, all: &[String]) -> Result<Vec<String>, StoreError> {
    let mut others: Vec<String> = all.iter().filter(|it| *it != name).cloned().collect();
    if others.is_empty() && all.iter().any(|it| it == name) && is_well(tx, name)? {
        others.push(name.to_owned());
    }
    Ok(others)
}

fn is_well(tx: &mut dyn Tx, receiver: &str) -> Result<bool, StoreError> {
    let row = tx.row(
        "SELECT id FROM receiver WHERE name = ?1 AND active = 1 AND off = 0 AND failures = 0",
        values![receiver],
    )?;
    Ok(row.is_some())
}

fn ledgers(tx: &mut dyn Tx) -> Result<BTreeMap<String, Ledger>, StoreError> {
    let rows = tx.rows("SELECT key, value FROM meta ORDER BY key", &[])?;
    let mut ledgers = BTreeMap::new();
    for mut row in rows {
        let key: String = row.take("key")?;
        if let Some(receiver) = key.strip_prefix(KEY) {
            ledgers.insert(receiver.to_owned(), parse(&row.take::<String>("value")?));
        }
    }
    for (receiver, ledger) in &mut ledgers {
        ledger.notified_at = notified_at(tx, receiver)?.or(ledger.notified_at);
    }
    Ok(ledgers)
}

fn ledger(tx: &mut dyn Tx, receiver: &str) -> Result<Ledger, StoreError> {
    let kept = meta::value(tx, &format!("{KEY}{receiver}"))?;
    let ledger = kept.as_deref().map(parse).unwrap_or_default();
    Ok(Ledger {
        notified_at: notified_at(tx, receiver)?.or(ledger.notified_at),
        ..ledger
    })
}

fn notified_at(tx: &mut dyn Tx, receiver: &str) -> Result<Option<Timestamp>, StoreError> {
    meta::time(tx, &format!("{NOTIFIED_KEY}{receiver}"))
}

/// What cannot be read must not keep anything from being given up.
fn parse(json: &str) -> Ledger {
    serde_json::from_str(json).unwrap_or_default()
}

/// What a receiver lost is sent again: there is nothing to notify of where all is.
pub(super) fn forget(tx: &mut dyn Tx, receiver: i64) -> Result<(), StoreError> {
    let name = tx.value(
        "SELECT r.name FROM receiver r
          WHERE r.id = ?1 AND NOT EXISTS (
            SELECT 1 FROM delivery d WHERE d.receiver = r.id AND d.state = 'dead')",
        values![receiver],
    )?;
    match name {
        Some::<String>(name) => meta::forget(tx, &format!("{KEY}{name}")),
        None => Ok(()),
    }
}

fn keep(tx: &mut dyn Tx, receiver: &str, ledger: &Ledger) -> Result<(), StoreError> {
    let json = serde_json::to_string(ledger).expect("plain data serializes");
    if let Some(notified_at) = ledger.notified_at {
        meta::set_time(tx, &format!("{NOTIFIED_KEY}{receiver}"), notified_at)?;
    }
    meta::set(tx, &format!("{KEY}{receiver}"), &json)
}

#[cfg(test)]
mod tests;
