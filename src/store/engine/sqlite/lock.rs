//! One daemon per file.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::beside;
use crate::store::StoreError;

/// Held until it is dropped, or the process ends however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Locks `<path>.lock`. The file itself stays: removing it would let two daemons hold locks on
    /// two files of one name.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let beside = beside(path, ".lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&beside)
            .map_err(|cause| StoreError::io("open", &beside, cause))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: path.into() }),
            Err(TryLockError::Error(cause)) => Err(StoreError::io("lock", &beside, cause)),
        }
    }
}
