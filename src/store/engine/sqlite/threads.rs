//! The threads: some that read, and the one that writes, with group commit; and the calls in their
//! queues.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use tokio::sync::{Mutex, mpsc::Receiver, oneshot};
use tracing::{error, warn};

use super::{super::Tx, beside, connection::Connection, copy::copy, lock::Lock};
use crate::store::{StoreError, disk::Files};

/// What a thread finds in its queue.
pub(super) enum Message {
    Job(Box<dyn Job>),
    /// Say which version of the data is there but for this connection's own commits.
    Look(oneshot::Sender<Result<i64, StoreError>>),
    /// Finish what is queued, take no more.
    Close,
}

/// A call whose answer waits until the transaction is over.
pub(super) trait Job: Send {
    /// Does the work and keeps its result. An error, or a panic, asks for what it did to be undone.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), StoreError>;

    /// Whether it waits for as long as another process writes.
    fn is_patient(&self) -> bool;

    /// Answers: with the result, or with why the transaction around it failed.
    fn answer(self: Box<Self>, transaction: Result<(), StoreError>);
}

/// A [`Job`] made of a closure and a channel.
pub(super) struct Task<F, T> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    patience: Patience,
}

/// What is done with a call where another process writes for longer than a statement waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Patience {
    /// It is answered so.
    Short,
    /// It waits until it can be done.
    Long,
}

impl<F, T> Task<F, T> {
    pub(super) fn new(
        work: F,
        reply: oneshot::Sender<Result<T, StoreError>>,
        patience: Patience,
    ) -> Self {
        Self {
            work: Some(work),
            result: None,
            reply,
            patience,
        }
    }
}

impl<F, T> Job for Task<F, T>
where
    F: FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        let work = self.work.take().expect("a job is run once");
        // What the work leaves half done in the database is rolled back; its own state is dropped.
        let result = catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|panic| {
            Err(StoreError::Panicked {
                message: message(panic.as_ref()),
            })
        });
        let outcome = result.as_ref().map(drop).map_err(Clone::clone);
        self.result = Some(result);
        outcome
    }

    fn is_patient(&self) -> bool {
        self.patience == Patience::Long
    }

    fn answer(self: Box<Self>, transaction: Result<(), StoreError>) {
        let result = match (self.result, transaction) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(shared)) => Err(shared),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // Nobody may be waiting any more.
        let _ = self.reply.send(result);
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
        .to_owned()
}

/// Calls committed together at most. More gains nothing that was measured and lets the first wait.
const BATCH: usize = 64;

/// Where the daemon's file is, with the lock on it.
#[derive(Debug)]
pub(super) struct LockedPath {
    path: PathBuf,
    files: Files,
    _lock: Lock,
}

impl LockedPath {
    /// The files that are open under this name.
    pub(super) fn of(path: &Path, lock: Lock) -> Self {
        Self {
            path: path.into(),
            files: Files::of(path),
            _lock: lock,
        }
    }
}

/// Runs until the queue, which all readers share, is closed and empty.
pub(super) fn read(mut connection: Connection, queue: &Mutex<Receiver<Message>>) {
    loop {
        // One reader waits for the queue, the others for the one.
        let mut queue = queue.blocking_lock();
        match queue.blocking_recv() {
            None => return,
            Some(Message::Close) => queue.close(),
            Some(Message::Look(_)) => unreachable!("only the writer is asked"),
            Some(Message::Job(mut job)) => {
                drop(queue);
                let snapshot = connection.begin_read();
                if snapshot.is_ok() {
                    // Its result, good or bad, is the job's own.
                    let _ = job.run(&mut connection);
                    connection.rollback();
                }
                job.answer(snapshot);
            }
        }
    }
}

/// Runs until the queue is closed and empty. Holds the lock as long as it can write.
pub(super) fn write(
    mut connection: Connection,
    mut queue: Receiver<Message>,
    locked: Option<LockedPath>,
) {
    let mut inbox = Vec::with_capacity(BATCH);
    let mut waiting = Vec::new();
    while receive(&mut queue, &mut inbox, waiting.is_empty()) {
        let mut jobs = std::mem::take(&mut waiting);
        for message in inbox.drain(..) {
            match message {
                Message::Job(job) => jobs.push(job),
                // Nobody may be waiting any more.
                Message::Look(reply) => drop(reply.send(connection.changes_by_others())),
                Message::Close => queue.close(),
            }
        }
        if !jobs.is_empty() {
            waiting = answer_all(&mut connection, jobs, !queue.is_closed());
        }
    }
    // Without it the log is read back at the next open.
    let _ = connection.checkpoint();
    if let Some(locked) = &locked {
        rescue(&mut connection, locked);
    }
    drop(connection);
    drop(locked);
}

/// Copies a store of which a file has lost its name: with the connection its content would be gone
/// too.
fn rescue(connection: &mut Connection, locked: &LockedPath) {
    if Files::of(&locked.path) == locked.files {
        return;
    }
    let names = (1_u32..).map(|number| beside(&locked.path, &format!(".rescued-{number}")));
    let Some(free) = names.into_iter().find(|name| !name.exists()) else {
        return;
    };
    match copy(connection, &free) {
        Ok(()) => warn!("what the lost store held is kept in {}", free.display()),
        Err(error) => error!("what the lost store held could not be copied: {error}"),
    }
}

/// Takes what is in the queue, and waits for it where nothing else is to be done. False where
/// nothing is to be done any more.
fn receive(queue: &mut Receiver<Message>, inbox: &mut Vec<Message>, is_idle: bool) -> bool {
    if is_idle {
        return queue.blocking_recv_many(inbox, BATCH) > 0;
    }
    while inbox.len() < BATCH
        && let Ok(message) = queue.try_recv()
    {
        inbox.push(message);
    }
    true
}

/// Does the jobs and answers them. Where another process writes, those that have the patience come
/// back instead, to be done before all others; `may_wait` is false for the last try.
fn answer_all(
    connection: &mut Connection,
    mut jobs: Vec<Box<dyn Job>>,
    may_wait: bool,
) -> Vec<Box<dyn Job>> {
    let begun = connection.begin();
    let mut waiting = Vec::new();
    if may_wait && matches!(begun, Err(StoreError::Busy)) {
        (waiting, jobs) = jobs.into_iter().partition(|job| job.is_patient());
    }
    let outcome = begun.and_then(|()| commit_together(connection, &mut jobs));
    for job in jobs {
        job.answer(outcome.clone());
    }
    waiting
}

/// Runs the jobs in the transaction that was begun, each behind its own savepoint: one that fails is
/// undone alone. An error means that nothing of any of them was written.
fn commit_together(
    connection: &mut Connection,
    jobs: &mut [Box<dyn Job>],
) -> Result<(), StoreError> {
    run_each(connection, jobs)
        .and_then(|()| connection.commit())
        .inspect_err(|_| connection.rollback())
}

fn run_each(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    for job in jobs {
        connection.savepoint()?;
        match job.run(connection) {
            Ok(()) => connection.release_savepoint()?,
            Err(_) if connection.in_transaction() => connection.rollback_to_savepoint()?,
            Err(lost) => return Err(lost),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
