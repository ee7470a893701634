//! What it costs to write a poll down: `cargo bench --bench micro -- commit`.
//!
//! Every commit is on the disk before it is answered (`synchronous=FULL`), so these figures are
//! the disk's as much as ours; concurrent polls share one transaction.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group};
use fivebells::{
    model::{Fingerprint, Item},
    store::NewItem,
};
use tokio::task::JoinSet;

use crate::desk::{Desk, new, poll};

/// Polls that are committed at once in the group benchmark.
const GROUP: u32 = 64;

/// Items of a typical feed.
const ITEMS: u32 = 30;

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

/// So many items that no poll has shown before.
fn news(serial: u64, count: u32) -> Vec<NewItem> {
    let item = |number| Item {
        guid: Some(format!("urn:item:{serial}:{number}")),
        title: "Defence ministers meet in Tokyo to discuss the alliance".to_owned(),
        link: Some(format!("https://example.org/{serial}/{number}")),
        summary: "The ministers met for two hours and agreed to meet again. ".repeat(10),
        ..Item::default()
    };
    let new = |number| new(item(number), fingerprint(serial, number));
    (0..count).map(new).collect()
}

fn commits(criterion: &mut Criterion) {
    let desk = Desk::open(GROUP);
    let store = &desk.store;
    let mut serial = 0;
    let mut group = criterion.benchmark_group("commit");
    for count in [1, ITEMS] {
        group.bench_function(format!("one poll, {count} new items"), |bencher| {
            bencher.iter(|| {
                serial += 1;
                desk.runtime
                    .block_on(poll(store, news(black_box(serial), count)));
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
                        let store = store.clone();
                        polls.spawn(async move { poll(&store, news(serial, 1)).await });
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
