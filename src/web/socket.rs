//! The control socket: where it is, and how it is opened and reached.

use std::{
    fs, io,
    os::{
        fd::{AsRawFd as _, OwnedFd},
        unix::ffi::OsStrExt as _,
    },
    path::{Path, PathBuf},
};

use rustix::fs::{Mode, OFlags};
use tokio::net::UnixStream;

use super::{Access, Listener};
use crate::config::ControlOptions;

/// The longest path of a socket that the kernel takes (unix(7): 108 with the zero at its end).
const LONGEST_PATH: usize = 107;

/// The control socket of the daemon that has this store: `fivebells.sock` for `fivebells.db`.
pub(super) fn beside(store: &Path) -> PathBuf {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    if let Some(stem) = store.file_stem()
        && store.extension().is_some_and(|extension| extension == "db")
    {
        stem.clone_into(&mut name);
    }
    name.push(".sock");
    store.with_file_name(name)
}

/// Opens the control socket. The caller has the store's lock, so no daemon of this store is at it.
pub(super) async fn open(path: &Path, options: &ControlOptions) -> io::Result<Listener> {
    let access = Access {
        mode: options.mode,
        group: options.group.as_deref().map(group).transpose()?,
    };
    let reachable = Reachable::at(path)?;
    // One that has no room for a connection is one too.
    let is_answered = match UnixStream::connect(&reachable.path).await {
        Ok(_) => true,
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    };
    if is_answered {
        // A store of nearly the same name: its commands would be ours.
        let message = "another daemon answers there";
        return Err(io::Error::new(io::ErrorKind::AddrInUse, message));
    }
    Listener::unix(&reachable.path, path, access)
}

/// The number of a group. Only `/etc/group` is asked: to ask whatever else the system asks takes the
/// C library.
fn group(name: &str) -> io::Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let file = "/etc/group";
    let groups = fs::read_to_string(file)?;
    number_of(name, &groups).ok_or_else(|| {
        let message = format!("there is no group {name:?} in {file}; help: give its number");
        io::Error::new(io::ErrorKind::NotFound, message)
    })
}

/// The number of a group in the lines of group(5).
fn number_of(name: &str, groups: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let is_it = fields.next() == Some(name);
        fields.nth(1).filter(|_| is_it)?.parse().ok()
    })
}

/// A path by which a socket can be reached, also where its own is too long for the kernel.
pub(super) struct Reachable {
    pub(super) path: PathBuf,
    /// The folder that `path` goes through.
    _folder: Option<OwnedFd>,
}

impl Reachable {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if path.as_os_str().as_bytes().len() <= LONGEST_PATH {
            let path = path.to_owned();
            return Ok(Self {
                path,
                _folder: None,
            });
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(folder, flags, Mode::empty())?;
        let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string());
        Ok(Self {
            path: path.join(name),
            _folder: Some(folder),
        })
    }
}

#[cfg(test)]
mod tests;
