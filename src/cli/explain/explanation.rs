//! An item against one watch, or against all: the answer, for people and as JSON.

use serde::Serialize;

use super::{
    super::{
        error::Answer,
        explained::ClauseLine,
        item_view::ItemStyle,
        outbox::DeliveryLine,
        output::Output,
        terminal::{fit, width, wrap},
    },
    decision::{Decision, decide},
    deliveries::WatchDeliveries,
    facts::ItemFacts,
    stages::{self, Stage, StageReport},
};
use crate::{
    config::Config,
    matcher::{Clause, ItemLists},
    model::{Field, Watch},
};

/// The columns that the name of a stage takes.
const INDENT: usize = 14;

/// An item against a watch, as JSON.
#[derive(Serialize)]
struct Explanation<'a> {
    item: String,
    feed: &'a str,
    watch: &'a str,
    matched: bool,
    alerted: bool,
    /// Whether a receiver has it or will have it.
    reaches: bool,
    /// The stage that decided.
    decided: Stage,
    verdict: String,
    /// What to do where that is not wanted.
    help: Option<String>,
    fields: &'a [Field],
    feeds: Option<&'a [String]>,
    stages: Vec<StageReport>,
    /// Only where one watch was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deliveries: Vec<DeliveryLine<'a>>,
    /// Only where one watch was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<ClauseLine>,
}

/// One watch, stage by stage.
pub(super) fn one(
    facts: &ItemFacts<'_>,
    watch: &Watch,
    style: ItemStyle<'_>,
    output: &Output,
) -> Answer {
    let mut watches = facts.config.watches.iter();
    let position = watches
        .position(|it| it.name == watch.name)
        .expect("the watch was found there");
    let (explanation, decision) = explain(facts, position, true);
    output.print(&explanation, |it| {
        it.sheet(watch, &decision, style, output.columns)
    })?;
    Ok(decision.reaches)
}

/// Every watch in a line.
pub(super) fn all(facts: &ItemFacts<'_>, style: ItemStyle<'_>, output: &Output) -> Answer {
    let names = facts.config.watches.iter().map(|watch| width(&watch.name));
    let widest = names.max().unwrap_or_default();
    let mut reaches = false;
    for position in 0..facts.config.watches.len() {
        let (explanation, decision) = explain(facts, position, false);
        reaches |= decision.reaches;
        output.print(&explanation, |it| it.row(widest, &decision, output, style))?;
    }
    Ok(reaches)
}

/// In full with its clauses and deliveries.
fn explain<'a>(
    facts: &'a ItemFacts<'_>,
    position: usize,
    in_full: bool,
) -> (Explanation<'a>, Decision) {
    let config: &Config = facts.config;
    let watch = &config.watches[position];
    let item = &facts.kept.stored.item;
    let lists = ItemLists::of(item);
    let text = lists.text(&facts.kept.feed, item);
    let clause = Clause::explain(watch, &config.entities, &text)
        .expect("a config with a wrong expression is not loaded");
    let decision = decide(facts, position, &clause);
    let deliveries = facts.alert(&watch.name).filter(|_| in_full);
    let deliveries = deliveries.map(|alert| WatchDeliveries::of(alert, &watch.name).all);
    let deliveries = deliveries.unwrap_or_default().into_iter();
    let explanation = Explanation {
        item: facts.kept.stored.id.0.to_string(),
        feed: &facts.kept.feed,
        watch: &watch.name,
        matched: clause.matched,
        alerted: facts.alert(&watch.name).is_some(),
        reaches: decision.reaches,
        decided: decision.stage,
        verdict: decision.verdict(),
        help: decision.help.clone(),
        fields: &watch.fields,
        feeds: watch.feeds.as_deref(),
        stages: stages::reports(facts, position, &clause),
        deliveries: deliveries
            .map(|it| {
                DeliveryLine::of(
                    it,
                    facts.delivery_context.release(it),
                    facts.delivery_context.receiver(it),
                )
            })
            .collect(),
        clause: in_full.then(|| ClauseLine::of(&clause, &watch.name, &text)),
    };
    (explanation, decision)
}

impl Explanation<'_> {
    /// The watch, the answer, and every stage with what it did.
    fn sheet(
        &self,
        watch: &Watch,
        decision: &Decision,
        style: ItemStyle<'_>,
        columns: Option<usize>,
    ) -> String {
        let outcome = style.verdict(decision.reaches, decision.outcome);
        let verdict = wrap(&self.verdict, columns).join("\n");
        let mut lines = wrap(
            &format!("watch {}: {}", self.watch, watch.expression),
            columns,
        );
        lines.push(verdict.replacen(decision.outcome, &outcome, 1));
        if let Some(help) = &self.help {
            lines.extend(wrap(&format!("help: {help}"), columns));
        }
        lines.push(String::new());
        let room = columns.map(|columns| columns.saturating_sub(INDENT));
        for step in &self.stages {
            let mark = if step.stage == self.decided { ">" } else { " " };
            let mut label = format!("{mark} {}", step.stage.as_str());
            let tree = self
                .clause
                .as_ref()
                .filter(|_| step.stage == Stage::Expression);
            let tree = tree.map(|clause| clause.tree(style)).unwrap_or_default();
            let more = step.lines.iter().flat_map(|line| wrap(line, room));
            let tree = tree.lines().map(str::to_owned);
            for line in wrap(&step.text, room).into_iter().chain(tree).chain(more) {
                lines.push(format!("{label:<INDENT$}{line}"));
                label.clear();
            }
        }
        lines.join("\n")
    }

    fn row(
        &self,
        widest: usize,
        decision: &Decision,
        output: &Output,
        style: ItemStyle<'_>,
    ) -> String {
        let mark = style.verdict(decision.reaches, if decision.reaches { "✓" } else { "✗" });
        let space = " ".repeat(widest - width(self.watch));
        let room = output
            .columns
            .map(|columns| columns.saturating_sub(widest + 4));
        let why = if decision.outcome == "Not alerted" {
            decision.why.clone()
        } else {
            let mut verdict = decision.verdict();
            verdict[..1].make_ascii_lowercase();
            verdict
        };
        format!("{mark} {}{space}  {}", self.watch, fit(&why, room))
    }
}
