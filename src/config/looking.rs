//! A config as far as it can be read, for commands that need the store only.
//!
//! Somebody who asks what waits in the outbox is not to be stopped by a misspelled key or by a
//! secret that only the service is given.

use std::path::{Path, PathBuf};

use super::{Config, ConfigErrors, Environment, Loaded, Report, Source, Sources, files, read};
use crate::matcher::Matcher;

/// What could be read.
#[derive(Debug)]
pub struct Looked {
    /// What it says; feeds, watches and receivers with an error are missing.
    pub loaded: Loaded,
    /// The first error, with its place and how many more there are; `None` where there is none.
    pub first_error: Option<String>,
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
    let first_error = report.first_error();
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
        first_error,
    })
}

/// What the files of a config hold now: another text for other files. `None` where they cannot be
/// read. Nothing in them is judged.
pub fn fingerprint(path: &Path) -> Option<String> {
    let environment = Environment::of_process().without_secrets();
    let (sources, problems) = files::gather(path, &environment);
    problems.is_empty().then(|| sources.fingerprint())
}

/// A config of which nothing is known but where its store is: whoever runs with it says so.
pub fn of_store(path: &Path, store: PathBuf) -> Config {
    let mut sources = Sources::default();
    sources.push(Source {
        path: path.to_owned(),
        text: String::new(),
    });
    let environment = Environment::default().without_secrets();
    let ((mut config, _), _) = read(&sources, &environment, true);
    config.store.path.clone_from(&store);
    config.store_places = vec![store];
    config
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The first error, or that there is none, and the store; an error where that cannot be known.
    fn looked(config: &str, with_store: bool) -> Result<(Option<String>, String), String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("fivebells.toml");
        std::fs::write(&path, config).expect("written");
        if with_store {
            std::fs::write(folder.path().join("fivebells.db"), "").expect("written");
        }
        let looked = load_for_looking(&path, &Environment::default());
        let looked = looked.map_err(|errors| errors.to_string())?;
        let folder = format!("{}/", folder.path().display());
        let store = looked.loaded.config.store.path.display().to_string();
        let error = looked.first_error.map(|error| error.replace(&folder, ""));
        Ok((error, store.replace(&folder, "")))
    }

    const GOOD: &str = "feed.a = 'https://a.example/'\nwatch.k = 'Koizumi'\nreceiver.s.stdout = true\n\
                        notify = ['s']\n";

    #[test]
    fn the_first_error_is_named_with_its_place_and_how_many_more_there_are() {
        let error = |more: &str| looked(&format!("{GOOD}{more}"), true).expect("read").0;
        assert_eq!(error(""), None);
        let one = "fivebells.toml:5:1: unknown key `tymezone` in the config";
        assert_eq!(error("tymezone = 'UTC'").as_deref(), Some(one));
        let more = format!("{one} (and 1 more error)");
        assert_eq!(
            error("tymezone = 'UTC'\nfead.x = 1").as_deref(),
            Some(&*more)
        );
    }

    #[test]
    fn where_the_place_of_the_store_is_lost_only_one_that_is_there_is_taken() {
        let include = format!("include = ['lost.toml']\n{GOOD}");
        let url = format!("{GOOD}store.url = 'sqlit:fivebells.db'");
        let syntax = format!("{GOOD}[store\nurl = 'sqlite:elsewhere.db'");
        for (config, with_store, wanted) in [
            (GOOD, false, Some("fivebells.db")),
            (&*include, true, Some("fivebells.db")),
            (&*include, false, None),
            (&*syntax, true, None),
            (&*url, true, None),
        ] {
            let store = looked(config, with_store).ok().map(|(_, store)| store);
            assert_eq!(store.as_deref(), wanted, "{config}");
        }
    }
}
