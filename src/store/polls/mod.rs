//! Polls: which feed is next, and what a poll found.

mod alerts;
mod ask;
mod claim;
mod commit;
mod health;
mod history;
mod items;
pub(super) mod outage;
mod outcome;
mod recall;
mod records;
mod remember;
mod unread;

use jiff::Timestamp;

use super::Notified;
use crate::{
    model::{FeedId, OriginId},
    schedule::Learned,
};

pub use self::{
    ask::{Asked, PollReport},
    health::{Empty, Health, Neighbour, Recovery, Silence},
    history::{PolledOnce, PolledTo, RecentPolls},
    outage::{OutageChange, Reach, Unreachable},
    outcome::{
        AlertReceiver, Alias, Claimed, HealthUpdate, KnownItem, NewAlert, NewItem, NextPoll,
        OriginPause, PollCommit, PollCommitted, PollRead, PollResult, Revision,
    },
    recall::Recalled,
    records::{Backfill, Continuity, Move, Moved},
    remember::REFRESH_AFTER,
    unread::Unread,
};

#[cfg(test)]
pub(super) use self::{
    claim::{CLAIM, MOST_OVERDUE, NEXT_DUE},
    commit::PAUSE_DOMAIN,
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
    /// Whether an outage of our own network goes on of which receivers were notified.
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
    /// What receivers were notified of.
    pub notified: Box<Notified>,
    /// The last good poll.
    pub last_success: Option<Timestamp>,
    /// The first 304 of a run that no 200 has broken: a server may be stuck.
    pub not_modified_since: Option<Timestamp>,
    /// Items in the last body that was read.
    pub items_total: u32,
    /// What polls said of its health.
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
    /// The polls before it.
    pub polls: RecentPolls,
}

impl FeedState {
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

#[cfg(test)]
mod tests;
