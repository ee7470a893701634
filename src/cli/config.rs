//! `config` and `schema`, and how every command reads the configuration.

use std::path::{Path, PathBuf};

use super::{
    error::{Answer, CliError},
    output::{self, Output, remark},
};
use crate::config::{self, Config, ConfigErrors, Environment, Loaded, Looked, schema::json_schema};

/// The config where nothing names one: the service's.
pub(super) const DEFAULT: &str = "/etc/fivebells/fivebells.toml";

/// Reads the config with its secrets, for what sends; its errors are the error. Its warnings are for
/// the commands that judge or start it.
pub(super) fn load(path: &Path) -> Result<Loaded, CliError> {
    load_in(path, &Environment::of_process())
}

/// The same, with its warnings on standard error.
pub(super) fn load_and_warn(path: &Path) -> Result<Loaded, CliError> {
    load(path).map(warned)
}

/// Reads the config without its secrets, for what sends nothing; its warnings on standard error.
pub(super) fn load_without_secrets(path: &Path) -> Result<Loaded, CliError> {
    load_in(path, &Environment::of_process().without_secrets()).map(warned)
}

/// Reads the config as one outside the service can, for `check`; its warnings on standard error.
pub(super) fn load_to_judge(path: &Path) -> Result<Loaded, CliError> {
    load_in(path, &environment_to_judge()).map(warned)
}

/// What `check` reads: all but the credentials of systemd, where it is not the service.
pub(super) fn environment_to_judge() -> Environment {
    Environment::of_process().outside_the_service()
}

/// Reads the config for what needs the store only: without its secrets, and as far as it can be
/// read.
pub(super) fn look(path: &Path) -> Result<Loaded, CliError> {
    let looked = config::load_for_looking(path, &Environment::of_process());
    let Looked {
        loaded,
        first_error,
    } = looked.map_err(|errors| broken(&errors))?;
    if let Some(error) = first_error {
        remark(&format!(
            "warning: {error}; `fivebells check` shows all; continuing with what can be read and the \
             store {}",
            loaded.config.store.path.display()
        ));
    }
    Ok(loaded)
}

/// Where the store is, for what asks the service to judge the config.
pub(super) fn look_for_store(path: &Path) -> Result<PathBuf, CliError> {
    let looked = config::load_for_looking(path, &Environment::of_process());
    let looked = looked.map_err(|errors| broken(&errors))?;
    Ok(looked.loaded.config.store.path)
}

fn load_in(path: &Path, environment: &Environment) -> Result<Loaded, CliError> {
    config::load(path, environment).map_err(|errors| broken(&errors))
}

/// The report as a command's error.
pub(super) fn broken(errors: &ConfigErrors) -> CliError {
    CliError::Config(errors.report.render(output::stderr_color()))
}

fn warned(loaded: Loaded) -> Loaded {
    remark(&loaded.warnings.render(output::stderr_color()));
    loaded
}

/// Reads the config for a command that helps to write it: where it has errors, or there is none
/// yet, the command goes on without.
pub(super) fn load_if_good(path: &Path) -> Option<Config> {
    if matches!(path.try_exists(), Ok(false)) {
        return None;
    }
    let loaded = config::load(path, &Environment::of_process());
    if loaded.is_err() {
        let path = path.display();
        remark(&format!(
            "{path} has errors, which `fivebells check` names; continuing without it"
        ));
    }
    loaded.ok().map(|loaded| loaded.config)
}

/// Prints the configuration in effect, as TOML that reads back, secrets hidden.
pub(super) fn show(path: &Path, output: &Output) -> Answer {
    let config = load_without_secrets(path)?.config;
    let effective = config::effective(&config);
    if output.is_json() {
        let table: toml::Table = effective.parse().expect("what we print reads back");
        output.print(&table, |_| String::new())?;
    } else {
        output::line(effective.trim_end())?;
    }
    Ok(true)
}

/// Prints the JSON Schema of the configuration, made from its declarations.
pub(super) fn print_schema() -> Answer {
    let schema = serde_json::to_string_pretty(&json_schema()).expect("plain data serializes");
    output::line(&schema)?;
    Ok(true)
}
