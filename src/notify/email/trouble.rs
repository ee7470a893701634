//! What was wrong with a server when it was last tried.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{model::SendError, model::time};

/// How long a server that took no mail is asked last, where there is another one.
pub(super) const AVOIDED_FOR: Duration = Duration::from_mins(5);

/// The latest failure, and when it was; none where the latest try went well.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<Option<(SendError, Timestamp)>>);

impl Trouble {
    pub(super) fn note(&self, error: Option<&SendError>, now: Timestamp) {
        *self.latest() = error.map(|error| (error.clone(), now));
    }

    pub(super) fn error(&self) -> Option<SendError> {
        self.latest().as_ref().map(|(error, _)| error.clone())
    }

    /// Whether it was so short a while ago that others are better asked first.
    pub(super) fn is_recent(&self, now: Timestamp) -> bool {
        let latest = self.latest();
        let failed_at = latest.as_ref().map(|(_, at)| *at);
        failed_at.is_some_and(|at| time::elapsed(at, now) < AVOIDED_FOR)
    }

    fn latest(&self) -> MutexGuard<'_, Option<(SendError, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
