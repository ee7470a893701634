//! `config`, and how every command reads the configuration.

use std::path::Path;

use super::{
    Answer, CliError,
    output::{self, Output, remark},
};
use crate::{
    config::{self, Config, Environment, Loaded},
    model::Watch,
    suggest::closest,
};

/// Reads the config; its errors are the error. Its warnings are for the commands that judge or
/// start it.
pub(super) fn load(path: &Path) -> Result<Loaded, CliError> {
    config::load(path, &Environment::of_process())
        .map_err(|errors| CliError::Config(errors.report.render(output::stderr_color())))
}

/// The same, with its warnings on standard error.
pub(super) fn load_and_warn(path: &Path) -> Result<Loaded, CliError> {
    let loaded = load(path)?;
    remark(&loaded.warnings.render(output::stderr_color()));
    Ok(loaded)
}

/// Reads the config for a command that helps to write it: where it has errors, or there is none
/// yet, the command goes on without.
pub(super) fn load_if_good(path: &Path) -> Option<Config> {
    if !path.exists() {
        return None;
    }
    let loaded = config::load(path, &Environment::of_process());
    if loaded.is_err() {
        let path = path.display();
        remark(&format!(
            "{path} has errors, which `fivebells check` names; going on without it"
        ));
    }
    loaded.ok().map(|loaded| loaded.config)
}

/// Prints the configuration in effect, as TOML that reads back, secrets hidden.
pub(super) fn show(path: &Path, output: &Output) -> Answer {
    let config = load_and_warn(path)?.config;
    let effective = config::effective(&config);
    if output.is_json() {
        let table: toml::Table = effective.parse().expect("what we print reads back");
        output.print(&table, |_| String::new())?;
    } else {
        output::line(effective.trim_end())?;
    }
    Ok(true)
}

/// The watch of this name.
pub(super) fn watch<'a>(config: &'a Config, name: &str) -> Result<&'a Watch, CliError> {
    let found = config.watches.iter().find(|watch| watch.name == name);
    found.ok_or_else(|| {
        let names = config.watches.iter().map(|watch| watch.name.as_str());
        let meant = closest(name, names).map(|meant| format!(", did you mean {meant:?}?"));
        let meant = meant.unwrap_or_default();
        CliError::Failed(format!("there is no watch {name:?}{meant}"))
    })
}
