//! One daemon per file.

use std::{
    fs::{File, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::Duration,
};

use rustix::fs::OFlags;

use super::beside;
use crate::store::{StoreError, private};

/// Somebody who asks whether it is held takes a part in it for an instant. That is no daemon, so it
/// is tried as often as this, so long apart.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(20);

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
        for _ in 0..LOOKS {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
                Err(TryLockError::Error(cause)) => {
                    return Err(StoreError::io("lock", &beside, cause));
                }
            }
        }
        Err(StoreError::Locked { path: path.into() })
    }

    /// Whether someone holds it now.
    pub(super) fn is_held(path: &Path) -> bool {
        let Ok(file) = File::open(beside(path, ".lock")) else {
            return false;
        };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

/// Opens the file, or makes it; never through a link.
fn open(path: &Path) -> io::Result<File> {
    match private::create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
            let flags = i32::try_from(flags).map_err(io::Error::other)?;
            let file = File::options().write(true).custom_flags(flags).open(path)?;
            private::tighten(path);
            Ok(file)
        }
        made => made,
    }
}
