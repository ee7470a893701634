//! `watches`: what they found, and which of them need attention.

use std::{ops::ControlFlow, path::Path};

use super::{
    config,
    error::{Answer, CliError},
    output::{self, Output},
    progress::Progress,
    stored,
    stored_items::warn_of_gaps,
    terminal::{fit, wrap},
};
use crate::{
    clock::{Clock as _, SystemClock},
    store::ItemFilter,
    view::moment::{Moment, moment, span},
    view::{
        mutes::Mutes,
        names,
        stored_items::{Items, kept_since},
        watches::{
            WatchViews, in_words, matched,
            remark::Remark,
            survey::{Depth, MAX_EXPLAINED, Survey, Surveyed},
        },
        when,
    },
};
use clap::Args;

/// Near misses shown of each watch in the list, and of one that was asked for.
const EXAMPLES: usize = 1;
const EXAMPLES_OF_ONE: usize = 10;

/// Watches in the list whose near misses are shown.
const NEAR_WATCHES: usize = 10;

/// Show what the watches found among the stored items, and which watches need attention.
#[derive(Debug, Args)]
pub(super) struct Watches {
    /// Show everything known about this watch.
    name: Option<String>,

    /// Only items and alerts since this time: `30d` ago, yesterday, or a day such as 2026-11-22.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,
}

impl Watches {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let loaded = config::look(path)?.with_watches_off();
        let config = &loaded.config;
        if let Some(name) = &self.name {
            names::watch(config, name)?;
        }
        let now = SystemClock.now();
        let (since, _) = span(self.since, None, now, &config.timezone)?;
        let since = since.unwrap_or_else(|| kept_since(config, now));
        let store = stored::open(config).await?;
        let filter = ItemFilter {
            since: Some(since),
            feed: None,
        };
        let items = Items::new(&store, filter);
        let extent = items.extent().await?;
        warn_of_gaps(extent, config, now);
        let depth = Depth {
            only: self.name.as_deref(),
            examples: if self.name.is_some() {
                EXAMPLES_OF_ONE
            } else {
                EXAMPLES
            },
        };
        let mut progress = Progress::through(extent.count, "items");
        let goes_on = || {
            progress.advance();
            ControlFlow::Continue(())
        };
        let span = [extent.complete_since.unwrap_or(now), now];
        let survey = Survey::take(config, &loaded.matcher, &items, span, depth, goes_on);
        let mut survey = survey.await?;
        progress.clear();
        survey.add_records(store.watch_records(since).await?);
        let mutes = Mutes::in_force(&store, now).await?;
        store.close().await;
        let views = WatchViews::of(survey, extent.complete_since, mutes, config, now);
        View(views).print(self.name.as_deref(), output)?;
        Ok(true)
    }
}

/// A survey to be shown.
struct View<'a>(WatchViews<'a>);

impl View<'_> {
    fn print(&self, only: Option<&str>, output: &Output) -> Result<(), CliError> {
        let wanted = |(it, _): &(&Surveyed<'_>, _)| only.is_none_or(|only| only == it.watch.name);
        let shown: Vec<(&Surveyed<'_>, &[Remark])> = self.0.all().filter(wanted).collect();
        if output.is_json() {
            for (surveyed, remarks) in shown {
                output.print(&self.0.view(surveyed, remarks), |_| String::new())?;
            }
            return Ok(());
        }
        if only.is_some() {
            for (surveyed, remarks) in shown {
                output::line(&self.sheet(surveyed, remarks, output))?;
            }
            return Ok(());
        }
        let rows: Vec<Vec<String>> = shown
            .iter()
            .map(|(it, remarks)| self.row(it, remarks))
            .collect();
        output.table(
            &[
                "watch",
                "matched",
                "a day",
                "alerts",
                "last alert",
                "remarks",
            ],
            &rows,
        )?;
        self.print_near_misses(output)?;
        output::line(&format!(
            "\n{} items read{}",
            self.0.survey.items,
            self.0.span()
        ))
    }

    /// The newest near miss of each watch that has any.
    fn print_near_misses(&self, output: &Output) -> Result<(), CliError> {
        let near = || self.0.near();
        if near().next().is_none() {
            return Ok(());
        }
        output::line("\nnear misses, the newest of each watch (`watches NAME` shows more)")?;
        for surveyed in near().take(NEAR_WATCHES) {
            let example = &surveyed.examples[0];
            let (name, nearly) = (&surveyed.watch.name, surveyed.nearly);
            let text = format!(
                "  {name}, {nearly} in all: `{}`: {}",
                example.clause, example.reason
            );
            output::line(&fit(&text, output.columns))?;
            output::line(&fit(
                &format!("    #{} {}", example.item, example.title),
                output.columns,
            ))?;
        }
        let more = near().count().saturating_sub(NEAR_WATCHES);
        if more > 0 {
            output::line(&format!("  and {more} watches more"))?;
        }
        if self.0.survey.explained == MAX_EXPLAINED {
            output::line(&format!(
                "  (only the newest {MAX_EXPLAINED} were looked into)"
            ))?;
        }
        Ok(())
    }

    fn row(&self, it: &Surveyed<'_>, remarks: &[Remark]) -> Vec<String> {
        let line = self.0.view(it, remarks);
        let last = line.last_alert;
        let per_day = line.per_day.map(|rate| format!("{rate:.1}"));
        vec![
            line.watch.to_owned(),
            it.matched.to_string(),
            per_day.unwrap_or_else(|| "–".to_owned()),
            line.alerts.to_string(),
            last.map_or_else(|| "never".to_owned(), |at| when::relative(at, self.0.now)),
            self.0.remarks(it, remarks),
        ]
    }

    fn sheet(&self, it: &Surveyed<'_>, remarks: &[Remark], output: &Output) -> String {
        let line = self.0.view(it, remarks);
        let fields: Vec<&str> = it.watch.fields.iter().map(|field| field.as_str()).collect();
        let feeds = it
            .watch
            .feeds
            .as_ref()
            .map_or_else(|| "all feeds".to_owned(), |feeds| feeds.join(", "));
        let last = when::moment(line.last_alert, self.0.now, self.0.zone);
        let items = self.0.survey.items_of(it.watch);
        let mut lines = vec![
            ("watch", line.watch.to_owned()),
            ("expression", line.expression.to_owned()),
            ("reads", format!("{} of {feeds}", fields.join(", "))),
            ("items read", format!("{items}{}", self.0.span())),
            ("matched", matched(it)),
            ("", it.rate.line()),
            (
                "alerts",
                format!("{}, {} on record", line.alerts, line.alerts_kept),
            ),
            ("last alert", last),
        ];
        lines.extend(self.0.muted(it).map(|muted| ("muted", muted)));
        if !remarks.is_empty() {
            lines.push(("remarks", in_words(remarks)));
        }
        lines.push(("near misses", it.nearly.to_string()));
        let mut lines = vec![output.facts(&lines)];
        for near in &it.examples {
            let at = when::at(near.seen, self.0.zone);
            lines.push(fit(&format!("  {}", near.title), output.columns));
            let reason = format!(
                "    {at}, #{}: `{}`: {}",
                near.item, near.clause, near.reason
            );
            lines.extend(wrap(&reason, output.columns));
        }
        lines.join("\n")
    }
}
