//! Room for large bodies: what strangers send at the same time costs bounded memory.
//!
//! Up to [`SMALL_BODY_BYTES`] a body is read freely. To grow beyond, on the wire or while it is
//! unpacked, it must hold a [`Place`], and keeps it until whoever reads it lets go of it. Places
//! for bodies that arrive are apart from those for bodies that are unpacked: how long the former
//! are held is a stranger's choice, the latter only wait for us, so servers that drip keep no
//! compressed feed waiting, as nearly all large ones are.
//!
//! A body takes one place and asks for nothing more while it holds it, so there is no circle to
//! wait in. Places are given in the order they were asked for.
//!
//! The worst case: every place for arriving bodies is held by a server that drips, for as long as
//! one request may take (`[poll] timeout`, a minute). Then so many large uncompressed bodies come
//! through a minute as there are places, in the order they asked. Who has waited as long as we wait
//! for a server's next bytes (20 s) is [put off](super::HttpError::Crowded), which is nobody's
//! failure, and comes again a minute later; who drips has failed, and is asked ever less. A wait
//! holds one of `[poll] parallel`, which is why it is not longer.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a body may be without a place. Of 301 real feeds half have 30 KB and one in a hundred
/// 871 KB or more, unpacked; with 256 polls at once these are 64 MiB on the wire.
pub(super) const SMALL_BODY_BYTES: u64 = 256 * 1024;

/// Large bodies that arrive at the same time.
pub(super) const ARRIVING: usize = 8;

/// Large bodies at the same time that were small on the wire.
pub(super) const UNPACKED: usize = 4;

/// The places of one client.
#[derive(Debug)]
pub(super) struct LargeBodies {
    arriving: Arc<Semaphore>,
    unpacked: Arc<Semaphore>,
    patience: Duration,
}

/// Leave to be a large body; given back when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Place {
    #[expect(dead_code, reason = "held until it is dropped")]
    permit: Arc<OwnedSemaphorePermit>,
}

/// No place came free in time.
#[derive(Debug)]
pub(super) struct Crowded;

impl LargeBodies {
    /// Who waits longer than `patience` goes without.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            arriving: Arc::new(Semaphore::new(ARRIVING)),
            unpacked: Arc::new(Semaphore::new(UNPACKED)),
            patience,
        }
    }

    /// A place for a body that goes on arriving.
    pub(super) async fn arrive(&self) -> Result<Place, Crowded> {
        self.wait(&self.arriving).await
    }

    /// A place for a body that is all here and grows as it is unpacked.
    pub(super) async fn unpack(&self) -> Result<Place, Crowded> {
        self.wait(&self.unpacked).await
    }

    async fn wait(&self, places: &Arc<Semaphore>) -> Result<Place, Crowded> {
        let asking = Arc::clone(places).acquire_owned();
        match tokio::time::timeout(self.patience, asking).await {
            Ok(permit) => Ok(Place {
                permit: Arc::new(permit.expect("it is never closed")),
            }),
            Err(_) => Err(Crowded),
        }
    }
}

#[cfg(test)]
#[path = "tests/large.rs"]
mod tests;
