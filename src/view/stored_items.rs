//! The stored items that an expression or a name is looked for in.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::{ViewError, names::unknown, when};
use crate::{
    config::Config,
    store::{ItemCursor, ItemFilter, KeptItem, Store, StoreError},
};

/// Items read at a time: a page of long texts still is a few megabytes.
const PAGE: u32 = 256;

/// Since when unalerted items are kept. Of older ones only those that alerted are left, so that
/// counting them would be misleading.
pub(crate) fn kept_since(config: &Config, now: Timestamp) -> Timestamp {
    let kept = config.store.keep_items;
    now.checked_sub(kept).unwrap_or(Timestamp::MIN)
}

/// Warns of a span that begins before everything was kept.
pub(crate) fn gaps(since: Timestamp, config: &Config, now: Timestamp) -> Option<String> {
    let kept = when::length(config.store.keep_items);
    (since < kept_since(config, now))
        .then(|| format!("items are kept for {kept}; of older ones only those that alerted"))
}

/// Refuses a feed that the store does not know.
pub(crate) async fn check_feed(store: &Store, name: &str) -> Result<(), ViewError> {
    if store.feed(name).await?.is_some() {
        return Ok(());
    }
    let names = store.feed_names().await?;
    Err(unknown("feed", name, names.iter().map(String::as_str)).into())
}

/// Stored items, to be looked through.
#[derive(Debug)]
pub(crate) struct Items<'a> {
    store: &'a Store,
    filter: ItemFilter,
}

/// How far they go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// How many there are.
    pub(crate) count: u64,
    /// From when on they are all that came: since they were asked for, or since there are any.
    pub(crate) complete_since: Option<Timestamp>,
}

impl<'a> Items<'a> {
    pub(crate) const fn new(store: &'a Store, filter: ItemFilter) -> Self {
        Self { store, filter }
    }

    /// Counts them, which reads an index from end to end.
    pub(crate) async fn extent(&self) -> Result<Extent, StoreError> {
        let filter = &self.filter;
        let ever = ItemFilter {
            since: None,
            ..filter.clone()
        };
        let count = self.store.count_items(filter).await?.items;
        let oldest = self.store.count_items(&ever).await?.oldest;
        let since = |oldest: Timestamp| filter.since.map_or(oldest, |since| oldest.max(since));
        Ok(Extent {
            count,
            complete_since: oldest.map(since),
        })
    }

    /// Shows each to `visit`, the newest first, until that breaks off. They begin behind `before`,
    /// or at the newest; where `visit` broke off, the next to look through are behind what is
    /// returned.
    pub(crate) async fn each<E: From<StoreError>>(
        &self,
        before: Option<ItemCursor>,
        visit: impl FnMut(&KeptItem) -> Result<ControlFlow<()>, E>,
    ) -> Result<Option<ItemCursor>, E> {
        self.each_in_pages_of(PAGE, before, visit).await
    }

    async fn each_in_pages_of<E: From<StoreError>>(
        &self,
        size: u32,
        mut before: Option<ItemCursor>,
        mut visit: impl FnMut(&KeptItem) -> Result<ControlFlow<()>, E>,
    ) -> Result<Option<ItemCursor>, E> {
        loop {
            let page = self.store.item_page(&self.filter, before, size).await?;
            for item in &page {
                if visit(item)?.is_break() {
                    return Ok(Some(item.cursor()));
                }
            }
            match page.last() {
                Some(last) => before = Some(last.cursor()),
                None => return Ok(None),
            }
        }
    }
}

#[cfg(test)]
mod tests;
