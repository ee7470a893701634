//! What was given up is told: who should have had it does not miss it by itself.
//!
//! What dies is noted in the transaction in which it dies, so no crash makes it silent. It is told
//! once a look; many that die together, or one after the other, are one notice an hour, or of those that died of their age one a day.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{insert::enqueue, payload::thaw_event};
use crate::{
    cadence::elapsed,
    model::{DeliveryId, Event, ReceiverMissed, SendReason, to_second},
    store::{
        NewDelivery, Store, StoreError,
        engine::{Tx, values},
        meta,
    },
};

/// In `meta`, before a receiver's name: its [`Ledger`] as JSON.
const KEY: &str = "missed ";

/// How often a receiver's losses are told.
const TOLD_EVERY: Duration = Duration::from_hours(1);

/// How often those by age: a dead receiver, which was told, loses another every few minutes, for days.
const AGE_TOLD_EVERY: Duration = Duration::from_hours(24);

/// What a receiver lost, and what others know of it.
#[derive(Default, Serialize, Deserialize)]
struct Ledger {
    told_at: Option<Timestamp>,
    /// Since then.
    missed: Option<ReceiverMissed>,
}

impl Ledger {
    /// What is to be told now.
    fn due(&mut self, now: Timestamp) -> Option<ReceiverMissed> {
        let is_of_age = self.missed.as_ref()?.reason == SendReason::Expired.as_str();
        let every = if is_of_age {
            AGE_TOLD_EVERY
        } else {
            TOLD_EVERY
        };
        let is_time = |told_at| elapsed(told_at, now) >= every;
        if !self.told_at.is_none_or(is_time) {
            return None;
        }
        self.missed.take()
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
    /// hour at most, what died of its age once a day. The one that lost it is told only where there is no other, and it is well.
    pub async fn tell_missed(
        &self,
        told: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<Missed>, StoreError> {
        let mut kept = self.read(ledgers).await?.into_values();
        if !kept.any(|mut ledger| ledger.due(now).is_some()) {
            return Ok(Vec::new());
        }
        self.write(move |tx| {
            let mut all = Vec::new();
            for (receiver, mut ledger) in ledgers(tx)? {
                let Some(event) = ledger.due(now) else {
                    continue;
                };
                ledger.told_at = Some(now);
                keep(tx, &receiver, &ledger)?;
                all.push(tell(tx, event, &told, now)?);
            }
            Ok(all)
        })
        .await
    }
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
        missed.add(thaw_event(tx, &payload).ok().as_ref());
        reason.as_str().clone_into(&mut missed.reason);
        error.clone_into(&mut missed.error);
    }
    for (receiver, ledger) in &ledgers {
        keep(tx, receiver, ledger)?;
    }
    Ok(())
}

fn tell(
    tx: &mut dyn Tx,
    event: ReceiverMissed,
    told: &[String],
    now: Timestamp,
) -> Result<Missed, StoreError> {
    let name = &event.receiver;
    let mut others: Vec<String> = told.iter().filter(|it| *it != name).cloned().collect();
    if others.is_empty() && told.contains(name) && is_well(tx, name)? {
        others.push(name.clone());
    }
    let notice = |receiver: &String| NewDelivery {
        receiver: receiver.clone(),
        event: Event::ReceiverMissed(event.clone()),
    };
    let notices: Vec<NewDelivery> = others.iter().map(notice).collect();
    enqueue(tx, &notices, now)?;
    Ok(Missed {
        event,
        told: others,
    })
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
    Ok(ledgers)
}

fn ledger(tx: &mut dyn Tx, receiver: &str) -> Result<Ledger, StoreError> {
    let kept = meta::value(tx, &format!("{KEY}{receiver}"))?;
    Ok(kept.as_deref().map(parse).unwrap_or_default())
}

/// What cannot be read must not keep anything from being given up.
fn parse(json: &str) -> Ledger {
    serde_json::from_str(json).unwrap_or_default()
}

fn keep(tx: &mut dyn Tx, receiver: &str, ledger: &Ledger) -> Result<(), StoreError> {
    let json = serde_json::to_string(ledger).expect("plain data serializes");
    meta::set(tx, &format!("{KEY}{receiver}"), &json)
}

#[cfg(test)]
mod tests;
