//! Names that somebody types: of watches, feeds and receivers.

use std::collections::BTreeSet;

use crate::{
    config::Config,
    model::Watch,
    store::{Store, StoreError},
    suggest::closest,
};

/// Names that exist are listed up to this many.
const MAX_LISTED: usize = 8;

/// There is none of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} {name:?}{}", instead(.meant.as_deref(), .others))]
pub(crate) struct UnknownName {
    /// Of what: `watch`, `feed`, `tag` or `receiver`.
    pub(crate) what: &'static str,
    /// What was typed.
    pub(crate) name: String,
    /// The name that was probably meant.
    pub(crate) meant: Option<String>,
    /// All names there are, where they are few and none was probably meant.
    pub(crate) others: Vec<String>,
}

/// That there is none of this name, and what was probably meant.
pub(crate) fn unknown<'a>(
    what: &'static str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> UnknownName {
    let known: BTreeSet<&str> = known.into_iter().collect();
    let meant = closest(name, known.iter().copied()).map(str::to_owned);
    let is_listed = meant.is_none() && known.len() <= MAX_LISTED;
    let others = known.into_iter().filter(|_| is_listed);
    UnknownName {
        what,
        name: name.to_owned(),
        meant,
        others: others.map(str::to_owned).collect(),
    }
}

fn instead(meant: Option<&str>, others: &[String]) -> String {
    match meant {
        Some(meant) => format!(", did you mean {meant:?}?"),
        None if others.is_empty() => String::new(),
        None => {
            let others: Vec<String> = others.iter().map(|name| format!("{name:?}")).collect();
            format!(", only {}", others.join(", "))
        }
    }
}

/// Refuses a name that is not among these; no name is fine.
pub(crate) fn check<'a>(
    what: &'static str,
    name: Option<&str>,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<(), UnknownName> {
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
pub(crate) fn check_all<'a>(
    what: &'static str,
    names: impl IntoIterator<Item = &'a String>,
    known: &[String],
) -> Result<(), UnknownName> {
    let mut names = names.into_iter();
    names.try_for_each(|name| check(what, Some(name), known.iter().map(String::as_str)))
}

/// The watch of this name in the config.
pub(crate) fn watch<'a>(config: &'a Config, name: &str) -> Result<&'a Watch, UnknownName> {
    let found = config.all_watches().find(|watch| watch.name == name);
    found.ok_or_else(|| {
        let names = config.all_watches().map(|watch| watch.name.as_str());
        unknown("watch", name, names)
    })
}

/// The tags that feeds of the config have.
pub(crate) fn tags(config: &Config) -> Vec<String> {
    let tags = config
        .feeds
        .iter()
        .flat_map(|feed| feed.tags.iter().cloned());
    let mut seen = BTreeSet::new();
    tags.filter(|tag| seen.insert(tag.clone())).collect()
}

/// The watches of the config, and those that the store remembers.
pub(crate) async fn watches(config: &Config, store: &Store) -> Result<Vec<String>, StoreError> {
    let stored = store.watches_in_force().await?;
    let of_config = config.all_watches().map(|watch| watch.name.clone());
    Ok(of_config.chain(stored.into_keys()).collect())
}

/// The feeds of the config, and those that the store remembers.
pub(crate) async fn feeds(config: &Config, store: &Store) -> Result<Vec<String>, StoreError> {
    let stored = store.feed_names().await?;
    let of_config = config.all_feeds().map(|feed| feed.name.clone());
    Ok(of_config.chain(stored).collect())
}

/// The receivers of the config, and those that the store remembers.
pub(crate) async fn receivers(config: &Config, store: &Store) -> Result<Vec<String>, StoreError> {
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
