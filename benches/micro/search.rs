//! What it costs to look through all that is kept: `cargo bench --bench micro -- search`.
//!
//! A hundred thousand items of about 2 KB of made-up news, read page by page as `search`, `try`
//! and `watches` read them, and matched against one expression.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group};
use fivebells::{
    matcher::{ItemLists, Matcher},
    model::{
        Access, Feed, Field, Fingerprint, Identity, Initial, Item, OnUpdate, Priority, Recognition,
        TextHash, Watch,
    },
    schedule::Learned,
    store::{Health, ItemFilter, NewItem, PollCommit, PollRead, PollResult, Store, StoreOptions},
};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::runtime::Runtime;

const ITEMS: u64 = 100_000;

/// Items of one poll: few transactions fill the store.
const AT_ONCE: u64 = 1_000;

/// As many as the commands read.
const PAGE: u32 = 256;

const MINUTE: Duration = Duration::from_mins(1);

const WORDS: [&str; 40] = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "minister",
    "defence",
    "Tokyo",
    "talks",
    "said",
    "on",
    "for",
    "with",
    "Koizumi",
    "alliance",
    "will",
    "region",
    "forces",
    "by",
    "that",
    "exercise",
    "government",
    "agreed",
    "after",
    "Monday",
    "officials",
    "from",
    "security",
    "at",
    "new",
    "deployed",
    "ships",
    "Hegseth",
    "is",
    "was",
    "meeting",
    "next",
    "week",
    "F-35",
];

struct Desk {
    runtime: Runtime,
    store: Store,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn filled() -> Self {
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
            store.sync(&[feed()], &[], now).await.expect("a feed");
            for poll in 0..ITEMS / AT_ONCE {
                fill(&store, now, poll).await;
            }
            // Closing writes the log back into the file, as the daemon does while it is idle.
            store.close().await;
            Store::open_beside(&options).await.expect("the same store")
        });
        Self {
            runtime,
            store,
            _folder: folder,
        }
    }

    /// How many of all items the matcher finds.
    fn search(&self, matcher: &Matcher) -> usize {
        self.runtime.block_on(async {
            let (mut hits, mut before) = (0, None);
            let filter = ItemFilter::default();
            loop {
                let page = self.store.item_page(&filter, before, PAGE).await;
                let page = page.expect("the store answers");
                for kept in &page {
                    let lists = ItemLists::of(&kept.stored.item);
                    let text = lists.text(&kept.feed, &kept.stored.item);
                    hits += matcher.find(&text).len();
                }
                match page.last() {
                    Some(last) => before = Some(last.cursor()),
                    None => return hits,
                }
            }
        })
    }
}

fn feed() -> Feed {
    Feed {
        name: "wire".to_owned(),
        url: "https://wire.example.org/".parse().expect("a URL"),
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

/// Commits a poll that found so many items.
async fn fill(store: &Store, now: Timestamp, poll: u64) {
    let mut random = StdRng::seed_from_u64(poll);
    let news = (0..AT_ONCE).map(|number| item(&mut random, poll * AT_ONCE + number));
    let news = news.collect();
    let claims = store.claim_origins(now, MINUTE, 1).await;
    let claim = claims.expect("the store answers").pop().expect("a claim");
    let commit = PollCommit {
        origin: claim.origin,
        fence: claim.fence,
        feed: claim.feed.id,
        told: claim.feed.told(),
        url: claim.feed.url,
        polled_at: now,
        committed_at: now,
        next_due_at: now,
        due_reason: "interval".to_owned(),
        learned: Learned::default(),
        gap: Duration::ZERO,
        origin_not_before: None,
        cools_domain: false,
        refusals: 0,
        unreachable: false,
        outage: None,
        continuity: None,
        moved: None,
        notices: Vec::new(),
        told_with: Vec::new(),
        health: Health::default(),
        result: PollResult::Read(Box::new(PollRead {
            status: 200,
            etag: None,
            last_modified: None,
            body_hash: [7; 32],
            title: None,
            link: None,
            language: None,
            format: "rss2.0".to_owned(),
            items_total: 0,
            warnings: "[]".to_owned(),
            seen: Vec::new(),
            known: Vec::new(),
            news,
            baseline: false,
        })),
    };
    store.commit_poll(commit).await.expect("committed");
}

fn item(random: &mut StdRng, number: u64) -> NewItem {
    let mut text = |bytes: usize| {
        let mut text = String::with_capacity(bytes + 16);
        while text.len() < bytes {
            text.push_str(WORDS[random.random_range(0..WORDS.len())]);
            text.push(' ');
        }
        text
    };
    NewItem {
        item: Item {
            title: text(60),
            summary: text(300),
            content: text(1_600),
            link: Some(format!("https://wire.example.org/{number}")),
            authors: vec!["A. Reporter".to_owned()],
            ..Item::default()
        },
        is_baseline: false,
        text_hash: TextHash([0; 16]),
        fingerprint: Fingerprint {
            whole: i64::try_from(number).expect("small"),
            ..Fingerprint::default()
        },
        recognition: Recognition::New,
        alert: None,
    }
}

fn watch(expression: &str) -> Watch {
    Watch {
        name: "try".to_owned(),
        expression: expression.to_owned(),
        fields: Field::DEFAULT.to_vec(),
        feeds: None,
        priority: Priority::Routine,
        on_update: OnUpdate::default(),
        notify: Vec::new(),
    }
}

fn searches(criterion: &mut Criterion) {
    let desk = Desk::filled();
    let mut group = criterion.benchmark_group("search 100,000 items");
    group
        .throughput(Throughput::Elements(ITEMS))
        .sample_size(10);
    for (name, expression) in [
        ("no item", "Zanzibar OR \"Dar es Salaam\""),
        ("every item", "defence"),
    ] {
        let matcher = Matcher::compile(&[watch(expression)], &[]).expect("it compiles");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(desk.search(&matcher)));
        });
    }
    group.finish();
}

criterion_group!(benches, searches);
