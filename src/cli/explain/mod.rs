//! `explain`: why an item alerted, or did not: every stage it came by, and the one that decided.

mod unseen;

use std::{ops::ControlFlow, path::Path};

use clap::Args;
use jiff::Timestamp;

use super::{
    config,
    error::{Answer, CliError},
    explained::tree,
    item_view::ItemStyle,
    output::{self, Output},
    progress::Progress,
    stored,
    terminal::{fit, width, wrap},
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::{Config, Loaded},
    model::Watch,
    store::{ItemFilter, KeptItem, Store},
    view::{
        explain::{
            Background, Explanation, ItemFacts, explain,
            lookup::{self, Found, Near},
            stages::{self, Stage},
            unseen::unseen,
        },
        items::ItemView,
        names,
        stored_items::Items,
    },
};

/// The columns that the name of a stage takes.
const INDENT: usize = 14;

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
        let watch = name.map(|name| names::watch(config, name)).transpose();
        let watch = watch.map_err(|error| self.unquoted(error.into()))?;
        let store = stored::open(config).await?;
        let asking = Asking {
            name: &self.item,
            watch,
            loaded: &loaded,
            store: &store,
            now: SystemClock.now(),
            output,
        };
        let answer = asking.answer().await;
        store.close().await;
        answer
    }
}

/// What is asked of what.
struct Asking<'a> {
    name: &'a str,
    watch: Option<&'a Watch>,
    loaded: &'a Loaded,
    store: &'a Store,
    now: Timestamp,
    output: &'a Output,
}

impl Asking<'_> {
    async fn answer(&self) -> Answer {
        match lookup::find(self.name, self.store).await? {
            Found::Items { items, asked } => self.explain_all(&items, asked).await,
            Found::Notice(delivery) => {
                unseen::print_notice(&delivery, self.store, self.config(), self.now, self.output)
                    .await
            }
            Found::Gone => self.say_unseen(&[]).await,
            Found::Unknown => match self.near().await?.meant(self.name) {
                Ok(item) => self.explain_all(&[item], None).await,
                Err(near) => self.say_unseen(&near.items).await,
            },
        }
    }

    fn config(&self) -> &Config {
        &self.loaded.config
    }

    async fn near(&self) -> Result<Near, CliError> {
        let items = Items::new(self.store, ItemFilter::default());
        let mut progress = Progress::through(items.extent().await?.count, "items");
        let goes_on = || {
            progress.advance();
            ControlFlow::Continue(())
        };
        Ok(lookup::near(self.name, &items, None, goes_on).await?)
    }

    async fn say_unseen(&self, near: &[KeptItem]) -> Answer {
        let unseen = unseen(self.name, near, self.store, self.config(), self.now).await?;
        let columns = self.output.columns;
        self.output
            .print(&unseen, |unseen| unseen::in_words(unseen, columns))?;
        Ok(false)
    }

    async fn explain_all(&self, items: &[KeptItem], asked: Option<&str>) -> Answer {
        let Loaded {
            config, matcher, ..
        } = self.loaded;
        let background = Background::of(config, matcher, self.store, self.now).await?;
        let mut reaches = false;
        for kept in items {
            if let Some(facts) = background.facts(kept, asked, self.store).await? {
                reaches |= self.explain(kept, &facts)?;
            }
        }
        Ok(reaches)
    }

    fn explain(&self, kept: &KeptItem, facts: &ItemFacts<'_>) -> Answer {
        let output = self.output;
        let style = ItemStyle::new(output, &self.config().timezone);
        if !output.is_json() {
            output::line(&head(kept, style))?;
            if let (Some((name, by)), None) = (facts.asked, self.watch) {
                let taken = format!("{name} is another name of it: {}.\n", stages::taken_for(by));
                output::line(&wrap(&taken, output.columns).join("\n"))?;
            }
            if let (Some(story), None) = (&facts.story, self.watch) {
                let (text, lines) = story.in_words();
                let text = format!("story {text}");
                let lines = std::iter::once(&text).chain(lines);
                let lines = lines.flat_map(|line| wrap(line, output.columns));
                output::line(&(lines.collect::<Vec<_>>().join("\n") + "\n"))?;
            }
        }
        let watches = self.config().watches.iter();
        let widest = watches.map(|watch| width(&watch.name)).max();
        let widest = widest.unwrap_or_default();
        let name = self.watch.map(|watch| watch.name.as_str());
        let mut reaches = false;
        for explanation in explain(facts, name) {
            reaches |= explanation.reaches;
            output.print(&explanation, |it| match self.watch {
                Some(watch) => sheet(it, watch, style, output.columns),
                None => row(it, widest, style, output.columns),
            })?;
        }
        if !output.is_json() {
            output::line("")?;
        }
        Ok(reaches)
    }
}

fn head(kept: &KeptItem, style: ItemStyle<'_>) -> String {
    let story = ItemView::new(kept, Vec::new());
    let link = story.link().map(|link| format!("\n  {link}"));
    let (headline, source) = (style.headline(&story, 0), style.source(&story));
    format!("{headline}\n  {source}{}\n", link.unwrap_or_default())
}

/// The watch, the answer, and every stage with what it did.
fn sheet(
    explanation: &Explanation<'_>,
    watch: &Watch,
    style: ItemStyle<'_>,
    columns: Option<usize>,
) -> String {
    let outcome = style.verdict(explanation.reaches, explanation.outcome);
    let verdict = wrap(&explanation.verdict, columns).join("\n");
    let mut lines = wrap(
        &format!("watch {}: {}", explanation.watch, watch.expression),
        columns,
    );
    lines.push(verdict.replacen(explanation.outcome, &outcome, 1));
    if let Some(help) = &explanation.help {
        lines.extend(wrap(&format!("help: {help}"), columns));
    }
    lines.push(String::new());
    let room = columns.map(|columns| columns.saturating_sub(INDENT));
    for step in &explanation.stages {
        let mark = if step.stage == explanation.decided {
            ">"
        } else {
            " "
        };
        let mut label = format!("{mark} {}", step.stage.as_str());
        let clause = explanation.clause.as_ref();
        let clause = clause.filter(|_| step.stage == Stage::Expression);
        let tree = clause.map(|clause| tree(clause, style)).unwrap_or_default();
        let more = step.lines.iter().flat_map(|line| wrap(line, room));
        let tree = tree.lines().map(str::to_owned);
        for line in wrap(&step.text, room).into_iter().chain(tree).chain(more) {
            lines.push(format!("{label:<INDENT$}{line}"));
            label.clear();
        }
    }
    lines.join("\n")
}

/// The watch in a line.
fn row(
    explanation: &Explanation<'_>,
    widest: usize,
    style: ItemStyle<'_>,
    columns: Option<usize>,
) -> String {
    let mark = style.verdict(
        explanation.reaches,
        if explanation.reaches { "✓" } else { "✗" },
    );
    let space = " ".repeat(widest - width(explanation.watch));
    let room = columns.map(|columns| columns.saturating_sub(widest + 4));
    let why = if explanation.outcome == "Not alerted" {
        explanation.why.clone()
    } else {
        let mut verdict = explanation.verdict.clone();
        verdict[..1].make_ascii_lowercase();
        verdict
    };
    format!("{mark} {}{space}  {}", explanation.watch, fit(&why, room))
}
