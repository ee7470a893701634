//! One daemon per file.

use std::{
    fs::{File, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use rustix::fs::OFlags;

use super::beside;
use crate::store::{StoreError, private};

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
        let file = open(&beside).map_err(|cause| StoreError::io("open", &beside, cause))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: path.into() }),
            Err(TryLockError::Error(cause)) => Err(StoreError::io("lock", &beside, cause)),
        }
    }
}

/// Opens the file, or makes it; never through a link.
fn open(path: &Path) -> io::Result<File> {
    match private::create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
            let flags = i32::try_from(flags).map_err(io::Error::other)?;
            File::options().write(true).custom_flags(flags).open(path)
        }
        made => made,
    }
}
