//! The places for connections, and who gives way where all are taken.
//!
//! Who has said nothing, or half a request, holds a place for as long as a head may take. While there is
//! room nobody minds. Where there is none, the one of them that has waited longest is put out for who
//! comes: a connection that asks for something at once gets its answer, however many do not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use tokio::{
    sync::Notify,
    task::{AbortHandle, JoinSet},
};

/// Of a connection whose request is being answered.
const ANSWERING: u64 = u64::MAX;

/// The connections of a door.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    began: Instant,
    taken: Vec<(Arc<Place>, AbortHandle)>,
    freed: Arc<Notify>,
}

/// That of one connection.
#[derive(Debug)]
pub(super) struct Place {
    began: Instant,
    /// Since when it waits for a request, in microseconds; or [`ANSWERING`].
    waits_since: AtomicU64,
    freed: Arc<Notify>,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            began: Instant::now(),
            taken: Vec::with_capacity(most),
            freed: Arc::default(),
        }
    }

    /// Whether one more may be let in: there is a place, or somebody who gives way.
    pub(super) fn has_room(&mut self) -> bool {
        self.taken.retain(|(_, task)| !task.is_finished());
        self.taken.len() < self.most || self.longest_waiting().is_some()
    }

    /// Waits until somebody may give way who did not before.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Lets one in; [`has_room`](Self::has_room) has just said yes.
    pub(super) fn let_in<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        connections: &mut JoinSet<()>,
        connection: impl FnOnce(Arc<Place>) -> F,
    ) {
        if self.taken.len() >= self.most
            && let Some(at) = self.longest_waiting()
        {
            self.taken.swap_remove(at).1.abort();
        }
        let place = Arc::new(Place {
            began: self.began,
            waits_since: AtomicU64::new(0),
            freed: Arc::clone(&self.freed),
        });
        place.waits();
        let task = connections.spawn(connection(Arc::clone(&place)));
        self.taken.push((place, task));
    }

    fn longest_waiting(&self) -> Option<usize> {
        let waits = |at: &usize| self.taken[*at].0.waits_since.load(Ordering::Relaxed);
        let longest = (0..self.taken.len()).min_by_key(waits);
        longest.filter(|at| waits(at) != ANSWERING)
    }
}

impl Place {
    /// From now on it has a request that is answered; until what is returned is dropped.
    pub(super) fn answers(&self) -> impl Drop {
        self.waits_since.store(ANSWERING, Ordering::Relaxed);
        Answering(self)
    }

    fn waits(&self) {
        let since = self.began.elapsed().as_micros();
        let since = u64::try_from(since).unwrap_or(ANSWERING - 1);
        self.waits_since.store(since, Ordering::Relaxed);
        self.freed.notify_one();
    }
}

struct Answering<'a>(&'a Place);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.waits();
    }
}
