//! What it costs to settle the language of an item: `cargo bench --bench micro -- language`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group};
use fivebells::text::language;

const ENGLISH: [&str; 2] = [
    "Defense minister meets Hegseth in Tokyo",
    "The two ministers agreed on Saturday to deepen cooperation on missile defence and to hold \
     more joint exercises in the southern islands. ",
];
const JAPANESE: [&str; 2] = [
    "防衛相が米国防長官と会談",
    "両氏は土曜日に東京で会談し、ミサイル防衛での協力を深め、南西諸島での共同訓練を増やすことで一致した。",
];

fn settle(criterion: &mut Criterion) {
    let long = ENGLISH[1].repeat(20);
    let mut group = criterion.benchmark_group("language of an item");
    for (name, declared, texts) in [
        ("declared, headline and summary", Some("en"), ENGLISH),
        ("declared, 2 KB", Some("en"), [ENGLISH[0], &long]),
        ("English, headline and summary", None, ENGLISH),
        ("English, 2 KB", None, [ENGLISH[0], &long]),
        ("Japanese, headline and summary", None, JAPANESE),
        ("Japanese declared as English", Some("en-US"), JAPANESE),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| language(black_box(declared), black_box(&texts)));
        });
    }
    group.finish();
}

criterion_group!(benches, settle);
