//! What was given up is told: who should have had it does not miss it by itself.
//!
//! What dies is noted in the transaction in which it dies, so no crash makes it silent. It is told
//! once a look; many that die together, or one after the other, are one notice an hour, or of those that died of their age one a day.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{insert::tell, payload::thaw_event};
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

/// The same, when it was told last, in milliseconds.
const TOLD_KEY: &str = "missed-told ";

/// How often a receiver's losses are told.
const TOLD_EVERY: Duration = Duration::from_hours(1);

/// How often those by age: a dead receiver, which was told, loses another every few minutes, for days.
const AGE_TOLD_EVERY: Duration = Duration::from_hours(24);

/// What a receiver lost, and what others know of it.
#[derive(Default, Serialize, Deserialize)]
struct Ledger {
    /// Older versions kept it here.
    #[serde(skip_serializing)]
    told_at: Option<Timestamp>,
    /// Since then.
    missed: Option<ReceiverMissed>,
    /// When it was found that nobody can be told of that yet.
    untold_at: Option<Timestamp>,
}

impl Ledger {
    /// What is to be told now, if anybody `can_hear`, else said in the log.
    fn due(&self, can_hear: bool, now: Timestamp) -> Option<&ReceiverMissed> {
        let missed = self.missed.as_ref()?;
        let every = if missed.reason == SendReason::Expired.as_str() {
            AGE_TOLD_EVERY
        } else {
            TOLD_EVERY
        };
        let last = if can_hear {
            self.told_at
        } else {
            self.untold_at
        };
        let is_time = |last| elapsed(last, now) >= every;
        last.is_none_or(is_time).then_some(missed)
    }

    /// What is due, for whom.
    fn turn(
        &self,
        tx: &mut dyn Tx,
        receiver: &str,
        told: &[String],
        now: Timestamp,
    ) -> Result<Option<Missed>, StoreError> {
        let told = recipients(tx, receiver, told)?;
        let event = self.due(!told.is_empty(), now).cloned();
        Ok(event.map(|event| Missed { event, told }))
    }
}

/// A loss that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// What was told.
    pub event: ReceiverMissed,
    /// Who is told; nobody where there is only the receiver, and it takes nothing.
    pub told: Vec<String>,
}

impl Store {
    /// Tells these receivers what was given up since they were last told, of each receiver once an
    /// hour at most, what died of its age once a day. The one that lost it is told only where there is
    /// no other, and once it is well: until then its losses are kept.
    pub async fn tell_missed(
        &self,
        told: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<Missed>, StoreError> {
        let asked = told.clone();
        if self
            .read(move |tx| turns(tx, &asked, now))
            .await?
            .is_empty()
        {
            return Ok(Vec::new());
        }
        self.write(move |tx| {
            let turns = turns(tx, &told, now)?;
            for missed in &turns {
                let receiver = &missed.event.receiver;
                let ledger = if !missed.told.is_empty() {
                    Ledger {
                        told_at: Some(now),
                        ..Ledger::default()
                    }
                } else if told.contains(receiver) {
                    // It hears of it when it is well, with what it loses until then.
                    Ledger {
                        untold_at: Some(now),
                        ..ledger(tx, receiver)?
                    }
                } else {
                    Ledger {
                        untold_at: Some(now),
                        ..Ledger::default()
                    }
                };
                keep(tx, receiver, &ledger)?;
                tell(
                    tx,
                    &Event::ReceiverMissed(missed.event.clone()),
                    &missed.told,
                    now,
                )?;
            }
            Ok(turns)
        })
        .await
    }
}

fn turns(tx: &mut dyn Tx, told: &[String], now: Timestamp) -> Result<Vec<Missed>, StoreError> {
    let mut turns = Vec::new();
    for (receiver, ledger) in ledgers(tx)? {
        turns.extend(ledger.turn(tx, &receiver, told, now)?);
    }
    Ok(turns)
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
        let (receiver, payload): (String, String) = (row.take(0)?, row.take(1)?);
        if !ledgers.contains_key(&receiver) {
            ledgers.insert(receiver.clone(), ledger(tx, &receiver)?);
        }
        let ledger = ledgers.get_mut(&receiver).expect("it was just put there");
        let missed = ledger.missed.get_or_insert_with(|| ReceiverMissed {
            since: to_second(now),
            ..ReceiverMissed::new(receiver)
        });
        let event = thaw_event(tx, &payload).ok();
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
fn recipients(tx: &mut dyn Tx, name: &str, told: &[String]) -> Result<Vec<String>, StoreError> {
    let mut others: Vec<String> = told.iter().filter(|it| *it != name).cloned().collect();
    if others.is_empty() && told.iter().any(|it| it == name) && is_well(tx, name)? {
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
        let key: String = row.take(0)?;
        if let Some(receiver) = key.strip_prefix(KEY) {
            ledgers.insert(receiver.to_owned(), parse(&row.take::<String>(1)?));
        }
    }
    for (receiver, ledger) in &mut ledgers {
        ledger.told_at = told_at(tx, receiver)?.or(ledger.told_at);
    }
    Ok(ledgers)
}

fn ledger(tx: &mut dyn Tx, receiver: &str) -> Result<Ledger, StoreError> {
    let kept = meta::value(tx, &format!("{KEY}{receiver}"))?;
    let ledger = kept.as_deref().map(parse).unwrap_or_default();
    Ok(Ledger {
        told_at: told_at(tx, receiver)?.or(ledger.told_at),
        ..ledger
    })
}

fn told_at(tx: &mut dyn Tx, receiver: &str) -> Result<Option<Timestamp>, StoreError> {
    meta::time(tx, &format!("{TOLD_KEY}{receiver}"))
}

/// What cannot be read must not keep anything from being given up.
fn parse(json: &str) -> Ledger {
    serde_json::from_str(json).unwrap_or_default()
}

/// What a receiver lost is sent again: nothing is to be told of it where all is.
pub(super) fn forget(tx: &mut dyn Tx, receiver: i64) -> Result<(), StoreError> {
    let row = tx.row(
        "SELECT r.name FROM receiver r
          WHERE r.id = ?1 AND NOT EXISTS (
            SELECT 1 FROM delivery d WHERE d.receiver = r.id AND d.state = 'dead')",
        values![receiver],
    )?;
    match row {
        Some(mut row) => meta::forget(tx, &format!("{KEY}{}", row.take::<String>(0)?)),
        None => Ok(()),
    }
}

fn keep(tx: &mut dyn Tx, receiver: &str, ledger: &Ledger) -> Result<(), StoreError> {
    let json = serde_json::to_string(ledger).expect("plain data serializes");
    if let Some(told_at) = ledger.told_at {
        meta::set_time(tx, &format!("{TOLD_KEY}{receiver}"), told_at)?;
    }
    meta::set(tx, &format!("{KEY}{receiver}"), &json)
}

#[cfg(test)]
mod tests;
