//! Where the store is.
//!
//! `[store] url` says it; else the service's own directory, `$STATE_DIRECTORY`. A command is not
//! given that variable: it looks where the unit of this project keeps its state, if the config is
//! the one that the unit names, and beside the config.

use std::path::{Path, PathBuf};

use super::{context::Context, environment::Environment, section::Section, value::Text};

/// The store's file name where the config names none.
const STORE_FILE: &str = "fivebells.db";
/// Where the unit's config lies.
const SERVICE_CONFIG: &str = "/etc/fivebells";
/// Where the unit keeps its state.
const SERVICE_STATE: &str = "/var/lib/fivebells";

/// Where the store may be, the likeliest first; nowhere, if the config names a place that cannot be
/// read. A file that could not be read may name another: then the usual place counts only where a
/// store is.
pub(super) fn store_places(context: &Context<'_>, store: Option<&Section<'_>>) -> Vec<PathBuf> {
    if let Some(url) = store.and_then(|store| store.get("url")) {
        return url.string().and_then(read_store_url).into_iter().collect();
    }
    if store.is_none() && context.seems_to_name("store") {
        return Vec::new();
    }
    let main = &context.sources.get(Context::MAIN).path;
    let mut places = usual_places(main, context.environment);
    if context.is_incomplete {
        let is_read = !context.sources.get(Context::MAIN).text.is_empty();
        places.retain(|place| is_read && place.is_file());
    }
    places
}

/// Where it is if the config does not say.
pub fn usual_places(config: &Path, environment: &Environment) -> Vec<PathBuf> {
    if let Some(directory) = environment.state_directory() {
        return vec![directory.join(STORE_FILE)];
    }
    let beside = config.parent().unwrap_or(Path::new("")).join(STORE_FILE);
    if is_of_the_service(config) {
        vec![Path::new(SERVICE_STATE).join(STORE_FILE), beside]
    } else {
        vec![beside]
    }
}

/// The first place where there is a store, or nobody may look; else the last one.
pub(super) fn choose(places: &[PathBuf]) -> PathBuf {
    let mut there = places
        .iter()
        .filter(|place| !matches!(place.try_exists(), Ok(false)));
    there.next().or(places.last()).cloned().unwrap_or_default()
}

/// Whether the unit names this config, or one beside it.
fn is_of_the_service(config: &Path) -> bool {
    std::path::absolute(config).is_ok_and(|config| config.starts_with(SERVICE_CONFIG))
}

fn read_store_url(text: Text<'_>) -> Option<PathBuf> {
    let written = text.text.trim();
    let help = "write \"sqlite:fivebells.db\", relative to this file, or \"sqlite:/absolute/path\"";
    if written.starts_with("postgres:") || written.starts_with("postgresql:") {
        text.error_with("PostgreSQL is not in this version", help);
        return None;
    }
    let Some(path) = written.strip_prefix("sqlite:") else {
        text.error_with(format!("{written:?} is not a store"), help);
        return None;
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.ends_with('/') || path.starts_with(":memory:") {
        text.error_with("the store must be a file", help);
        return None;
    }
    Some(text.resolve(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_that_has_a_store_is_taken_and_else_the_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        let places = [one.clone(), two.clone()];
        assert_eq!(choose(&places), two);
        std::fs::write(&two, "").expect("written");
        assert_eq!(choose(&places), two);
        std::fs::write(&one, "").expect("written");
        assert_eq!(choose(&places), one);
        assert_eq!(choose(&[]), PathBuf::new());
    }

    #[test]
    fn only_the_config_of_the_service_leads_to_its_store() {
        for (config, expected) in [
            ("/etc/fivebells/fivebells.toml", true),
            ("/etc/fivebells/other.toml", true),
            ("/etc/fivebells.toml", false),
            ("/home/me/etc/fivebells/fivebells.toml", false),
            ("fivebells.toml", false),
        ] {
            assert_eq!(is_of_the_service(Path::new(config)), expected, "{config}");
        }
    }
}
