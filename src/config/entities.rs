//! `[entity]`.

use super::{
    names::{Named, read_name, report_doubles},
    problem::Problem,
    schema::{ENTITY, Kind},
    value::{Text, Value},
};
use crate::{matcher::Entity, text};

/// Words that are operators in an expression and plain words in a name.
const OPERATORS: [&str; 3] = ["AND", "OR", "NOT"];

/// Reads all entries of `[entity]`.
///
/// A wrong entity gets its own name as its only one, so that no watch is blamed for it; the config
/// has an error by then.
pub(super) fn read_entities(entries: Vec<Value<'_>>) -> Vec<Named<'_, Entity>> {
    report_doubles("entities", &entries);
    let read = |entry| {
        let item = read_entity(entry)?;
        Some(Named { entry, item })
    };
    entries.into_iter().filter_map(read).collect()
}

fn read_entity(entry: Value<'_>) -> Option<Entity> {
    let name = read_name(entry, "entity")?;
    if let Some(plain) = name.strip_prefix('@') {
        let message = format!("{name:?} begins with @");
        let help = format!("write {plain:?}; use @ only where a watch names it");
        let problem = Problem::error(entry.key_place(), message).help(help);
        entry.context.report(problem);
        return Some(Entity {
            name: plain.to_owned(),
            names: vec![plain.to_owned()],
        });
    }
    if !Entity::can_be_named(name) {
        let message = format!("{name:?} cannot be the name of an entity: no watch could write it");
        let problem = Problem::error(entry.key_place(), message)
            .help("leave out spaces, commas, parentheses, bars and quotes");
        entry.context.report(problem);
        return None;
    }
    let names = read_names(entry, name).unwrap_or_default();
    Some(Entity {
        name: name.to_owned(),
        names: if names.is_empty() {
            vec![name.to_owned()]
        } else {
            names
        },
    })
}

fn read_names(entry: Value<'_>, name: &str) -> Option<Vec<String>> {
    let help = "such as names = [\"Shinjirō Koizumi\", \"小泉進次郎\"]";
    let value = if entry.is_table() {
        let section = entry.section(format!("[entity.{name}]"), &ENTITY)?;
        section.require("names", help)?
    } else {
        entry
    };
    if !(value.is_string() || value.is_list()) {
        return value.mismatch(if entry.is_table() {
            Kind::Strings
        } else {
            Kind::StringsOrTable
        });
    }
    let names: Vec<String> = value
        .elements()
        .filter_map(Value::string)
        .filter_map(|name| read_one(&name))
        .collect();
    if value.elements().next().is_none() {
        value.error_with(format!("the entity {name:?} has no names"), help);
    }
    Some(names)
}

/// A name that can be searched for.
fn read_one(name: &Text<'_>) -> Option<String> {
    if text::fold(name.text).is_empty() {
        let message = format!("{:?} holds nothing to search for", name.text);
        let help = "a name needs a letter, a digit or one of + # @ $ & %";
        name.error_with(message, help);
        return None;
    }
    let warn = |message: String, help: &str| {
        let problem = Problem::warning(name.place(), message).help(help);
        name.value.context.report(problem);
    };
    if name.text.contains('*') {
        let help = "write the name in full, or word* in the expression of the watch";
        warn("a `*` in a name is no wildcard".to_owned(), help);
    }
    let mut words = name.text.split_whitespace();
    if let Some(operator) = words.find(|word| OPERATORS.contains(word)) {
        let help = "write each name as a string of its own: [\"…\", \"…\"]";
        warn(format!("`{operator}` in a name is a word of it"), help);
    }
    Some(name.text.to_owned())
}

/// An entity that no expression names.
pub(super) fn report_unused<'w>(
    entities: &[Named<'_, Entity>],
    used: impl Iterator<Item = &'w str>,
) {
    let used: std::collections::HashSet<&str> = used.collect();
    for entity in entities {
        let name = &entity.item.name;
        if !used.contains(name.as_str()) {
            let message = format!("no watch looks for the entity {name:?}");
            let help = format!("write @{name} in the expression of a watch");
            let problem = Problem::warning(entity.entry.key_place(), message).help(help);
            entity.entry.context.report_absence(problem);
        }
    }
}
