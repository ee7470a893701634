//! `alerts`: what was found, and what is found now.

mod csv;

use std::{path::Path, time::Duration};

use clap::Args;
use jiff::Timestamp;

use super::{
    config,
    error::{Answer, CliError},
    output::{Output, remark},
    stored,
    terminal::wrap,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    model::{Alert, AlertId},
    notify,
    store::{AlertFilter, Store},
    view::{
        alerts::{AlertNames, id, notice, story},
        moment::{Moment, moment, span},
        when,
    },
};
use csv::CsvTable;

/// How often `--follow` looks.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// Alerts held in memory at a time: 64 KiB of summary each, and little more.
const PAGE: u32 = 100;

/// Alerts shown where nothing says how many.
const SHOWN: u32 = 20;

/// Show the alerts, the oldest first.
///
/// With several conditions, an alert must meet all of them. A TIME is how long ago (2h, 30d), a time of
/// day, yesterday, today, a day (2026-12-01), or a time on a day (2026-12-01T08:00 in the config's zone,
/// or with its own: 2026-12-01T08:00+09:00).
#[derive(Debug, Args)]
pub(super) struct Alerts {
    /// Keep running, and show each alert as it comes.
    #[arg(short, long)]
    follow: bool,

    /// Show at most N, the newest. By default 20; all of them with --since, --until or --format csv.
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<u32>,

    /// Only alerts made since this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,

    /// Only alerts made before this time.
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "follow")]
    until: Option<Moment>,

    /// Only alerts of this watch; if given several times, of any of them.
    #[arg(long, value_name = "NAME")]
    watch: Vec<String>,

    /// Only alerts of this feed; if given several times, of any of them.
    #[arg(long, value_name = "NAME")]
    feed: Vec<String>,

    /// Only alerts of feeds that have this tag now.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// Only alerts for this receiver, whether they were sent or not.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,

    /// Only alerts that a mute suppresses for a receiver.
    #[arg(long)]
    muted: bool,
}

impl Alerts {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let (since, until) = span(self.since, self.until, SystemClock.now(), &config.timezone)?;
        let store = stored::open(&config).await?;
        let filter = AlertFilter {
            since,
            until,
            muted: self.muted,
            ..self.names().filter(&config, &store).await?
        };
        // Asked for first, so that an alert that comes in between is shown once.
        let last = store.latest_alert_id().await?;
        let so_far = AlertFilter {
            last: Some(last.unwrap_or(AlertId(0))),
            ..filter.clone()
        };
        let after = match self.limit(output) {
            Some(limit) => store.before_newest(so_far.clone(), limit).await?,
            None => None,
        };
        let mut printer = Printer::new(&config, output)?;
        let shown = AlertFilter { after, ..so_far };
        let end = printer.show(&store, shown).await?;
        if end == after && !self.follow {
            remark("no alert matches");
        }
        if self.follow {
            let filter = AlertFilter {
                after: last,
                ..filter
            };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                followed = follow(&mut printer, &store, filter) => followed?,
            }
        }
        store.close().await;
        Ok(true)
    }

    fn limit(&self, output: &Output) -> Option<u32> {
        let is_whole = self.since.is_some() || self.until.is_some() || output.is_csv();
        self.limit.or((!is_whole).then_some(SHOWN))
    }

    fn names(&self) -> AlertNames {
        AlertNames {
            watches: self.watch.clone(),
            feeds: self.feed.clone(),
            tags: self.tag.clone(),
            receiver: self.receiver.clone(),
        }
    }
}

/// Shows each alert as it comes, without end.
async fn follow(
    printer: &mut Printer<'_>,
    store: &Store,
    mut filter: AlertFilter,
) -> Result<(), CliError> {
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        filter.after = printer.show(store, filter.clone()).await?;
    }
}

/// Where alerts go.
struct Printer<'a> {
    config: &'a Config,
    output: &'a Output,
    csv: Option<CsvTable<'a>>,
}

impl<'a> Printer<'a> {
    fn new(config: &'a Config, output: &'a Output) -> Result<Self, CliError> {
        let csv = output.is_csv().then(|| CsvTable::begin(&config.timezone));
        Ok(Self {
            config,
            output,
            csv: csv.transpose()?,
        })
    }

    /// Shows all of these, page by page, and gives the last of them.
    async fn show(
        &mut self,
        store: &Store,
        mut filter: AlertFilter,
    ) -> Result<Option<AlertId>, CliError> {
        loop {
            let page = store.alerts(filter.clone(), PAGE).await?;
            for (alert, made_at) in &page {
                self.print(alert, *made_at)?;
            }
            if let Some(csv) = &mut self.csv {
                csv.flush()?;
            }
            let Some((last, _)) = page.last() else {
                return Ok(filter.after);
            };
            filter.after = Some(id(last));
        }
    }

    fn print(&mut self, alert: &Alert, made_at: Timestamp) -> Result<(), CliError> {
        if let Some(csv) = &mut self.csv {
            return csv.row(alert, made_at);
        }
        let Output { color, columns, .. } = *self.output;
        self.output.print(alert, |alert| {
            let block = block(alert, self.config, color);
            let lines = block.split('\n').flat_map(|line| wrap(line, columns));
            lines.collect::<Vec<_>>().join("\n")
        })
    }
}

fn block(alert: &Alert, config: &Config, color: bool) -> String {
    let block = notify::terminal_block(&notice(alert.clone()), &config.timezone, color);
    let (block, id, item) = (block.trim_end(), &alert.id, &alert.item);
    // The block has only the date that the publisher gave.
    let read = item.published.is_none().then(|| {
        let at = when::at(item.seen, &config.timezone);
        format!(", read {at}")
    });
    let read = read.unwrap_or_default();
    let story = story(alert).map(|story| format!(", story {story}"));
    let story = story.unwrap_or_default();
    format!("{block}\nalert a{id}, item #{}{read}{story}\n", item.id)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{config::of_store, model::Event, notify::sample_notice};

    #[test]
    fn an_alert_of_an_item_without_a_date_says_when_the_item_was_read() {
        let mut config = of_store("fivebells.toml".as_ref(), "fivebells.db".into());
        config.timezone = TimeZone::UTC;
        let now = "2026-11-22T06:41:07Z".parse().expect("a time");
        let Event::Alert(mut alert) = sample_notice(now).event else {
            panic!("an alert");
        };
        let last = |alert: &Alert| {
            let block = block(alert, &config, false);
            block.lines().last().map(str::to_owned)
        };
        assert_eq!(
            last(&alert).as_deref(),
            Some("alert a1842, item #48121, story s48121, first")
        );
        alert.item.published = None;
        assert_eq!(
            last(&alert).as_deref(),
            Some("alert a1842, item #48121, read 2026-11-22 06:41:07 UTC, story s48121, first")
        );
    }
}
