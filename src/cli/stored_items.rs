//! The stored items that a command looks through.

use std::ops::ControlFlow;

use clap::Args;
use jiff::Timestamp;

use super::{
    error::CliError,
    moment::{Moment, moment, span},
    output::remark,
    progress::Progress,
};
use crate::{
    config::Config,
    store::{ItemFilter, KeptItem, Store},
    view::{names::unknown, when},
};

/// Items read at a time: a page of long texts still is a few megabytes.
const PAGE: u32 = 256;

/// Which stored items to look through.
#[derive(Debug, Args)]
pub(super) struct Scope {
    /// Only items first read since this time: `30d` ago, yesterday, or a day such as 2026-11-22.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,

    /// Only items of this feed.
    #[arg(long, value_name = "NAME")]
    feed: Option<String>,
}

/// Since when unalerted items are kept. Of older ones only those that alerted are left, so that
/// counting them would be misleading.
pub(super) fn kept_since(config: &Config, now: Timestamp) -> Timestamp {
    let kept = config.store.keep_items;
    now.checked_sub(kept).unwrap_or(Timestamp::MIN)
}

/// Warns of a span that begins before everything was kept.
pub(super) fn warn_of_gaps(since: Timestamp, config: &Config, now: Timestamp) {
    if since < kept_since(config, now) {
        let kept = when::length(config.store.keep_items);
        remark(&format!(
            "warning: items are kept for {kept}; of older ones only those that alerted"
        ));
    }
}

impl Scope {
    /// The items that were asked for, where nothing is said all that `default` does not leave out.
    ///
    /// # Errors
    /// Where there is no such feed, or the span is empty.
    pub(super) async fn items<'a>(
        &self,
        store: &'a Store,
        config: &Config,
        now: Timestamp,
        default: Option<Timestamp>,
    ) -> Result<Items<'a>, CliError> {
        if let Some(feed) = &self.feed {
            check_feed(store, feed).await?;
        }
        let (since, _) = span(self.since, None, now, &config.timezone)?;
        let filter = ItemFilter {
            since: since.or(default),
            feed: self.feed.clone(),
        };
        Items::new(store, filter).await
    }
}

async fn check_feed(store: &Store, name: &str) -> Result<(), CliError> {
    if store.feed(name).await?.is_some() {
        return Ok(());
    }
    let feeds = store.feeds().await?;
    let names = feeds.iter().map(|feed| feed.name.as_str());
    Err(unknown("feed", name, names).into())
}

/// Stored items, to be looked through once.
#[derive(Debug)]
pub(super) struct Items<'a> {
    store: &'a Store,
    filter: ItemFilter,
    /// How many there are.
    pub(super) count: u64,
    /// From when on they are all that came: since they were asked for, or since there are any.
    pub(super) complete_since: Option<Timestamp>,
}

impl<'a> Items<'a> {
    pub(super) async fn new(store: &'a Store, filter: ItemFilter) -> Result<Self, CliError> {
        let count = store.count_items(&filter).await?.items;
        let ever = ItemFilter {
            since: None,
            ..filter.clone()
        };
        let oldest = store.count_items(&ever).await?.oldest;
        Ok(Self {
            complete_since: oldest
                .map(|oldest| filter.since.map_or(oldest, |since| since.max(oldest))),
            store,
            filter,
            count,
        })
    }

    /// Shows each to `visit`, the newest first, until that breaks off.
    pub(super) async fn each(
        &self,
        visit: impl FnMut(&KeptItem, &mut Progress) -> Result<ControlFlow<()>, CliError>,
    ) -> Result<(), CliError> {
        self.each_in_pages_of(PAGE, visit).await
    }

    async fn each_in_pages_of(
        &self,
        size: u32,
        mut visit: impl FnMut(&KeptItem, &mut Progress) -> Result<ControlFlow<()>, CliError>,
    ) -> Result<(), CliError> {
        let mut progress = Progress::through(self.count, "items");
        let mut before = None;
        loop {
            let page = self.store.item_page(&self.filter, before, size).await?;
            for item in &page {
                progress.advance();
                if visit(item, &mut progress)?.is_break() {
                    return Ok(());
                }
            }
            match page.last() {
                Some(last) => before = Some(last.cursor()),
                None => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
