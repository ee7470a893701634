//! `explain`: why an item alerted, or did not: every stage it came by, and the one that decided.

mod decision;
mod deliveries;
mod explanation;
mod facts;
mod lookup;
mod stages;
mod unseen;

use std::{collections::HashMap, path::Path};

use clap::Args;
use jiff::Timestamp;

use super::{
    config,
    error::{Answer, CliError},
    item_view::{ItemStyle, ItemView},
    number::Number,
    output::{self, Output},
    stored,
    terminal::wrap,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Loaded,
    model::{IdentifiedBy, ItemId, Watch},
    parse,
    store::{KeptItem, MuteStatus, Store, WatchInForce, WatchOff},
};
use explanation::{all, one};
use facts::{DeliveryContext, ItemFacts, Texts};
use lookup::{MAX_ITEMS, Named};

/// Explain why an item alerted or did not, stage by stage; exit 1 if no receiver has it.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The item: its number as `search` shows it (#2214), its link, or words of its title. Or the number
    /// of an alert (a1842) or a delivery (d2031), or the id of a notice.
    #[arg(value_name = "ITEM")]
    item: String,

    /// The watch; by default all of them, a line each.
    #[arg(value_name = "WATCH")]
    watch: Option<String>,
}

/// What is the same for every item.
struct Shared<'a> {
    /// The link or id that was asked for.
    asked: Option<&'a str>,
    loaded: &'a Loaded,
    mutes: Vec<MuteStatus>,
    in_force: HashMap<String, WatchInForce>,
    off: HashMap<String, WatchOff>,
    now: Timestamp,
}

impl Explain {
    /// Of `explain some title` the shell makes an item and a watch.
    fn unquoted(&self, error: CliError) -> CliError {
        match error {
            CliError::Failed(message) if self.item.chars().all(char::is_alphabetic) => {
                let help = "put several words of a title in quotes";
                CliError::Failed(format!("{message}; help: {help}"))
            }
            other => other,
        }
    }

    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let loaded = config::look(path)?.with_watches_off();
        let config = &loaded.config;
        let name = self.watch.as_deref();
        let watch = name.map(|name| config::watch(config, name)).transpose();
        let watch = watch.map_err(|error| self.unquoted(error))?;
        let store = stored::open(config).await?;
        let now = SystemClock.now();
        let (mut items, is_by_notice) = match lookup::named(&self.item, &store).await? {
            Named::Items(items) => (items, true),
            Named::Notice(delivery) => {
                let answer = deliveries::print_notice(&delivery, &store, config, now, output).await;
                store.close().await;
                return answer;
            }
            Named::Nothing => (self.items(&store).await?, false),
        };
        let mut near = Vec::new();
        if items.is_empty() && !self.is_known(&store).await? {
            near = lookup::near(&self.item, &store).await?;
        }
        let is_title = items.is_empty() && near.len() == 1 && !lookup::is_address(&self.item);
        if is_title {
            items = std::mem::take(&mut near);
        }
        let shared = Shared {
            asked: (self.number().is_none() && !is_title && !is_by_notice)
                .then_some(self.item.as_str()),
            loaded: &loaded,
            mutes: store.mutes().await?,
            in_force: store.watches_in_force().await?,
            off: store.watches_off().await?,
            now,
        };
        let mut reaches = false;
        for kept in &items {
            reaches |= self.explain(kept, watch, &shared, &store, output).await?;
        }
        if items.is_empty() {
            let asked = unseen::Asked {
                name: &self.item,
                number: self.number(),
                near,
                others: match Number::read(&self.item) {
                    Some(Number::Bare(number)) => lookup::others(number, &store).await?,
                    _ => Vec::new(),
                },
            };
            unseen::answer(asked, &store, config, now, output).await?;
        }
        store.close().await;
        Ok(reaches)
    }

    fn number(&self) -> Option<ItemId> {
        match Number::read(&self.item)? {
            Number::Item(id) => Some(id),
            Number::Bare(id) => Some(ItemId(id)),
            Number::Alert(_) | Number::Delivery(_) | Number::Notice(_) => None,
        }
    }

    /// The kept items that bear the name now, or else did when a feed first showed them.
    async fn items(&self, store: &Store) -> Result<Vec<KeptItem>, CliError> {
        if let Some(number) = self.number() {
            return Ok(store.kept_item(number).await?.into_iter().collect());
        }
        let mut items = store.items_called(&self.item, MAX_ITEMS).await?;
        if items.is_empty() {
            let seen = store.seen_under(parse::hashes_of_name(&self.item));
            for seen in seen.await?.into_iter().take(MAX_ITEMS as usize) {
                items.extend(store.kept_item(seen.item).await?);
            }
        }
        Ok(items)
    }

    /// Whether it is a number, or a name that a feed has shown.
    async fn is_known(&self, store: &Store) -> Answer {
        if self.number().is_some() {
            return Ok(true);
        }
        let seen = store.seen_under(parse::hashes_of_name(&self.item));
        Ok(!seen.await?.is_empty())
    }

    async fn explain(
        &self,
        kept: &KeptItem,
        watch: Option<&Watch>,
        shared: &Shared<'_>,
        store: &Store,
        output: &Output,
    ) -> Answer {
        let Some(record) = store.item_record(kept.stored.id).await? else {
            return Ok(false);
        };
        let item = &kept.stored.item;
        let is_its =
            |name: &&str| [item.link.as_deref(), item.guid.as_deref()].contains(&Some(*name));
        let asked = match shared.asked.filter(|name| !is_its(name)) {
            Some(name) => known_as(store, kept, name).await?.map(|by| (name, by)),
            None => None,
        };
        let config = &shared.loaded.config;
        let delivery_context = DeliveryContext::of(&record, store, config, shared.now).await?;
        let facts = ItemFacts {
            delivery_context,
            asked,
            texts: Texts::of(kept, &record, &shared.loaded.matcher),
            feed: store.feed(&kept.feed).await?,
            mutes: &shared.mutes,
            in_force: &shared.in_force,
            off: &shared.off,
            config,
            now: shared.now,
            record: &record,
            kept,
        };
        let style = ItemStyle::new(output, facts.zone());
        if !output.is_json() {
            output::line(&head(kept, style))?;
            if let (Some((name, by)), None) = (facts.asked, watch) {
                let taken = format!("{name} is another name of it: {}.\n", stages::taken_for(by));
                output::line(&wrap(&taken, output.columns).join("\n"))?;
            }
        }
        let answer = match watch {
            Some(watch) => one(&facts, watch, style, output),
            None => all(&facts, style, output),
        };
        if !output.is_json() {
            output::line("")?;
        }
        answer
    }
}

/// By what the item was known under a name that it does not have now.
async fn known_as(
    store: &Store,
    kept: &KeptItem,
    name: &str,
) -> Result<Option<IdentifiedBy>, CliError> {
    let seen = store.seen_under(parse::hashes_of_name(name)).await?;
    let its = seen.into_iter().find(|seen| seen.item == kept.stored.id);
    Ok(its.map(|seen| seen.identified_by))
}

fn head(kept: &KeptItem, style: ItemStyle<'_>) -> String {
    let story = ItemView::new(kept, Vec::new());
    let link = story.link().map(|link| format!("\n  {link}"));
    let (headline, source) = (story.headline(style, 0), story.source(style));
    format!("{headline}\n  {source}{}\n", link.unwrap_or_default())
}
