//! SQLite: one writer thread, two readers, WAL with `synchronous=FULL`.
//!
//! FULL is what makes an answered write survive a power cut; it costs a sync of the log per
//! commit, so the writer commits what waits in its queue together. Measured with a poll per
//! write: 190 to 250 a second alone, 1,900 to 2,900 in groups of 64, as fast as NORMAL.

mod connection;
mod copy;
mod lock;
mod migrate;
mod shape;
mod threads;

#[cfg(test)]
mod portability;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod upgrade;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::SystemTime,
};

use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use self::{
    connection::{Access, Connection},
    lock::Lock,
    threads::{LockedPath, Message, Task, read, write},
};
use super::Tx;
use crate::store::{StoreError, disk::beside};

pub(in crate::store) use self::threads::Patience;

#[cfg(test)]
pub(in crate::store) use self::{migrate::MIGRATIONS, shape::APPLICATION_ID};

/// Calls that wait for the writer, or for the readers, before callers wait to enqueue.
const QUEUE: usize = 256;

/// Threads that read; each sees a snapshot and never waits for the writer.
const READERS: usize = 2;

/// An open SQLite store: a handle on its threads. They end when the last handle is dropped or
/// closed; what was queued before is still done.
#[derive(Debug, Clone)]
pub(in crate::store) struct Sqlite {
    writer: mpsc::Sender<Message>,
    readers: mpsc::Sender<Message>,
    /// The readers, then the writer; empty once someone closes.
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Sqlite {
    /// Opens the file for the daemon: locked against a second one, created where missing, migrated.
    /// Blocks.
    pub(in crate::store) fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            std::fs::create_dir_all(parent)
                .map_err(|cause| StoreError::io("create", parent, cause))?;
        }
        let ran_before = beside(path, ".lock").exists();
        let lock = Lock::take(path)?;
        if ran_before && std::fs::metadata(path).map_or(true, |data| data.len() == 0) {
            warn!(
                "{} is missing or empty, though fivebells ran on it before: a new store is made, every feed begins with a baseline; help: to go on with the old one, stop the service and put a copy in its place",
                path.display()
            );
        }
        let mut connection = Connection::open(path, Access::Create)?;
        migrate::migrate(&mut connection, path, migrate::MIGRATIONS)?;
        connection.enforce_references()?;
        Self::start(path, connection, Some(lock))
    }

    /// Opens the file beside a daemon, which may run or not: no lock, nothing created or migrated.
    /// Blocks.
    pub(in crate::store) fn open_beside(path: &Path) -> Result<Self, StoreError> {
        present(path)?;
        let mut connection = Connection::open(path, Access::Write)?;
        migrate::check(&mut connection, path, migrate::MIGRATIONS)?;
        connection.enforce_references()?;
        Self::start(path, connection, None)
    }

    /// Whether a daemon, or a command that takes its place, has the file open.
    pub(in crate::store) fn is_in_use(path: &Path) -> bool {
        Lock::is_held(path)
    }

    /// Copies the file to another one, in use or not. Blocks.
    pub(in crate::store) fn back_up(path: &Path, to: &Path) -> Result<(), StoreError> {
        copy::back_up(path, to)
    }

    fn start(path: &Path, writer: Connection, lock: Option<Lock>) -> Result<Self, StoreError> {
        let (write_calls, write_queue) = mpsc::channel(QUEUE);
        let (reads, read_queue) = mpsc::channel(QUEUE);
        let read_queue = Arc::new(tokio::sync::Mutex::new(read_queue));
        let mut threads = Vec::with_capacity(READERS + 1);
        for _ in 0..READERS {
            let connection = Connection::open(path, Access::Read)?;
            let queue = Arc::clone(&read_queue);
            let run = move || read(connection, &queue);
            threads.push(spawn("store-reader", path, run)?);
        }
        let locked = lock.map(|lock| LockedPath::of(path, lock));
        let run = move || write(writer, write_queue, locked);
        threads.push(spawn("store-writer", path, run)?);
        Ok(Self {
            writer: write_calls,
            readers: reads,
            threads: Arc::new(Mutex::new(threads)),
        })
    }

    /// Calls that wait for the writer.
    pub(in crate::store) fn queued(&self) -> usize {
        self.writer.max_capacity() - self.writer.capacity()
    }

    /// Runs `work` in the writer's next transaction and answers once that is on the disk.
    ///
    /// A caller that stops waiting does not stop the work.
    pub(in crate::store) async fn write<T: Send + 'static>(
        &self,
        patience: Patience,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        ask(&self.writer, patience, work).await
    }

    /// Runs `work` on a snapshot of all that was answered as written.
    pub(in crate::store) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        ask(&self.readers, Patience::Short, work).await
    }

    /// A number that is another one once another process has committed. It is the writer that looks,
    /// so that its own commits, which are all of this process, do not count.
    async fn changes_by_others(&self) -> Result<i64, StoreError> {
        let (reply, answer) = oneshot::channel();
        let look = Message::Look(reply);
        self.writer
            .send(look)
            .await
            .map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Does what is queued, writes the log back into the file and ends the threads. Other handles
    /// get [`StoreError::Closed`] from now on.
    pub(in crate::store) async fn close(self) {
        let mut readers =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let writer = readers.split_off(readers.len().min(READERS));
        // The writer goes last: whose connection is the last one removes the log.
        end(&self.readers, readers).await;
        end(&self.writer, writer).await;
    }
}

/// That there is a file; one that nobody may look for is not missing.
fn present(path: &Path) -> Result<(), StoreError> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(StoreError::Missing { path: path.into() }),
        Err(cause) => Err(StoreError::io("open", path, cause)),
    }
}

/// Closes a queue and waits for its threads.
async fn end(queue: &mpsc::Sender<Message>, threads: Vec<JoinHandle<()>>) {
    // A queue that cannot be reached is closed already.
    let _ = queue.send(Message::Close).await;
    // Jobs' panics are caught; a thread that panicked all the same has nothing left to close.
    let _ = tokio::task::spawn_blocking(move || {
        for thread in threads {
            let _ = thread.join();
        }
    })
    .await;
}

async fn ask<T: Send + 'static>(
    queue: &mpsc::Sender<Message>,
    patience: Patience,
    work: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    let job = Box::new(Task::new(work, reply, patience));
    queue
        .send(Message::Job(job))
        .await
        .map_err(|_| StoreError::Closed)?;
    answer.await.map_err(|_| StoreError::Closed)?
}

fn spawn(
    name: &str,
    path: &Path,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|cause| StoreError::io("start a thread for", path, cause))
}

/// Looks for the commits of other processes: those of commands beside the daemon.
///
/// The log's time of change is looked at first: one system call and no other thread, so that a
/// daemon with nothing to do can look several times a second at no cost. Only where it is another
/// one is the writer asked whether these were commits of others or its own.
#[derive(Debug)]
pub(in crate::store) struct Others {
    engine: Sqlite,
    log: PathBuf,
    stamp: Option<(SystemTime, u64)>,
    /// The clock of files is coarse, and a commit counts a moment after its bytes are there: after
    /// each change there is one look more.
    look_again: bool,
    version: Option<i64>,
}

impl Others {
    /// Looks at this file, which is the one that was opened.
    pub(in crate::store) fn of(engine: Sqlite, path: &Path) -> Self {
        Self {
            engine,
            log: beside(path, "-wal"),
            stamp: None,
            look_again: true,
            version: None,
        }
    }

    /// Whether they have written since this was last asked; the first time, no.
    pub(in crate::store) async fn have_written(&mut self) -> Result<bool, StoreError> {
        let data = std::fs::metadata(&self.log).ok();
        let stamp = data.and_then(|data| Some((data.modified().ok()?, data.len())));
        let is_touched = stamp != self.stamp;
        if !is_touched && !self.look_again {
            return Ok(false);
        }
        let version = self.engine.changes_by_others().await?;
        (self.stamp, self.look_again) = (stamp, is_touched);
        let before = self.version.replace(version);
        Ok(before.is_some_and(|before| before != version))
    }
}
