//! What keeps all feeds from being polled.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{when, words::one_line};
use crate::{
    app::ENOUGH_BYTES,
    model::{StoreFailing, StoreReason},
    store::{Store, StoreError},
};

/// That no feed is polled.
#[derive(Debug, Serialize)]
pub(crate) struct Paused<'a> {
    pub(crate) polling: bool,
    pub(crate) since: Timestamp,
    pub(crate) reason: StoreReason,
    pub(crate) error: &'a str,
}

impl<'a> Paused<'a> {
    pub(crate) fn by(trouble: &'a StoreFailing) -> Self {
        Self {
            polling: false,
            since: trouble.since,
            reason: trouble.reason,
            error: &trouble.error,
        }
    }

    /// That no feed is polled, whatever is shown of each. The store knows it from its own record:
    /// where its disk takes none, only the receivers know.
    pub(crate) fn in_words(&self, zone: &TimeZone) -> String {
        let since = when::at(self.since, zone);
        let error = one_line(self.error, 300);
        format!("no feed is polled since {since}, the store is in trouble: {error}")
    }
}

/// The trouble that keeps feeds from being polled now. The store has it as it was when it
/// began: how much room there is now is looked at, and where that is enough nothing keeps a service
/// from polling that is started.
///
/// `is_up`: whether a service runs.
pub(crate) async fn now(store: &Store, is_up: bool) -> Result<Option<StoreFailing>, StoreError> {
    let recorded = store.store_issue().await?;
    Ok(recorded.and_then(|trouble| as_of_now(trouble, store.free_bytes(), is_up)))
}

fn as_of_now(mut trouble: StoreFailing, free: Option<u64>, is_up: bool) -> Option<StoreFailing> {
    let is_of_room = matches!(trouble.reason, StoreReason::Low | StoreReason::Full);
    let Some(free) = free.filter(|_| is_of_room) else {
        return Some(trouble);
    };
    if free >= ENOUGH_BYTES && !is_up {
        return None;
    }
    let now = format!("{} MiB are free", free >> 20);
    if !trouble.error.starts_with(&now) {
        // What was free when it began comes before the help.
        let (what, help) = trouble
            .error
            .split_once("; help: ")
            .unwrap_or((&trouble.error, ""));
        let help = if help.is_empty() {
            String::new()
        } else {
            format!("; help: {help}")
        };
        trouble.error = format!("{what}; {now} now{help}");
    }
    Some(trouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_shown_as_it_is_now() {
        let trouble = |reason| StoreFailing {
            reason,
            error: "63 MiB are free; help: make room".to_owned(),
            since: jiff::Timestamp::UNIX_EPOCH,
            free_bytes: Some(63 << 20),
        };
        let (low, io) = (StoreReason::Low, StoreReason::Io);
        let still = Some("63 MiB are free; 12 MiB are free now; help: make room");
        let soon = Some("63 MiB are free; 200 MiB are free now; help: make room");
        let plain = Some("63 MiB are free; help: make room");
        for (reason, free, is_up, wanted) in [
            (low, Some(12 << 20), true, still),
            (low, Some(12 << 20), false, still),
            (low, Some(63 << 20), true, plain),
            (low, Some(200 << 20), true, soon),
            (low, Some(200 << 20), false, None),
            (low, None, false, plain),
            (io, Some(200 << 20), false, plain),
        ] {
            let now = as_of_now(trouble(reason), free, is_up).map(|trouble| trouble.error);
            assert_eq!(now.as_deref(), wanted, "{reason:?} {free:?} {is_up}");
        }
    }
}
