//! Replies of SMTP servers: no bytes panic, and what is shown of one is short and on one line.

#![no_main]

use fivebells::notify::read_reply_for_fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let shown = read_reply_for_fuzzing(bytes);
    assert!(shown.chars().count() < 600, "{shown}");
    assert!(!shown.contains(['\r', '\n']), "{shown:?}");
});
