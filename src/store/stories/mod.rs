//! Stories: which items belong together, and what that means for their alerts.
//!
//! The contract:
//! - An item is placed once, in the transaction that writes its alert, from rows of the store alone.
//! - A story is called by its first item. That number never changes; one that was merged into another
//!   stays as long as that has items, and names it. All that was under it is under the other one then, so
//!   only who asks by a number looks for `merged`.
//! - Of a story that is split, the part with its first item keeps the number.
//! - An alert that is not sent to a receiver is a row all the same: `folded`, under the delivery by which
//!   the receiver has the text, or waiting, with what it waits for and until when. Nothing is lost in a
//!   crash, for what waits has a due time like everything else.

mod apart;
mod arrive;
mod awaiting;
mod change;
mod describe;
mod first;
mod fold;
mod forget;
mod joined;
mod list;
mod origins;
mod place;
mod read;
mod ripen;
mod send;
mod sources;
#[cfg(test)]
mod tests;

use crate::model::{Corroborate, Escalate, ItemId, StoryId, StoryRole};

pub use self::{
    change::{StoryChange, StoryMerge, StoryRefusal, StorySplit},
    list::{StoryCursor, StoryFilter, StoryStatus},
    read::{StoryDelivery, StoryItem, StoryRecord},
};

pub(super) use self::{
    arrive::arrive,
    awaiting::{Awaits, awaited, corroborate},
    describe::describe,
    first::firsts,
    forget::{COMPARED, forget_notice, leave},
    place::escalate,
    send::{Sending, send},
};

pub use self::{
    apart::{NotJoined, Unjoined},
    joined::{Joined, NearItem},
};

#[cfg(test)]
pub(super) use self::{
    apart::THEN,
    first::OF_SEVERAL,
    fold::{OF_STORY, OF_TEXT},
    forget::RESTED,
    joined::REPORTS,
    list::{BELOW, OF_COUNT},
    origins::OF_WATCH,
    place::LOOKS,
    read::TIMELINE,
    ripen::RIPE,
    sources::FOLDED,
};

/// What is to be known of an item that is placed in a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStory {
    /// Who published it; empty where nobody knows.
    pub publisher: String,
    /// Whose report it is: the news agency that it names, or else its publisher.
    pub origin: String,
    /// What the watches of its alert ask of stories; those that ask nothing are not named.
    pub rules: Vec<StoryRule>,
}

/// What a watch asks of stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryRule {
    /// The watch.
    pub watch: String,
    /// Its alerts wait for so many publishers.
    pub corroborate: Option<Corroborate>,
    /// Its alerts get a higher priority with so many.
    pub escalate: Option<Escalate>,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) item: ItemId,
    pub(super) story: StoryId,
    /// The first item with the same text, itself where it is no copy.
    pub(super) root: ItemId,
    pub(super) role: StoryRole,
    pub(super) revision: u32,
    /// Whether it was placed by this transaction.
    pub(super) is_new: bool,
    /// Whether it made one story of several.
    pub(super) joins: bool,
}

/// What an item of this story and this root is to it.
pub(super) fn role(item: ItemId, story: StoryId, root: ItemId) -> StoryRole {
    if root != item {
        StoryRole::Copy
    } else if item.0 == story.0 {
        StoryRole::First
    } else {
        StoryRole::FollowUp
    }
}
