//! `try`: what an expression would have matched, before anyone relies on it.

mod items;

use std::{ops::ControlFlow, path::Path};

use clap::Args;
use jiff::tz::TimeZone;

use super::{
    config,
    error::{Answer, CliError},
    explained::{print_outline, tree},
    expression::Expression,
    item_view::ItemStyle,
    output::Output,
    stored,
    stored_items::{Scope, each, warn_of_gaps},
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    matcher::Entity,
    model::Watch,
    view::{
        names,
        stored_items::kept_since,
        trial::{Trial, TriedText},
    },
};
use items::Printer;

/// Show what an expression would have matched among the stored items, or in a text; exit 1 if nothing.
#[derive(Debug, Args)]
pub(super) struct Try {
    #[command(flatten)]
    expression: Expression,

    /// Match this text, as a headline, instead of the stored items.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["since", "feed", "against", "limit"])]
    text: Option<String>,

    #[command(flatten)]
    scope: Scope,

    /// Show what it would gain and lose against this watch. It uses the fields and feeds of the watch.
    #[arg(long, value_name = "WATCH", conflicts_with = "fields")]
    against: Option<String>,

    /// Show at most N, the newest; all are counted.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: u64,

    /// Show what the expression is compiled to and, for a text, how each clause matched.
    #[arg(long)]
    explain: bool,
}

impl Try {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        match &self.text {
            Some(text) => self.run_on_text(text, path, output),
            None => self.run_on_items(&config::look(path)?.config, output).await,
        }
    }

    /// Needs no config. If there is one, its entities may be used.
    fn run_on_text(&self, text: &str, path: &Path, output: &Output) -> Answer {
        let config = config::load_if_good(path);
        let entities = config.map(|config| config.entities).unwrap_or_default();
        let watch = self.expression.watch(&entities)?;
        if self.explain {
            print_outline(&watch, &entities, output)?;
        }
        try_text(text, &watch, &entities, self.explain, output)
    }

    async fn run_on_items(&self, config: &Config, output: &Output) -> Answer {
        let watches = self.watches(config)?;
        if self.explain {
            print_outline(&watches[0], &config.entities, output)?;
        }
        let now = SystemClock.now();
        let store = stored::open(config).await?;
        let whole = Some(kept_since(config, now));
        let items = self.scope.items(&store, config, now, whole).await?;
        let extent = items.extent().await?;
        warn_of_gaps(extent, config, now);
        let mut trial = Trial::new(watches, config, extent.complete_since, now)?;
        let mut printer = Printer::new(self.limit, config, output);
        let visit = each(&items, extent, |kept, progress| {
            if let Some(tried) = trial.judge(kept)
                && printer.may_show()
            {
                progress.clear();
                printer.show(&tried)?;
            }
            Ok(ControlFlow::Continue(()))
        });
        visit.await?;
        store.close().await;
        printer.conclude(&trial)?;
        Ok(trial.hits() > 0)
    }

    /// The expression as a watch, and behind it the watch that it is compared with.
    fn watches(&self, config: &Config) -> Result<Vec<Watch>, CliError> {
        let candidate = self.expression.watch(&config.entities)?;
        let Some(name) = &self.against else {
            return Ok(vec![candidate]);
        };
        let running = names::watch(config, name)?.clone();
        let candidate = Watch {
            fields: running.fields.clone(),
            feeds: running.feeds.clone(),
            ..candidate
        };
        Ok(vec![candidate, running])
    }
}

/// Matches the text, and says how that went.
fn try_text(
    text: &str,
    watch: &Watch,
    entities: &[Entity],
    explain: bool,
    output: &Output,
) -> Answer {
    let tried = TriedText::of(text, watch, entities, explain)?;
    let style = ItemStyle::new(output, const { &TimeZone::UTC });
    output.print(&tried, |tried| in_words(tried, text, style))?;
    Ok(tried.matched)
}

fn in_words(tried: &TriedText, text: &str, style: ItemStyle<'_>) -> String {
    let mut lines = Vec::new();
    if tried.matched {
        let ranges: Vec<[usize; 2]> = tried.matches.iter().map(|hit| hit.range).collect();
        lines.push(format!("match: {}", tried.terms().join(", ")));
        lines.push(style.marked(text, &ranges));
    } else {
        let verdict = tried.verdict.iter().map(|verdict| format!(": {verdict}"));
        lines.push(format!("no match{}", verdict.collect::<String>()));
    }
    lines.extend(tried.clause.iter().map(|clause| tree(clause, style)));
    lines.join("\n")
}
