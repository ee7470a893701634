//! Stories: what is under way, and what one of them is made of.

pub(crate) mod cursor;
pub(crate) mod lookup;
pub(crate) mod missing;
pub(crate) mod steered;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    mutes::Mutes,
    words::{count, one_line},
};
use crate::{
    model::{MuteKind, StoryId, StoryRole, to_second},
    store::{DeliveryState, StoryDelivery, StoryItem, StoryRecord, StoryStatus},
};

/// A story, as lists have it.
#[derive(Debug, Serialize)]
pub(crate) struct StoryView<'a> {
    /// Its number, that of its first item; as `story.id` of webhooks.
    pub(crate) id: String,
    /// The headline of its first item.
    pub(crate) title: Option<&'a str>,
    pub(crate) link: Option<&'a str>,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) revision: u32,
    pub(crate) items: u32,
    pub(crate) copies: u32,
    /// How many independent publishers have it.
    pub(crate) independent: u32,
    /// Their names, in the order in which they came.
    pub(crate) publishers: &'a [String],
    /// The watches that matched an item of it.
    pub(crate) watches: &'a [String],
    /// Until when it is muted.
    pub(crate) muted_until: Option<Timestamp>,
}

/// A story with its items.
#[derive(Debug, Serialize)]
pub(crate) struct WholeStoryView<'a> {
    #[serde(flatten)]
    pub(crate) story: StoryView<'a>,
    /// The numbers of stories that were merged into it.
    pub(crate) merged: Vec<String>,
    /// The oldest first; the first thousand.
    pub(crate) timeline: Vec<StoryItemView<'a>>,
}

/// An item of a story.
#[derive(Debug, Serialize)]
pub(crate) struct StoryItemView<'a> {
    pub(crate) item: String,
    pub(crate) seen: Timestamp,
    pub(crate) feed: &'a str,
    pub(crate) publisher: Option<&'a str>,
    /// The news agency that it credits.
    pub(crate) agency: Option<&'a str>,
    pub(crate) role: StoryRole,
    /// Whether it is the first report of an independent publisher.
    pub(crate) independent: bool,
    /// Of a copy the first item with its text.
    pub(crate) copy_of: Option<String>,
    /// Why it is here: `37 of 40 phrases also in #812`.
    pub(crate) evidence: Option<&'a str>,
    pub(crate) title: Option<&'a str>,
    pub(crate) link: Option<&'a str>,
    pub(crate) watches: &'a [String],
    pub(crate) deliveries: Vec<StoryDeliveryView<'a>>,
}

/// An alert of it for one receiver.
#[derive(Debug, Serialize)]
pub(crate) struct StoryDeliveryView<'a> {
    pub(crate) id: i64,
    pub(crate) receiver: &'a str,
    pub(crate) state: &'static str,
    /// The delivery that brings it.
    pub(crate) folded_into: Option<i64>,
    /// Whether it waits for other publishers, or for a summary.
    pub(crate) awaits: bool,
}

impl<'a> StoryView<'a> {
    pub(crate) fn of(story: &'a StoryStatus, mutes: &Mutes) -> Self {
        let mute = mutes.of(MuteKind::Story, &story.id.to_string());
        Self {
            id: story.id.0.to_string(),
            title: story.title.as_deref(),
            link: story.link.as_deref(),
            first: to_second(story.first_at),
            last: to_second(story.last_at),
            revision: story.revision,
            items: story.items,
            copies: story.copies,
            independent: story.independent,
            publishers: &story.publishers,
            watches: &story.watches,
            muted_until: mute.map(|mute| to_second(mute.until)),
        }
    }
}

impl<'a> WholeStoryView<'a> {
    pub(crate) fn of(story: &'a StoryRecord, mutes: &Mutes) -> Self {
        let number = |id: &StoryId| id.0.to_string();
        Self {
            story: StoryView::of(&story.status, mutes),
            merged: story.merged.iter().map(number).collect(),
            timeline: story.timeline.iter().map(StoryItemView::of).collect(),
        }
    }
}

impl<'a> StoryItemView<'a> {
    fn of(item: &'a StoryItem) -> Self {
        let is_copy = item.role == StoryRole::Copy;
        Self {
            item: item.item.0.to_string(),
            seen: to_second(item.seen_at),
            feed: &item.feed,
            publisher: item.publisher.as_deref(),
            agency: item.agency.as_deref(),
            role: item.role,
            independent: item.is_independent,
            copy_of: is_copy.then(|| item.root.0.to_string()),
            evidence: item.evidence.as_deref(),
            title: item.title.as_deref(),
            link: item.link.as_deref(),
            watches: &item.watches,
            deliveries: item.deliveries.iter().map(StoryDeliveryView::of).collect(),
        }
    }
}

impl<'a> StoryDeliveryView<'a> {
    fn of(delivery: &'a StoryDelivery) -> Self {
        Self {
            id: delivery.id.0,
            receiver: &delivery.receiver,
            state: delivery.state.as_str(),
            folded_into: delivery.folded_into.map(|into| into.0),
            awaits: delivery.awaits,
        }
    }
}

/// `3: bbc, nhk, kyodo`.
pub(crate) fn count_of_publishers(story: &StoryStatus) -> String {
    let names = story.publishers.join(", ");
    let colon = if names.is_empty() { "" } else { ": " };
    one_line(&format!("{}{colon}{names}", story.independent), 120)
}

/// `6 (3 copies)`.
pub(crate) fn count_of_items(story: &StoryStatus) -> String {
    match story.copies {
        0 => story.items.to_string(),
        1 => format!("{} (1 copy)", story.items),
        copies => format!("{} ({copies} copies)", story.items),
    }
}

/// `3 independent publishers: bbc, nhk, kyodo`.
pub(crate) fn publishers(story: &StoryStatus) -> String {
    let names = story.publishers.join(", ");
    let publishers = count(u64::from(story.independent), "independent publisher");
    if names.is_empty() {
        return publishers;
    }
    format!("{publishers}: {names}")
}

/// `6 items, 3 of them copies`.
pub(crate) fn items(story: &StoryStatus) -> String {
    let items = count(u64::from(story.items), "item");
    match story.copies {
        0 => items,
        1 => format!("{items}, 1 of them a copy"),
        copies => format!("{items}, {copies} of them copies"),
    }
}

/// Who published an item, and in which feed: `bbc (Reuters) in feed world`.
pub(crate) fn source(item: &StoryItem) -> String {
    let agency = item.agency.as_ref().map(|agency| format!(" ({agency})"));
    let agency = agency.unwrap_or_default();
    match &item.publisher {
        Some(publisher) => format!("{publisher}{agency} in feed {}", item.feed),
        None => format!("feed {}{agency}", item.feed),
    }
}

/// What an item is to its story, and why it is in it.
pub(crate) fn role(item: &StoryItem) -> String {
    let role = match (item.role, item.is_independent) {
        (StoryRole::First, _) => "first".to_owned(),
        (StoryRole::Copy, false) => format!("copy of #{}", item.root.0),
        (StoryRole::Copy, true) => {
            format!("copy of #{}, and the first with a publisher", item.root.0)
        }
        (StoryRole::FollowUp, true) => "independent".to_owned(),
        (StoryRole::FollowUp, false) => "follow-up".to_owned(),
    };
    match &item.evidence {
        Some(evidence) => one_line(&format!("{role}: {evidence}"), 300),
        None => role,
    }
}

/// What became of an item's alert for one receiver.
pub(crate) fn delivery(delivery: &StoryDelivery) -> String {
    let (id, receiver) = (delivery.id, &delivery.receiver);
    match (delivery.state, delivery.folded_into) {
        (DeliveryState::Folded, Some(into)) => format!("folded into {into} for {receiver}"),
        (DeliveryState::Pending, _) if delivery.awaits => {
            format!("{id} for {receiver} waits for more of the story")
        }
        (DeliveryState::Pending, _) => format!("{id} for {receiver} waits"),
        (DeliveryState::Delivered, _) => format!("sent to {receiver} by {id}"),
        (state, _) => format!("{id} for {receiver} is {state}"),
    }
}
