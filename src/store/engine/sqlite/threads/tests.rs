use tokio::sync::oneshot::{self, error::TryRecvError};

use super::*;
use crate::store::engine::{
    Tx,
    sqlite::{
        connection::Access,
        threads::{Patience, Task},
    },
    values,
};

type Answer = oneshot::Receiver<Result<(), StoreError>>;

fn store() -> (tempfile::TempDir, Connection, Connection) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("store.db");
    let connection = Connection::open(&path, Access::Create).expect("opened");
    connection.log_ahead().expect("WAL");
    let tables = "CREATE TABLE n (n INTEGER PRIMARY KEY) STRICT;
                  CREATE TABLE child (n INTEGER REFERENCES n (n)) STRICT";
    connection.batch(tables).expect("made");
    connection.enforce_references().expect("set");
    let reader = Connection::open(&path, Access::Read).expect("opened");
    (directory, connection, reader)
}

/// The same of a call that is to be recorded whatever happens.
fn record(
    work: impl FnOnce(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static,
) -> (Box<dyn Job>, Answer) {
    let (reply, answer) = oneshot::channel();
    (Box::new(Task::new(work, reply, Patience::Long)), answer)
}

fn job(
    work: impl FnOnce(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static,
) -> (Box<dyn Job>, Answer) {
    let (reply, answer) = oneshot::channel();
    (Box::new(Task::new(work, reply, Patience::Short)), answer)
}

fn insert(tx: &mut dyn Tx, n: i64) -> Result<(), StoreError> {
    tx.exec("INSERT INTO n VALUES (?1)", values![n]).map(drop)
}

fn numbers(reader: &mut Connection) -> Vec<i64> {
    let rows = reader
        .rows("SELECT n FROM n ORDER BY n", &[])
        .expect("read");
    rows.into_iter()
        .map(|row| row.only().expect("a number"))
        .collect()
}

/// Runs the jobs as one group and answers them, as the thread does.
fn group(connection: &mut Connection, jobs: Vec<(Box<dyn Job>, Answer)>) -> Vec<Answer> {
    let (jobs, answers): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
    assert!(
        answer_all(connection, jobs, true).is_empty(),
        "none has to wait"
    );
    answers
}

fn answered(mut answer: Answer) -> Result<(), StoreError> {
    answer.try_recv().expect("answered")
}

#[test]
fn one_that_fails_or_panics_is_undone_alone() {
    let (_directory, mut connection, mut reader) = store();
    let answers = group(
        &mut connection,
        vec![
            job(|tx| insert(tx, 1)),
            job(|tx| insert(tx, 2).and_then(|()| insert(tx, 1))),
            job(|tx| insert(tx, 3).map(|()| panic!("item {}", 3))),
            job(|tx| insert(tx, 4)),
        ],
    );
    let answers: Vec<_> = answers.into_iter().map(answered).collect();
    assert!(answers[0].is_ok() && answers[3].is_ok());
    assert!(matches!(answers[1], Err(StoreError::Sqlite(_))));
    assert!(matches!(&answers[2], Err(StoreError::Panicked { message }) if message == "item 3"));
    assert_eq!(numbers(&mut reader), [1, 4]);
}

#[test]
fn a_group_is_one_commit_and_nobody_is_answered_before_it() {
    let (_directory, mut connection, reader) = store();
    let (first, mut answer) = job(|tx| insert(tx, 1));
    let (second, _) = job(move |tx| {
        let mut reader = reader;
        assert!(
            numbers(&mut reader).is_empty(),
            "the first is not committed yet"
        );
        assert_eq!(answer.try_recv().map(drop), Err(TryRecvError::Empty));
        insert(tx, 2)
    });
    let mut jobs = [first, second];
    connection.begin().expect("begun");
    commit_together(&mut connection, &mut jobs).expect("committed");
    assert_eq!(numbers(&mut connection), [1, 2]);
}

#[test]
fn when_the_commit_fails_all_hear_it_and_nothing_is_written() {
    let (_directory, mut connection, mut reader) = store();
    let dangling = |tx: &mut dyn Tx| {
        tx.exec("PRAGMA defer_foreign_keys = ON", &[])?;
        tx.exec("INSERT INTO child VALUES (99)", &[]).map(drop)
    };
    let jobs = vec![job(|tx| insert(tx, 1)), job(dangling)];
    for answer in group(&mut connection, jobs) {
        assert!(matches!(answered(answer), Err(StoreError::Sqlite(_))));
    }
    assert!(numbers(&mut reader).is_empty());

    let answers = group(&mut connection, vec![job(|tx| insert(tx, 1))]);
    assert!(answers.into_iter().map(answered).all(|it| it.is_ok()));
    assert_eq!(numbers(&mut reader), [1], "the next group is not touched");
}

#[test]
fn a_full_disk_is_notified_and_what_was_answered_as_written_is() {
    let (_directory, mut connection, mut reader) = store();
    connection
        .batch("PRAGMA max_page_count = 8; CREATE TABLE big (b BLOB)")
        .expect("set");
    let answers = group(
        &mut connection,
        vec![
            job(|tx| insert(tx, 1)),
            job(|tx| {
                let big = vec![0_u8; 1 << 20];
                tx.exec("INSERT INTO big VALUES (?1)", values![big.as_slice()])
                    .map(drop)
            }),
            job(|tx| insert(tx, 2)),
        ],
    );
    let answers: Vec<_> = answers.into_iter().map(answered).collect();
    assert!(matches!(&answers[1], Err(error) if error.is_full()));
    let mut written = vec![];
    for (n, answer) in [(1, &answers[0]), (2, &answers[2])] {
        if answer.is_ok() {
            written.push(n);
        }
    }
    assert_eq!(numbers(&mut reader), written);
    let answers = group(&mut connection, vec![job(|tx| insert(tx, 3))]);
    assert!(answers.into_iter().map(answered).all(|it| it.is_ok()));
}

#[test]
fn when_sqlite_rolls_all_back_by_itself_all_hear_why() {
    let (_directory, mut connection, mut reader) = store();
    let lost = |tx: &mut dyn Tx| {
        tx.exec("INSERT OR ROLLBACK INTO n VALUES (1)", &[])
            .map(drop)
    };
    let jobs = vec![
        job(|tx| insert(tx, 1)),
        job(lost),
        job(|_| unreachable!("the transaction is gone")),
    ];
    for answer in group(&mut connection, jobs) {
        assert!(matches!(answered(answer), Err(StoreError::Sqlite(error))
            if error.to_string().contains("UNIQUE")));
    }
    assert!(numbers(&mut reader).is_empty());
}

#[tokio::test]
async fn a_burst_beyond_the_batch_and_the_queue_is_written_in_order() {
    let temp = crate::store::testing::TempStore::new();
    let sqlite = crate::store::engine::sqlite::Sqlite::open(&temp.options.path).expect("opened");
    let total = super::super::QUEUE + BATCH + 1;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..total {
        let sqlite = sqlite.clone();
        let sql = "INSERT INTO origin (host, domain, due) VALUES (?1, ?1, 0) RETURNING id";
        let write =
            move |tx: &mut dyn Tx| tx.row(sql, values![n.to_string()])?.expect("a row").only();
        tasks.spawn(async move {
            (
                n,
                sqlite.write(Patience::Short, write).await.expect("written"),
            )
        });
    }
    let mut ids: Vec<(usize, i64)> = tasks.join_all().await;
    ids.sort_unstable();
    assert_eq!(ids.len(), total);
    // Those that had room at once: one that had to wait for it may be overtaken.
    let at_once = &ids[..super::super::QUEUE];
    assert!(
        at_once.is_sorted_by_key(|(_, id)| *id),
        "first come, first written"
    );
}

/// Another process in the middle of its transaction.
fn rival(directory: &tempfile::TempDir) -> Connection {
    let path = directory.path().join("store.db");
    let mut rival = Connection::open(&path, Access::Write).expect("opened");
    rival.begin().expect("nobody else writes");
    rival
}

#[test]
fn while_another_process_writes_what_was_done_waits_and_the_rest_hears_so() {
    let (directory, mut connection, mut reader) = store();
    let mut rival = rival(&directory);
    let ((asked, answer), (done, mut recorded)) =
        (job(|tx| insert(tx, 1)), record(|tx| insert(tx, 2)));
    let waiting = answer_all(&mut connection, vec![asked, done], true);
    assert!(matches!(answered(answer), Err(StoreError::Busy)));
    assert_eq!(recorded.try_recv().map(drop), Err(TryRecvError::Empty));
    let waiting = answer_all(&mut connection, waiting, true);
    assert_eq!(waiting.len(), 1, "however long that takes");

    rival.commit().expect("committed");
    assert!(answer_all(&mut connection, waiting, true).is_empty());
    assert!(answered(recorded).is_ok());
    assert_eq!(numbers(&mut reader), [2]);
}

#[test]
fn the_last_try_is_answered_whatever_comes_of_it() {
    let (directory, mut connection, mut reader) = store();
    let _rival = rival(&directory);
    let (done, recorded) = record(|tx| insert(tx, 1));
    assert!(answer_all(&mut connection, vec![done], false).is_empty());
    assert!(matches!(answered(recorded), Err(StoreError::Busy)));
    assert!(numbers(&mut reader).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_waits_for_another_process_still_answers_and_still_ends() {
    let temp = crate::store::testing::TempStore::new();
    let sqlite = crate::store::engine::sqlite::Sqlite::open(&temp.options.path).expect("opened");
    let mut rival = Connection::open(&temp.options.path, Access::Write).expect("opened");
    rival.begin().expect("begun");
    let insert = |tx: &mut dyn Tx| {
        let sql = "INSERT INTO origin (host, domain, due) VALUES ('h', 'h', 0)";
        tx.exec(sql, values![]).map(drop)
    };
    let recording = {
        let sqlite = sqlite.clone();
        tokio::spawn(async move { sqlite.write(Patience::Long, insert).await })
    };
    for _ in 0..2 {
        let asked = sqlite.write(Patience::Short, |_| Ok(())).await;
        assert!(matches!(asked, Err(StoreError::Busy)));
    }
    assert!(!recording.is_finished());
    sqlite.close().await;
    let recorded = recording.await.expect("no panic");
    assert!(matches!(recorded, Err(StoreError::Busy)), "{recorded:?}");
    rival.commit().expect("committed");
}
