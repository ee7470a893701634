//! Whether the service lives, and whether it does its work, for those who watch over it.
//!
//! No feed and no receiver has a say: a service whose every feed is dead does its work.

use std::time::Duration;

use super::{App, status};
use crate::store::StoreError;

/// How long the writer may take to answer one who waits for it.
const LIMIT: Duration = Duration::from_secs(5);

impl App {
    /// Why the service is to be started again; `None` while its loop of polls turns and the store's
    /// writer answers, by a clock that nobody sets. A disk in trouble is no reason: a start would not
    /// mend it.
    pub async fn dead(&self) -> Option<String> {
        if let Some(stuck) = self.stuck() {
            return Some(stuck);
        }
        self.written().await.err()
    }

    /// Why the service does not do its work; `None` while it polls and the store takes what that
    /// brings.
    pub async fn unready(&self) -> Option<String> {
        if let Some(reason) = self.unready_at_once() {
            return Some(reason);
        }
        match self.written().await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("the store takes nothing: {error}")),
            Err(silence) => Some(silence),
        }
    }

    /// What of it is known without asking the writer.
    pub(super) fn unready_at_once(&self) -> Option<String> {
        let paused = self.scheduler.polls_are_paused();
        let paused =
            paused.then(|| "the disk of the store is in trouble, no feed is polled".into());
        paused.or_else(|| self.stuck())
    }

    fn stuck(&self) -> Option<String> {
        let silent_for = self.scheduler.silent_for();
        let seconds = silent_for.as_secs();
        (silent_for > status::STUCK_AFTER)
            .then(|| format!("the loop of polls has not come round for {seconds} s"))
    }

    /// What the writer answers; an error where it does not.
    async fn written(&self) -> Result<Result<(), StoreError>, String> {
        let answer = tokio::time::timeout(LIMIT, self.store.ping()).await;
        let seconds = LIMIT.as_secs();
        let silence = |_| format!("the writer of the store has not answered for {seconds} s");
        match answer.map_err(silence)? {
            Err(StoreError::Closed) => Err("the store is closed".to_owned()),
            answer => Ok(answer),
        }
    }
}
