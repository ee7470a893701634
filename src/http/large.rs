//! Memory permits for large bodies, so that what strangers send at the same time takes bounded
//! memory.
//!
//! Up to [`SMALL_BODY_BYTES`] a body is read freely. To grow beyond, on the wire or while it is
//! unpacked, it must hold a [`MemoryPermit`], and keeps it until the reader drops it. Permits for
//! bodies that arrive are apart from those for bodies that are unpacked: a stranger chooses how
//! long the former are held, the latter only wait for us. So servers that drip delay no compressed
//! feed, as nearly all large ones are.
//!
//! A body takes one permit and asks for nothing more while it holds it, so no two bodies can wait
//! for each other. Permits are given in the order in which they were asked for.
//!
//! The worst case: servers that drip hold every permit for arriving bodies, each for as long as one
//! request may take (`[poll] timeout`, a minute). Then as many large uncompressed bodies are read
//! in a minute as there are permits, in the order in which they asked. A body that has waited as
//! long as we wait for a server's next bytes (20 s) is [put off](super::HttpError::Crowded): that
//! counts as no failure, and the feed is polled again a minute later. A server that drips has
//! failed, and is polled less and less often. A wait holds one of `[poll] parallel`, which is why it
//! is not longer.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a body may be without a permit. Of 301 real feeds half have 30 KB and one in a hundred
/// 871 KB or more, unpacked; with 256 polls at once these are 64 MiB on the wire.
pub(super) const SMALL_BODY_BYTES: u64 = 256 * 1024;

/// Large bodies that arrive at the same time.
pub(super) const ARRIVING: usize = 8;

/// Large bodies at the same time that were small on the wire.
pub(super) const UNPACKED: usize = 4;

/// The permits of one client.
#[derive(Debug)]
pub(super) struct LargeBodies {
    arriving: Arc<Semaphore>,
    unpacked: Arc<Semaphore>,
    patience: Duration,
}

/// The right of one large body to be in memory; given back when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct MemoryPermit {
    #[expect(dead_code, reason = "held until it is dropped")]
    permit: Arc<OwnedSemaphorePermit>,
}

/// No permit came free in time.
#[derive(Debug)]
pub(super) struct Crowded;

impl LargeBodies {
    /// A body that waits longer than `patience` gets none.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            arriving: Arc::new(Semaphore::new(ARRIVING)),
            unpacked: Arc::new(Semaphore::new(UNPACKED)),
            patience,
        }
    }

    /// A permit for a body that goes on arriving.
    pub(super) async fn arrive(&self) -> Result<MemoryPermit, Crowded> {
        self.wait(&self.arriving).await
    }

    /// A permit for a body that is all here and grows as it is unpacked.
    pub(super) async fn unpack(&self) -> Result<MemoryPermit, Crowded> {
        self.wait(&self.unpacked).await
    }

    async fn wait(&self, permits: &Arc<Semaphore>) -> Result<MemoryPermit, Crowded> {
        let asking = Arc::clone(permits).acquire_owned();
        match tokio::time::timeout(self.patience, asking).await {
            Ok(permit) => Ok(MemoryPermit {
                permit: Arc::new(permit.expect("it is never closed")),
            }),
            Err(_) => Err(Crowded),
        }
    }
}

#[cfg(test)]
#[path = "tests/large.rs"]
mod tests;
