//! The store beside the service, as a command opens it, and whose store it is.
//!
//! The store of a service that is installed on this machine is not where a command would make one:
//! somebody who types `run` with its config would get a second store, in which every feed begins anew.

use std::path::Path;

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

/// Where units lie, the operator's own first (systemd.unit(5)).
const UNITS: [&str; 4] = [
    "/etc/systemd/system/fivebells.service",
    "/run/systemd/system/fivebells.service",
    "/usr/lib/systemd/system/fivebells.service",
    "/lib/systemd/system/fivebells.service",
];

/// Refuses to take the place of an installed service.
pub(super) fn refuse_second_service(config: &Config) -> Result<(), CliError> {
    if is_of_a_service(config) && !is_beside(config) {
        let help = "`systemctl start fivebells` runs it, `fivebells poll` polls at once; for a \
                    second one give it a config elsewhere, or its own `[store] url`";
        return Err(refusal(config, help));
    }
    Ok(())
}

/// Refuses to make a store where the installed service has not made its own yet.
pub(super) fn refuse_second_store(config: &Config) -> Result<(), CliError> {
    if is_of_a_service(config) && !config.store.path.exists() {
        let help = "start it first: `systemctl start fivebells`";
        return Err(refusal(config, help));
    }
    Ok(())
}

fn refusal(config: &Config, help: &str) -> CliError {
    let path = config.path.display();
    CliError::Failed(format!(
        "{path} is the config of the installed service, which keeps its own store; help: {help}"
    ))
}

/// Whether the config leaves the place of its store to an installed service.
fn is_of_a_service(config: &Config) -> bool {
    is_of(config, has_unit())
}

/// Whether the service is installed here.
pub(super) fn has_unit() -> bool {
    UNITS.iter().any(|unit| Path::new(unit).exists())
}

/// More than one place is looked at for the config that the unit names only.
fn is_of(config: &Config, is_installed: bool) -> bool {
    is_installed && config.store_places.len() > 1
}

/// Whether the store lies beside the config, where somebody without the service made it.
fn is_beside(config: &Config) -> bool {
    config.store.path.exists() && config.store_places.last() == Some(&config.store.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, load};

    #[test]
    fn only_a_config_that_leaves_its_store_to_an_installed_unit_is_refused() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/quickstart.toml");
        let loaded = load(path.as_ref(), &Environment::default());
        let mut config = loaded.expect("the quickstart").config;
        assert!(!is_of(&config, true), "it lies elsewhere");
        let folder = tempfile::tempdir().expect("a folder");
        let [unit, beside] = ["unit.db", "beside.db"].map(|name| folder.path().join(name));
        config.store_places = vec![unit.clone(), beside.clone()];
        assert!(is_of(&config, true) && !is_of(&config, false));
        config.store.path.clone_from(&beside);
        assert!(!is_beside(&config), "nothing is there yet");
        std::fs::write(&beside, "").expect("written");
        assert!(is_beside(&config), "somebody without the service made it");
        config.store.path = unit;
        assert!(!is_beside(&config));
    }
}
