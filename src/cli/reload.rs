//! `reload`: the running service reads its config again, and says what that came to.

use std::path::Path;

use clap::Args;

use super::{
    Answer, CliError, config,
    output::{Output, remark},
};
use crate::{
    store::Store,
    web::{Control, ControlError, Reloaded},
};

/// Let the running service read its config again; exit 78 if it is refused, 3 if no service runs.
#[derive(Debug, Args)]
pub(super) struct Reload {}

impl Reload {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let store = config::look_for_store(path).inspect_err(|_| {
            remark("the service is not asked: where it has its store is not to be read");
        })?;
        match Control::of(&store).reload().await {
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
