//! Polls: which feed is next, and what a poll found.

mod ask;
mod claim;
mod commit;
mod continuity;
mod health;
mod moved;
mod news;
pub(super) mod outage;
mod recall;
mod remember;
mod replan;
mod revise;
mod unread;

use std::time::Duration;

use jiff::Timestamp;

use super::NewDelivery;
use crate::{
    model::{
        Alert, AlertId, FeedId, Fingerprint, Item, ItemId, OriginId, Priority, Recognition,
        TextHash,
    },
    schedule::Learned,
};

pub use self::ask::{Asked, PollReport};

pub use self::{
    continuity::{Continuity, Fill},
    health::{Empty, FeedTold, Health, Neighbour, Recovery, Silence},
    moved::{Move, Moved},
    outage::{OutageChange, Reach, Unreachable},
    recall::Recalled,
    remember::REFRESH_AFTER,
    unread::Unread,
};

#[cfg(test)]
pub(super) use self::{
    claim::{CLAIM, MOST_OVERDUE, NEXT_DUE},
    commit::COOL_DOMAIN,
    health::{ARRIVALS, NEIGHBOURS},
    recall::{BEFORE, BY_GUID, BY_ITEM, BY_LINK, BY_TITLE, BY_WHOLE},
    remember::REFRESH,
    unread::{BEARERS, ROWS, TEXTS},
};

/// One feed to poll now; its origin is ours until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollClaim {
    /// The origin that was claimed.
    pub origin: OriginId,
    /// The claim's number; [`Store::commit_poll`](super::Store::commit_poll) wants it back.
    pub fence: i64,
    /// Answers in a row by which the origin refused us, whichever feed they were for.
    pub refusals: u32,
    /// Since when nothing is heard of the origin; `None` where the last visit got an answer.
    pub unreachable_since: Option<Timestamp>,
    /// Whether an outage of our own network was told and goes on.
    pub outage: bool,
    /// When the last one ended.
    pub outage_until: Option<Timestamp>,
    /// The origin's most overdue feed.
    pub feed: FeedState,
}

/// What a poll needs to know of the polls before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// Row id.
    pub id: FeedId,
    /// The name in the config.
    pub name: String,
    /// The URL in the config.
    pub url: String,
    /// The last answer's `ETag`, byte for byte.
    pub etag: Option<Vec<u8>>,
    /// The last answer's `Last-Modified`, byte for byte.
    pub last_modified: Option<Vec<u8>>,
    /// The hash of the last body that was read.
    pub body_hash: Option<[u8; 32]>,
    /// What is known of what it showed before.
    pub baseline: Baseline,
    /// Failed polls in a row.
    pub failures: u32,
    /// The first of them.
    pub failing_since: Option<Timestamp>,
    /// Whether receivers were told that it fails.
    pub told_failing: bool,
    /// The last good poll.
    pub last_success: Option<Timestamp>,
    /// The first 304 of a run that no 200 has broken: a server may be stuck.
    pub not_modified_since: Option<Timestamp>,
    /// Items in the last body that was read.
    pub items_total: u32,
    /// Whether it is silent or empty, or reads again after failures that were told.
    pub health: Health,
    /// Whether anything was missed between the polls so far.
    pub continuity: Continuity,
    /// Where it lives, if that is not the URL in the config.
    pub moved: Moved,
    /// What the polls have taught about when to poll.
    pub learned: Learned,
    /// Whether the process died while it was asked: it may be why.
    pub cut_off: bool,
    /// Whether someone asked for this poll.
    pub asked: bool,
}

/// What is known of what a feed showed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Nothing: there was no good poll yet.
    Missing,
    /// There was none yet, but what the feed has shown that had its name before is known.
    Inherited,
    /// A first good poll has been.
    Done,
}

impl Baseline {
    /// Whether a first good poll has been.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done)
    }

    /// Whether only what another feed showed is known.
    pub const fn is_inherited(self) -> bool {
        matches!(self, Self::Inherited)
    }
}

impl FeedState {
    /// What receivers know of its trouble.
    pub fn told(&self) -> FeedTold {
        FeedTold::of(self.told_failing, &self.health)
    }

    /// Failures in a row after one more, as the commit counts them: of the polls that someone asked for
    /// only the first one counts.
    pub const fn failures_after(&self) -> u32 {
        if self.asked && self.failures > 0 {
            self.failures
        } else {
            self.failures.saturating_add(1)
        }
    }
}

/// All that one poll comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct PollCommit {
    /// From the claim.
    pub origin: OriginId,
    /// From the claim.
    pub fence: i64,
    /// From the claim.
    pub feed: FeedId,
    /// From the claim: the URL that was read. If the config has given the feed another one
    /// meanwhile, the result is dropped, with validators that would have been the wrong URL's.
    pub url: String,
    /// From the claim.
    pub told: FeedTold,
    /// When the poll began.
    pub polled_at: Timestamp,
    /// Now: when items count as seen and deliveries as due.
    pub committed_at: Timestamp,
    /// When the feed is due again.
    pub next_due_at: Timestamp,
    /// Why then, in words for people.
    pub due_reason: String,
    /// What the due time was worked out from; replaces what was learned before.
    pub learned: Learned,
    /// The pause between polls of the origin, from `committed_at`.
    pub gap: Duration,
    /// Until when the origin cools. A pause that is longer already stays.
    pub origin_not_before: Option<Timestamp>,
    /// Whether every other origin of its domain cools as long.
    pub cools_domain: bool,
    /// Refusals in a row, this answer included.
    pub refusals: u32,
    /// Whether nothing was heard of the origin.
    pub unreachable: bool,
    /// That our own network fails, or does so no more.
    pub outage: Option<OutageChange>,
    /// What was found.
    pub result: PollResult,
    /// What is told beside the alerts.
    pub notices: Vec<NewDelivery>,
    /// Other feeds of the origin that the notices tell of too: that they fail where this poll
    /// failed, that they read again where it did not.
    pub told_with: Vec<FeedId>,
    /// Replaces the one before.
    pub health: Health,
    /// Replaces the one before; `None` leaves it. The window of a document that was read is
    /// completed with its new items.
    pub continuity: Option<Continuity>,
    /// Replaces the one before; `None` leaves it.
    pub moved: Option<Moved>,
}

/// What a poll found.
#[derive(Debug, Clone, PartialEq)]
pub enum PollResult {
    /// Nothing new: a 304, or the same body again.
    Unchanged {
        /// HTTP status.
        status: u16,
        /// Replaces the one before; `None` clears it.
        etag: Option<Vec<u8>>,
        /// Replaces the one before; `None` clears it.
        last_modified: Option<Vec<u8>>,
        /// 304, not the body's hash.
        by_validators: bool,
    },
    /// A body that was read.
    Read(Box<PollRead>),
    /// A page of the feed's archive, with what was missed; nothing of the feed's state changes.
    Filled(Vec<NewItem>),
    /// We had no room to read it: the feed comes again, nothing else changes.
    PutOff,
    /// Nothing could be read. Validators stay.
    Failed {
        /// The closed reason, also a metric label.
        reason: String,
        /// The error in words.
        error: String,
        /// HTTP status, where there was an answer.
        status: Option<u16>,
        /// Whether receivers know by now.
        told_failing: bool,
        /// 410: no more polls until the config gives it another URL, or someone asks for one that
        /// is good.
        gone: bool,
    },
}

impl PollResult {
    /// Whether the feed is not polled any more.
    pub(super) const fn is_gone(&self) -> bool {
        matches!(self, Self::Failed { gone: true, .. })
    }
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct PollRead {
    /// HTTP status.
    pub status: u16,
    /// `ETag`, byte for byte.
    pub etag: Option<Vec<u8>>,
    /// `Last-Modified`, byte for byte.
    pub last_modified: Option<Vec<u8>>,
    /// The body's hash.
    pub body_hash: [u8; 32],
    /// The title the feed gives itself.
    pub title: Option<String>,
    /// The feed's home.
    pub link: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Such as `RSS 2.0`.
    pub format: String,
    /// Items in the body.
    pub items_total: u32,
    /// What was odd, a JSON array.
    pub warnings: String,
    /// Items that were known before, each with the number of the fingerprint that stands in the
    /// document as it was, where it is time to note that it still does.
    pub seen: Vec<(ItemId, i64)>,
    /// Items that were known before and came with something new.
    pub known: Vec<KnownItem>,
    /// Items that were not.
    pub news: Vec<NewItem>,
    /// Whether `news` is the feed's first window, or its first after all ids were renamed.
    pub baseline: bool,
}

/// An item that no poll has shown before.
#[derive(Debug, Clone, PartialEq)]
pub struct NewItem {
    /// The story.
    pub item: Item,
    /// Of its text.
    pub text_hash: TextHash,
    /// By what it will be known again.
    pub fingerprint: Fingerprint,
    /// Why it is new.
    pub recognition: Recognition,
    /// Whether it is only remembered: no watch was asked.
    pub is_baseline: bool,
    /// What it set off.
    pub alert: Option<NewAlert>,
}

/// An item that an earlier poll has shown, with what is to be written about it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownItem {
    /// Which one.
    pub id: ItemId,
    /// By what it will be known again too, if that is not on record.
    pub alias: Option<Alias>,
    /// What it says now, if that was edited.
    pub revision: Option<Revision>,
}

/// What an edited item says now.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The story.
    pub item: Item,
    /// Of its text.
    pub text_hash: TextHash,
    /// What the edit set off. Watches that have alerted this item are left out when it is written.
    pub alert: Option<NewAlert>,
}

/// A further fingerprint of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The item's fingerprint that is no more; `None` where all stay, as far as there is room.
    pub replaces: Option<i64>,
    /// What the document says.
    pub fingerprint: Fingerprint,
    /// By what it was taken for the item.
    pub by: Recognition,
}

/// An alert and who is told.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAlert {
    /// The alert; its id and its item's id are filled in here.
    pub alert: Alert,
    /// Of each of its watches, in their order.
    pub priorities: Vec<Priority>,
    /// Those of its watches that may alert an item again.
    pub again: Vec<String>,
    /// One a receiver.
    pub tells: Vec<Tells>,
}

/// Whom an alert tells what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tells {
    /// The receiver's name.
    pub receiver: String,
    /// Those of the alert's watches that notify it.
    pub watches: Vec<String>,
}

/// Whether a poll was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollCommitted {
    /// It was, all of it.
    Done {
        /// The alerts, in the order of their items.
        alerts: Vec<AlertId>,
        /// The watches that they were made for, a name for each.
        watches: Vec<String>,
        /// Names of receivers with new deliveries, each once.
        receivers: Vec<String>,
    },
    /// It was not: the lease ended and another poll came first, or the config changed the URL.
    Fenced,
}

#[cfg(test)]
mod tests;
