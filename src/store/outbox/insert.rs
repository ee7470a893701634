//! How something gets into the outbox.

use jiff::Timestamp;

use super::{
    NewDelivery, flood,
    follow::follow_thing,
    payload::{Digest, Part, serialize},
};
use crate::{
    model::{Alert, AlertId, DeliveryId, Event, Priority, SendReason, StoryId},
    store::{
        Store, StoreError,
        engine::{Tx, values},
        mutes::{Mutes, Subject},
        stories::Awaits,
    },
};

impl Store {
    /// Puts notices into the outbox, due now.
    pub async fn enqueue(
        &self,
        notices: Vec<NewDelivery>,
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        self.write(move |tx| enqueue(tx, &notices, now)).await
    }
}

/// Puts an event into the outbox for each of these receivers.
pub(in crate::store) fn enqueue_event<'a>(
    tx: &mut dyn Tx,
    event: &Event,
    receivers: impl IntoIterator<Item = &'a String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    enqueue(tx, &NewDelivery::to_each(receivers, event), now).map(drop)
}

/// Puts a notice of a story into the outbox of a receiver, where it waits.
pub(in crate::store) fn enqueue_later(
    tx: &mut dyn Tx,
    receiver: &str,
    event: &Event,
    (awaits, until, story): (Awaits, Timestamp, StoryId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = Row {
        fate: Fate::Await { awaits, until },
        story: Some(story),
        alert: None,
        kind: event.kind(),
        priority: event.priority(),
        place: flood::place(now, 0),
        payload: serialize(event, now),
        subject: Subject {
            story: Some(story),
            ..Subject::of(receiver, event)
        },
    };
    let mutes = Mutes::in_force(tx, now)?;
    insert(tx, row, &mutes, now).map(drop)
}

/// Says something else in a delivery that was never attempted.
pub(in crate::store) fn rewrite(
    tx: &mut dyn Tx,
    id: DeliveryId,
    event: &Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE delivery SET payload = ?2 WHERE id = ?1 AND state = 'pending' AND attempts = 0";
    tx.exec(sql, values![id, serialize(event, now)]).map(drop)
}

/// Puts notices into the outbox, due now; a mute in force suppresses them there.
pub(in crate::store) fn enqueue(
    tx: &mut dyn Tx,
    notices: &[NewDelivery],
    now: Timestamp,
) -> Result<Vec<DeliveryId>, StoreError> {
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    let mutes = Mutes::in_force(tx, now)?;
    let mut ids = Vec::with_capacity(notices.len());
    for NewDelivery { receiver, event } in notices {
        let row = Row {
            fate: Fate::Send,
            story: None,
            alert: None,
            kind: event.kind(),
            priority: event.priority(),
            place: flood::place(now, 0),
            payload: serialize(event, now),
            subject: Subject::of(receiver, event),
        };
        let id = insert(tx, row, &mutes, now)?;
        follow_thing(tx, id, (receiver, event), now)?;
        ids.push(id);
    }
    Ok(ids)
}

/// What becomes of an alert that gets into the outbox.
#[derive(Debug)]
pub(in crate::store) enum Fate {
    /// It is due now.
    Send,
    /// The receiver has its text by another delivery. No mute counts: there is nothing to suppress.
    Fold {
        /// By which.
        into: DeliveryId,
    },
    /// It waits.
    Await {
        /// For what.
        awaits: Awaits,
        /// Until when at most.
        until: Timestamp,
    },
}

/// Puts an alert, which has its row, into the outbox of one receiver: as the nth of its poll there,
/// counted from zero, for this fate, and of this story.
pub(in crate::store) fn insert_alert(
    tx: &mut dyn Tx,
    receiver: &str,
    alert: &Alert,
    part: &Part,
    (nth, fate, story): (u32, Fate, Option<StoryId>),
    mutes: &Mutes,
    now: Timestamp,
) -> Result<DeliveryId, StoreError> {
    let row = Row {
        fate,
        story,
        alert: Some(AlertId(part.alert)),
        kind: flood::ALERT,
        priority: part.priority,
        place: flood::place(now, nth),
        payload: serialize(part, now),
        subject: Subject {
            receiver,
            feeds: vec![&alert.feed.name],
            watches: part.watches.iter().map(String::as_str).collect(),
            tags: alert.feed.tags.iter().map(String::as_str).collect(),
            story,
        },
    };
    insert(tx, row, mutes, now)
}

/// Puts a digest into the outbox of one receiver.
pub(super) fn insert_digest(
    tx: &mut dyn Tx,
    receiver: &str,
    digest: &Digest,
    now: Timestamp,
) -> Result<DeliveryId, StoreError> {
    let mutes = Mutes::in_force(tx, now)?;
    let row = Row {
        fate: Fate::Send,
        story: None,
        alert: None,
        kind: "digest.ready",
        priority: digest.priority(),
        place: flood::place(now, 0),
        payload: serialize(digest, now),
        subject: Subject {
            receiver,
            feeds: Vec::new(),
            watches: Vec::new(),
            tags: Vec::new(),
            story: None,
        },
    };
    insert(tx, row, &mutes, now)
}

/// A delivery to be.
struct Row<'a> {
    fate: Fate,
    story: Option<StoryId>,
    alert: Option<AlertId>,
    kind: &'a str,
    priority: Priority,
    place: i64,
    payload: String,
    subject: Subject<'a>,
}

fn insert(
    tx: &mut dyn Tx,
    row: Row<'_>,
    mutes: &Mutes,
    now: Timestamp,
) -> Result<DeliveryId, StoreError> {
    let receiver = receiver_id(tx, row.subject.receiver, now)?;
    let (state, due, awaits, folded_into) = match &row.fate {
        Fate::Send => ("pending", now, None, None),
        Fate::Fold { into } => ("folded", now, None, Some(*into)),
        Fate::Await { awaits, until } => ("pending", *until, Some(awaits.to_json()), None),
    };
    let id = tx.insert(
        "INSERT INTO delivery (receiver, alert, kind, priority, state, due, created_at, waiting_since,
                               payload, place, story, awaits, folded_into, settled_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        values![
            receiver,
            row.alert,
            row.kind,
            row.priority.rank(),
            state,
            due,
            now,
            row.payload,
            row.place,
            row.story,
            awaits,
            folded_into,
            folded_into.map(|_| now),
        ],
    )?;
    let id = DeliveryId(id);
    if folded_into.is_none() {
        mutes.suppress(tx, id, &row.subject, now)?;
    }
    Ok(id)
}

/// The row of a receiver. One the config never named gets a resting row: an obligation is kept
/// rather than lost.
pub(super) fn receiver_id(tx: &mut dyn Tx, name: &str, now: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT id FROM receiver WHERE name = ?1";
    if let Some(id) = tx.value(sql, values![name])? {
        return Ok(id);
    }
    tx.insert(
        "INSERT INTO receiver (name, active, due) VALUES (?1, 0, ?2)",
        values![name, now],
    )
}

/// How many deliveries of a receiver are pending.
pub(super) fn waiting(tx: &mut dyn Tx, receiver: &str) -> Result<u32, StoreError> {
    let waiting = tx.value(
        "SELECT count(*) FROM delivery
          WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'",
        values![receiver],
    )?;
    Ok(waiting.expect("an aggregate has a row"))
}

/// Closes the attempts that are open, of one delivery or of all: nobody knows how they went.
pub(in crate::store) fn close_lost(
    tx: &mut dyn Tx,
    delivery: Option<DeliveryId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    const DETAIL: &str = "nobody recorded how the attempt ended";
    let reason = SendReason::Lost.as_str();
    match delivery {
        Some(id) => tx.exec(
            "UPDATE attempt SET ended_at = ?2, reason = ?3, detail = ?4
              WHERE delivery = ?1 AND ended_at IS NULL",
            values![id, now, reason, DETAIL],
        ),
        None => tx.exec(
            "UPDATE attempt SET ended_at = ?1, reason = ?2, detail = ?3 WHERE ended_at IS NULL",
            values![now, reason, DETAIL],
        ),
    }
    .map(drop)
}
