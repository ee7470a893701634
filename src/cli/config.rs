//! `config`, and how every command reads the configuration.

use std::path::Path;

use super::{
    Answer, CliError,
    output::{self, Output, remark},
};
use crate::config::{self, Environment, Loaded};

/// Reads the config; its warnings go to standard error, its errors are the error.
pub(super) fn load(path: &Path) -> Result<Loaded, CliError> {
    let color = output::stderr_color();
    let loaded = config::load(path, &Environment::of_process())
        .map_err(|errors| CliError::Config(errors.report.render(color)))?;
    remark(&loaded.warnings.render(color));
    Ok(loaded)
}

/// Prints the configuration in effect, as TOML that reads back, secrets hidden.
pub(super) fn show(path: &Path, output: &Output) -> Answer {
    let config = load(path)?.config;
    let effective = config::effective(&config);
    if output.is_json() {
        let table: toml::Table = effective.parse().expect("what we print reads back");
        output.print(&table, |_| String::new())?;
    } else {
        output::line(effective.trim_end())?;
    }
    Ok(true)
}
