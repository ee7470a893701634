//! Why an item alerted, or did not: every stage it came by, and the one that decided.

mod apart;
mod context;
mod decision;
mod deliveries;
mod facts;
#[cfg(test)]
mod folds_tests;
pub(crate) mod lookup;
pub(crate) mod stages;
pub(crate) mod story;
pub(crate) mod unseen;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{clauses::ClauseView, outbox::DeliveryView};
use crate::{
    config::Config,
    matcher::{Clause, ItemLists, Matcher},
    model::{Field, IdentifiedBy},
    parse,
    store::{
        DeliveryStatus, EarlierText, KeptItem, MuteStatus, Store, StoreError, WatchInForce,
        WatchOff,
    },
};
use apart::not_joined;
use context::DeliveryContext;
use decision::decide;
use deliveries::WatchDeliveries;
pub(crate) use facts::ItemFacts;
use facts::{Came, Texts};
use stages::{Stage, StageReport};
use story::StoryView;

/// An item against a watch.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own, by name"
)]
pub(crate) struct Explanation<'a> {
    pub(crate) item: String,
    pub(crate) feed: &'a str,
    pub(crate) watch: &'a str,
    pub(crate) matched: bool,
    pub(crate) alerted: bool,
    /// Whether a receiver has it or will have it.
    pub(crate) reaches: bool,
    /// The stage that decided.
    pub(crate) decided: Stage,
    pub(crate) verdict: String,
    /// Its parts: what came of it, and why.
    #[serde(skip)]
    pub(crate) outcome: &'static str,
    #[serde(skip)]
    pub(crate) why: String,
    /// What to do where that is not wanted.
    pub(crate) help: Option<String>,
    pub(crate) fields: &'a [Field],
    pub(crate) feeds: Option<&'a [String]>,
    pub(crate) stages: Vec<StageReport>,
    /// The story that the item is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) story: Option<&'a StoryView>,
    /// Whether something in it came close.
    #[serde(skip)]
    pub(crate) is_near: bool,
    /// Only where one watch was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) deliveries: Vec<DeliveryView<'a>>,
    /// Only where one watch was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clause: Option<ClauseView>,
}

/// What is the same for every item: the config, and what the service has noted.
#[derive(Debug)]
pub(crate) struct Background<'a> {
    config: &'a Config,
    /// That of the config's watches.
    matcher: &'a Matcher,
    mutes: Vec<MuteStatus>,
    in_force: HashMap<String, WatchInForce>,
    off: HashMap<String, WatchOff>,
    now: Timestamp,
}

impl<'a> Background<'a> {
    /// `matcher` is that of the watches of `config`, which are those that can be explained.
    pub(crate) async fn of(
        config: &'a Config,
        matcher: &'a Matcher,
        store: &Store,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            config,
            matcher,
            mutes: store.mutes().await?,
            in_force: store.watches_in_force().await?,
            off: store.watches_off().await?,
            now,
        })
    }

    /// What is known of an item; `None` where it has just been deleted. `asked` is the link or id by
    /// which it was asked for.
    pub(crate) async fn facts<'b>(
        &'b self,
        kept: &'b KeptItem,
        asked: Option<&'b str>,
        store: &Store,
    ) -> Result<Option<ItemFacts<'b>>, StoreError> {
        let Some(record) = store.item_record(kept.stored.id).await? else {
            return Ok(None);
        };
        let item = &kept.stored.item;
        let is_its =
            |name: &&str| [item.link.as_deref(), item.guid.as_deref()].contains(&Some(*name));
        let asked = match asked.filter(|name| !is_its(name)) {
            Some(name) => known_as(store, kept, name).await?.map(|by| (name, by)),
            None => None,
        };
        let delivery_context = DeliveryContext::of(&record, store, self.config, self.now).await?;
        let standing = match store.joined(kept.stored.id).await? {
            Some(joined) => {
                let apart = not_joined(kept, &record, &joined, store).await?;
                Some(StoryView::of(joined, apart))
            }
            None => None,
        };
        Ok(Some(ItemFacts {
            delivery_context,
            story: standing,
            asked,
            texts: Texts::of(kept, &record, self.matcher),
            feed: store.feed(&kept.feed).await?,
            mutes: &self.mutes,
            in_force: &self.in_force,
            off: &self.off,
            config: self.config,
            now: self.now,
            record,
            kept,
        }))
    }
}

impl ItemFacts<'_> {
    /// Every delivery of every alert of it, the oldest alert first.
    pub(crate) fn deliveries(&self) -> Vec<DeliveryView<'_>> {
        let alerts = self.record.alerts.iter();
        let deliveries = alerts.flat_map(|alert| &alert.deliveries);
        deliveries.map(|it| self.delivery(it)).collect()
    }

    fn delivery<'a>(&'a self, delivery: &'a DeliveryStatus) -> DeliveryView<'a> {
        let context = &self.delivery_context;
        DeliveryView::of(
            delivery,
            context.release(delivery),
            context.receiver(delivery),
        )
    }

    /// What it said before it was edited, the oldest first.
    pub(crate) fn earlier(&self) -> &[EarlierText] {
        &self.record.earlier
    }
}

/// By what the item was known under a name that it does not have now.
async fn known_as(
    store: &Store,
    kept: &KeptItem,
    name: &str,
) -> Result<Option<IdentifiedBy>, StoreError> {
    let seen = store.seen_under(parse::hashes_of_name(name)).await?;
    let its = seen.into_iter().find(|seen| seen.item == kept.stored.id);
    Ok(its.map(|seen| seen.identified_by))
}

/// An item against one watch of the config, in full with its clauses and deliveries; or else against
/// every watch, in config order. Nothing where the config has no such watch.
pub(crate) fn explain<'a>(
    facts: &'a ItemFacts<'_>,
    watch: Option<&'a str>,
) -> impl Iterator<Item = Explanation<'a>> {
    let watches = facts.config.watches.iter().enumerate();
    let wanted = watches.filter(move |(_, it)| watch.is_none_or(|watch| it.name == watch));
    wanted.map(move |(position, _)| against(facts, position, watch.is_some()))
}

/// An item against `most` watches: those that alerted it or match it, then others in config order.
pub(crate) fn explain_most<'a>(facts: &'a ItemFacts<'_>, most: usize) -> Vec<Explanation<'a>> {
    let watches = facts.config.watches.iter().enumerate();
    let (first, others): (Vec<_>, Vec<_>) = watches.partition(|(position, watch)| {
        facts.alert(&watch.name).is_some() || facts.texts.came(*position) != Came::Never
    });
    let positions = first.into_iter().chain(others).take(most);
    let mut explanations: Vec<Explanation<'a>> = positions
        .map(|(position, _)| against(facts, position, false))
        .collect();
    explanations.sort_by_key(|it| {
        (
            !it.alerted,
            !it.matched,
            it.decided == Stage::Scope,
            !it.is_near,
        )
    });
    explanations
}

fn against<'a>(facts: &'a ItemFacts<'_>, position: usize, in_full: bool) -> Explanation<'a> {
    let config: &Config = facts.config;
    let watch = &config.watches[position];
    let item = &facts.kept.stored.item;
    let lists = ItemLists::of(item);
    let text = lists.text(&facts.kept.feed, item);
    let clause = Clause::explain(watch, &config.entities, &text)
        .expect("a config with a wrong expression is not loaded");
    let decision = decide(facts, position, &clause);
    let deliveries = facts.alert(&watch.name).filter(|_| in_full);
    let deliveries = deliveries.map(|alert| WatchDeliveries::of(alert, &watch.name).all);
    let deliveries = deliveries.unwrap_or_default().into_iter();
    Explanation {
        item: facts.kept.stored.id.0.to_string(),
        feed: &facts.kept.feed,
        watch: &watch.name,
        matched: clause.matched,
        alerted: facts.alert(&watch.name).is_some(),
        reaches: decision.reaches,
        decided: decision.stage,
        verdict: decision.verdict(),
        help: decision.help,
        outcome: decision.outcome,
        why: decision.why,
        fields: &watch.fields,
        feeds: watch.feeds.as_deref(),
        stages: stages::reports(facts, position, &clause),
        story: facts.story.as_ref(),
        is_near: !clause.near_misses().is_empty(),
        deliveries: deliveries.map(|it| facts.delivery(it)).collect(),
        clause: in_full.then(|| ClauseView::of(&clause, &watch.name, &text)),
    }
}
