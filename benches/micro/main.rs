//! What single steps cost, measured by criterion: `cargo bench --bench micro -- NAME`, where NAME is
//! a part of a benchmark's name.

mod commit;
mod language;
mod matching;
mod parsing;
mod search;

use criterion::criterion_main;

criterion_main!(
    commit::benches,
    language::benches,
    matching::benches,
    parsing::benches,
    search::benches
);
