//! The disk under the store: its room, a reserve of it, and whether our file is still on it.
//!
//! On a full disk SQLite loses nothing, but it cannot delete or record anything either: a sent
//! notice could not be marked as sent. So a file of 16 MiB lies beside the store, really written,
//! and is deleted when the disk is full. What that frees lasts for some ten thousand records of
//! deliveries.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{StoreError, private};

/// The size of the reserve.
pub const BALLAST_BYTES: usize = 16 << 20;

/// What its name adds to the store's.
pub(super) const BALLAST: &str = ".ballast";

/// Written at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Which files they are, whatever their names: the store's, its log and the log's index, each by
/// device and number; `None` where there is none, or nobody may look.
///
/// All three, for a log that has lost its name takes what is written into it along, and two programs
/// that use two indices overwrite each other's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Files([Option<(u64, u64)>; 3]);

impl Files {
    /// Those of an open store at this path.
    pub(super) fn of(store: &Path) -> Self {
        let id = |suffix| {
            let data = fs::metadata(beside(store, suffix)).ok()?;
            Some((data.dev(), data.ino()))
        };
        Self(["", "-wal", "-shm"].map(id))
    }
}

/// Lays the reserve of the store at this path, where it does not lie there.
pub(super) fn lay_beside(store: &Path) -> Result<(), StoreError> {
    let path = ballast(store);
    lay(&path).map_err(|cause| StoreError::io("write", &path, cause))
}

/// The room on the store's disk that this program may use, in bytes; `None` where it cannot be asked.
pub(super) fn free_bytes(store: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder(store)).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Deletes the reserve of the store at this path; says whether there was one.
pub(super) fn drop_beside(store: &Path) -> bool {
    fs::remove_file(ballast(store)).is_ok()
}

fn ballast(store: &Path) -> PathBuf {
    beside(store, BALLAST)
}

/// A file beside the store's: its name with `suffix` added.
pub(super) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn folder(path: &Path) -> &Path {
    let parent = path.parent();
    parent
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn lay(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(data) if !data.is_file() => return Err(io::Error::other("it is no file")),
        Ok(data) if is_whole(&data) => {
            private::tighten(path);
            return Ok(());
        }
        Ok(_) => fs::remove_file(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    write(path).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// Whether it holds as much of the disk as it should: one that was copied may be full of holes.
fn is_whole(data: &fs::Metadata) -> bool {
    let bytes = BALLAST_BYTES as u64;
    data.len() == bytes && data.blocks() * 512 >= bytes
}

fn write(path: &Path) -> io::Result<()> {
    let mut file = private::create(path)?;
    // A file system that compresses would make nothing of anything regular.
    let mut random = fastrand::Rng::with_seed(BALLAST_BYTES as u64);
    let mut chunk = vec![0; CHUNK_BYTES];
    for _ in 0..BALLAST_BYTES / CHUNK_BYTES {
        random.fill(&mut chunk);
        file.write_all(&chunk)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::StoreReason,
        store::{
            Store,
            testing::{TempStore, at},
        },
    };

    #[tokio::test]
    async fn the_reserve_is_really_there_and_is_given_up() {
        let temp = TempStore::new();
        let store = temp.open(at(0)).await;
        store.lay_ballast().await.expect("laid");
        let path = ballast(store.path());
        let data = fs::metadata(&path).expect("a file");
        assert_eq!(data.len(), 16 << 20);
        assert!(data.blocks() * 512 >= 16 << 20, "no hole");
        let is_whole = || is_whole(&fs::metadata(&path).expect("a file"));
        let file = fs::File::create(&path).expect("cut, as by a crash");
        store.lay_ballast().await.expect("laid anew");
        assert!(is_whole());
        drop(file);
        fs::remove_file(&path).expect("removed");
        let holes = fs::File::create(&path).expect("made");
        holes.set_len(16 << 20).expect("as a copy may be");
        assert!(!is_whole());
        store.lay_ballast().await.expect("laid anew");
        assert!(is_whole());
        assert!(store.drop_ballast());
        assert!(!store.drop_ballast());
    }

    /// A link would make us write into whatever it leads to.
    #[tokio::test]
    async fn the_reserve_is_no_link_and_its_owner_s() {
        let temp = TempStore::new();
        let store = temp.open(at(0)).await;
        let path = ballast(store.path());
        let target = path.with_file_name("target");
        std::os::unix::fs::symlink(&target, &path).expect("linked");
        assert!(store.lay_ballast().await.is_err());
        assert!(!target.exists());
        fs::remove_file(&path).expect("removed");
        store.lay_ballast().await.expect("laid");
        let mode = |path: &std::path::Path| fs::metadata(path).expect("a file").mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        // An earlier version, or a copy, left them open to others.
        let open = || std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(&path, open()).expect("opened");
        store.lay_ballast().await.expect("it lies there");
        assert_eq!(mode(&path), 0o600);
        let database = store.path().to_owned();
        drop(store);
        fs::set_permissions(&database, open()).expect("opened");
        let store = temp.open(at(0)).await;
        assert_eq!(mode(&database), 0o600);
        let log = database.with_extension("db-wal");
        assert!(!log.exists() || mode(&log) == 0o600);
        drop(store);
    }

    #[tokio::test]
    async fn a_file_that_was_deleted_or_replaced_is_not_ours_and_its_content_is_kept() {
        for replaced in [false, true] {
            let temp = TempStore::new();
            let store = temp.open(at(0)).await;
            assert!(store.is_in_place());
            let identity = store.key("x");
            fs::remove_file(store.path()).expect("deleted");
            if replaced {
                fs::write(store.path(), "another").expect("written");
            }
            assert!(!store.is_in_place());
            let mut copy = temp.options.clone();
            copy.path.set_file_name("fivebells.db.rescued-1");
            store.close().await;
            let rescued = Store::open(&copy, at(1)).await.expect("a whole store");
            assert_eq!(rescued.key("x"), identity);
            assert_eq!(
                temp.options.path.exists(),
                replaced,
                "what is there is left alone"
            );
        }
    }

    /// What is written into a log without a name is lost at the next crash, and another program makes
    /// a log, or an index, of its own.
    #[tokio::test]
    async fn a_store_whose_log_or_index_was_deleted_is_not_in_place_and_loses_nothing() {
        for suffix in ["-wal", "-shm"] {
            let temp = TempStore::new();
            let store = temp.open(at(0)).await;
            let identity = store.key("x");
            assert!(store.is_in_place());
            fs::remove_file(beside(store.path(), suffix)).expect("deleted");
            assert!(!store.is_in_place(), "{suffix}");
            store
                .keep_time(at(600), std::time::Duration::ZERO)
                .await
                .expect("written");
            store.close().await;
            let mut copy = temp.options.clone();
            copy.path.set_file_name("fivebells.db.rescued-1");
            for options in [&temp.options, &copy] {
                let store = Store::open(options, at(601)).await.expect("a whole store");
                assert_eq!(store.key("x"), identity, "{suffix}");
                let back = store.keep_time(at(1), std::time::Duration::ZERO).await;
                assert!(back.expect("written").is_some(), "the last time is known");
            }
        }
    }

    /// A byte here and there, as a disk that forgets makes them.
    #[tokio::test]
    async fn damage_is_noted_and_stays_noted_whatever_can_still_be_written() {
        let temp = TempStore::new();
        temp.open(at(0)).await.close().await;
        let store = temp.open(at(1)).await;
        assert!(store.damage().is_none());
        let root = store.read(|tx| {
            let root = "SELECT rootpage FROM sqlite_master WHERE name = 'watch'";
            Ok(tx
                .row(root, &[])?
                .map(crate::store::engine::Row::only::<u32>))
        });
        let root = root.await.expect("read").expect("a table").expect("a page");
        store.close().await;
        let file = fs::File::options().write(true).open(&temp.options.path);
        let start = u64::from(root - 1) * 4096;
        std::os::unix::fs::FileExt::write_all_at(&file.expect("a file"), &[0xff; 64], start)
            .expect("ruined");
        let store = temp.open(at(2)).await;
        store
            .watches_in_force()
            .await
            .expect_err("it cannot be read");
        let zero = std::time::Duration::ZERO;
        store
            .keep_time(at(3), zero)
            .await
            .expect("written all the same");
        let reason = store.damage().and_then(StoreError::disk_reason);
        assert_eq!(reason, Some(StoreReason::Damaged));
    }
}
