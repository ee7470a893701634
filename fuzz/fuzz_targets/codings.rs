//! Content codings: no body panics, and none is longer than the limit when it is undone.

#![no_main]

use fivebells::http::decode_for_fuzzing;
use libfuzzer_sys::fuzz_target;

const LIMIT: u64 = 1 << 20;
const CODINGS: [&str; 8] = [
    "",
    "gzip",
    "deflate",
    "br",
    "zstd",
    "gzip, br",
    "deflate, gzip",
    "x-gzip, identity",
];

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (coding, body) = input;
    let coding = CODINGS[usize::from(coding) % CODINGS.len()];
    if let Ok(decoded) = decode_for_fuzzing(coding, body.clone(), LIMIT) {
        assert!(decoded.len() <= body.len().max(1 << 20));
    }
});
