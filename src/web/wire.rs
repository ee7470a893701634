//! What stands in the requests and answers of the control socket. Both ends are of one version or
//! nearly: what a later one adds, an earlier one does not read.

use serde::{Deserialize, Serialize};

use crate::app::ConfigCounts;

/// Which polls to wait for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wait {
    /// The feeds; all that someone asked for, if none is named.
    pub(super) feeds: Vec<String>,
    /// A host that asks to wait longer is not waited for.
    pub(super) patience_ms: u64,
}

/// Whether they are done, as far as they are waited for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Polled {
    pub(super) done: bool,
    /// How many polls that anybody asked for are left.
    pub(super) left: usize,
}

/// What a reload came to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reloaded {
    /// The new config is in force.
    Done(ConfigCounts),
    /// The old one stays; everything that is wrong.
    Refused(String),
}
