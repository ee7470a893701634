//! What can go wrong between us and the store.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::ErrorCode;
use rustix::{
    fs::{Access, access},
    io::Errno,
};

use crate::{files::Denied, model::StoreReason};

/// The store did not do what it was asked; nothing of the call was written.
///
/// `Clone`, because every call of one group commit gets the same answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another daemon holds the store.
    #[error(
        "another fivebells runs on {}; help: stop it, or give this one its own [store]",
        path.display()
    )]
    Locked {
        /// The store's file.
        path: PathBuf,
    },
    /// A later version of this program wrote it.
    #[error(
        "{} has schema {found}, this fivebells knows {known}; help: run the newer fivebells that wrote it",
        path.display()
    )]
    Newer {
        /// The store's file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// It waits for a migration, which only the daemon does.
    #[error(
        "{} has schema {found}, this fivebells needs {known}; help: start the service once, it migrates",
        path.display()
    )]
    Older {
        /// The store's file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema this program needs.
        known: i64,
    },
    /// The file belongs to another program, or is no database, or not any more.
    #[error(
        "{} is not a fivebells store, or its beginning is damaged; help: point [store] at another file, or put a backup in its place",
        path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The file has other tables than a store has, or more.
    #[error(
        "{} has been changed: {what} is not as fivebells made it; help: put a backup in its place",
        path.display()
    )]
    Altered {
        /// The file.
        path: PathBuf,
        /// The first thing that differs.
        what: String,
    },
    /// A backup was to be written over something else.
    #[error("{} is not an earlier backup; help: give this one a name of its own", path.display())]
    NoBackup {
        /// The file.
        path: PathBuf,
    },
    /// A backup was to be written over a file of the store itself.
    #[error("{} belongs to the store; help: give the backup a name of its own", path.display())]
    OwnFile {
        /// The file.
        path: PathBuf,
    },
    /// There is no store yet.
    #[error("there is no store at {}; help: start the service once, it makes one", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// No space left to write.
    #[error("the disk of the store is full; help: make room")]
    Full,
    /// Another process writes, and does not come to an end.
    #[error(
        "another process writes to the store and keeps everybody else waiting; help: look who has it open (`fuser FILE`): a backup is better made with `fivebells backup`"
    )]
    Busy,
    /// Nothing may be written.
    #[error(
        "the store can only be read; help: its disk is mounted read-only, or its files are another user's"
    )]
    ReadOnly,
    /// Its file is no longer the one that was opened.
    #[error(
        "{} (or its -wal or -shm) was deleted, moved or replaced under the running service; help: what it held is beside it, under a name that ends in .rescued-1 or higher",
        path.display()
    )]
    Gone {
        /// The store's file.
        path: PathBuf,
    },
    /// What stands in its file cannot be read.
    #[error(
        "the store's file is damaged: {0}; help: stop the service, then put a backup in its place, or what `sqlite3 FILE .recover` saves"
    )]
    Damaged(Arc<rusqlite::Error>),
    /// It could not be opened.
    #[error("cannot open {}: {cause}", path.display())]
    Unopened {
        /// The store's file.
        path: PathBuf,
        /// Why; an error that names no file.
        cause: Arc<StoreError>,
    },
    /// A file or thread of the store could not be had.
    #[error("cannot {action} {}: {cause}{help}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system answered.
        cause: Arc<io::Error>,
        /// Whose it is and what to do, where this user may not have it; else empty.
        help: String,
    },
    /// The database engine refused.
    #[error("the store failed: {0}")]
    Sqlite(Arc<rusqlite::Error>),
    /// A stored value is not what this program writes.
    #[error("the store holds {what} that cannot be read: {detail}")]
    Unreadable {
        /// The kind of value.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The store was closed before the call, or while it waited.
    #[error("the store is closed")]
    Closed,
    /// The code of the call panicked and was rolled back.
    #[error("a call to the store panicked: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
}

impl StoreError {
    /// Whether space must be made before anything can be written.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Full => true,
            Self::Io { cause, .. } => matches!(
                cause.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            ),
            _ => false,
        }
    }

    /// What is wrong with the disk; `None` where it is not the disk that refused.
    ///
    /// SQLite says "full" only where the disk does: a quota that is used up, or a limit on the
    /// size of files (`EDQUOT`, `EFBIG`), is an I/O error to it.
    pub fn disk_reason(&self) -> Option<StoreReason> {
        match self {
            _ if self.is_full() => Some(StoreReason::Full),
            Self::ReadOnly => Some(StoreReason::ReadOnly),
            Self::Damaged(_) => Some(StoreReason::Damaged),
            Self::Io { .. } => Some(StoreReason::Io),
            Self::Sqlite(error) => (error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure))
                .then_some(StoreReason::Io),
            _ => None,
        }
    }

    /// The same with the file that could not be opened, where it does not name it.
    pub(super) fn of_opening(self, path: &Path) -> Self {
        match self {
            // A file of somebody else, not a disk that takes nothing.
            Self::ReadOnly if access(path, Access::WRITE_OK) == Err(Errno::ACCESS) => {
                Self::io("write", path, io::ErrorKind::PermissionDenied.into())
            }
            Self::Full | Self::Busy | Self::ReadOnly | Self::Damaged(_) | Self::Sqlite(_) => {
                Self::Unopened {
                    path: path.into(),
                    cause: Arc::new(self),
                }
            }
            named => named,
        }
    }

    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>, cause: io::Error) -> Self {
        let path = path.into();
        let is_denied = cause.kind() == io::ErrorKind::PermissionDenied;
        let help = if is_denied {
            Denied::help(&path)
        } else {
            String::new()
        };
        Self::Io {
            action,
            path,
            cause: Arc::new(cause),
            help,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy) => Self::Busy,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(Arc::new(error))
            }
            _ => Self::Sqlite(Arc::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_disk_that_refuses_has_a_reason_and_a_mistake_has_none() {
        let sqlite = |code| {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            StoreError::from(error).disk_reason()
        };
        assert_eq!(sqlite(ffi::SQLITE_FULL), Some(StoreReason::Full));
        assert_eq!(sqlite(ffi::SQLITE_IOERR_WRITE), Some(StoreReason::Io));
        assert_eq!(sqlite(ffi::SQLITE_READONLY), Some(StoreReason::ReadOnly));
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB] {
            assert_eq!(sqlite(code), Some(StoreReason::Damaged));
        }
        assert_eq!(sqlite(ffi::SQLITE_CONSTRAINT), None);
        assert_eq!(sqlite(ffi::SQLITE_BUSY), None);
        let quota = StoreError::io("write", "x", io::ErrorKind::QuotaExceeded.into());
        assert_eq!(quota.disk_reason(), Some(StoreReason::Full));
        assert_eq!(StoreError::Closed.disk_reason(), None);
    }
}
