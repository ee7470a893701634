//! Files that only their owner may read: what people watch for is nobody else's business.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

/// The owner reads and writes, whatever the umask says.
const MODE: u32 = 0o600;

/// Makes a file where nothing stands, neither a file nor a link to one.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    let file = options
        .read(true)
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(MODE))?;
    Ok(file)
}

/// Whether something stands there that is no file, so that to open it could wait for ever, or write
/// to a device.
pub(super) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| !data.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_owner_s_and_never_made_behind_a_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        create(&path).expect("made");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(create(&path).is_err(), "it stands there");
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).expect("linked");
        assert!(create(&link).is_err());
        assert!(!target.exists());
    }

    #[test]
    fn what_is_no_file_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(is_special(folder.path()));
        assert!(is_special(Path::new("/dev/null")));
        let path = folder.path().join("file");
        assert!(!is_special(&path), "nothing is there");
        create(&path).expect("made");
        assert!(!is_special(&path));
    }
}
