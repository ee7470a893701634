//! Servers of the tests' own, each on a free port of 127.0.0.1.

pub(crate) mod feed;
#[expect(dead_code, reason = "the kill campaign uses the rest")]
pub(crate) mod http;
pub(crate) mod postfix;
pub(crate) mod secure;
pub(crate) mod site;
#[expect(dead_code, reason = "the mail notifier's own tests use the rest")]
pub(crate) mod smtp;
pub(crate) mod watched;
pub(crate) mod webhook;
