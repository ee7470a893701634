//! What a delivery carries, serialized when it is made.
//!
//! An alert is named, with those of its watches that notify this receiver: its content is stored once,
//! however many receivers there are. Everything else is stored whole, and so is what older versions
//! have left.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    model::{
        Alert, AlertId, AlertStory, DeferReason, DeliveryId, DeliveryKey, DigestReady, Event,
        Notice, Priority, to_second,
    },
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// The stored form: `{"timestamp", …}`.
#[derive(Serialize, Deserialize)]
struct Payload<C> {
    timestamp: Timestamp,
    #[serde(flatten)]
    content: C,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Alert(Part),
    Digest(Digest),
    Event(Event),
}

/// An alert as one receiver gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Part {
    /// Its row.
    pub(in crate::store) alert: i64,
    /// Those of its watches that notify the receiver.
    pub(in crate::store) watches: Vec<String>,
    /// The highest of theirs.
    pub(in crate::store) priority: Priority,
    /// Its story as this receiver gets it; `None` is as the alert has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::store) story: Option<AlertStory>,
    /// The delivery of the story's first notice to the receiver, where it is not this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::store) thread: Option<i64>,
}

/// Several of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    pub(super) hold: DeferReason,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) alerts: Vec<StoredAlert>,
}

/// An alert of a digest: whole where it was stored whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum StoredAlert {
    Part(Part),
    Whole(Box<Alert>),
}

impl StoredAlert {
    /// The alert, as the receiver gets it.
    pub(super) fn read(&self, tx: &mut dyn Tx) -> Result<Alert, StoreError> {
        match self {
            Self::Part(part) => part.read(tx),
            Self::Whole(alert) => Ok(Alert::clone(alert)),
        }
    }

    fn priority(&self) -> Priority {
        match self {
            Self::Part(part) => part.priority,
            Self::Whole(alert) => alert.priority,
        }
    }
}

impl Part {
    /// Leaves of its story what a digest shows.
    pub(super) fn shorten(&mut self) {
        if let Some(story) = &mut self.story {
            story.also.truncate(Alert::MAX_SHORT_ALSO);
        }
    }

    /// The alert, as the receiver gets it.
    pub(super) fn read(&self, tx: &mut dyn Tx) -> Result<Alert, StoreError> {
        let data: Option<String> = tx.value(
            "SELECT data FROM alert WHERE id = ?1",
            values![AlertId(self.alert)],
        )?;
        let Some(data) = data else {
            return Err(StoreError::Unreadable {
                what: "a delivery",
                detail: format!("alert {} is gone", self.alert),
            });
        };
        let mut alert: Alert = serde_json::from_str(&data).map_err(|error| unreadable(&error))?;
        alert.keep_watches(|watch| self.watches.iter().any(|it| it == watch));
        alert.priority = self.priority;
        if self.story.is_some() {
            alert.story.clone_from(&self.story);
        }
        alert.also = match &alert.story {
            Some(story) => story.also.clone(),
            None => alert.also,
        };
        Ok(alert)
    }
}

impl Digest {
    /// The highest of its alerts.
    pub(super) fn priority(&self) -> Priority {
        let priorities = self.alerts.iter().map(StoredAlert::priority);
        priorities.max().unwrap_or_default()
    }

    /// One that cannot be read must not stop the others.
    fn read(&self, tx: &mut dyn Tx) -> Event {
        let alerts = self.alerts.iter().filter_map(|alert| {
            let mut alert = alert.read(tx).ok()?;
            match self.hold {
                DeferReason::Flood => alert.brief(1),
                _ => alert.shorten(),
            }
            Some(alert)
        });
        Event::DigestReady(Box::new(DigestReady {
            hold: self.hold,
            since: self.since,
            until: self.until,
            alerts: alerts.collect(),
            priority: self.priority(),
            count: u32::try_from(self.alerts.len()).unwrap_or(u32::MAX),
        }))
    }
}

/// The stored form of an event, an [alert](Part) or a [digest](Digest).
pub(super) fn serialize(content: &impl Serialize, now: Timestamp) -> String {
    let timestamp = to_second(now);
    serde_json::to_string(&Payload { timestamp, content }).expect("it has string keys only")
}

/// The notice of a stored delivery.
pub(super) fn deserialize(
    tx: &mut dyn Tx,
    store: &str,
    id: DeliveryId,
    payload: &str,
    accepted: &str,
) -> Result<Notice, StoreError> {
    let Payload { timestamp, content } = read(payload)?;
    let thread = match &content {
        Content::Alert(part) => thread(tx, store, part)?,
        Content::Digest(_) | Content::Event(_) => None,
    };
    Ok(Notice {
        key: key(store, id),
        timestamp,
        event: content.read(tx)?,
        accepted: parse_list(accepted)?,
        thread,
    })
}

/// The key of the notice that a part comes after; `None` where that was sent in a digest, or is gone: then
/// nothing can be threaded under it.
fn thread(tx: &mut dyn Tx, store: &str, part: &Part) -> Result<Option<DeliveryKey>, StoreError> {
    let Some(first) = part.thread.map(DeliveryId) else {
        return Ok(None);
    };
    let sql = "SELECT id FROM delivery WHERE id = ?1 AND state <> 'folded'";
    let is_alone = tx.row(sql, values![first])?.is_some();
    Ok(is_alone.then(|| key(store, first)))
}

/// The event of a stored delivery.
pub(in crate::store) fn deserialize_event(
    tx: &mut dyn Tx,
    payload: &str,
) -> Result<Event, StoreError> {
    read(payload)?.content.read(tx)
}

impl Content {
    fn read(self, tx: &mut dyn Tx) -> Result<Event, StoreError> {
        Ok(match self {
            Self::Alert(part) => Event::Alert(Box::new(part.read(tx)?)),
            Self::Digest(digest) => digest.read(tx),
            Self::Event(event) => event,
        })
    }
}

/// The alert of a stored delivery.
pub(super) fn alert(payload: &str) -> Result<StoredAlert, StoreError> {
    match read(payload)?.content {
        Content::Alert(part) => Ok(StoredAlert::Part(part)),
        Content::Event(Event::Alert(alert)) => Ok(StoredAlert::Whole(alert)),
        Content::Event(_) | Content::Digest(_) => Err(no("an alert")),
    }
}

/// The alert of a stored delivery, as its receiver gets it, with what names it; `None` where it is none,
/// or was stored whole by an older version.
pub(in crate::store) fn part(
    tx: &mut dyn Tx,
    payload: &str,
) -> Result<Option<(Part, Alert)>, StoreError> {
    match read(payload)?.content {
        Content::Alert(part) => {
            let alert = part.read(tx)?;
            Ok(Some((part, alert)))
        }
        Content::Event(_) | Content::Digest(_) => Ok(None),
    }
}

/// A stored delivery with this part in the place of its own.
pub(in crate::store) fn with_part(payload: &str, part: &Part) -> Result<String, StoreError> {
    let timestamp = read(payload)?.timestamp;
    let content = part;
    Ok(serde_json::to_string(&Payload { timestamp, content }).expect("it has string keys only"))
}

/// The alerts of a stored digest.
pub(super) fn digest(payload: &str) -> Result<Digest, StoreError> {
    match read(payload)?.content {
        Content::Digest(digest) => Ok(digest),
        Content::Event(_) | Content::Alert(_) => Err(no("a digest")),
    }
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable {
        what: "a delivery",
        detail: error.to_string(),
    }
}

fn no(what: &str) -> StoreError {
    StoreError::Unreadable {
        what: "a delivery",
        detail: format!("it is not {what}"),
    }
}

fn read(payload: &str) -> Result<Payload<Content>, StoreError> {
    serde_json::from_str(payload).map_err(|error| unreadable(&error))
}

/// The id receivers see.
pub(super) fn key(store: &str, id: DeliveryId) -> DeliveryKey {
    DeliveryKey(format!("{store}-{}", id.0))
}

/// A list as it is stored.
pub(in crate::store) fn list(names: &[String]) -> String {
    serde_json::to_string(names).expect("a list of strings")
}

/// A stored list.
pub(in crate::store) fn parse_list(json: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(json).map_err(|error| unreadable(&error))
}
