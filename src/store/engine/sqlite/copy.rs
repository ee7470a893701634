//! The store in another file: as a backup, before a migration, or what a lost file held.
//!
//! **In:** an open file, in use or not, and a name. **Out:** one moment of it under that name, whole
//! and on the disk, or an error and what stood there before.
//!
//! A copy that is put to use one day is behind the file it was made of: that one has given out more
//! ids meanwhile, and receivers, who drop what comes twice, remember them. So a copy counts on from
//! numbers that the file will not reach.

use std::{fs, io, path::Path};

use super::{
    super::{Tx, values},
    beside,
    connection::{Access, Connection},
    migrate, present,
};
use crate::store::{StoreError, private};

/// How far the ids of a copy are ahead: more than a store gives out between a copy and its use, and
/// room for a trillion copies of copies.
const AHEAD: i64 = 1_000_000;

/// Copies the file at `path`, beside a daemon or without one. What stands at `to` is replaced if it
/// is a copy itself.
pub(super) fn back_up(path: &Path, to: &Path) -> Result<(), StoreError> {
    present(path)?;
    let mut connection = Connection::open(path, Access::Read)?;
    migrate::found(&connection, path)?;
    if let Err(cause) = fs::File::open(to)
        && cause.kind() == io::ErrorKind::PermissionDenied
    {
        return Err(StoreError::io("replace", to, cause));
    }
    if to.exists() && !is_copy(path, to) {
        return Err(StoreError::NoBackup { path: to.into() });
    }
    copy(&mut connection, to)
}

/// Whether what stands there may be replaced: neither this store, nor another that someone has open,
/// which shows in the log beside it, nor anything else.
fn is_copy(path: &Path, to: &Path) -> bool {
    if private::is_special(to) {
        return false;
    }
    let is_itself = fs::canonicalize(path).ok() == fs::canonicalize(to).ok();
    let is_ours = |connection: Connection| migrate::found(&connection, to).is_ok();
    !is_itself
        && !beside(to, "-wal").exists()
        && Connection::open(to, Access::Read).is_ok_and(is_ours)
}

/// Copies the open file. The copy is written under another name first.
pub(super) fn copy(connection: &mut Connection, to: &Path) -> Result<(), StoreError> {
    let half = beside(to, ".part");
    if half.symlink_metadata().is_ok() {
        fs::remove_file(&half).map_err(|cause| StoreError::io("remove", &half, cause))?;
    }
    private::create(&half).map_err(|cause| StoreError::io("create", &half, cause))?;
    write(connection, &half).inspect_err(|_| drop(fs::remove_file(&half)))?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    let sync = |path: &Path| fs::File::open(path).and_then(|file| file.sync_all());
    sync(&half)
        .and_then(|()| fs::rename(&half, to))
        .and_then(|()| sync(directory))
        .map_err(|cause| StoreError::io("write", to, cause))
}

/// Writes the copy, and sets its ids ahead.
fn write(connection: &mut Connection, to: &Path) -> Result<(), StoreError> {
    let name = to.to_string_lossy().into_owned();
    connection.exec("VACUUM INTO ?1", values![name])?;
    let mut copy = Connection::open(to, Access::Write)?;
    copy.begin()?;
    copy.exec("UPDATE sqlite_sequence SET seq = seq + ?1", values![AHEAD])?;
    copy.exec(
        "INSERT INTO sqlite_sequence (name, seq)
         SELECT name, ?1 FROM sqlite_schema
          WHERE sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)",
        values![AHEAD],
    )?;
    copy.commit()
}

#[cfg(test)]
mod tests;
