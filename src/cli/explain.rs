//! `explain`: why a kept item matched a watch, or did not.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::{
    Answer, CliError, config,
    output::{self, Output, fit, width},
    story::{Story, Style},
    walk::ClauseLine,
};
use crate::{
    config::Config,
    matcher::{Clause, ItemLists},
    model::{Field, ItemId, Watch},
    store::{KeptItem, Store},
};

/// Items of one link that are explained: it may stand in several feeds.
const MAX_ITEMS: u32 = 10;

/// Say why a kept item matches a watch, or does not, clause by clause; exit 1 if it does not.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The item: its number, as `search` and alerts show it, or its link.
    #[arg(value_name = "ITEM")]
    item: String,

    /// The watch; without it, all of them, in a line each.
    #[arg(value_name = "WATCH")]
    watch: Option<String>,
}

/// An item against a watch, on the wire.
#[derive(Serialize)]
struct Explanation<'a> {
    item: String,
    feed: &'a str,
    watch: &'a str,
    matched: bool,
    alerted: bool,
    verdict: String,
    fields: &'a [Field],
    feeds: Option<&'a [String]>,
    /// Only where one watch was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<ClauseLine>,
}

impl Explain {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::load(path)?.config;
        let watch = self.watch.as_deref();
        let watch = watch.map(|name| config::watch(&config, name)).transpose()?;
        let store = Store::open_beside(&config.store).await?;
        let items = self.items(&store).await?;
        store.close().await;
        if items.is_empty() {
            let item = &self.item;
            return Err(CliError::Failed(format!(
                "there is no item {item:?}, or it is no longer kept"
            )));
        }
        let mut matched = false;
        for kept in &items {
            let style = Style::new(output, &config.timezone);
            if !output.is_json() {
                output::line(&head(kept, style))?;
            }
            matched |= match watch {
                Some(watch) => one(kept, watch, &config, output)?,
                None => all(kept, &config, output)?,
            };
        }
        Ok(matched)
    }

    async fn items(&self, store: &Store) -> Result<Vec<KeptItem>, CliError> {
        let number = self.item.strip_prefix('#').unwrap_or(&self.item);
        Ok(match number.parse() {
            Ok(id) => store.kept_item(ItemId(id)).await?.into_iter().collect(),
            Err(_) => store.items_called(&self.item, MAX_ITEMS).await?,
        })
    }
}

fn head(kept: &KeptItem, style: Style<'_>) -> String {
    let story = Story::new(kept, Vec::new());
    let link = story.link().map(|link| format!("\n  {link}"));
    let (headline, source) = (story.headline(style, 0), story.source(style));
    format!("{headline}\n  {source}{}\n", link.unwrap_or_default())
}

/// One watch, clause by clause.
fn one(kept: &KeptItem, watch: &Watch, config: &Config, output: &Output) -> Answer {
    let explanation = explain(kept, watch, config, true);
    let style = Style::new(output, &config.timezone);
    output.print(&explanation, |it| it.sheet(watch, style))?;
    Ok(explanation.matched)
}

/// Every watch in a line.
fn all(kept: &KeptItem, config: &Config, output: &Output) -> Answer {
    let names = config.watches.iter().map(|watch| width(&watch.name));
    let widest = names.max().unwrap_or_default();
    let style = Style::new(output, &config.timezone);
    let mut matched = false;
    for watch in &config.watches {
        let explanation = explain(kept, watch, config, false);
        matched |= explanation.matched;
        output.print(&explanation, |it| it.row(widest, output, style))?;
    }
    if !output.is_json() {
        output::line("")?;
    }
    Ok(matched)
}

fn explain<'a>(
    kept: &'a KeptItem,
    watch: &'a Watch,
    config: &Config,
    with_clauses: bool,
) -> Explanation<'a> {
    let item = &kept.stored.item;
    let lists = ItemLists::of(item);
    let text = lists.text(&kept.feed, item);
    let clause = Clause::explain(watch, &config.entities, &text)
        .expect("a config with a wrong expression is not loaded");
    Explanation {
        item: kept.stored.id.0.to_string(),
        feed: &kept.feed,
        watch: &watch.name,
        matched: clause.matched,
        alerted: kept.stored.alerted.contains(&watch.name),
        verdict: clause.verdict(),
        fields: &watch.fields,
        feeds: watch.feeds.as_deref(),
        clause: with_clauses.then(|| ClauseLine::of(&clause, &watch.name, &text)),
    }
}

impl Explanation<'_> {
    /// What the watch reads, the walk, and the verdict.
    fn sheet(&self, watch: &Watch, style: Style<'_>) -> String {
        let fields: Vec<&str> = self.fields.iter().map(|field| field.as_str()).collect();
        let feeds = match self.feeds {
            None => "all feeds".to_owned(),
            Some(feeds) => feeds.join(", "),
        };
        let tree = self.clause.as_ref().map(|clause| clause.tree(style));
        let is_left_out = self
            .feeds
            .is_some_and(|feeds| !feeds.iter().any(|feed| feed == self.feed));
        let scope = format!(", not of {}", self.feed);
        [
            format!("watch {}: {}", self.watch, watch.expression),
            format!(
                "reads {} of {feeds}{}",
                fields.join(", "),
                if is_left_out { &scope } else { "" }
            ),
            String::new(),
            tree.unwrap_or_default(),
            String::new(),
            format!("{}; {}\n", self.conclusion(style), self.alert()),
        ]
        .join("\n")
    }

    fn conclusion(&self, style: Style<'_>) -> String {
        let word = if self.matched {
            "matches"
        } else {
            "does not match"
        };
        format!("{}: {}", style.verdict(self.matched, word), self.verdict)
    }

    const fn alert(&self) -> &'static str {
        if self.alerted {
            "alerted"
        } else {
            "not alerted"
        }
    }

    fn row(&self, widest: usize, output: &Output, style: Style<'_>) -> String {
        let mark = style.verdict(self.matched, if self.matched { "✓" } else { "✗" });
        let space = " ".repeat(widest - width(self.watch));
        let alerted = if self.alerted { "alerted; " } else { "" };
        let room = output
            .columns
            .map(|columns| columns.saturating_sub(widest + 4));
        let reason = fit(&format!("{alerted}{}", self.verdict), room);
        format!("{mark} {}{space}  {reason}", self.watch)
    }
}
