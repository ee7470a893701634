//! `reload`: the running service reads its config again, and says what that came to.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    config,
    error::{Answer, CliError},
    output::{Output, remark},
};
use crate::{
    config::{Environment, usual_places},
    store::Store,
    web::{Control, ControlError, Reloaded},
};

/// Make the service read its config again; exit 78 if it refuses the config, 3 if it does not run.
#[derive(Debug, Args)]
pub(super) struct Reload {}

impl Reload {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let store = match config::look_for_store(path) {
            Ok(store) => store,
            Err(error) => service_of(path).await.ok_or_else(|| {
                remark("the service is not asked: the config does not say where its store is");
                error
            })?,
        };
        let service = Control::of(&store);
        if let Ok(live) = service.status().await {
            is_of(&live.service.config, path)?;
        }
        match service.reload().await {
            Ok(Reloaded::Done(counts)) => {
                output.print(&counts, |counts| format!("reloaded: {counts}"))?;
                Ok(true)
            }
            Ok(Reloaded::Refused(report)) => {
                remark("not reloaded, the old config stays in force:");
                Err(CliError::Config(report))
            }
            Err(ControlError::Nobody(_)) if !Store::is_in_use(&store) => {
                let message = "fivebells is not running: it reads the config when it starts";
                Err(CliError::NotRunning(message.to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A service reads its own file again, whichever file it is asked with: a copy beside it would seem to be
/// in force.
fn is_of(of_service: &Path, named: &Path) -> Result<(), CliError> {
    let is_same = |[one, other]: [io::Result<PathBuf>; 2]| matches!((one, other), (Ok(one), Ok(other)) if one == other);
    let both = [of_service, named];
    if is_same(both.map(std::path::absolute)) || is_same(both.map(std::fs::canonicalize)) {
        return Ok(());
    }
    let (of_service, named) = (of_service.display(), named.display());
    Err(CliError::Failed(format!(
        "not reloaded: the service runs with {of_service}, not with {named}; \
         help: change that file, or restart the service with this one"
    )))
}

/// The store of the service that has this config, where the config itself does not say it any more: one
/// of another config is not asked.
pub(super) async fn service_of(config: &Path) -> Option<PathBuf> {
    let config = std::path::absolute(config).ok()?;
    for store in usual_places(&config, &Environment::of_process()) {
        let live = Control::of(&store).status().await;
        if live.is_ok_and(|live| live.service.config == config) {
            return Some(store);
        }
    }
    None
}
