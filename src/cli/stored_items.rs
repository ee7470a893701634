//! The stored items that a command looks through.

use std::ops::ControlFlow;

use clap::Args;
use jiff::Timestamp;

use super::{error::CliError, output::remark, progress::Progress};
use crate::{
    config::Config,
    store::{ItemFilter, KeptItem, Store},
    view::moment::{Moment, moment, span},
    view::stored_items::{Extent, Items, check_feed, gaps},
};

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

/// Warns of a span that begins before everything was kept.
pub(super) fn warn_of_gaps(extent: Extent, config: &Config, now: Timestamp) {
    let gaps = extent.complete_since.and_then(|it| gaps(it, config, now));
    if let Some(gaps) = gaps {
        remark(&format!("warning: {gaps}"));
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
        Ok(Items::new(store, filter))
    }
}

/// Shows each to `visit`, the newest first, until that breaks off; meanwhile says how far it is.
pub(super) async fn each(
    items: &Items<'_>,
    extent: Extent,
    mut visit: impl FnMut(&KeptItem, &mut Progress) -> Result<ControlFlow<()>, CliError>,
) -> Result<(), CliError> {
    let mut progress = Progress::through(extent.count, "items");
    let each = items.each(None, |kept| {
        progress.advance();
        visit(kept, &mut progress)
    });
    each.await.map(drop)
}
