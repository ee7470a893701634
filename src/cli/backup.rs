//! `backup`: the store in another file.

use std::path::{Path, PathBuf};

use clap::Args;
use rustix::fs::{Access, access};
use serde::Serialize;

use super::{
    config,
    error::{Answer, CliError},
    output::Output,
    stored,
};
use crate::{
    files::Denied,
    store::{Store, StoreError},
};

/// Copy the store to a file, whether the service runs or not.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; an earlier backup of that name is replaced.
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
        let config = config::look(config)?.config;
        self.check_place()?;
        let copied = Store::back_up(&config.store, &self.file).await;
        copied.map_err(|error| match error {
            // Nothing is wrong with the store.
            StoreError::NoBackup { .. } | StoreError::OwnFile { .. } => {
                CliError::Failed(error.to_string())
            }
            error => stored::missing(error, &config),
        })?;
        let file = &self.file;
        let cannot = |cause| CliError::Failed(format!("cannot read {}: {cause}", file.display()));
        let bytes = std::fs::metadata(file).map_err(cannot)?.len();
        output.print(&Written { file, bytes }, |written| {
            format!("{}: {} bytes", written.file.display(), written.bytes)
        })?;
        Ok(true)
    }

    /// A place that cannot hold the copy is no fault of the store.
    fn check_place(&self) -> Result<(), CliError> {
        let file = &self.file;
        if file.as_os_str() == "-" {
            let message = "a copy goes into a file, not to standard output; help: name the file";
            return Err(CliError::Usage(message.to_owned()));
        }
        let parent = file.parent();
        let folder = parent.filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let shown = folder.display();
        let fault = if file.is_dir() {
            format!("{} is a folder; help: name a file in it", file.display())
        } else if !folder.exists() {
            format!("there is no folder {shown}; help: make it first")
        } else if !folder.is_dir() {
            format!("{shown} is not a folder")
        } else if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
            format!(
                "nothing may be written into the folder {shown}{}",
                Denied::help(folder)
            )
        } else {
            return Ok(());
        };
        Err(CliError::Failed(fault))
    }
}
