//! `poll`: feeds are polled now, whether the service runs or not.
//!
//! The request is written to the store. The service hears of it at its control socket, or without one
//! sees it within a fifth of a second, and does the rest. If the service does not run, the command polls
//! these feeds itself. Either way the answer is read from the store.

use std::{path::Path, sync::Arc, time::Duration};

use clap::Args;
use jiff::Timestamp;

use super::{
    config,
    error::{Answer, CliError},
    output::{Output, remark},
    stored,
};
use crate::{
    app::{App, AppError},
    clock::{Clock, SystemClock},
    config::Config,
    scheduler::{Waiting, until_polled},
    store::{Store, StoreError},
    view::{
        names,
        polled::{PollOutcome, PollView},
        when,
        words::one_line,
    },
    web::{Control, ControlError},
};

/// A host that asks to wait longer than this is not waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is asked whether a service that cannot be asked is still there.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Poll feeds now, unless their hosts ask to wait.
#[derive(Debug, Args)]
pub(super) struct Poll {
    /// The feeds; all if none is named.
    #[arg(value_name = "FEED")]
    feeds: Vec<String>,
}

impl Poll {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        // The service has the secrets; where it runs, this command needs none.
        let config = config::look(path)?.config;
        self.check_names(&config)?;
        let patience = PATIENCE.max(config.poll.per_host);
        let app = if Store::is_in_use(&config.store.path) {
            let path = config.store.path.clone();
            Err(AppError::Store(StoreError::Locked { path }))
        } else {
            stored::refuse_second_store(&config)?;
            App::open(config::load(path)?, Arc::new(SystemClock)).await
        };
        let reports = match app {
            Ok(app) => {
                let asked = self.ask(app.store()).await?;
                app.poll_asked(patience).await?;
                app.deliver_due().await?;
                let reports = app.store().poll_reports(asked).await?;
                app.close().await;
                reports
            }
            Err(AppError::Store(StoreError::Locked { .. })) => {
                mention_silence(&config.store.path).await;
                let store = Store::open_beside(&config.store).await?;
                let asked = self.ask(&store).await?;
                self.wait(&store, &asked, patience, config.http.total_timeout)
                    .await?;
                let reports = store.poll_reports(asked).await?;
                store.close().await;
                reports
            }
            Err(error) => return Err(error.into()),
        };
        let now = SystemClock.now();
        let mut all_good = true;
        for report in reports {
            let line = PollView::of(report, now);
            all_good &= line.is_good();
            output.print(&line, |line| in_words(line, now, &config))?;
        }
        Ok(all_good)
    }

    fn check_names(&self, config: &Config) -> Result<(), CliError> {
        let known = || config.all_feeds().map(|feed| feed.name.as_str());
        if let Some(off) = self.feeds.iter().find(|name| config.off.has_feed(name)) {
            let help = "take out its `enabled = false` and reload";
            return Err(CliError::Failed(format!(
                "feed {off:?} is off; help: {help}"
            )));
        }
        let mut named = self.feeds.iter();
        Ok(named.try_for_each(|name| names::check("feed", Some(name), known()))?)
    }

    /// Asks for the polls; the names of those that will be.
    async fn ask(&self, store: &Store) -> Result<Vec<String>, CliError> {
        let asked = store.ask(self.feeds.clone(), SystemClock.now()).await?;
        for name in self.feeds.iter().filter(|name| !asked.contains(name)) {
            remark(&format!(
                "the service does not know {name:?} yet: reload it"
            ));
        }
        if asked.is_empty() {
            return Err(CliError::Failed("there is no feed to poll".to_owned()));
        }
        Ok(asked)
    }

    /// Waits until the service has polled these feeds, as far as they need not wait for longer than
    /// `patience`, or has ended.
    async fn wait(
        &self,
        store: &Store,
        asked: &[String],
        patience: Duration,
        request: Duration,
    ) -> Result<(), CliError> {
        let mut waiting = Waiting {
            feeds: &self.feeds,
            patience,
            request,
        };
        match Control::of(store.path()).polled(waiting).await {
            Ok(()) => return Ok(()),
            Err(error @ ControlError::Silent { .. }) => {
                remark(&format!("{error}: the feeds are polled when it goes on"));
                return Ok(());
            }
            // It sees by itself what the store asks of it.
            Err(_) => {}
        }
        waiting.feeds = asked;
        let ended = async {
            while Store::is_in_use(store.path()) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::select! {
            polled = until_polled(store, &SystemClock, waiting, None) => polled?,
            () = ended => {}
        }
        Ok(())
    }
}

/// Says that the service does not answer, before it is waited for: it may hang.
async fn mention_silence(store: &Path) {
    if let Err(ControlError::Silent { limit, .. }) = Control::of(store).status().await {
        let limit = limit.as_secs();
        remark(&format!(
            "the service has not answered for {limit} s, waiting for it; see `fivebells status`"
        ));
    }
}

/// What it came to, on one line.
fn in_words(polled: &PollView, now: Timestamp, config: &Config) -> String {
    let count = |number: u32, one: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    };
    let (items, alerts) = (
        count(polled.new_items, "new item"),
        count(polled.alerts, "alert"),
    );
    let what = match polled.outcome {
        PollOutcome::First => format!("first poll, {}, {alerts}", count(polled.new_items, "item")),
        PollOutcome::Read => format!("{items}, {alerts}"),
        PollOutcome::Unchanged => "unchanged".to_owned(),
        PollOutcome::Failed => {
            let error = one_line(polled.error.as_deref().unwrap_or("unknown"), 200);
            let next = polled.next_due.map(|next| when::relative(next, now));
            let next = next.map_or_else(String::new, |next| format!("; next poll {next}"));
            format!("failed: {error}{next}")
        }
        PollOutcome::Refused => {
            let until = polled.until.unwrap_or(now);
            let (at, relative) = (
                when::at(until, &config.timezone),
                when::relative(until, now),
            );
            format!("not before {at}, {relative}: its host asks to wait; it is polled then")
        }
        PollOutcome::Waiting => "not polled yet".to_owned(),
    };
    format!("{}: {what}", polled.feed)
}
