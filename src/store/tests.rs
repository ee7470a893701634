use std::fs;

use super::{
    DeliveryState, OutboxFilter, Selection, SettleTo, Store, StoreError,
    engine::sqlite::{APPLICATION_ID, MIGRATIONS},
    testing::*,
};
use crate::model::SendReason;

#[tokio::test]
async fn a_second_daemon_is_refused_until_the_first_is_gone() {
    let temp = TempStore::new();
    let first = temp.open(at(0)).await;
    let second = Store::open(&temp.options, at(0)).await;
    let error = second.expect_err("locked");
    assert!(matches!(&error, StoreError::Locked { path } if *path == temp.options.path));
    assert!(error.to_string().contains("another fivebells"));

    first.close().await;
    temp.open(at(0)).await;
}

#[tokio::test]
async fn a_command_works_beside_the_daemon_and_without_it() {
    let temp = TempStore::new();
    let missing = Store::open_beside(&temp.options).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
    assert!(!temp.options.path.exists(), "nothing was created");

    let daemon = one_feed(&temp).await;
    let command = Store::open_beside(&temp.options).await.expect("beside");
    command
        .enqueue(vec![ping("desk")], at(0))
        .await
        .expect("enqueued");
    assert_eq!(claim_for(&daemon, "desk", at(0)).await.len(), 1);
    command.close().await;
    daemon.close().await;

    let alone = Store::open_beside(&temp.options).await.expect("alone");
    assert_eq!(alone.feeds().await.expect("feeds").len(), 1);
    alone.close().await;
    let log = temp.options.path.with_extension("db-wal");
    assert!(!log.exists(), "the last one leaves no log behind");
}

#[tokio::test]
async fn what_another_process_writes_is_seen_and_what_this_one_writes_is_not() {
    let temp = TempStore::new();
    let daemon = one_feed(&temp).await;
    let mut others = daemon.others();
    let write = |store: Store| async move {
        let written = store.enqueue(vec![ping("desk")], at(0)).await;
        written.expect("enqueued");
    };
    assert!(
        !others.have_written().await.expect("asked"),
        "the first time"
    );
    write(daemon.clone()).await;
    assert!(!others.have_written().await.expect("asked"), "its own");
    let command = Store::open_beside(&temp.options).await.expect("beside");
    command.feeds().await.expect("read");
    let read = others.have_written().await.expect("asked");
    assert!(!read, "to read is not to write");
    for _ in 0..3 {
        write(command.clone()).await;
        write(daemon.clone()).await;
        assert!(others.have_written().await.expect("asked"));
        assert!(
            !others.have_written().await.expect("asked"),
            "reported once"
        );
    }
    // Each of them within the tick of a coarse clock.
    for _ in 0..50 {
        write(command.clone()).await;
        assert!(others.have_written().await.expect("asked"));
    }
    command.close().await;
}

#[tokio::test]
async fn calls_after_close_say_so() {
    let temp = TempStore::new();
    let store = temp.open(at(0)).await;
    let clone = store.clone();
    store.ping().await.expect("alive");
    store.close().await;
    assert!(matches!(clone.ping().await, Err(StoreError::Closed)));
    assert!(matches!(clone.feeds().await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn what_was_queued_before_close_is_done() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let clone = store.clone();
    let queued = async move { clone.enqueue(vec![ping("desk")], at(0)).await };
    let (queued, ()) = tokio::join!(queued, store.close());
    queued.expect("done");
    let store = temp.open(at(0)).await;
    assert_eq!(store.waiting("desk").await.expect("a number"), 1);
}

#[tokio::test]
async fn a_file_of_another_program_is_refused_and_left_alone() {
    for make in [make_text, make_database, make_marked] {
        let temp = TempStore::new();
        let path = &temp.options.path;
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        make(path);
        let before = fs::read(path).expect("read");
        let opened = Store::open(&temp.options, at(0)).await;
        assert!(matches!(opened, Err(StoreError::NotOurs { .. })));
        let beside = Store::open_beside(&temp.options).await;
        assert!(matches!(beside, Err(StoreError::NotOurs { .. })));
        assert_eq!(fs::read(path).expect("read"), before);
    }
}

fn make_text(path: &std::path::Path) {
    fs::write(path, "feeds:\n".repeat(1000)).expect("written");
}

fn make_database(path: &std::path::Path) {
    let other = rusqlite::Connection::open(path).expect("opened");
    other.execute_batch("CREATE TABLE t (x)").expect("made");
}

fn make_marked(path: &std::path::Path) {
    let other = rusqlite::Connection::open(path).expect("opened");
    other
        .execute_batch("PRAGMA application_id = 7; PRAGMA user_version = 1; CREATE TABLE t (x)")
        .expect("made");
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_both_versions() {
    let temp = TempStore::new();
    temp.open(at(0)).await.close().await;
    let known = i64::try_from(MIGRATIONS.len()).expect("few");
    set_version(&temp, known + 1);
    for refused in [
        Store::open(&temp.options, at(0)).await,
        Store::open_beside(&temp.options).await,
    ] {
        let error = refused.expect_err("newer");
        assert!(matches!(error, StoreError::Newer { found, known: it, .. }
            if found == known + 1 && it == known));
        assert!(error.to_string().contains("help: "));
    }
}

fn set_version(temp: &TempStore, version: i64) {
    let connection = rusqlite::Connection::open(&temp.options.path).expect("opened");
    let pragma = connection.pragma_update(None, "user_version", version);
    pragma.expect("set");
    let id: i64 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .expect("an id");
    assert_eq!(id, APPLICATION_ID);
}

#[tokio::test]
async fn after_a_crash_every_claim_is_due_again_and_nothing_is_lost() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    poll_news(&store, vec![news(1, &["koizumi"], &["desk"])]).await;
    let sent = claim_for(&store, "desk", at(1)).await.remove(0);
    // The next poll runs as well.
    claim_one(&store, at(900)).await;

    let crashed = temp.crash();
    let store = crashed.open(at(1000)).await;
    let late = settlement(&sent, at(1000), delivered());
    let late = store.settle(late).await.expect("answered");
    assert!(!late, "the dead daemon's claim is void");
    assert!(
        claim(&store, at(1009)).await.is_empty(),
        "others come first"
    );
    let again = claim_one(&store, at(1010)).await;
    assert!(again.feed.name == "mofa" && again.feed.cut_off);
    let resent = claim_for(&store, "desk", at(1000)).await.remove(0);
    assert_eq!(resent.notice, sent.notice, "the same key, the same payload");
    assert_eq!((sent.attempt, resent.attempt), (1, 2));
    assert_eq!(resent.failures, 0, "a crash is not the receiver's failure");

    let status = store.delivery(sent.id).await.expect("read").expect("there");
    assert_eq!(status.attempts[0].reason.as_deref(), Some("lost"));
    assert_eq!(status.attempts[0].ended_at, Some(at(1000)));
    assert_eq!(status.attempts[1].ended_at, None);
}

#[tokio::test]
async fn recovery_keeps_back_off_and_pauses() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let claim = claim_one(&store, at(0)).await;
    let mut poll = poll(&claim, at(0), failed());
    poll.pause.until = Some(at(3600));
    store.commit_poll(poll).await.expect("committed");
    store
        .enqueue(vec![ping("desk")], at(0))
        .await
        .expect("enqueued");
    let sent = claim_for(&store, "desk", at(0)).await.remove(0);
    let later = SettleTo::Later {
        due: at(60),
        reason: SendReason::Busy,
        detail: "503".into(),
        accepted: vec![],
    };
    let mut settlement = settlement(&sent, at(1), later);
    settlement.receiver.due = Some(at(1800));
    assert!(store.settle(settlement).await.expect("settled"));

    let crashed = temp.crash();
    let store = crashed.open(at(10)).await;
    assert_eq!(store.next_poll_due().await.expect("read"), Some(at(3600)));
    let due = store.next_delivery_due("desk").await.expect("read");
    assert_eq!(due, Some(at(1800)));
    let again = claim_for(&store, "desk", at(1800)).await.remove(0);
    assert_eq!((again.attempt, again.failures), (2, 1));
}

#[tokio::test]
async fn keys_differ_between_stores_and_stay_over_restarts() {
    let (one, other) = (TempStore::new(), TempStore::new());
    let mut keys = Vec::new();
    for temp in [&one, &other] {
        let store = one_feed(temp).await;
        store
            .enqueue(vec![ping("desk")], at(0))
            .await
            .expect("enqueued");
        keys.push(claim_for(&store, "desk", at(0)).await.remove(0).notice.key);
        store.close().await;
    }
    assert_ne!(keys[0], keys[1]);
    let store = one.open(at(10)).await;
    let again = claim_for(&store, "desk", at(10)).await.remove(0);
    assert_eq!(again.notice.key, keys[0]);
    let (name, row) = keys[0].0.split_once('-').expect("two parts");
    assert_eq!((name.len(), row), (8, "1"));
    assert!(
        name.bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    );
}

#[tokio::test]
async fn ids_are_not_given_twice_even_when_all_is_pruned() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let first = store.enqueue(vec![ping("desk")], at(0)).await.expect("ids");
    let all = Selection {
        ids: first.clone(),
        ..Selection::default()
    };
    store.drop_deliveries(all, at(0)).await.expect("dropped");
    store.prune(at(365 * DAY)).await.expect("pruned");
    let filter = OutboxFilter {
        receiver: None,
        state: Some(DeliveryState::Dropped),
        limit: 10,
    };
    assert!(store.outbox(filter).await.expect("read").is_empty());
    let second = store.enqueue(vec![ping("desk")], at(0)).await.expect("ids");
    assert!(second[0] > first[0]);
}

#[tokio::test]
async fn a_call_that_panics_while_reading_harms_no_other() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    for _ in 0..3 {
        let read = store.read(|_| -> Result<(), StoreError> { panic!("a bug") });
        let error = read.await.expect_err("caught");
        assert!(matches!(error, StoreError::Panicked { message } if message == "a bug"));
    }
    assert_eq!(store.feeds().await.expect("read").len(), 1);
    let write = store.read(|tx| tx.exec("DELETE FROM seen", &[])).await;
    assert!(write.is_err(), "a reader cannot write");
}

/// The loops spawn what they await here.
#[tokio::test]
async fn every_call_can_be_spawned() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let other = store.clone();
    let pruned = tokio::spawn(async move { other.prune(at(0)).await });
    pruned.await.expect("joined").expect("pruned");
    let closed = tokio::spawn(async move { store.close().await });
    closed.await.expect("joined");
    let options = temp.options.clone();
    let opened = tokio::spawn(async move { Store::open(&options, at(1)).await });
    opened.await.expect("joined").expect("opened");
}
