//! What single steps cost, measured by criterion: `cargo bench --bench micro -- NAME`, where NAME is
//! a part of a benchmark's name.

mod commit;
mod desk;
mod parsing;
mod search;
mod texts;

use criterion::criterion_main;

criterion_main!(
    commit::benches,
    parsing::benches,
    search::benches,
    texts::benches
);
