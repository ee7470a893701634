//! Ends a test that hangs. The time says nothing of how fast anything is, and no test may mean it to:
//! it is far longer than any machine takes, and only turns a hang into a failure.

use std::time::{Duration, Instant};

/// What hangs for so long never ends.
pub(crate) const HANGS_AFTER: Duration = Duration::from_mins(3);

/// Watches one wait of a test.
pub(crate) struct Watchdog(Instant);

impl Watchdog {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Whether the wait may go on.
    pub(crate) fn is_patient(&self) -> bool {
        self.0.elapsed() < HANGS_AFTER
    }
}

/// What `work` comes to, or a failure that says what hangs.
pub(crate) async fn watchdog<T>(what: &str, work: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(HANGS_AFTER, work).await;
    ended.unwrap_or_else(|_| panic!("{what}: it hangs"))
}
