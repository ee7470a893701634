//! Files that only their owner may read: what people watch for is nobody else's business.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use tracing::warn;

/// The owner reads and writes, whatever the umask says.
const MODE: u32 = 0o600;

/// Makes a file where nothing is, neither a file nor a link to one.
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

/// Takes from a file what others may do with it: an earlier version made it, or it was copied.
pub(super) fn tighten(path: &Path) {
    let Ok(data) = fs::metadata(path) else {
        return;
    };
    let mode = data.permissions().mode() & 0o777;
    if !data.is_file() || mode & !MODE == 0 {
        return;
    }
    let shown = path.display();
    match fs::set_permissions(path, Permissions::from_mode(mode & MODE)) {
        Ok(()) => warn!(
            path = %shown,
            "{shown} had mode {mode:04o}: it is only its owner's now"
        ),
        Err(error) => warn!(
            path = %shown,
            "{shown} has mode {mode:04o}, so that others may read it, and that cannot be changed: {error}"
        ),
    }
}

/// Whether something is there that is no file, so that to open it could wait for ever, or write
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
        assert!(create(&path).is_err(), "it is there");
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).expect("linked");
        assert!(create(&link).is_err());
        assert!(!target.exists());
    }

    #[test]
    fn what_others_may_do_is_taken_from_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        create(&path).expect("made");
        for (before, after) in [
            (0o644, 0o600),
            (0o660, 0o600),
            (0o777, 0o600),
            (0o440, 0o400),
            (0o600, 0o600),
            (0o400, 0o400),
        ] {
            fs::set_permissions(&path, Permissions::from_mode(before)).expect("set");
            tighten(&path);
            let mode = fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, after, "of {before:o}");
        }
        tighten(&folder.path().join("nothing"));
        let mode = || {
            fs::metadata(folder.path())
                .expect("there")
                .permissions()
                .mode()
        };
        let of_folder = mode();
        tighten(folder.path());
        assert_eq!(mode(), of_folder, "no file of ours");
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
