//! What an item said from when on, and which watches match that.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::{
    matcher::{ItemLists, Matcher},
    model::Item,
    store::{ItemRecord, KeptItem},
};

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
