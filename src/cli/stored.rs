//! The store beside the service, as a command opens it.

use super::{error::CliError, output::remark};
use crate::{
    config::Config,
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
