//! What is known of one item, whatever the watch: its texts, its alerts, and what the service ran with.

use std::collections::{HashMap, HashSet};

use jiff::{Timestamp, tz::TimeZone};

use super::{super::when, context::DeliveryContext, story::StoryView};
use crate::{
    app,
    config::Config,
    matcher::{ItemLists, Matcher},
    model::{IdentifiedBy, Item, Watch},
    store::{AlertRecord, FeedStatus, ItemRecord, KeptItem, MuteStatus, WatchInForce, WatchOff},
};

/// What is known of an item.
#[derive(Debug)]
pub(crate) struct ItemFacts<'a> {
    /// What was asked for, where that is neither its number nor the link or id it has now, and by
    /// what the item was known under that name.
    pub(crate) asked: Option<(&'a str, IdentifiedBy)>,
    pub(super) kept: &'a KeptItem,
    pub(super) record: ItemRecord,
    pub(super) texts: Texts,
    pub(super) delivery_context: DeliveryContext<'a>,
    /// The story that it is in.
    pub(crate) story: Option<StoryView>,
    pub(super) feed: Option<FeedStatus>,
    pub(super) mutes: &'a [MuteStatus],
    pub(super) in_force: &'a HashMap<String, WatchInForce>,
    pub(super) off: &'a HashMap<String, WatchOff>,
    pub(super) config: &'a Config,
    pub(super) now: Timestamp,
}

impl ItemFacts<'_> {
    pub(super) fn zone(&self) -> &TimeZone {
        &self.config.timezone
    }

    /// The alert of the item that counts for the watch.
    pub(super) fn alert(&self, watch: &str) -> Option<&AlertRecord> {
        let mut alerts = self.record.alerts.iter();
        alerts.find(|alert| alert.watches.iter().any(|name| name == watch))
    }

    pub(super) fn at(&self, moment: Timestamp) -> String {
        when::at(moment, self.zone())
    }

    /// Why the watch was not asked at that moment, as far as the service has noted it.
    pub(super) fn not_asked(&self, watch: &Watch, at: Timestamp) -> Option<String> {
        if self.config.off.has_watch(&watch.name) {
            let is_run = self.in_force.contains_key(&watch.name);
            let until = if is_run {
                "; the service runs with it until it is reloaded"
            } else {
                ""
            };
            return Some(format!("the watch is off (`enabled = false`){until}"));
        }
        let Some(in_force) = self.in_force.get(&watch.name) else {
            return Some("the service does not run with this watch yet: start or reload it".into());
        };
        if in_force.definition != app::definition(watch, &self.config.entities) {
            return Some("the service runs with another watch of this name: reload it".into());
        }
        (in_force.since > at).then(|| {
            let since = self.at(in_force.since);
            let off = self.off.get(&watch.name).filter(|off| off.covers(at));
            if let Some(on) = off.and_then(|off| off.until) {
                let on = self.at(on);
                return format!(
                    "the watch was off when this item was matched; it is on again since {on}"
                );
            }
            format!("the watch asks this only since {since}; the item came before")
        })
    }

    /// Whether the watch reads its feed.
    pub(super) fn is_read_by(&self, watch: &Watch) -> bool {
        let feeds = watch.feeds.as_ref();
        feeds.is_none_or(|feeds| feeds.contains(&self.kept.feed))
    }

    /// The tags of its feed, as the config has them.
    pub(super) fn tags(&self) -> &[String] {
        let mut feeds = self.config.feeds.iter();
        let feed = feeds.find(|feed| feed.name == self.kept.feed);
        feed.map_or(&[], |feed| &feed.tags)
    }
}

/// The texts of an item, the first first, the one it has now last.
#[derive(Debug)]
pub(super) struct Texts(Vec<Text>);

#[derive(Debug)]
struct Text {
    from: Timestamp,
    /// Positions in the config.
    watches: HashSet<usize>,
}

/// When an item came to match a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// It never did.
    Never,
    /// It did when it was first read.
    New,
    /// An edit brought it in, then.
    Edited(Timestamp),
}

impl Texts {
    /// Edits change title, summary and content; of all else only what it is now is kept.
    pub(super) fn of(kept: &KeptItem, record: &ItemRecord, matcher: &Matcher) -> Self {
        let now = &kept.stored.item;
        let earlier = record.earlier.iter().map(|text| Item {
            title: text.title.clone(),
            summary: text.summary.clone(),
            content: text.content.clone(),
            ..now.clone()
        });
        let edits = record.earlier.iter().map(|text| text.replaced_at);
        let from = std::iter::once(kept.stored.seen_at).chain(edits);
        let items = earlier.chain(std::iter::once(now.clone()));
        let text = |(from, item): (Timestamp, Item)| {
            let lists = ItemLists::of(&item);
            let found = matcher.find(&lists.text(&kept.feed, &item));
            let watches = found.into_iter().map(|found| found.watch).collect();
            Text { from, watches }
        };
        Self(from.zip(items).map(text).collect())
    }

    /// When it came to match the watch at this position of the config.
    pub(super) fn came(&self, watch: usize) -> Came {
        let matching = |text: &Text| text.watches.contains(&watch);
        match self.0.iter().position(matching) {
            None => Came::Never,
            Some(0) => Came::New,
            Some(edit) => Came::Edited(self.0[edit].from),
        }
    }

    /// Whether it matches what it is now.
    pub(super) fn matches_now(&self, watch: usize) -> bool {
        self.0
            .last()
            .is_some_and(|text| text.watches.contains(&watch))
    }

    /// Whether there was only ever one.
    pub(super) fn is_single(&self) -> bool {
        self.0.len() == 1
    }
}
