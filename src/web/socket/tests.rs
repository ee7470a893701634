use std::os::unix::{fs::PermissionsExt as _, net::UnixListener as Plain};

use super::*;

#[test]
fn it_is_called_as_the_store_is() {
    for (store, socket) in [
        ("/a/fivebells.db", "/a/fivebells.sock"),
        ("/a/x.sqlite", "/a/x.sqlite.sock"),
        ("/a/fivebells", "/a/fivebells.sock"),
        ("/a/.db", "/a/.db.sock"),
        ("x.sock", "x.sock.sock"),
    ] {
        assert_eq!(beside(Path::new(store)), Path::new(socket), "{store}");
    }
}

#[tokio::test]
async fn one_that_is_left_over_is_replaced_and_what_is_in_use_or_no_socket_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.sock");
    drop(Plain::bind(&path).expect("a socket"));
    assert!(path.exists(), "as a daemon that was killed leaves it");
    let first = open(&path, &ControlOptions::default())
        .await
        .expect("replaced");
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let second = open(&path, &ControlOptions::default())
        .await
        .expect_err("somebody answers");
    assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
    drop(first);
    assert!(!path.exists());
    fs::write(&path, "precious").expect("written");
    let third = open(&path, &ControlOptions::default())
        .await
        .expect_err("a file");
    assert_eq!(third.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).expect("kept"), b"precious");
}

#[tokio::test]
async fn only_its_own_socket_is_removed_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.sock");
    let ours = open(&path, &ControlOptions::default())
        .await
        .expect("a socket");
    fs::rename(&path, folder.path().join("moved")).expect("moved");
    let _another = Plain::bind(&path).expect("a socket");
    drop(ours);
    assert!(path.exists());
}

#[tokio::test]
async fn a_path_that_is_too_long_for_the_kernel_is_reached_by_another_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let parent = folder.path().join("p".repeat(40));
    fs::create_dir(&parent).expect("a folder");
    let fits = LONGEST_PATH - parent.as_os_str().len() - "/".len();
    for length in [fits, fits + 1] {
        let path = parent.join("x".repeat(length));
        let listener = open(&path, &ControlOptions::default())
            .await
            .expect("a socket");
        let reachable = Reachable::at(&path).expect("a way");
        UnixStream::connect(&reachable.path)
            .await
            .expect("somebody listens");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        drop(listener);
        assert!(!path.exists(), "{length}");
    }
    // A name that is too long by itself.
    let path = parent.join("x".repeat(LONGEST_PATH + 1));
    let refused = open(&path, &ControlOptions::default()).await;
    let refused = refused.expect_err("no way").kind();
    assert_eq!(refused, io::ErrorKind::InvalidInput);
    let deep = folder.path().join("d".repeat(120));
    fs::create_dir(&deep).expect("a folder");
    let path = deep.join("fivebells.sock");
    let _listener = open(&path, &ControlOptions::default())
        .await
        .expect("a socket");
    UnixStream::connect(Reachable::at(&path).expect("a way").path)
        .await
        .expect("somebody listens");
}

#[test]
fn a_group_is_a_number_or_a_line_of_the_file_of_groups() {
    let groups = "root:x:0:\nadm:x:4:one,two\n# no line\nempty\nadmin:x:12:\n";
    for (name, number) in [
        ("adm", Some(4)),
        ("admin", Some(12)),
        ("ad", None),
        ("empty", None),
    ] {
        assert_eq!(number_of(name, groups), number, "{name}");
    }
    assert_eq!(group("17").expect("a number"), 17);
    assert!(group("no such group").is_err());
}

/// That of this process may always be given.
#[tokio::test]
async fn the_mode_and_the_group_are_those_of_the_config() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let own = fs::metadata(folder.path()).expect("there").gid();
    let path = folder.path().join("x.sock");
    let options = ControlOptions {
        mode: 0o600,
        group: Some(own.to_string()),
    };
    let _listener = open(&path, &options).await.expect("a socket");
    let data = fs::metadata(&path).expect("there");
    assert_eq!((data.mode() & 0o777, data.gid()), (0o600, own));
    let options = ControlOptions {
        group: Some("no such group".to_owned()),
        ..options
    };
    assert!(open(&path, &options).await.is_err());
}
