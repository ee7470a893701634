use std::os::unix::fs::symlink;

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_behind_its_link_and_keeps_its_mode() {
    let folder = tempfile::tempdir().expect("a folder");
    let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
    create(&file, b"old", 0o640).expect("created");
    symlink("file", &link).expect("linked");
    replace(&link, b"old", b"new").expect("replaced");
    assert_eq!(fs::read(&file).expect("read"), b"new");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    let mode = fs::metadata(&file).expect("there").mode();
    assert_eq!(mode & 0o7777, 0o640);
    assert_eq!(names(folder.path()), ["file", "link"]);
}

#[test]
fn a_file_that_was_changed_meanwhile_or_is_gone_stays_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    for now in ["other", "old and more", ""] {
        fs::write(&file, now).expect("written");
        let error = replace(&file, b"old", b"new").expect_err("changed");
        assert!(matches!(error, ReplaceError::Changed(_)), "{error}");
        assert_eq!(fs::read(&file).expect("read"), now.as_bytes());
    }
    fs::remove_file(&file).expect("removed");
    assert!(replace(&file, b"old", b"new").is_err());
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn what_is_there_is_not_created_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    create(&file, b"first", 0o600).expect("created");
    let error = create(&file, b"second", 0o600).expect_err("there");
    assert!(matches!(error, ReplaceError::Exists(_)), "{error}");
    assert_eq!(fs::read(&file).expect("read"), b"first");
    assert!(create(&folder.path().join("none/file"), b"", 0o600).is_err());
}
