//! What a poller polls with, and what the config says about polling.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::document_cache::DocumentCache;
use crate::{
    clock::Clock,
    fetch::Fetcher,
    matcher::Matcher,
    metrics::Metrics,
    model::{Feed, OnUpdate, ReceiverStories, Silent, Stories, Watch},
    publisher::Publishers,
    schedule::Rhythm,
    store::{FeedState, Store},
};

/// What the config says about polling.
#[derive(Debug)]
pub struct PollRules {
    /// Every configured feed.
    pub feeds: Vec<Feed>,
    /// Every configured watch, in the order they were compiled.
    pub watches: Vec<Watch>,
    /// The watches, compiled.
    pub matcher: Matcher,
    /// The longest a server's hint is followed.
    pub max_interval: Duration,
    /// The pause between the end of one request to an origin and the next.
    pub gap: Duration,
    /// When the monitor's own blindness is reported, and to which receivers.
    pub health: HealthRules,
    /// What is folded of stories, and who is a publisher.
    pub stories: StoryRules,
}

/// What the config says of stories.
#[derive(Debug, Clone, Default)]
pub struct StoryRules {
    /// What is folded, unless a watch or a receiver says otherwise.
    pub mode: Stories,
    /// What receivers say of it, by name.
    pub receivers: BTreeMap<String, ReceiverStories>,
    /// Who is a publisher.
    pub publishers: Publishers,
}

impl StoryRules {
    /// What is folded of a watch's alerts to a receiver.
    pub(super) fn of(&self, watch: &Watch, receiver: &str) -> Stories {
        let receiver = self.receivers.get(receiver).and_then(|it| it.mode);
        Stories::in_force(watch.stories, receiver, self.mode)
    }

    /// Whether a receiver is sent a line at the end of a story.
    pub(super) fn sources(&self, receiver: &str) -> bool {
        self.receivers.get(receiver).is_some_and(|it| it.sources)
    }
}

impl PollRules {
    /// Whether any watch compares an edit with all that its item ever said.
    pub(super) fn needs_earlier(&self) -> bool {
        let is_every = |watch: &Watch| watch.on_update == OnUpdate::Every;
        self.watches.iter().any(is_every)
    }

    /// What a feed's next poll is worked out from, beside its last.
    pub(super) fn rhythm<'a>(&self, feed: &'a Feed, polled_at: Timestamp) -> Rhythm<'a> {
        Rhythm::of(feed, self.max_interval, polled_at)
    }
}

/// `[health]`: when a feed counts as failing, and who is notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRules {
    /// Receivers of notices about feeds.
    pub notify: Vec<String>,
    /// How long a feed may fail before receivers are notified.
    pub failing_after: Duration,
    /// When a feed counts as silent that does not say so itself.
    pub silent: Silent,
}

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
