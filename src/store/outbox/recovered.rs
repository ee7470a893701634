//! The end of a receiver's trouble: those who were notified of it are notified of its end.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    insert::enqueue_event,
    rows::waiting,
    unreached::{self, Unreached, end_unreached},
};
use crate::{
    model::{Event, ReceiverRecovered, to_second},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// A receiver of which others were notified that it fails.
pub(super) struct NotifiedFailure {
    name: String,
    since: Timestamp,
    /// Its mail goes through another server, so it was notified itself.
    is_reached: bool,
}

impl NotifiedFailure {
    pub(super) fn of(tx: &mut dyn Tx, receiver: i64) -> Result<Option<Self>, StoreError> {
        let row = tx.row(
            "SELECT name, failing_since, through FROM receiver WHERE id = ?1 AND notified_failing = 1",
            values![receiver],
        )?;
        let Some(mut row) = row else {
            return Ok(None);
        };
        let (since, through): (Option<Timestamp>, Option<String>) =
            (row.take("failing_since")?, row.take("through")?);
        Ok(since.map(|since| Self {
            name: row.take("name").unwrap_or_default(),
            since,
            is_reached: through.is_some(),
        }))
    }

    /// Notifies these receivers that this is over.
    pub(super) fn end(
        self,
        tx: &mut dyn Tx,
        receivers: &[String],
        removed: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let event = ReceiverRecovered {
            since: to_second(self.since),
            waiting: waiting(tx, &self.name)?,
            partial: false,
            recipients: Vec::new(),
            still: Vec::new(),
            removed,
            receiver: self.name,
        };
        let is_notified = |it: &&String| self.is_reached || **it != event.receiver;
        let receivers: Vec<&String> = receivers.iter().filter(is_notified).collect();
        enqueue_event(tx, &Event::ReceiverRecovered(event), receivers, now)
    }
}

impl Store {
    /// Ends the troubles of receivers, and of mail addresses behind them, that the config has no more,
    /// and notifies these receivers of it; `recipients` has the addresses of those that have some.
    pub async fn follow_recipients(
        &self,
        recipients: BTreeMap<String, Vec<String>>,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.record(move |tx| {
            for (id, name, is_active, before) in troubled(tx)? {
                let addresses = recipients.get(&name);
                let is_behind = |it: &&Unreached| is_active && is_behind(addresses, it);
                let after: Vec<Unreached> = before.iter().filter(is_behind).cloned().collect();
                if after != before {
                    unreached::keep(tx, &name, &after)?;
                    let how = (&receivers[..], true, now);
                    end_unreached(tx, &name, [&before, &after], how)?;
                }
                if is_active {
                    continue;
                }
                if let Some(failing) = NotifiedFailure::of(tx, id)? {
                    tx.exec(
                        "UPDATE receiver SET notified_failing = 0 WHERE id = ?1",
                        values![id],
                    )?;
                    failing.end(tx, &receivers, true, now)?;
                }
            }
            Ok(())
        })
        .await
    }
}

type Troubled = (i64, String, bool, Vec<Unreached>);

fn troubled(tx: &mut dyn Tx) -> Result<Vec<Troubled>, StoreError> {
    let rows = tx.rows(
        "SELECT id, name, active, unreached FROM receiver
          WHERE unreached <> '[]' OR (active = 0 AND notified_failing = 1)",
        &[],
    )?;
    let one = |mut row: Row| {
        let unreached = unreached::parse(&row.take::<String>("unreached")?);
        Ok((
            row.take("id")?,
            row.take("name")?,
            row.take("active")?,
            unreached,
        ))
    };
    rows.into_iter().map(one).collect()
}

/// Those of mail have names, others have none.
fn is_behind(addresses: Option<&Vec<String>>, one: &Unreached) -> bool {
    match addresses {
        Some(addresses) => addresses.contains(&one.recipient),
        None => one.recipient.is_empty(),
    }
}

#[cfg(test)]
mod tests;
