//! The service that is installed on this machine, where one is.
//!
//! Its store is not where a command would make one: somebody who types `run` with its config would
//! get a second store, in which every feed begins anew.

use std::path::Path;

use super::error::CliError;
use crate::config::Config;

/// Where units lie, the operator's own first (systemd.unit(5)).
const UNITS: [&str; 4] = [
    "/etc/systemd/system/fivebells.service",
    "/run/systemd/system/fivebells.service",
    "/usr/lib/systemd/system/fivebells.service",
    "/lib/systemd/system/fivebells.service",
];

/// Refuses to take the place of an installed service.
pub(super) fn refuse(config: &Config) -> Result<(), CliError> {
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
