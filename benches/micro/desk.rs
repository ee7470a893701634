//! A store in a folder of its own, and polls of its feeds: the set-up of the benchmarks of the store.

use std::time::Duration;

use fivebells::{
    model::{Feed, Fingerprint, IdentifiedBy, Item, TextHash},
    schedule::Learned,
    store::{
        NewItem, NextPoll, OriginPause, PollCommit, PollCommitted, PollRead, PollResult, Store,
        StoreOptions,
    },
};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const MINUTE: Duration = Duration::from_mins(1);

pub(crate) struct Desk {
    pub(crate) runtime: Runtime,
    pub(crate) store: Store,
    pub(crate) options: StoreOptions,
    _folder: TempDir,
}

impl Desk {
    /// A store that knows so many feeds, each of a host of its own.
    pub(crate) fn open(feeds: u32) -> Self {
        let folder = TempDir::new().expect("a folder");
        let runtime = Runtime::new().expect("a runtime");
        let options = StoreOptions {
            path: folder.path().join("bench.db"),
            keep_items: MINUTE,
            keep_alerts: MINUTE,
        };
        let store = runtime.block_on(async {
            let store = Store::open(&options, now()).await.expect("a store");
            let feeds: Vec<Feed> = (0..feeds).map(feed).collect();
            store.sync(&feeds, &[], now()).await.expect("feeds");
            store
        });
        Self {
            runtime,
            store,
            options,
            _folder: folder,
        }
    }
}

/// Claims a feed and commits a poll of it that found these items.
pub(crate) async fn poll(store: &Store, news: Vec<NewItem>) {
    let claims = store.claim_origins(now(), MINUTE, 1).await;
    let claim = claims.expect("the store answers").pop().expect("a claim");
    let result = PollResult::Read(Box::new(PollRead {
        status: 200,
        etag: Some(b"\"v1\"".to_vec()),
        body_hash: [7; 32],
        title: Some("Example Wire".to_owned()),
        format: "rss2.0".to_owned(),
        warnings: "[]".to_owned(),
        news,
        ..PollRead::default()
    }));
    let next = NextPoll {
        due_at: now(),
        reason: "interval".to_owned(),
        learned: Learned::default(),
    };
    let commit = PollCommit::of(&claim, [now(); 2], next, OriginPause::default(), result);
    let committed = store.commit_poll(commit).await;
    assert!(matches!(committed, Ok(PollCommitted::Done { .. })));
}

/// An item that is new, without an alert.
pub(crate) fn new(item: Item, fingerprint: Fingerprint) -> NewItem {
    NewItem {
        item,
        is_baseline: false,
        text_hash: TextHash([0; 16]),
        fingerprint,
        identified_by: IdentifiedBy::New,
        alert: None,
    }
}

fn feed(number: u32) -> Feed {
    let url = format!("https://host-{number}.example.org/");
    Feed::new(
        &format!("feed-{number}"),
        url.parse().expect("a URL"),
        MINUTE,
    )
}

fn now() -> Timestamp {
    "2026-11-22T07:00:00Z".parse().expect("a time")
}
