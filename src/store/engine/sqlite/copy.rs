//! The store in another file: as a backup, before a migration, or what a lost file held.
//!
//! **In:** an open file, in use or not, and a name. **Out:** one moment of it under that name, whole
//! and on the disk, or an error and what was there before.
//!
//! A copy that is put to use one day is behind its file, which has given out more ids meanwhile.
//! Receivers remember those and drop repeats, so a copy counts on from numbers that the file never reaches.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    super::{Tx, values},
    beside,
    connection::{Access, Connection},
    present, shape,
};
use crate::store::{StoreError, disk::BALLAST, private};

/// How far the ids of a copy are ahead: more than a store gives out between a copy and its use, and
/// room for a trillion copies of copies.
const AHEAD: i64 = 1_000_000;

/// Copies the file at `path`, beside a daemon or without one. What is at `to` is replaced if it
/// is a copy itself.
pub(super) fn back_up(path: &Path, to: &Path) -> Result<(), StoreError> {
    present(path)?;
    let mut connection = Connection::open(path, Access::Read)?;
    shape::found(&connection, path)?;
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
        let version = shape::found(&connection, to);
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
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::store::{Store, StoreOptions, testing::*};

    /// A name beside the store.
    fn named(temp: &TempStore, name: &str) -> PathBuf {
        temp.options.path.with_file_name(name)
    }

    async fn enqueue(store: &Store) -> String {
        let ids = store.enqueue(vec![ping("desk")], at(0)).await;
        store.key(&ids.expect("enqueued")[0].0.to_string()).0
    }

    async fn restored(temp: &TempStore, copy: PathBuf) -> Store {
        let options = StoreOptions {
            path: copy,
            ..temp.options.clone()
        };
        Store::open(&options, at(60)).await.expect("a whole store")
    }

    #[tokio::test]
    async fn a_copy_has_it_all_and_gives_out_no_id_that_was_given_since() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let news = (1..=3).map(|n| news(n, &["koizumi"], &["desk"]));
        poll_news(&store, news.collect()).await;
        let before = enqueue(&store).await;
        let copy = named(&temp, "backup.db");
        Store::back_up(&temp.options, &copy).await.expect("copied");
        let mut given = vec![before];
        for _ in 0..5 {
            given.push(enqueue(&store).await);
        }

        let again = restored(&temp, copy).await;
        assert_eq!(count(&again, "item").await, 3);
        assert_eq!(
            count(&again, "delivery").await,
            4,
            "not those that came later"
        );
        for _ in 0..5 {
            let key = enqueue(&again).await;
            assert!(!given.contains(&key), "{key} is in {given:?}");
            assert_eq!(key.split_once('-').expect("two parts").0, {
                given[0].split_once('-').expect("two parts").0
            });
        }
        assert!(
            claim_for(&again, "desk", at(60))
                .await
                .iter()
                .any(|claim| claim.notice.key.0 == given[0])
        );
    }

    #[tokio::test]
    async fn a_copy_of_a_store_that_never_gave_an_id_counts_on_too() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let copy = named(&temp, "backup.db");
        Store::back_up(&temp.options, &copy).await.expect("copied");
        let key = enqueue(&store).await;
        assert_ne!(enqueue(&restored(&temp, copy).await).await, key);
    }

    #[tokio::test]
    async fn an_earlier_copy_is_replaced_and_nothing_else() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let copy = named(&temp, "backup.db");
        std::fs::write(named(&temp, "backup.db.part"), "half").expect("written");
        for _ in 0..2 {
            Store::back_up(&temp.options, &copy).await.expect("copied");
            enqueue(&store).await;
        }
        assert!(!named(&temp, "backup.db.part").exists());

        let letter = named(&temp, "letter.txt");
        std::fs::write(&letter, "Dear chief, ".repeat(100)).expect("written");
        let other = TempStore::new();
        let running = one_feed(&other).await;
        for (to, expected) in [
            (temp.options.path.clone(), "belongs to the store"),
            (other.options.path.clone(), "is not an earlier backup"),
            (letter.clone(), "is not an earlier backup"),
            (
                named(&temp, "nowhere/backup.db"),
                "No such file or directory",
            ),
        ] {
            let error = Store::back_up(&temp.options, &to)
                .await
                .expect_err("refused");
            assert!(error.to_string().contains(expected), "{error}");
        }
        assert!(
            std::fs::read_to_string(&letter)
                .expect("there")
                .starts_with("Dear")
        );
        assert_eq!(count(&store, "delivery").await, 2);
        assert_eq!(count(&running, "feed").await, 1);
    }

    /// SQLite reads a `-wal` that it finds, and the lock is one only as long as its file has its name.
    #[tokio::test]
    async fn no_file_of_the_store_is_replaced_or_made_and_no_empty_one() {
        let place = TempStore::new();
        let store = one_feed(&place).await;
        let db = place.options.path.clone();
        let name = db.file_name().expect("a name").to_str().expect("UTF-8");
        let sock = format!("{}.sock", name.strip_suffix(".db").unwrap_or(name));
        let link = named(&place, "link.db");
        std::os::unix::fs::symlink(super::beside(&db, ".lock"), &link).expect("linked");
        for end in [
            "",
            "-wal",
            "-shm",
            "-journal",
            ".lock",
            ".ballast",
            ".rescued-1",
            ".schema-4",
        ] {
            for path in [db.clone(), named(&place, &format!("./{name}"))] {
                let to = super::beside(&path, end);
                let error = Store::back_up(&place.options, &to).await;
                let error = error.expect_err("refused").to_string();
                assert!(error.contains("belongs to the store"), "{end}: {error}");
            }
        }
        for to in [named(&place, &sock), link] {
            let refused = Store::back_up(&place.options, &to).await;
            assert!(matches!(refused, Err(StoreError::OwnFile { .. })), "{to:?}");
        }
        let empty = named(&place, "empty.db");
        std::fs::write(&empty, "").expect("written");
        let refused = Store::back_up(&place.options, &empty).await;
        assert!(matches!(refused, Err(StoreError::NoBackup { .. })));
        for free in [
            "backup-of-lock",
            &format!("{name}.old"),
            &format!("{name}.rescued-1.copy"),
        ] {
            let to = named(&place, free);
            Store::back_up(&place.options, &to).await.expect("copied");
        }

        let other = TempStore::new();
        one_feed(&other).await.close().await;
        let refused = Store::back_up(&place.options, &other.options.path).await;
        assert!(
            matches!(refused, Err(StoreError::NoBackup { .. })),
            "a store that rests is no backup"
        );
        assert!(store.is_in_place());
    }

    #[tokio::test]
    async fn without_a_store_there_is_nothing_to_copy() {
        let temp = TempStore::new();
        let copy = named(&temp, "backup.db");
        let error = Store::back_up(&temp.options, &copy)
            .await
            .expect_err("nothing");
        assert!(matches!(error, StoreError::Missing { .. }), "{error}");
        assert!(!temp.options.path.exists() && !copy.exists());
    }
}
