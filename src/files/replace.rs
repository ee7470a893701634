//! A file replaced whole, or not at all.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::{Path, PathBuf},
};

use super::{Denied, read_regular};

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// It holds something else than it did when it was read.
    #[error("{} was changed meanwhile; nothing was written", .0.display())]
    Changed(PathBuf),
    /// It is there already.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The new file could not be given the owner and the mode of the old one.
    #[error("cannot keep the owner of {}: {cause}; nothing was written", path.display())]
    Owner {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// It could not be read, or nothing could be written beside it.
    #[error("cannot write {}: {}", path.display(), why(path, cause))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
}

impl ReplaceError {
    /// Whether this user may not write there.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if is_denied(cause))
    }
}

fn is_denied(cause: &io::Error) -> bool {
    cause.kind() == io::ErrorKind::PermissionDenied
}

fn why(path: &Path, cause: &io::Error) -> String {
    let is_denied = is_denied(cause);
    let help = if is_denied {
        Denied::help(path)
    } else {
        String::new()
    };
    format!("{cause}{help}")
}

/// Replaces what stands in a regular file, if it still is `before`.
///
/// What it is a link to is replaced; mode and owner stay. Whoever reads it meanwhile, and after a
/// crash, finds the old text or the new one. Another name of the same file (a hard link) and access
/// lists are not kept.
///
/// # Errors
/// Each leaves the file as it was.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), ReplaceError> {
    let failed = |cause| ReplaceError::Io {
        path: path.to_owned(),
        cause,
    };
    let target = fs::canonicalize(path).map_err(failed)?;
    let metadata = fs::metadata(&target).map_err(failed)?;
    let beside = beside(&target);
    let replaced = write_like(&beside, path, &metadata, after).and_then(|()| {
        let now = read_regular(&target, before.len() as u64);
        if now.is_ok_and(|now| now == before) {
            return fs::rename(&beside, &target).map_err(failed);
        }
        Err(ReplaceError::Changed(path.to_owned()))
    });
    if replaced.is_err() {
        // It is of no use to anybody, and no harm where it stays.
        let _ = fs::remove_file(&beside);
    }
    replaced?;
    sync_folder(&target).map_err(failed)
}

/// Writes a file that is not there yet, readable and writable as `mode` says.
///
/// # Errors
/// [`Exists`](ReplaceError::Exists), or what the system says; there is no file then.
pub fn create(path: &Path, text: &[u8], mode: u32) -> Result<(), ReplaceError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AlreadyExists => ReplaceError::Exists(path.to_owned()),
        _ => ReplaceError::Io {
            path: path.to_owned(),
            cause,
        },
    };
    let mut file = open_new(path).map_err(failed)?;
    let written = file
        .write_all(text)
        .and_then(|()| file.set_permissions(fs::Permissions::from_mode(mode)))
        .and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written.map_err(failed)?;
    sync_folder(path).map_err(failed)
}

/// Only we may read it until it has its mode.
fn open_new(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Writes a new file, which is to take the place of `target`, with the owner and the mode of that one.
fn write_like(
    path: &Path,
    target: &Path,
    like: &Metadata,
    text: &[u8],
) -> Result<(), ReplaceError> {
    let failed = |cause| ReplaceError::Io {
        path: path.to_owned(),
        cause,
    };
    let mut file = open_new(path).map_err(failed)?;
    let owned = own_like(&file, like);
    owned.map_err(|cause| ReplaceError::Owner {
        path: target.to_owned(),
        cause,
    })?;
    file.write_all(text).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// The mode last: a new owner takes some of it away.
fn own_like(file: &File, like: &Metadata) -> io::Result<()> {
    let own = file.metadata()?;
    let (uid, gid) = (like.uid(), like.gid());
    if (own.uid(), own.gid()) != (uid, gid) {
        fchown(file, Some(uid), Some(gid))?;
    }
    file.set_permissions(like.permissions())
}

/// A name in the same folder, so that it can be renamed.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
