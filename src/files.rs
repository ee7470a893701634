//! Files that somebody names: read whole under a bound, and replaced whole.

mod denied;
mod replace;

pub use denied::Denied;
pub use replace::{ReplaceError, create, replace};

use std::{
    fs::{File, Metadata, metadata},
    io::{self, ErrorKind, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use rustix::fs::OFlags;

/// Reads a regular file of at most `max_bytes`.
///
/// A pipe blocks who opens it and a device may never end, so anything else is refused: before it is
/// opened, for to open a device may do something, and again of what was opened, without ever waiting
/// for a writer. A dead network disk can still make this wait.
///
/// # Errors
/// The system's; [`ErrorKind::InvalidInput`] where it is no regular file, and
/// [`ErrorKind::FileTooLarge`].
pub fn read_regular(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    check(&metadata(path)?, max_bytes)?;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::options()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    check(&file.metadata()?, max_bytes)?;
    // What is written to it meanwhile may make it longer than it said.
    let mut bytes = Vec::new();
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

fn check(metadata: &Metadata, max_bytes: u64) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        let message = "it is no regular file";
        return Err(io::Error::new(ErrorKind::InvalidInput, message));
    }
    if metadata.len() > max_bytes {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn only_regular_files_are_read_and_none_that_is_too_long() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("good"), "bells").expect("written");
        std::os::unix::fs::symlink(path("good"), path("link")).expect("linked");
        mknodat(CWD, path("pipe"), FileType::Fifo, Mode::RUSR, 0).expect("made");
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("bound");
        let read = |path: &Path, most| read_regular(path, most).map_err(|error| error.kind());
        assert_eq!(read(&path("good"), 5), Ok(b"bells".to_vec()));
        assert_eq!(read(&path("link"), 5), Ok(b"bells".to_vec()));
        for (path, expected) in [
            (path("good"), ErrorKind::FileTooLarge),
            (path("none"), ErrorKind::NotFound),
            (path("pipe"), ErrorKind::InvalidInput),
            (path("socket"), ErrorKind::InvalidInput),
            ("/dev/null".into(), ErrorKind::InvalidInput),
            (path(""), ErrorKind::IsADirectory),
        ] {
            assert_eq!(read(&path, 4), Err(expected), "{}", path.display());
        }
    }
}
