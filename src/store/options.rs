//! `[store]` and `[keep]`.

use std::{path::PathBuf, time::Duration};

/// Where the store is and how long it keeps what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// The SQLite file.
    pub path: PathBuf,
    /// How long items without an alert are kept.
    pub keep_items: Duration,
    /// How long alerts, their items and settled deliveries are kept.
    pub keep_alerts: Duration,
}
