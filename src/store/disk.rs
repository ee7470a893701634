//! The disk under the store: its room, a reserve of it, and whether our file is still on it.
//!
//! On a full disk SQLite loses nothing, but it cannot delete or record anything either: a sent
//! notice could not be marked as sent. So a file of 16 MiB lies beside the store, really written,
//! and is deleted when the disk is full. What that frees lasts for some ten thousand records of
//! deliveries.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{Store, StoreError, private};
use crate::model::StoreReason;

/// The size of the reserve.
pub const BALLAST_BYTES: usize = 16 << 20;

/// What its name adds to the store's.
pub(super) const BALLAST: &str = ".ballast";

/// Written at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Which files they are, whatever their names: the store's, its log and the log's index, each by
/// device and number; `None` where there is none, or nobody may look.
///
/// All three, for a log that has lost its name takes what is written into it along, and two programs
/// that use two indices overwrite each other's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Files([Option<(u64, u64)>; 3]);

impl Files {
    /// Those of an open store at this path.
    pub(super) fn of(store: &Path) -> Self {
        let id = |suffix| {
            let data = fs::metadata(beside(store, suffix)).ok()?;
            Some((data.dev(), data.ino()))
        };
        Self(["", "-wal", "-shm"].map(id))
    }
}

impl Store {
    /// The store's file.
    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// Whether the files that are open still stand under their names.
    pub fn is_in_place(&self) -> bool {
        Files::of(self.path()) == self.files
    }

    /// What the store answered first where its content cannot be read. No trial tells when that is
    /// over: one page may be damaged, and all others well.
    pub fn damage(&self) -> Option<&StoreError> {
        self.damage.get()
    }

    pub(super) fn note_damage(&self, error: &StoreError) {
        if error.disk_reason() == Some(StoreReason::Damaged) {
            let _ = self.damage.set(error.clone());
        }
    }

    /// The room on the disk that this program may use, in bytes; `None` where it cannot be asked.
    pub fn free_bytes(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(folder(self.path())).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Lays the reserve beside the store, where it does not lie there. Blocks for as long as the
    /// disk takes to write it.
    ///
    /// # Errors
    /// The disk's; nothing is left of the reserve then.
    pub async fn lay_ballast(&self) -> Result<(), StoreError> {
        let path = ballast(self.path());
        tokio::task::spawn_blocking(move || {
            lay(&path).map_err(|cause| StoreError::io("write", &path, cause))
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }

    /// Gives the reserve to the disk; says whether there was one.
    pub fn drop_ballast(&self) -> bool {
        drop_beside(self.path())
    }
}

/// Deletes the reserve of the store at this path; says whether there was one.
pub(super) fn drop_beside(store: &Path) -> bool {
    fs::remove_file(ballast(store)).is_ok()
}

fn ballast(store: &Path) -> PathBuf {
    beside(store, BALLAST)
}

/// A file beside the store's: its name with `suffix` added.
pub(super) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn folder(path: &Path) -> &Path {
    let parent = path.parent();
    parent
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn lay(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(data) if !data.is_file() => return Err(io::Error::other("it is no file")),
        Ok(data) if is_whole(&data) => {
            private::tighten(path);
            return Ok(());
        }
        Ok(_) => fs::remove_file(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    write(path).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// Whether it holds as much of the disk as it should: one that was copied may be full of holes.
fn is_whole(data: &fs::Metadata) -> bool {
    let bytes = BALLAST_BYTES as u64;
    data.len() == bytes && data.blocks() * 512 >= bytes
}

fn write(path: &Path) -> io::Result<()> {
    let mut file = private::create(path)?;
    // A file system that compresses would make nothing of anything regular.
    let mut random = fastrand::Rng::with_seed(BALLAST_BYTES as u64);
    let mut chunk = vec![0; CHUNK_BYTES];
    for _ in 0..BALLAST_BYTES / CHUNK_BYTES {
        random.fill(&mut chunk);
        file.write_all(&chunk)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests;
