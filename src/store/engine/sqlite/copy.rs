//! The store in another file: as a backup, before a migration, or what a lost file held.
//!
//! **In:** an open file, in use or not, and a name. **Out:** one moment of it under that name, whole
//! and on the disk, or an error and what stood there before.
//!
//! A copy that is put to use one day is behind the file it was made of: that one has given out more
//! ids meanwhile, and receivers, who drop what comes twice, remember them. So a copy counts on from
//! numbers that the file will not reach.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    super::{Tx, values},
    beside,
    connection::{Access, Connection},
    migrate, present,
};
use crate::store::{StoreError, disk::BALLAST, private};

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
    if is_of_store(path, to) {
        return Err(StoreError::OwnFile { path: to.into() });
    }
    if to.exists() && !is_copy(to) {
        return Err(StoreError::NoBackup { path: to.into() });
    }
    copy(&mut connection, to)
}

/// Whether this is the name of a file that the store makes, may make, or keeps for its operator. Also
/// where none is there now: SQLite reads a `-wal` that it finds as its own.
fn is_of_store(path: &Path, to: &Path) -> bool {
    let (Some(path), Some(to)) = (resolved(path), resolved(to)) else {
        return false;
    };
    if path.parent() != to.parent() {
        return false;
    }
    let [path, to] = [&path, &to].map(|it| it.file_name().unwrap_or_default().to_string_lossy());
    let stem = path.strip_suffix(".db").unwrap_or(&path);
    let is_numbered = |rest: &str| {
        let copies = [".rescued-", ".schema-"].iter();
        let mut numbers = copies.filter_map(|copy| rest.strip_prefix(copy));
        numbers.any(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    to.strip_prefix(stem) == Some(".sock")
        || to.strip_prefix(&*path).is_some_and(|rest| {
            let ours = ["", "-wal", "-shm", "-journal", ".lock", BALLAST];
            ours.contains(&rest) || is_numbered(rest)
        })
}

/// The file with its folder, links resolved. Its own name may be one of a file that is not there.
fn resolved(path: &Path) -> Option<PathBuf> {
    if let Ok(file) = fs::canonicalize(path) {
        return Some(file);
    }
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
    Some(folder.join(path.file_name()?))
}

/// Whether what is there may be replaced: no other store, which shows in its lock, or in its log while
/// someone has it open, and no file that is empty or not ours.
fn is_copy(to: &Path) -> bool {
    if private::is_special(to) {
        return false;
    }
    let is_ours = |connection: Connection| {
        let version = migrate::found(&connection, to);
        version.is_ok_and(|version| version > 0)
    };
    let is_store = ["-wal", ".lock"].iter().any(|of| beside(to, of).exists());
    !is_store && Connection::open(to, Access::Read).is_ok_and(is_ours)
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
