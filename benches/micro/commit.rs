//! What it costs to write a poll down: `cargo bench --bench micro -- commit`.
//!
//! Every commit is on the disk before it is answered (`synchronous=FULL`), so these figures are
//! the disk's as much as ours; concurrent polls share one transaction.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group};
use fivebells::{
    model::{Access, Feed, Fingerprint, IdentifiedBy, Identity, Initial, Item, TextHash},
    schedule::Learned,
    store::{
        NewItem, NextPoll, OriginPause, PollClaim, PollCommit, PollCommitted, PollRead, PollResult,
        Store, StoreOptions,
    },
};
use jiff::Timestamp;
use tokio::{runtime::Runtime, task::JoinSet};

/// Polls that are committed at once in the group benchmark.
const GROUP: u32 = 64;

/// Items of a typical feed.
const ITEMS: u32 = 30;

const MINUTE: Duration = Duration::from_mins(1);

struct Desk {
    runtime: Runtime,
    store: Store,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::TempDir::new().expect("a folder");
        let runtime = Runtime::new().expect("a runtime");
        let now: Timestamp = "2026-11-22T07:00:00Z".parse().expect("a time");
        let options = StoreOptions {
            path: folder.path().join("bench.db"),
            keep_items: MINUTE,
            keep_alerts: MINUTE,
        };
        let store = runtime.block_on(async {
            let store = Store::open(&options, now).await.expect("a store");
            let feeds: Vec<Feed> = (0..GROUP).map(feed).collect();
            store.sync(&feeds, &[], now).await.expect("feeds");
            store
        });
        Self {
            runtime,
            store,
            now,
            _folder: folder,
        }
    }
}

/// Claims a feed and commits a poll of it that found so many new items.
async fn poll(store: Store, now: Timestamp, serial: u64, news: u32) {
    let claims = store.claim_origins(now, MINUTE, 1).await;
    let claim = claims.expect("the store answers").pop().expect("a claim");
    let committed = store.commit_poll(commit(&claim, now, serial, news)).await;
    assert!(matches!(committed, Ok(PollCommitted::Done { .. })));
}

fn feed(number: u32) -> Feed {
    Feed {
        name: format!("feed-{number}"),
        url: format!("https://host-{number}.example.org/")
            .parse()
            .expect("a URL"),
        every: MINUTE,
        every_at_most: None,
        respect: Vec::new(),
        tags: Vec::new(),
        initial: Initial::Baseline,
        identity: Identity::Auto,
        silent: None,
        allow_private: false,
        access: Access::default(),
    }
}

/// What an item is identified by; every part is the item's own.
fn fingerprint(serial: u64, item: u32) -> Fingerprint {
    let number = serial.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(item) << 32;
    let number = i64::from_ne_bytes(number.to_ne_bytes());
    Fingerprint {
        whole: number,
        guid: Some(number.wrapping_add(1)),
        link: Some(number.wrapping_add(2)),
        path: Some(number.wrapping_add(3)),
        title: Some(number.wrapping_add(4)),
        date: Some(i64::from(item)),
        text: Some(number.wrapping_add(5)),
    }
}

fn item(serial: u64, number: u32) -> NewItem {
    NewItem {
        item: Item {
            guid: Some(format!("urn:item:{serial}:{number}")),
            title: "Defence ministers meet in Tokyo to discuss the alliance".to_owned(),
            link: Some(format!("https://example.org/{serial}/{number}")),
            summary: "The ministers met for two hours and agreed to meet again. ".repeat(10),
            ..Item::default()
        },
        is_baseline: false,
        text_hash: TextHash([0; 16]),
        fingerprint: fingerprint(serial, number),
        identified_by: IdentifiedBy::New,
        alert: None,
    }
}

fn commit(claim: &PollClaim, now: Timestamp, serial: u64, news: u32) -> PollCommit {
    let result = PollResult::Read(Box::new(PollRead {
        status: 200,
        etag: Some(b"\"v1\"".to_vec()),
        last_modified: None,
        body_hash: [7; 32],
        title: Some("Example Wire".to_owned()),
        link: None,
        language: None,
        format: "rss2.0".to_owned(),
        items_total: ITEMS,
        warnings: "[]".to_owned(),
        seen: Vec::new(),
        known: Vec::new(),
        news: (0..news).map(|number| item(serial, number)).collect(),
        baseline: false,
    }));
    let next = NextPoll {
        due_at: now,
        reason: "interval".to_owned(),
        learned: Learned::default(),
    };
    PollCommit::of(claim, [now, now], next, OriginPause::default(), result)
}

fn commits(criterion: &mut Criterion) {
    let desk = Desk::open();
    let (store, now) = (&desk.store, desk.now);
    let mut serial = 0;
    let mut group = criterion.benchmark_group("commit");
    for news in [1, ITEMS] {
        group.bench_function(format!("one poll, {news} new items"), |bencher| {
            bencher.iter(|| {
                serial += 1;
                desk.runtime
                    .block_on(poll(store.clone(), now, black_box(serial), news));
            });
        });
    }
    group.throughput(Throughput::Elements(u64::from(GROUP)));
    group.bench_function(
        format!("{GROUP} polls at once, 1 new item each"),
        |bencher| {
            bencher.iter(|| {
                desk.runtime.block_on(async {
                    let mut polls = JoinSet::new();
                    for _ in 0..GROUP {
                        serial += 1;
                        polls.spawn(poll(store.clone(), now, serial, 1));
                    }
                    while let Some(poll) = polls.join_next().await {
                        poll.expect("no panic");
                    }
                });
            });
        },
    );
    group.finish();
}

criterion_group!(benches, commits);
