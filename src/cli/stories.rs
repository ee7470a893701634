//! `stories`: what is under way.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;

use super::{
    config,
    error::Answer,
    output::{Output, remark},
    stored,
};
use crate::{
    clock::{Clock as _, SystemClock},
    model::MuteKind,
    store::{StoryFilter, StoryStatus},
    view::{
        moment::{Moment, moment, span},
        mutes::Mutes,
        names,
        stories::{StoryView, count_of_items, count_of_publishers},
        when,
        words::one_line,
    },
};

/// Show the stories to which something came, those of the most independent publishers first.
///
/// A story is made of the items that watches matched. A TIME is how long ago (2h, 30d), a time of day,
/// yesterday, today, a day (2026-12-01), or a time on a day (2026-12-01T08:00).
#[derive(Debug, Args)]
pub(super) struct Stories {
    /// Only stories to which something came since this time.
    #[arg(long, value_name = "TIME", value_parser = moment, default_value = "24h")]
    since: Moment,

    /// Only stories with an item that this watch matched.
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,

    /// Show at most N.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: u32,
}

impl Stories {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let now = SystemClock.now();
        let (since, _) = span(Some(self.since), None, now, &config.timezone)?;
        let store = stored::open(&config).await?;
        if self.watch.is_some() {
            let known = names::watches(&config, &store).await?;
            names::check_all("watch", &self.watch, &known)?;
        }
        let filter = StoryFilter {
            since,
            watch: self.watch.clone(),
            after: None,
        };
        let mut stories = store.stories(filter, self.limit.saturating_add(1)).await?;
        let mutes = Mutes::in_force(&store, now).await?;
        store.close().await;
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let are_more = stories.len() > limit;
        stories.truncate(limit);
        if output.is_json() {
            for story in &stories {
                output.print(&StoryView::of(story, &mutes), |_| String::new())?;
            }
        } else if stories.is_empty() {
            remark("no story; --since 30d looks further back");
        } else {
            let heading = ["story", "publishers", "items", "last", "headline"];
            let rows: Vec<_> = stories.iter().map(|it| row(it, &mutes, now)).collect();
            output.table(&heading, &rows)?;
        }
        if are_more {
            remark(&format!("the first {limit}; there are more (--limit)"));
        }
        Ok(true)
    }
}

fn row(story: &StoryStatus, mutes: &Mutes, now: Timestamp) -> Vec<String> {
    let remark = mutes.remark(MuteKind::Story, &story.id.to_string(), now);
    let remark = remark.map(|remark| format!(" ({remark})"));
    let title = one_line(story.title.as_deref().unwrap_or("(no longer kept)"), 200);
    vec![
        story.id.to_string(),
        count_of_publishers(story),
        count_of_items(story),
        when::relative(story.last_at, now),
        format!("{title}{}", remark.unwrap_or_default()),
    ]
}
