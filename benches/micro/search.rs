//! What it costs to look through all that is kept: `cargo bench --bench micro -- search`.
//!
//! A hundred thousand items of about 2 KB of made-up news, read page by page as `search`, `try`
//! and `watches` read them, and matched against one expression.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group};
use fivebells::{
    matcher::{ItemLists, Matcher},
    model::{Field, Fingerprint, Item, OnUpdate, Priority, Watch},
    store::{ItemFilter, NewItem, Store},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::desk::{Desk, new, poll};

const ITEMS: u64 = 100_000;

/// Items of one poll: few transactions fill the store.
const AT_ONCE: u64 = 1_000;

/// As many as the commands read.
const PAGE: u32 = 256;

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

/// A store with all items.
fn filled() -> Desk {
    let mut desk = Desk::open(1);
    desk.store = desk.runtime.block_on(async {
        for number in 0..ITEMS / AT_ONCE {
            fill(&desk.store, number).await;
        }
        // Closing writes the log back into the file, as the daemon does while it is idle.
        desk.store.close().await;
        let reopened = Store::open_beside(&desk.options).await;
        reopened.expect("the same store")
    });
    desk
}

/// How many of all items the matcher finds.
fn search(desk: &Desk, matcher: &Matcher) -> usize {
    desk.runtime.block_on(async {
        let (mut hits, mut before) = (0, None);
        let filter = ItemFilter::default();
        loop {
            let page = desk.store.item_page(&filter, before, PAGE).await;
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

/// Commits one poll of many items.
async fn fill(store: &Store, number: u64) {
    let mut random = StdRng::seed_from_u64(number);
    let news = (0..AT_ONCE).map(|item_number| item(&mut random, number * AT_ONCE + item_number));
    poll(store, news.collect()).await;
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
    let item = Item {
        title: text(60),
        summary: text(300),
        content: text(1_600),
        link: Some(format!("https://wire.example.org/{number}")),
        authors: vec!["A. Reporter".to_owned()],
        ..Item::default()
    };
    let fingerprint = Fingerprint {
        whole: i64::try_from(number).expect("small"),
        ..Fingerprint::default()
    };
    new(item, fingerprint)
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
        stories: None,
        corroborate: None,
        escalate: None,
    }
}

fn searches(criterion: &mut Criterion) {
    let desk = filled();
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
            bencher.iter(|| black_box(search(&desk, &matcher)));
        });
    }
    group.finish();
}

criterion_group!(benches, searches);
