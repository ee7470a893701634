//! Whether another process has written.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{Sqlite, beside};
use crate::store::StoreError;

/// Looks for the commits of other processes: those of commands beside the daemon.
///
/// The log's time of change is looked at first: one system call and no other thread, so that a
/// daemon with nothing to do can look several times a second at no cost. Only where it is another
/// one is the writer asked whether these were commits of others or its own.
#[derive(Debug)]
pub(in crate::store) struct Others {
    engine: Sqlite,
    log: PathBuf,
    stamp: Option<(SystemTime, u64)>,
    /// The clock of files is coarse, and a commit counts a moment after its bytes are there: after
    /// each change there is one look more.
    look_again: bool,
    version: Option<i64>,
}

impl Others {
    /// Looks at this file, which is the one that was opened.
    pub(in crate::store) fn of(engine: Sqlite, path: &Path) -> Self {
        Self {
            engine,
            log: beside(path, "-wal"),
            stamp: None,
            look_again: true,
            version: None,
        }
    }

    /// Whether they have written since this was last asked; the first time, no.
    pub(in crate::store) async fn have_written(&mut self) -> Result<bool, StoreError> {
        let data = std::fs::metadata(&self.log).ok();
        let stamp = data.and_then(|data| Some((data.modified().ok()?, data.len())));
        let is_touched = stamp != self.stamp;
        if !is_touched && !self.look_again {
            return Ok(false);
        }
        let version = self.engine.changes_by_others().await?;
        (self.stamp, self.look_again) = (stamp, is_touched);
        let before = self.version.replace(version);
        Ok(before.is_some_and(|before| before != version))
    }
}
