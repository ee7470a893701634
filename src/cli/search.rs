//! `search`: stored items that an expression matches.

use std::{ops::ControlFlow, path::Path};

use clap::Args;

use super::{
    config,
    error::Answer,
    expression::Expression,
    item_view::ItemStyle,
    output::{Output, remark},
    stored,
    stored_items::{Scope, each},
};
use crate::{
    app,
    clock::{Clock as _, SystemClock},
    view::{expressions::found, items::ItemView},
};

/// Show the stored items that an expression matches, the newest first.
#[derive(Debug, Args)]
pub(super) struct Search {
    #[command(flatten)]
    expression: Expression,

    #[command(flatten)]
    scope: Scope,

    /// Show at most N, the newest.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: u32,
}

impl Search {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let watches = [self.expression.watch(&config.entities)?];
        let matcher = app::matcher(&watches, &config.entities)?;
        let store = stored::open(&config).await?;
        let now = SystemClock.now();
        let items = self.scope.items(&store, &config, now, None).await?;
        let style = ItemStyle::new(output, &config.timezone);
        let extent = items.extent().await?;
        let mut shown = 0;
        let visit = each(&items, extent, |kept, progress| {
            let Some((_, hits)) = found(&matcher, &watches, kept).pop() else {
                return Ok(ControlFlow::Continue(()));
            };
            if shown == self.limit {
                progress.clear();
                remark(&format!("the newest {shown}; there are more (--limit)"));
                return Ok(ControlFlow::Break(()));
            }
            shown += 1;
            progress.clear();
            output.print(&ItemView::new(kept, hits), |story| block(story, style))?;
            Ok(ControlFlow::Continue(()))
        });
        visit.await?;
        if shown == 0 {
            remark(&format!("none of {} stored items matches", extent.count));
        }
        store.close().await;
        Ok(shown > 0)
    }
}

/// Headline, source, link, a blank line.
fn block(story: &ItemView, style: ItemStyle<'_>) -> String {
    let link = story.link().map(|link| format!("\n  {link}"));
    let (headline, source) = (style.headline(story, 0), style.source(story));
    format!("{headline}\n  {source}{}\n", link.unwrap_or_default())
}
