//! `try`: what an expression would have matched, before anyone relies on it.

mod items;

use std::{ops::ControlFlow, path::Path};

use clap::Args;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{
    config,
    error::{Answer, CliError},
    explained::{ClauseLine, print_outline},
    expression::{Expression, found_in},
    item_view::ItemStyle,
    output::Output,
    stored,
    stored_items::{Scope, kept_since},
};
use crate::{
    app,
    clock::{Clock as _, SystemClock},
    config::Config,
    matcher::{Clause, Entity, ItemText},
    model::{Match, Watch},
    text::language,
};
use items::ItemScan;

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
        try_text(text, watch, &entities, self.explain, output)
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
        let mut scan = ItemScan::new(watches, config, &items, now)?;
        items
            .each(|kept, progress| {
                if let Some(line) = scan.judge(kept)
                    && scan.may_show(self.limit)
                {
                    progress.clear();
                    scan.show(&line, output)?;
                }
                Ok(ControlFlow::Continue(()))
            })
            .await?;
        store.close().await;
        scan.conclude(output)
    }

    /// The expression as a watch, and behind it the watch that it is compared with.
    fn watches(&self, config: &Config) -> Result<Vec<Watch>, CliError> {
        let candidate = self.expression.watch(&config.entities)?;
        let Some(name) = &self.against else {
            return Ok(vec![candidate]);
        };
        let running = config::watch(config, name)?.clone();
        let candidate = Watch {
            fields: running.fields.clone(),
            feeds: running.feeds.clone(),
            ..candidate
        };
        Ok(vec![candidate, running])
    }
}

/// What it came to.
#[derive(Serialize)]
struct TextResult {
    matched: bool,
    matches: Vec<Match>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<ClauseLine>,
}

/// Matches the text as a headline, in the language that the service would take it for, and says
/// how that went.
fn try_text(
    text: &str,
    watch: Watch,
    entities: &[Entity],
    explain: bool,
    output: &Output,
) -> Answer {
    let lang = language(None, &[text, "", ""]).unwrap_or_default();
    let item = ItemText {
        title: text,
        lang: &lang,
        ..ItemText::default()
    };
    let watches = [watch];
    let matcher = app::matcher(&watches, entities)?;
    let found = found_in(&matcher, &watches, &item).pop();
    let clause = explain
        .then(|| Clause::explain(&watches[0], entities, &item).expect("it compiled a line above"));
    let result = TextResult {
        matched: found.is_some(),
        matches: found.map(|(_, matches)| matches).unwrap_or_default(),
        verdict: clause.as_ref().map(Clause::verdict),
        clause: clause.map(|clause| ClauseLine::of(&clause, &watches[0].name, &item)),
    };
    let style = ItemStyle::new(output, const { &TimeZone::UTC });
    output.print(&result, |result| result.describe(text, style))?;
    Ok(result.matched)
}

impl TextResult {
    fn describe(&self, text: &str, style: ItemStyle<'_>) -> String {
        let mut lines = Vec::new();
        if self.matched {
            let mut terms: Vec<&str> = self.matches.iter().map(|hit| hit.term.as_str()).collect();
            let mut seen = std::collections::HashSet::new();
            terms.retain(|term| seen.insert(*term));
            let ranges: Vec<[usize; 2]> = self.matches.iter().map(|hit| hit.range).collect();
            lines.push(format!("match: {}", terms.join(", ")));
            lines.push(style.marked(text, &ranges));
        } else {
            let verdict = self.verdict.iter().map(|verdict| format!(": {verdict}"));
            lines.push(format!("no match{}", verdict.collect::<String>()));
        }
        lines.extend(self.clause.iter().map(|clause| clause.tree(style)));
        lines.join("\n")
    }
}
