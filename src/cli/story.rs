//! `story`: what one story is made of, and what a person makes of it.

use std::path::Path;

use clap::{Args, Subcommand};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    config,
    error::{Answer, CliError},
    item_view::ItemStyle,
    output::{Output, remark},
    stored,
    terminal::wrap,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    model::{MuteKind, StoryId},
    store::{Store, StoryItem, StoryRecord, StoryRefusal},
    view::{
        mutes::Mutes,
        stories::{
            self, WholeStoryView, lookup,
            steered::{self, MergeView, SplitView},
        },
        when,
        words::one_line,
    },
};

/// Show a story: its items by time, who was first, who copied and who is independent.
///
/// `split` and `merge` correct what was joined or not joined. What they do stays: later items are placed
/// by the item that they are nearest to.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Story {
    #[command(subcommand)]
    action: Option<Action>,

    /// Its number as alerts and `stories` show it (s812), or an item of it: its number (#815) or its link.
    #[arg(value_name = "STORY", required = true)]
    story: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Take an item and its copies out of a story, so that they are a story of their own. If the story
    /// begins with them, they keep its number, and the other items become a story.
    Split {
        /// The item: its number (#815) or its link.
        #[arg(value_name = "ITEM")]
        item: String,
    },
    /// Put all items of a story into another one. The first number shows the second story from then on.
    Merge {
        /// The story that becomes part of the other one.
        #[arg(value_name = "STORY")]
        story: String,

        /// The story that gets its items.
        #[arg(value_name = "INTO")]
        into: String,
    },
}

impl Story {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let store = stored::open(&config).await?;
        let answer = match (&self.action, &self.story) {
            (Some(Action::Split { item }), _) => split(item, &store, output).await,
            (Some(Action::Merge { story: name, into }), _) => {
                merge([name, into], &store, output).await
            }
            (None, Some(name)) => show(name, &config, &store, output).await,
            (None, None) => Err(CliError::Usage("which story?".to_owned())),
        };
        store.close().await;
        answer
    }
}

async fn split(item: &str, store: &Store, output: &Output) -> Answer {
    let item = lookup::item(item, store).await?;
    let split = store.split_story(item, SystemClock.now()).await?;
    let split = split.map_err(refused)?;
    stored::wake(store).await;
    output.print(&SplitView::of(&split), |_| steered::split(&split))?;
    Ok(true)
}

async fn merge([name, into]: [&str; 2], store: &Store, output: &Output) -> Answer {
    let from = lookup::named(name, store).await?;
    let into = lookup::named(into, store).await?;
    let now = SystemClock.now();
    let merge = store.merge_story(from, into, now).await?;
    let merge = merge.map_err(refused)?;
    stored::wake(store).await;
    let mutes = Mutes::in_force(store, now).await?;
    output.print(&MergeView::of(&merge), |_| steered::merge(&merge, &mutes))?;
    Ok(true)
}

fn refused(refusal: StoryRefusal) -> CliError {
    CliError::Failed(refusal.to_string())
}

async fn show(name: &str, config: &Config, store: &Store, output: &Output) -> Answer {
    let now = SystemClock.now();
    let mutes = Mutes::in_force(store, now).await?;
    for id in lookup::stories(name, store).await? {
        let Some(record) = store.story(id).await? else {
            continue;
        };
        if lookup::number(name).is_some_and(|it| record.merged.contains(&it)) && !output.is_json() {
            remark(&format!("it was merged into {id}"));
        }
        let sheet = Sheet {
            story: &record,
            mutes: &mutes,
            zone: &config.timezone,
            now,
            output,
        };
        output.print(&WholeStoryView::of(&record, &mutes), |_| sheet.text())?;
    }
    Ok(true)
}

/// A story on the screen.
struct Sheet<'a> {
    story: &'a StoryRecord,
    mutes: &'a Mutes,
    zone: &'a TimeZone,
    now: Timestamp,
    output: &'a Output,
}

impl Sheet<'_> {
    fn text(&self) -> String {
        let mut lines = self.head();
        for item in &self.story.timeline {
            lines.push(String::new());
            lines.extend(self.item(item));
        }
        let shown = self.story.timeline.len();
        let items = self.story.status.items;
        if u32::try_from(shown).is_ok_and(|shown| shown < items) {
            lines.push(format!("\nthe first {shown} of {items} items"));
        }
        lines.join("\n")
    }

    fn head(&self) -> Vec<String> {
        let story = &self.story.status;
        let title = one_line(story.title.as_deref().unwrap_or("(no longer kept)"), 300);
        let mut facts = vec![
            stories::publishers(story),
            stories::items(story),
            format!(
                "last item {}",
                when::moment(Some(story.last_at), self.now, self.zone)
            ),
        ];
        if !story.watches.is_empty() {
            facts.push(format!("matched by {}", story.watches.join(", ")));
        }
        if !self.story.merged.is_empty() {
            let merged: Vec<String> = self.story.merged.iter().map(StoryId::to_string).collect();
            facts.push(format!("merged into it: {}", merged.join(", ")));
        }
        let muted = self
            .mutes
            .fact(MuteKind::Story, &story.id.to_string(), self.zone);
        facts.extend(muted.map(|muted| format!("muted {muted}")));
        let mut lines = wrap(&format!("{}  {title}", story.id), self.output.columns);
        lines.extend(facts.iter().flat_map(|fact| self.indented(fact)));
        lines
    }

    fn item(&self, item: &StoryItem) -> Vec<String> {
        let style = ItemStyle::new(self.output, self.zone);
        let at = when::at(item.seen_at, self.zone);
        let source = stories::source(item);
        let mut lines = wrap(
            &format!("#{}  {at}  {source}", item.item.0),
            self.output.columns,
        );
        let title = one_line(item.title.as_deref().unwrap_or("(no longer kept)"), 300);
        lines.extend(self.indented(&title));
        let link = item.link.iter().map(|link| one_line(link, 2_000));
        lines.extend(link.map(|link| format!("  {}", style.dim(&link))));
        lines.extend(self.indented(&stories::role(item)));
        let deliveries: Vec<String> = item.deliveries.iter().map(stories::delivery).collect();
        if !deliveries.is_empty() {
            lines.extend(self.indented(&deliveries.join("; ")));
        }
        lines
    }

    fn indented(&self, text: &str) -> Vec<String> {
        let room = self.output.columns.map(|columns| columns.saturating_sub(2));
        let lines = wrap(text, room).into_iter();
        lines.map(|line| format!("  {line}")).collect()
    }
}
