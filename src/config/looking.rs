//! A config as far as it can be read, for commands that need the store only.
//!
//! Somebody who asks what waits in the outbox is not to be stopped by a misspelled key or by a
//! secret that only the service is given.

use std::path::Path;

use super::{Config, ConfigErrors, Environment, Loaded, Report, files, read};
use crate::matcher::Matcher;

/// What could be read.
#[derive(Debug)]
pub struct Looked {
    /// What it says; feeds, watches and receivers with an error are missing.
    pub loaded: Loaded,
    /// Whether there are errors.
    pub is_broken: bool,
}

/// Reads the config at `path` without its secrets.
///
/// # Errors
/// Every problem there is, where not even the place of the store can be read.
pub fn load_for_looking(path: &Path, environment: &Environment) -> Result<Looked, ConfigErrors> {
    let environment = environment.clone().without_secrets();
    let (sources, mut problems) = files::gather(path, &environment);
    let ((config, matcher), found) = read(&sources, &environment, !problems.is_empty());
    problems.extend(found);
    let report = Report::new(problems, sources);
    if config.store_places.is_empty() {
        return Err(ConfigErrors { report });
    }
    let is_broken = report.errors() > 0;
    let (config, matcher) = match matcher {
        Some(matcher) => (config, matcher),
        None => without_broken_watches(config),
    };
    Ok(Looked {
        loaded: Loaded {
            config,
            matcher,
            warnings: report,
        },
        is_broken,
    })
}

/// Those watches that compile beside each other, compiled.
pub(super) fn without_broken_watches(mut config: Config) -> (Config, Matcher) {
    loop {
        match Matcher::compile(&config.watches, &config.entities) {
            Ok(matcher) => return (config, matcher),
            Err(errors) => {
                let is_broken = |name: &str| errors.iter().any(|error| error.watch == name);
                let before = config.watches.len();
                config.watches.retain(|watch| !is_broken(&watch.name));
                if config.watches.len() == before {
                    config.watches.clear();
                }
            }
        }
    }
}
