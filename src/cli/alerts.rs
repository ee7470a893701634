//! `alerts`: what was found, and what is found now.

use std::{path::Path, time::Duration};

use clap::Args;

use super::{Answer, CliError, config, names, output::Output, stored};
use crate::{
    config::Config,
    model::{Alert, AlertId, DeliveryKey, Event, Notice},
    notify,
    store::{AlertFilter, Order, Store},
};

/// How often `--follow` looks.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// How many alerts one look of `--follow` takes.
const FOLLOW_BATCH: u32 = 1000;

/// Show the alerts, the oldest first.
#[derive(Debug, Args)]
pub(super) struct Alerts {
    /// Stay, and show each alert as it comes.
    #[arg(short, long)]
    follow: bool,

    /// Only the newest so many.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: u32,

    /// Only of this watch.
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,

    /// Only of this feed.
    #[arg(long, value_name = "NAME")]
    feed: Option<String>,

    /// Only those that a mute holds from a receiver.
    #[arg(long)]
    muted: bool,
}

impl Alerts {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let store = stored::open(&config).await?;
        let watches = names::watches(&config, &store).await?;
        let watches = watches.iter().map(String::as_str);
        names::check("watch", self.watch.as_deref(), watches)?;
        let feeds = names::feeds(&config, &store).await?;
        let feeds = feeds.iter().map(String::as_str);
        names::check("feed", self.feed.as_deref(), feeds)?;
        // Asked for first, so that an alert that comes in between is shown once.
        let last = store.latest_alert_id().await?;
        let mut alerts = store
            .alerts(self.filter(None, Order::NewestFirst, self.limit))
            .await?;
        alerts.reverse();
        alerts.retain(|alert| last.is_some_and(|last| id(alert) <= last));
        show(&alerts, &config, output)?;
        if self.follow {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                followed = self.follow(&store, last, &config, output) => followed?,
            }
        }
        store.close().await;
        Ok(true)
    }

    /// Shows each alert as it comes, without end.
    async fn follow(
        &self,
        store: &Store,
        mut last: Option<AlertId>,
        config: &Config,
        output: &Output,
    ) -> Result<(), CliError> {
        loop {
            tokio::time::sleep(FOLLOW_EVERY).await;
            let after = last.unwrap_or(AlertId(0));
            let filter = self.filter(Some(after), Order::OldestFirst, FOLLOW_BATCH);
            let alerts = store.alerts(filter).await?;
            last = alerts.last().map(id).or(last);
            show(&alerts, config, output)?;
        }
    }

    fn filter(&self, after: Option<AlertId>, order: Order, limit: u32) -> AlertFilter {
        AlertFilter {
            after,
            watch: self.watch.clone(),
            feed: self.feed.clone(),
            muted: self.muted,
            order,
            limit,
        }
    }
}

fn show(alerts: &[Alert], config: &Config, output: &Output) -> Result<(), CliError> {
    for alert in alerts {
        output.print(alert, |alert| block(alert, config, output.color))?;
    }
    Ok(())
}

fn block(alert: &Alert, config: &Config, color: bool) -> String {
    let block = notify::terminal_block(&notice(alert.clone()), &config.timezone, color);
    let (block, alert, item) = (block.trim_end(), &alert.id, &alert.item.id);
    format!("{block}\nalert a{alert}, item #{item}\n")
}

/// A stored alert as a receiver would be told of it.
pub(super) fn notice(alert: Alert) -> Notice {
    Notice {
        key: DeliveryKey(format!("preview-{}", alert.id)),
        timestamp: alert.item.seen,
        event: Event::Alert(Box::new(alert)),
        accepted: Vec::new(),
    }
}

fn id(alert: &Alert) -> AlertId {
    AlertId(alert.id.parse().expect("the store's own number"))
}
