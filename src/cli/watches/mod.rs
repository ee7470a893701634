//! `watches`: what they found, and which of them need attention.

mod remark;
mod survey;

use std::path::Path;

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    config,
    error::{Answer, CliError},
    moment::{Moment, moment, span},
    mute::Mutes,
    output::{self, Output},
    stored,
    stored_items::{Items, kept_since, warn_of_gaps},
    terminal::{fit, wrap},
    when,
};
use crate::{
    clock::{Clock as _, SystemClock},
    model::{MuteKind, to_second},
    store::ItemFilter,
};
use remark::{Remark, remarks};
use survey::{Depth, MAX_EXPLAINED, NearItem, Survey, Surveyed};

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

/// A watch as JSON.
#[derive(Serialize)]
struct WatchLine<'a> {
    watch: &'a str,
    expression: &'a str,
    enabled: bool,
    since: Option<Timestamp>,
    items: u64,
    matched: u64,
    per_day: Option<f64>,
    alerts: u64,
    alerts_kept: u64,
    last_alert: Option<Timestamp>,
    muted_until: Option<Timestamp>,
    remarks: &'a [Remark],
    nearly: u64,
    near_misses: &'a [NearItem],
}

impl Watches {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let loaded = config::look(path)?.with_watches_off();
        let config = &loaded.config;
        if let Some(name) = &self.name {
            config::watch(config, name)?;
        }
        let now = SystemClock.now();
        let (since, _) = span(self.since, None, now, &config.timezone)?;
        let since = since.unwrap_or_else(|| kept_since(config, now));
        let store = stored::open(config).await?;
        let filter = ItemFilter {
            since: Some(since),
            feed: None,
        };
        let items = Items::new(&store, filter).await?;
        if let Some(complete) = items.complete_since {
            warn_of_gaps(complete, config, now);
        }
        let depth = Depth {
            only: self.name.as_deref(),
            examples: if self.name.is_some() {
                EXAMPLES_OF_ONE
            } else {
                EXAMPLES
            },
        };
        let mut survey = Survey::take(config, &loaded.matcher, &items, now, depth).await?;
        survey.add_records(store.watch_records(since).await?);
        let view = View {
            remarks: remarks(&survey, config),
            since: items.complete_since,
            mutes: Mutes::in_force(&store, now).await?,
            survey,
            now,
            zone: &config.timezone,
        };
        store.close().await;
        view.print(self.name.as_deref(), output)?;
        Ok(true)
    }
}

/// A survey to be shown.
struct View<'a> {
    survey: Survey<'a>,
    remarks: Vec<Vec<Remark>>,
    since: Option<Timestamp>,
    mutes: Mutes,
    now: Timestamp,
    zone: &'a TimeZone,
}

impl View<'_> {
    fn print(&self, only: Option<&str>, output: &Output) -> Result<(), CliError> {
        let all = self.survey.watches.iter().zip(&self.remarks);
        let wanted = |(it, _): &(&Surveyed<'_>, _)| only.is_none_or(|only| only == it.watch.name);
        let shown: Vec<(&Surveyed<'_>, &Vec<Remark>)> = all.filter(wanted).collect();
        if output.is_json() {
            for (surveyed, remarks) in shown {
                output.print(&self.line(surveyed, remarks), |_| String::new())?;
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
            self.survey.items,
            self.span()
        ))
    }

    /// The newest near miss of each watch that has any.
    fn print_near_misses(&self, output: &Output) -> Result<(), CliError> {
        let near = || {
            self.survey
                .watches
                .iter()
                .zip(&self.remarks)
                .filter(|(it, remarks)| !it.examples.is_empty() && !remarks.contains(&Remark::Off))
        };
        if near().next().is_none() {
            return Ok(());
        }
        output::line("\nnear misses, the newest of each watch (`watches NAME` shows more)")?;
        for (surveyed, _) in near().take(NEAR_WATCHES) {
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
        if self.survey.explained == MAX_EXPLAINED {
            output::line(&format!(
                "  (only the newest {MAX_EXPLAINED} were looked into)"
            ))?;
        }
        Ok(())
    }

    fn span(&self) -> String {
        let since = self
            .since
            .map(|since| format!(" since {}", when::at(since, self.zone)));
        since.unwrap_or_default()
    }

    fn line<'b>(&'b self, it: &'b Surveyed<'_>, remarks: &'b [Remark]) -> WatchLine<'b> {
        WatchLine {
            watch: &it.watch.name,
            expression: &it.watch.expression,
            enabled: !remarks.contains(&Remark::Off),
            since: self.since.map(to_second),
            items: self.survey.items_of(it.watch),
            matched: it.matched,
            per_day: it.rate.per_day(),
            alerts: it.record.as_ref().map_or(0, |record| record.recent),
            alerts_kept: it.record.as_ref().map_or(0, |record| record.alerts),
            last_alert: it.record.as_ref().map(|record| to_second(record.last_at)),
            muted_until: self
                .mutes
                .of(MuteKind::Watch, &it.watch.name)
                .map(|mute| to_second(mute.until)),
            remarks,
            nearly: it.nearly,
            near_misses: &it.examples,
        }
    }

    fn row(&self, it: &Surveyed<'_>, remarks: &[Remark]) -> Vec<String> {
        let line = self.line(it, remarks);
        let last = line.last_alert;
        let per_day = line.per_day.map(|rate| format!("{rate:.1}"));
        vec![
            line.watch.to_owned(),
            line.matched.to_string(),
            per_day.unwrap_or_else(|| "–".to_owned()),
            line.alerts.to_string(),
            last.map_or_else(|| "never".to_owned(), |at| when::relative(at, self.now)),
            self.remarks(it, remarks),
        ]
    }

    /// What needs care, and that it is muted.
    fn remarks(&self, it: &Surveyed<'_>, remarks: &[Remark]) -> String {
        let muted = self.mutes.remark(MuteKind::Watch, &it.watch.name, self.now);
        let remarks = remarks.iter().map(ToString::to_string);
        let remarks: Vec<String> = muted.into_iter().chain(remarks).collect();
        remarks.join("; ")
    }

    fn sheet(&self, it: &Surveyed<'_>, remarks: &[Remark], output: &Output) -> String {
        let line = self.line(it, remarks);
        let fields: Vec<&str> = it.watch.fields.iter().map(|field| field.as_str()).collect();
        let feeds = it
            .watch
            .feeds
            .as_ref()
            .map_or_else(|| "all feeds".to_owned(), |feeds| feeds.join(", "));
        let last = line.last_alert.map_or_else(
            || "never".to_owned(),
            |at| {
                format!(
                    "{}, {}",
                    when::at(at, self.zone),
                    when::relative(at, self.now)
                )
            },
        );
        let mut lines = vec![
            ("watch", line.watch.to_owned()),
            ("expression", line.expression.to_owned()),
            ("reads", format!("{} of {feeds}", fields.join(", "))),
            ("items read", format!("{}{}", line.items, self.span())),
            ("matched", matched(it)),
            ("", it.rate.line()),
            (
                "alerts",
                format!("{}, {} on record", line.alerts, line.alerts_kept),
            ),
            ("last alert", last),
        ];
        let muted = self.mutes.fact(MuteKind::Watch, line.watch, self.zone);
        lines.extend(muted.map(|muted| ("muted", muted)));
        if !remarks.is_empty() {
            lines.push(("remarks", in_words(remarks)));
        }
        lines.push(("near misses", line.nearly.to_string()));
        let mut lines = vec![output.facts(&lines)];
        for near in &it.examples {
            let at = when::at(near.seen, self.zone);
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

fn matched(it: &Surveyed<'_>) -> String {
    let in_baseline = it.matched - it.rate.total();
    if in_baseline == 0 {
        return it.matched.to_string();
    }
    format!(
        "{}, {in_baseline} of them with the first poll of a feed",
        it.matched
    )
}

fn in_words(remarks: &[Remark]) -> String {
    let words: Vec<String> = remarks.iter().map(ToString::to_string).collect();
    words.join("; ")
}
