//! `backup`: the store in another file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::{Answer, CliError, output::Output};
use crate::store::Store;

/// Copy the store to a file, with the service up or down.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Where to; an earlier backup of that name is replaced.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Written<'a> {
    file: &'a Path,
    bytes: u64,
}

impl Backup {
    pub(super) async fn run(&self, config: &Path, output: &Output) -> Answer {
        let config = super::config::load(config)?.config;
        Store::back_up(&config.store, &self.file).await?;
        let file = &self.file;
        let cannot = |cause| CliError::Failed(format!("cannot read {}: {cause}", file.display()));
        let bytes = std::fs::metadata(file).map_err(cannot)?.len();
        output.print(&Written { file, bytes }, |written| {
            format!("{}: {} bytes", written.file.display(), written.bytes)
        })?;
        Ok(true)
    }
}
