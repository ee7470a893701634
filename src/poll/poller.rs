//! What a poller polls with.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{document_cache::DocumentCache, rules::PollRules};
use crate::{
    clock::Clock,
    fetch::Fetcher,
    metrics::Metrics,
    store::{FeedState, Store},
};

/// Permits to hold documents in memory, parsed, at the same time: for as many small ones as are
/// committed together. The polls that wait for an answer may be many more, those cost little.
const PERMITS: usize = 64;

/// A document takes a permit for each so many bytes, at most all of them: of the largest by default,
/// 16 MiB, two are in memory, parsed. With its texts plain and on their way to the store a document
/// takes up to eight times its bytes, so that all permits together are a quarter of a gigabyte.
const PERMIT_BYTES: usize = 512 * 1024;

/// Polls feeds.
#[derive(Debug)]
pub struct Poller {
    pub(super) store: Store,
    pub(super) fetcher: Fetcher,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rules: PollRules,
    pub(super) feeds: HashMap<String, usize>,
    pub(super) documents: DocumentCache,
    memory: Arc<Semaphore>,
    pub(super) metrics: Arc<Metrics>,
}

impl Poller {
    /// A poller under these rules.
    pub fn new(
        store: Store,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
        rules: PollRules,
        metrics: Arc<Metrics>,
    ) -> Self {
        let feeds = rules.feeds.iter().enumerate();
        let feeds = feeds
            .map(|(index, feed)| (feed.name.clone(), index))
            .collect();
        Self {
            store,
            fetcher,
            clock,
            rules,
            feeds,
            documents: DocumentCache::default(),
            memory: Arc::new(Semaphore::new(PERMITS)),
            metrics,
        }
    }

    /// The right to hold a document of so many bytes, until it is dropped; the whole memory where the
    /// process died the last time it was read, so that nothing else is lost with it again.
    pub(super) async fn memory_permit(
        &self,
        state: &FeedState,
        bytes: usize,
    ) -> OwnedSemaphorePermit {
        let bytes = if state.cut_off { usize::MAX } else { bytes };
        let permit = Arc::clone(&self.memory).acquire_many_owned(permits(bytes));
        permit.await.expect("it is never closed")
    }
}

/// How many permits a document of so many bytes takes.
fn permits(bytes: usize) -> u32 {
    let permits = bytes.div_ceil(PERMIT_BYTES).clamp(1, PERMITS);
    u32::try_from(permits).expect("a small constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_takes_a_permit_for_each_half_mebibyte() {
        let taken = [
            0,
            1,
            PERMIT_BYTES,
            PERMIT_BYTES + 1,
            16 << 20,
            32 << 20,
            1 << 30,
        ];
        assert_eq!(taken.map(permits), [1, 1, 1, 2, 32, 64, 64]);
    }
}
