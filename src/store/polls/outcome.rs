//! All that a poll comes to, as the store takes it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Continuity, Health, Moved, OutageChange, PollClaim, RecentPolls};
use crate::{
    model::{
        Alert, AlertId, FeedId, Fingerprint, IdentifiedBy, Item, ItemId, OriginId, Priority,
        Stories, TextHash,
    },
    schedule::Learned,
    store::{Finding, NewDelivery, NewStory},
};

/// All that one poll comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct PollCommit {
    /// Whose poll it was.
    pub claim: Claimed,
    /// When the poll began.
    pub polled_at: Timestamp,
    /// Now: when items count as seen and deliveries as due.
    pub committed_at: Timestamp,
    /// When the feed is polled again.
    pub next: NextPoll,
    /// How long its origin is left alone.
    pub pause: OriginPause,
    /// What was found.
    pub result: PollResult,
    /// What it says of the feed's health.
    pub health: HealthUpdate,
    /// Replaces the one before; `None` leaves it. The items of a document that was read are
    /// completed with the new ones.
    pub continuity: Option<Continuity>,
    /// Replaces the one before; `None` leaves it.
    pub moved: Option<Moved>,
}

impl PollCommit {
    /// With what every commit has. All else stays as it was at the claim.
    pub fn of(
        claim: &PollClaim,
        [polled_at, committed_at]: [Timestamp; 2],
        next: NextPoll,
        pause: OriginPause,
        result: PollResult,
    ) -> Self {
        Self {
            claim: Claimed {
                origin: claim.origin,
                fence: claim.fence,
                feed: claim.feed.id,
                url: claim.feed.url.clone(),
                polls: claim.feed.polls.clone(),
            },
            polled_at,
            committed_at,
            next,
            pause,
            result,
            health: HealthUpdate {
                state: claim.feed.health,
                findings: Vec::new(),
                notices: Vec::new(),
                outage: None,
            },
            continuity: None,
            moved: None,
        }
    }
}

/// What a commit takes from its claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The origin.
    pub origin: OriginId,
    /// The claim's number.
    pub fence: i64,
    /// The feed.
    pub feed: FeedId,
    /// The URL that was read. If the config has given the feed another one meanwhile, the result is
    /// dropped, with validators that would have been the wrong URL's.
    pub url: String,
    /// The polls before it.
    pub polls: RecentPolls,
}

/// When a feed is polled again.
#[derive(Debug, Clone, PartialEq)]
pub struct NextPoll {
    /// When it is due.
    pub due_at: Timestamp,
    /// Why then, in words for people.
    pub reason: String,
    /// What the due time was worked out from; replaces what was learned before.
    pub learned: Learned,
}

/// How long an origin is left alone after a poll, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OriginPause {
    /// The pause between two polls of it, from the commit on.
    pub gap: Duration,
    /// Until when it limits us. A pause that is longer already stays.
    pub until: Option<Timestamp>,
    /// Whether that goes for every host of its domain.
    pub whole_domain: bool,
    /// Answers of 403 and 429 in a row, whichever feed they were for, this one included.
    pub refusals: u32,
    /// Whether nothing was heard of it.
    pub unreachable: bool,
}

/// What a poll says of the health of its feed, and of our own network.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthUpdate {
    /// Replaces the one before.
    pub state: Health,
    /// What is sent as far as receivers do not know it.
    pub findings: Vec<Finding>,
    /// What is sent beside that, and beside the alerts.
    pub notices: Vec<NewDelivery>,
    /// That our own network fails, or does so no more.
    pub outage: Option<OutageChange>,
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
    Backfilled(Vec<NewItem>),
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
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// Items that were known before, each with the number of the fingerprint that is in the
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
    pub identified_by: IdentifiedBy,
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
    pub by: IdentifiedBy,
}

/// An alert and its receivers.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAlert {
    /// The alert; its id and its item's id are filled in here.
    pub alert: Alert,
    /// Of each of its watches, in their order.
    pub priorities: Vec<Priority>,
    /// Those of its watches that may alert an item again.
    pub again: Vec<String>,
    /// One a receiver.
    pub receivers: Vec<AlertReceiver>,
    /// What places its item in a story; `None` where stories are off.
    pub story: Option<NewStory>,
}

/// A receiver of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertReceiver {
    /// The receiver's name.
    pub receiver: String,
    /// Those of the alert's watches that notify it.
    pub watches: Vec<String>,
    /// Of each of them, what is folded of a story.
    pub modes: Vec<Stories>,
    /// Whether it is sent a line at the end of a story.
    pub sources: bool,
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
