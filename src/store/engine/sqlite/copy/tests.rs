use std::path::PathBuf;

use super::*;
use crate::store::{Store, StoreOptions, testing::*};

/// A name beside the store.
fn named(place: &Place, name: &str) -> PathBuf {
    place.options.path.with_file_name(name)
}

async fn enqueue(store: &Store) -> String {
    let ids = store.enqueue(vec![ping("desk")], at(0)).await;
    store.key(&ids.expect("enqueued")[0].0.to_string()).0
}

async fn restored(place: &Place, copy: PathBuf) -> Store {
    let options = StoreOptions {
        path: copy,
        ..place.options.clone()
    };
    Store::open(&options, at(60)).await.expect("a whole store")
}

#[tokio::test]
async fn a_copy_has_it_all_and_gives_out_no_id_that_was_given_since() {
    let place = Place::new();
    let store = one_feed(&place).await;
    let news = (1..=3).map(|n| news(n, &["koizumi"], &["desk"]));
    poll_news(&store, news.collect()).await;
    let before = enqueue(&store).await;
    let copy = named(&place, "backup.db");
    Store::back_up(&place.options, &copy).await.expect("copied");
    let mut given = vec![before];
    for _ in 0..5 {
        given.push(enqueue(&store).await);
    }

    let again = restored(&place, copy).await;
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
    let place = Place::new();
    let store = one_feed(&place).await;
    let copy = named(&place, "backup.db");
    Store::back_up(&place.options, &copy).await.expect("copied");
    let key = enqueue(&store).await;
    assert_ne!(enqueue(&restored(&place, copy).await).await, key);
}

#[tokio::test]
async fn an_earlier_copy_is_replaced_and_nothing_else() {
    let place = Place::new();
    let store = one_feed(&place).await;
    let copy = named(&place, "backup.db");
    std::fs::write(named(&place, "backup.db.part"), "half").expect("written");
    for _ in 0..2 {
        Store::back_up(&place.options, &copy).await.expect("copied");
        enqueue(&store).await;
    }
    assert!(!named(&place, "backup.db.part").exists());

    let letter = named(&place, "letter.txt");
    std::fs::write(&letter, "Dear chief, ".repeat(100)).expect("written");
    let other = Place::new();
    let running = one_feed(&other).await;
    for (to, expected) in [
        (place.options.path.clone(), "belongs to the store"),
        (other.options.path.clone(), "is not an earlier backup"),
        (letter.clone(), "is not an earlier backup"),
        (
            named(&place, "nowhere/backup.db"),
            "No such file or directory",
        ),
    ] {
        let error = Store::back_up(&place.options, &to)
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
    let place = Place::new();
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

    let other = Place::new();
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
    let place = Place::new();
    let copy = named(&place, "backup.db");
    let error = Store::back_up(&place.options, &copy)
        .await
        .expect_err("nothing");
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    assert!(!place.options.path.exists() && !copy.exists());
}
