//! The store beside the service, as a command opens it.

use super::{error::CliError, output::remark};
use crate::{
    app::ENOUGH_BYTES,
    config::Config,
    model::{StoreFailing, StoreReason},
    store::{Store, StoreError},
    web::Control,
};

/// Opens the store of this config; where there is none, says where it was looked for.
pub(super) async fn open(config: &Config) -> Result<Store, CliError> {
    let opened = Store::open_beside(&config.store).await;
    opened.map_err(|error| missing(error, config))
}

/// Wakes the service, where one runs: something was written for it. Without its control socket it
/// sees that by itself a moment later.
pub(super) async fn wake(store: &Store) {
    if Store::is_in_use(store.path()) {
        let _ = Control::of(store.path()).wake().await;
    }
}

/// The error, with every place where there is no store.
pub(super) fn missing(error: StoreError, config: &Config) -> CliError {
    match (&error, &config.store_places[..]) {
        (StoreError::Missing { .. }, places @ [_, _, ..]) => CliError::NoStore(places.to_vec()),
        _ => error.into(),
    }
}

/// Says that the service does not run, where one ever did: what is shown of the next poll or try does
/// not come then.
pub(super) async fn mention_stopped(store: &Store) -> Result<(), CliError> {
    if !Store::is_in_use(store.path()) && store.service().await?.is_some() {
        remark("fivebells is not running: nothing is polled or delivered; see `fivebells status`");
    }
    Ok(())
}

/// The trouble that keeps feeds from being polled now. The store has it as it was when it
/// began: how much room there is now is looked at, and where that is enough nothing keeps a service
/// from polling that is started.
pub(super) async fn trouble(store: &Store) -> Result<Option<StoreFailing>, StoreError> {
    let recorded = store.store_issue().await?;
    let is_up = Store::is_in_use(store.path());
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
