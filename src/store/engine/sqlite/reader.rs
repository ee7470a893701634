//! A thread that reads.

use tokio::sync::{Mutex, mpsc::Receiver};

use super::{Message, connection::Connection};

/// Runs until the queue, which all readers share, is closed and empty.
pub(super) fn run(mut connection: Connection, queue: &Mutex<Receiver<Message>>) {
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
