//! Names that somebody types: of watches, feeds and receivers.

use std::collections::BTreeSet;

use super::error::CliError;
use crate::{
    config::Config,
    store::{Store, StoreError},
    suggest::closest,
};

/// Names that exist are listed up to this many.
const MAX_LISTED: usize = 8;

/// That there is none of this name, and what was probably meant.
pub(super) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> CliError {
    let known: BTreeSet<&str> = known.into_iter().collect();
    let hint = match closest(name, known.iter().copied()) {
        Some(meant) => format!(", did you mean {meant:?}?"),
        None if known.is_empty() || known.len() > MAX_LISTED => String::new(),
        None => {
            let known: Vec<String> = known.iter().map(|name| format!("{name:?}")).collect();
            format!(", only {}", known.join(", "))
        }
    };
    CliError::Failed(format!("there is no {what} {name:?}{hint}"))
}

/// Refuses a name that is not among these; no name is fine.
pub(super) fn check<'a>(
    what: &str,
    name: Option<&str>,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<(), CliError> {
    let Some(name) = name else {
        return Ok(());
    };
    let known: Vec<&str> = known.into_iter().collect();
    if known.contains(&name) {
        return Ok(());
    }
    Err(unknown(what, name, known))
}

/// Refuses each name that is not among these.
pub(super) fn check_all<'a>(
    what: &str,
    names: impl IntoIterator<Item = &'a String>,
    known: &[String],
) -> Result<(), CliError> {
    let mut names = names.into_iter();
    names.try_for_each(|name| check(what, Some(name), known.iter().map(String::as_str)))
}

/// The tags that feeds of the config have.
pub(super) fn tags(config: &Config) -> Vec<String> {
    let tags = config
        .feeds
        .iter()
        .flat_map(|feed| feed.tags.iter().cloned());
    let mut seen = BTreeSet::new();
    tags.filter(|tag| seen.insert(tag.clone())).collect()
}

/// The watches of the config, and those that the store remembers.
pub(super) async fn watches(config: &Config, store: &Store) -> Result<Vec<String>, StoreError> {
    let stored = store.watches_in_force().await?;
    let of_config = config.all_watches().map(|watch| watch.name.clone());
    Ok(of_config.chain(stored.into_keys()).collect())
}

/// The feeds of the config, and those that the store remembers.
pub(super) async fn feeds(config: &Config, store: &Store) -> Result<Vec<String>, StoreError> {
    let stored = store.feeds().await?.into_iter().map(|feed| feed.name);
    let of_config = config.all_feeds().map(|feed| feed.name.clone());
    Ok(of_config.chain(stored).collect())
}

/// The receivers of the config, and those that the store remembers.
pub(super) async fn receivers(config: &Config, store: &Store) -> Result<Vec<String>, StoreError> {
    let stored = store.receivers().await?.into_iter().map(|it| it.name);
    let of_config = config.receivers.iter().map(|it| it.name.clone());
    Ok(of_config.chain(stored).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_there_gets_the_one_that_was_meant_or_all_there_are() {
        let known = ["koizumi", "hegseth"];
        assert!(check("watch", None, known).is_ok());
        assert!(check("watch", Some("koizumi"), known).is_ok());
        let said = |name, known: &[&'static str]| {
            let refused = check("watch", Some(name), known.iter().copied());
            refused.expect_err("not there").to_string()
        };
        assert_eq!(
            said("koizum", &known),
            "there is no watch \"koizum\", did you mean \"koizumi\"?"
        );
        assert_eq!(
            said("x", &known),
            "there is no watch \"x\", only \"hegseth\", \"koizumi\""
        );
        assert_eq!(said("x", &[]), "there is no watch \"x\"");
    }
}
