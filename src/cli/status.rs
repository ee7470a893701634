//! `status`: whether the service runs and all is well.

use std::path::Path;

use clap::Args;

use super::{
    config,
    error::{Answer, CliError},
    output::{Output, remark},
    reload::service_of,
    stored,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::{Config, of_store},
    store::{Store, StoreError},
    view::status::{Asked, Files, Known, State, StatusView},
    web::{Control, ControlError},
};

/// Show whether the service runs and all is well; exit 3 if it does not run, 1 if it is stuck.
#[derive(Debug, Args)]
pub(super) struct Status {}

impl Status {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let (config, files) = look(path).await?;
        let config = &config;
        let now = SystemClock.now();
        let known = match stored::open(config).await {
            Ok(store) => {
                let asked = ask(&store).await;
                let known = Known::of(&store, asked, config.off.feeds.len(), now).await;
                store.close().await;
                known?
            }
            Err(error @ (CliError::NoStore(_) | CliError::Store(StoreError::Missing { .. }))) => {
                let message = format!("not running, and never was: {error}");
                return Err(CliError::NotRunning(message));
            }
            Err(error) => return Err(error),
        };
        let view = StatusView::of(&known, config, &files, now);
        output.print(&view, |view| {
            output.facts(&view.facts(&config.timezone, now))
        })?;
        match view.state {
            State::Running => Ok(true),
            State::Stuck => Ok(false),
            State::Stopped | State::Killed => {
                let message = "fivebells is not running: nothing is polled or delivered";
                Err(CliError::NotRunning(message.to_owned()))
            }
        }
    }
}

/// What the service itself says, where it runs.
async fn ask(store: &Store) -> Asked {
    if !Store::is_in_use(store.path()) {
        return Asked::default();
    }
    let (live, unanswered) = match Control::of(store.path()).status().await {
        Ok(live) => (Some(live), None),
        // It may run without the socket.
        Err(ControlError::Nobody(_)) => (None, None),
        Err(error) => (None, Some(error.to_string())),
    };
    Asked {
        is_in_use: true,
        live,
        unanswered,
    }
}

/// Reads the config. Where it does not say where the store is, the service that runs with it does.
async fn look(path: &Path) -> Result<(Config, Files), CliError> {
    let error = match config::look(path) {
        Ok(loaded) => {
            let report = &loaded.warnings;
            let files = Files {
                fingerprint: Some(report.sources.fingerprint()),
                has_errors: report.errors() > 0,
            };
            return Ok((loaded.config, files));
        }
        Err(error) => error,
    };
    let Some(store) = service_of(path).await else {
        return Err(error);
    };
    remark(&error.to_string());
    let files = Files {
        fingerprint: None,
        has_errors: true,
    };
    Ok((of_store(path, store), files))
}
