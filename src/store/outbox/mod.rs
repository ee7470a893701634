//! The outbox: notices on their way to receivers.

mod claim;
mod digest;
mod flood;
mod folded;
mod follow;
mod insert;
mod lineup;
mod manage;
mod missed;
mod old;
mod page;
mod payload;
mod recovered;
mod settle;
mod show;
mod unreached;

use std::{fmt, str::FromStr};

use jiff::Timestamp;

use crate::model::{AlertId, DeliveryId, DeliveryKey, Event, MuteId, Notice, Priority, SendReason};

#[cfg(test)]
pub(super) use self::{
    claim::{CLAIM, CLAIM_ONE, LANE, NEXT_DUE, PROBE},
    flood::{DUE, FIRST},
    follow::FOLLOWERS,
    lineup::{NEXT_DUE_AFTER, SENT, WAITING},
    page::{COUNTS, NEWEST, NEWEST_IN_STATE},
};
pub(super) use self::{
    digest::fold,
    follow::{follow, moved},
    insert::{Fate, close_lost, enqueue, enqueue_event, enqueue_later, insert_alert, rewrite},
    manage::release,
    payload::{Part, deserialize_event, list, parse_list, part, with_part},
    show::of_alert,
    unreached::parse as parse_unreached,
};
pub use self::{
    flood::ONE_BY_ONE,
    folded::Folded,
    lineup::{LinedUp, Lineup},
    missed::Missed,
    page::{OutboxCount, OutboxSearch},
    unreached::{NotifiedUnreached, Reception, Unreached},
};

/// An event for a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The receiver's name.
    pub receiver: String,
    /// What its notice says.
    pub event: Event,
}

impl NewDelivery {
    /// The same event for each of these receivers.
    pub fn to_each<'a>(
        receivers: impl IntoIterator<Item = &'a String>,
        event: &Event,
    ) -> Vec<Self> {
        let to = |receiver: &String| Self {
            receiver: receiver.clone(),
            event: event.clone(),
        };
        receivers.into_iter().map(to).collect()
    }
}

/// One delivery to attempt now; its attempt is on record already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryClaim {
    /// Row id.
    pub id: DeliveryId,
    /// The claim's number; [`Store::settle`](super::Store::settle) wants it back.
    pub fence: i64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How many attempts before this one failed since it waits; not those that ended with the daemon.
    pub failures: u32,
    /// When the first of these began: from here counts how long it was tried.
    pub failing_since: Option<Timestamp>,
    /// Whether it may be given up for its age. The store leaves that to the one who tries.
    pub may_expire: bool,
    /// Since when it waits: its creation, or the last `outbox retry`.
    pub waiting_since: Timestamp,
    /// How its receiver has fared.
    pub receiver: ReceiverState,
    /// What to send.
    pub notice: Notice,
}

/// What the back-off needs to know of a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverState {
    /// The name in the config.
    pub name: String,
    /// Failed attempts in a row.
    pub failures: u32,
    /// The first of them.
    pub failing_since: Option<Timestamp>,
    /// Whether others were notified that it fails.
    pub notified_failing: bool,
    /// The mail server that its mail goes through while the one that comes first fails.
    pub through: Option<String>,
    /// Notices that it refused in a row, with none taken between them.
    pub refusals: u32,
}

/// How one attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// From the claim.
    pub id: DeliveryId,
    /// From the claim.
    pub fence: i64,
    /// From the claim.
    pub attempt: u32,
    /// Now.
    pub ended_at: Timestamp,
    /// What becomes of the delivery.
    pub to: SettleTo,
    /// What becomes of the receiver.
    pub receiver: ReceiverUpdate,
    /// Notices for others; how much waits for a receiver that fails is counted here.
    pub notices: Vec<NewDelivery>,
    /// The receivers that are notified where the attempt ends a failure of which they were notified.
    pub escalation: Vec<String>,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettleTo {
    /// The receiver took it.
    Delivered {
        /// Its answer in words.
        answer: String,
        /// Who behind it has not got it, in words.
        missing: Option<String>,
    },
    /// Once more at `due`.
    Later {
        /// When.
        due: Timestamp,
        /// Why it failed.
        reason: SendReason,
        /// The answer in words.
        detail: String,
        /// Parts that accepted in this attempt; they are added to those of earlier ones.
        accepted: Vec<String>,
    },
    /// Two digests of half its alerts each are in its place.
    Halves {
        /// Why it failed.
        reason: SendReason,
        /// The answer in words.
        detail: String,
    },
    /// Given up: kept, and `outbox retry` revives it.
    Dead {
        /// Why it failed.
        reason: SendReason,
        /// The answer in words.
        detail: String,
        /// As above: `outbox retry` is for those who have nothing.
        accepted: Vec<String>,
    },
}

/// What becomes of a receiver after an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceiverUpdate {
    /// No attempt before; `None` is now.
    pub due: Option<Timestamp>,
    /// Failed attempts in a row.
    pub failures: u32,
    /// The first of them.
    pub failing_since: Option<Timestamp>,
    /// Whether others were notified that it fails.
    pub notified_failing: bool,
    /// No attempts until a restart, a reload or `outbox retry`.
    pub off: bool,
    /// The last failure's reason.
    pub reason: Option<SendReason>,
    /// The last failure in words.
    pub error: Option<String>,
    /// The mail server that its mail goes through meanwhile.
    pub through: Option<String>,
    /// Notices that it has refused in a row.
    pub refusals: u32,
    /// Who behind it was reached by the attempt.
    pub reception: Reception,
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Waits, or is being sent.
    Pending,
    /// The receiver took it.
    Delivered,
    /// Given up; can be revived.
    Dead,
    /// Someone said that it need not be sent.
    Dropped,
    /// Sent as part of another delivery.
    Folded,
    /// A mute suppressed it; kept, and sent only if someone asks for it.
    Muted,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Delivered,
        Self::Dead,
        Self::Dropped,
        Self::Folded,
        Self::Muted,
    ];

    /// The name as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
            Self::Folded => "folded",
            Self::Muted => "muted",
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A name that is no state of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a state (pending, delivered, dead, dropped, folded, muted)")]
pub struct ParseDeliveryStateError(pub String);

impl FromStr for DeliveryState {
    type Err = ParseDeliveryStateError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or_else(|| ParseDeliveryStateError(name.to_owned()))
    }
}

/// Which deliveries to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxFilter {
    /// Only this receiver's.
    pub receiver: Option<String>,
    /// Only in this state.
    pub state: Option<DeliveryState>,
    /// No more than this, the newest.
    pub limit: u32,
}

/// Which deliveries to retry or drop: those that meet everything given. The default selects
/// nothing; one that is delivered or dropped is never selected, one that is muted only by its number or
/// its mute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Only these.
    pub ids: Vec<DeliveryId>,
    /// Only this receiver's.
    pub receiver: Option<String>,
    /// Only with this as their last failure.
    pub reason: Option<SendReason>,
    /// Only dead ones; alone, all dead ones.
    pub dead_only: bool,
    /// Only muted ones; alone, all of them.
    pub muted_only: bool,
    /// Only those that this mute suppresses.
    pub mute: Option<MuteId>,
}

/// A delivery as the outbox shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStatus {
    /// Row id.
    pub id: DeliveryId,
    /// Its receiver.
    pub receiver: String,
    /// Its alert, where it is one.
    pub alert: Option<AlertId>,
    /// What receivers know it by.
    pub key: DeliveryKey,
    /// The event's type on the wire, such as `alert.matched`.
    pub kind: String,
    /// What is sent; `None` where the stored form cannot be read, which is why it is dead.
    pub notice: Option<Notice>,
    /// The notice's grade.
    pub priority: Priority,
    /// Its state.
    pub state: DeliveryState,
    /// Pending: the next attempt, or while one runs the end of its lease.
    pub due: Option<Timestamp>,
    /// Folded: the delivery that it is part of, or by which its receiver has the text.
    pub folded_into: Option<DeliveryId>,
    /// Folded: what it is to that one; `None` where that is no longer kept.
    pub folded_as: Option<Folded>,
    /// Pending: what of its story it waits for, in words, until it is due.
    pub awaits: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it waits: its creation, or the last `outbox retry`.
    pub waiting_since: Timestamp,
    /// When it was delivered, given up, dropped, folded or muted.
    pub settled_at: Option<Timestamp>,
    /// The last failure's reason, by [`SendReason::as_str`].
    pub reason: Option<String>,
    /// The last answer in words.
    pub detail: Option<String>,
    /// Delivered: who behind the receiver has not got it, in words.
    pub missing: Option<String>,
    /// Every try, the first first.
    pub attempts: Vec<AttemptStatus>,
}

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptStatus {
    /// From 1.
    pub number: u32,
    /// Before its first byte left.
    pub started_at: Timestamp,
    /// `None` while it runs.
    pub ended_at: Option<Timestamp>,
    /// Why it failed, by [`SendReason::as_str`]; `None` where it did not.
    pub reason: Option<String>,
    /// The answer in words.
    pub detail: Option<String>,
}

/// A receiver as the outbox shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverStatus {
    /// The name in the config.
    pub name: String,
    /// Whether the config names it.
    pub active: bool,
    /// Switched off by an answer such as 410, until a restart, a reload or `outbox retry`.
    pub off: bool,
    /// The end of its back-off.
    pub due: Timestamp,
    /// Failed attempts in a row.
    pub failures: u32,
    /// The first of them.
    pub failing_since: Option<Timestamp>,
    /// The last failure's reason, by [`SendReason::as_str`].
    pub reason: Option<String>,
    /// The last failure in words.
    pub error: Option<String>,
    /// The mail server that its mail goes through meanwhile.
    pub through: Option<String>,
    /// Those behind it who get nothing, while others do.
    pub unreached: Vec<Unreached>,
    /// Deliveries that are pending.
    pub waiting: u32,
    /// Deliveries that are dead.
    pub dead: u32,
}

#[cfg(test)]
mod tests;
