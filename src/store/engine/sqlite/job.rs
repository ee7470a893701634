//! A call on its way through a thread of the store.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::super::Tx;
use crate::store::StoreError;

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
