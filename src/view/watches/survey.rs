//! Every watch over every kept item: what it matched, and what it nearly matched.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    ops::ControlFlow,
};

use jiff::Timestamp;
use serde::Serialize;

use super::super::{ViewError, rate::Rate, stored_items::Items, words::one_line};
use crate::{
    app::SetupError,
    config::Config,
    matcher::{Clause, ItemLists, ItemText, Matcher},
    model::{Watch, to_second},
    store::{ItemCursor, KeptItem, WatchRecord},
};

/// Near misses explained in one survey: ten thousand watches may each have thousands.
pub(crate) const MAX_EXPLAINED: usize = 1_000;

/// How near misses are looked into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Depth<'a> {
    /// Only of this watch.
    pub(crate) only: Option<&'a str>,
    /// Examples of each watch.
    pub(crate) examples: usize,
}

/// All watches over the items.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    /// In config order.
    pub(crate) watches: Vec<Surveyed<'a>>,
    /// Items read.
    pub(crate) items: u64,
    /// Near misses that were explained; no more than [`MAX_EXPLAINED`].
    pub(crate) explained: usize,
    /// Where it broke off, if it did: older items were not read.
    pub(crate) rest: Option<ItemCursor>,
    /// Items of each feed.
    pub(crate) by_feed: HashMap<String, u64>,
}

/// One watch over the items.
#[derive(Debug)]
pub(crate) struct Surveyed<'a> {
    pub(crate) watch: &'a Watch,
    /// What it alerted; `None` where nothing is on record.
    pub(crate) record: Option<WatchRecord>,
    /// Items it matched.
    pub(crate) matched: u64,
    /// Those of them that did not come with their feed's first window.
    pub(crate) rate: Rate,
    /// Of the items it matched: the same for watches that matched the same.
    pub(crate) fingerprint: u64,
    /// Items it does not match, though something came close.
    pub(crate) nearly: u64,
    /// The newest of them.
    pub(crate) examples: Vec<NearItem>,
}

/// An item that a watch nearly matched.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NearItem {
    pub(crate) item: String,
    pub(crate) seen: Timestamp,
    pub(crate) title: String,
    /// The part of the expression that came close.
    pub(crate) clause: String,
    /// How.
    pub(crate) reason: String,
}

impl<'a> Surveyed<'a> {
    /// Nothing is counted yet.
    pub(crate) fn new(watch: &'a Watch, rate: Rate) -> Self {
        Self {
            watch,
            record: None,
            matched: 0,
            rate,
            fingerprint: 0,
            nearly: 0,
            examples: Vec::new(),
        }
    }
}

impl<'a> Survey<'a> {
    /// Reads every item once. `matcher` is that of the config's watches, `span` is from when on the
    /// items are all that came until now. Asks `goes_on` at each item; where that breaks off, `rest`
    /// says so.
    pub(crate) async fn take(
        config: &'a Config,
        matcher: &Matcher,
        items: &Items<'_>,
        span: [Timestamp; 2],
        depth: Depth<'_>,
        mut goes_on: impl FnMut() -> ControlFlow<()>,
    ) -> Result<Self, ViewError> {
        let loose = Matcher::compile_near_misses(&config.watches, &config.entities)
            .map_err(SetupError::Watches)?;
        let [since, now] = span;
        let rate = || Rate::new(since, now, &config.timezone);
        let mut survey = Self {
            rest: None,
            watches: config
                .watches
                .iter()
                .map(|watch| Surveyed::new(watch, rate()))
                .collect(),
            items: 0,
            explained: 0,
            by_feed: HashMap::new(),
        };
        let each = items.each::<ViewError>(None, |kept| {
            survey.count(kept);
            let item = &kept.stored.item;
            let lists = ItemLists::of(item);
            let text = lists.text(&kept.feed, item);
            let is_hit = survey.mark_hits(matcher, kept, &text);
            for close in loose.find(&text) {
                if !is_hit[close.watch] {
                    survey.mark_near(close.watch, kept, &text, config, depth);
                }
            }
            Ok(goes_on())
        });
        let rest = each.await?;
        if let Some(rest) = rest {
            let rates = survey.watches.iter_mut().map(|it| &mut it.rate);
            rates.for_each(|rate| rate.begin(rest.seen_at));
        }
        Ok(Self { rest, ..survey })
    }

    fn count(&mut self, kept: &KeptItem) {
        self.items += 1;
        match self.by_feed.get_mut(&kept.feed) {
            Some(count) => *count += 1,
            None => drop(self.by_feed.insert(kept.feed.clone(), 1)),
        }
    }

    /// Counts the watches that match; says which do.
    fn mark_hits(&mut self, matcher: &Matcher, kept: &KeptItem, text: &ItemText<'_>) -> Vec<bool> {
        let mut is_hit = vec![false; self.watches.len()];
        for found in matcher.find(text) {
            is_hit[found.watch] = true;
            let surveyed = &mut self.watches[found.watch];
            surveyed.matched += 1;
            if !kept.in_baseline {
                surveyed.rate.add(kept.stored.seen_at);
            }
            let mut hasher = DefaultHasher::new();
            (surveyed.fingerprint, kept.stored.id).hash(&mut hasher);
            surveyed.fingerprint = hasher.finish();
        }
        is_hit
    }

    /// Counts a near miss, and explains it where that is wanted.
    fn mark_near(
        &mut self,
        watch: usize,
        kept: &KeptItem,
        text: &ItemText<'_>,
        config: &Config,
        depth: Depth<'_>,
    ) {
        let surveyed = &mut self.watches[watch];
        surveyed.nearly += 1;
        let is_wanted = depth.only.is_none_or(|only| only == surveyed.watch.name);
        if !is_wanted
            || surveyed.examples.len() >= depth.examples
            || self.explained >= MAX_EXPLAINED
        {
            return;
        }
        self.explained += 1;
        let clause = Clause::explain(surveyed.watch, &config.entities, text)
            .expect("a config with a wrong expression is not loaded");
        if let Some((clause, miss)) = clause.near_misses().first() {
            surveyed.examples.push(NearItem {
                item: kept.stored.id.0.to_string(),
                seen: to_second(kept.stored.seen_at),
                title: one_line(&kept.stored.item.title, 200),
                clause: (*clause).to_owned(),
                reason: miss.to_string(),
            });
        }
    }

    /// Adds what the watches have alerted.
    pub(crate) fn add_records(&mut self, records: Vec<WatchRecord>) {
        let named = |record: WatchRecord| (record.watch.clone(), record);
        let mut records: HashMap<String, WatchRecord> = records.into_iter().map(named).collect();
        for surveyed in &mut self.watches {
            surveyed.record = records.remove(&surveyed.watch.name);
        }
    }

    /// Items of the feeds that a watch reads.
    pub(crate) fn items_of(&self, watch: &Watch) -> u64 {
        let in_feed = |feed: &String| self.by_feed.get(feed).copied().unwrap_or_default();
        let feeds = watch.feeds.as_ref();
        feeds.map_or(self.items, |feeds| feeds.iter().map(in_feed).sum())
    }
}
