//! Whether the service lives, and whether it does its work, for those who watch over it.
//!
//! No feed and no receiver has a say: a service whose every feed is dead does its work.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{App, status};
use crate::store::StoreError;

/// How long the writer may take to answer one who waits for it: probes give up after a second.
const LIMIT: Duration = Duration::from_millis(800);

/// A writer that last answered so long ago is dead: other processes may keep it waiting for a while,
/// which a new start would not end.
const DEAD_AFTER: Duration = Duration::from_secs(30);

/// When the writer of the store last answered, by a clock that nobody sets.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<Instant>);

impl Pulse {
    /// It has answered now.
    pub(super) fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// It has answered again.
    pub(super) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn age(&self, now: Instant) -> Duration {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.saturating_duration_since(last)
    }
}

/// The writer does not answer.
enum Silence {
    /// It has ended.
    Closed,
    /// Not for so long.
    Since(Duration),
}

impl Silence {
    fn in_words(&self) -> String {
        match self {
            Self::Closed => "the store is closed".to_owned(),
            Self::Since(age) => {
                let seconds = age.as_secs_f64();
                format!("the writer of the store has not answered for {seconds:.1} s")
            }
        }
    }
}

impl App {
    /// Why the service is to be started again; `None` while its loop of polls turns and the store's
    /// writer has answered of late, by a clock that nobody sets. A disk in trouble is no reason: a
    /// start would not mend it.
    pub async fn dead(&self) -> Option<String> {
        if let Some(stuck) = self.stuck() {
            return Some(stuck);
        }
        match self.written().await {
            Err(Silence::Since(age)) if age < DEAD_AFTER => None,
            Err(silence) => Some(silence.in_words()),
            Ok(_) => None,
        }
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
            Err(silence) => Some(silence.in_words()),
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
    async fn written(&self) -> Result<Result<(), StoreError>, Silence> {
        match tokio::time::timeout(LIMIT, self.store.ping()).await {
            Ok(Err(StoreError::Closed)) => Err(Silence::Closed),
            Ok(answer) => {
                self.pulse.beat();
                Ok(answer)
            }
            Err(_) => Err(Silence::Since(self.pulse.age(Instant::now()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_counts_from_the_last_answer() {
        let pulse = Pulse::new();
        let later = Instant::now() + Duration::from_mins(1);
        assert!(pulse.age(later) > DEAD_AFTER);
        *pulse.0.lock().expect("no other holds it") = later;
        assert_eq!(pulse.age(later), Duration::ZERO);
        pulse.beat();
        assert!(pulse.age(later) > DEAD_AFTER);
    }
}
