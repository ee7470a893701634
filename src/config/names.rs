//! Names of feeds, watches, receivers and tags.

use std::collections::HashMap;

use super::{
    limits::MAX_NAME_CHARS,
    problem::Problem,
    value::{Text, Value},
};

/// Something that was read, with the entry it was read from.
#[derive(Debug)]
pub(super) struct Named<'a, T> {
    pub(super) entry: Value<'a>,
    pub(super) item: T,
}

/// The name of an entry, where it can be one.
pub(super) fn read_name<'a>(entry: Value<'a>, what: &str) -> Option<&'a str> {
    let name = entry.name();
    if let Some(fault) = fault(name) {
        let message = format!("{:?} cannot be the name of a {what}: {fault}", short(name));
        let problem = Problem::error(entry.key_place(), message);
        entry.context.report(problem);
        return None;
    }
    Some(name)
}

/// The text, where it can be a name.
pub(super) fn check<'a>(text: &Text<'a>, what: &str) -> Option<&'a str> {
    if let Some(fault) = fault(text.text) {
        let message = format!("{:?} cannot be a {what}: {fault}", short(text.text));
        text.error(message);
        return None;
    }
    Some(text.text)
}

/// Reports every name that an earlier entry, in another file, has; TOML itself refuses one that
/// is twice in a file.
pub(super) fn report_doubles<'a>(what: &str, entries: &[Value<'a>]) {
    let mut first: HashMap<&str, Value<'a>> = HashMap::new();
    for entry in entries {
        let Some(earlier) = first.insert(entry.name(), *entry) else {
            continue;
        };
        let message = format!("there are two {what} named {:?}", short(entry.name()));
        let problem = Problem::error(entry.key_place(), message)
            .related(earlier.key_place(), "the other one");
        entry.context.report(problem);
    }
}

/// Names are used in mail headers, on terminals and in metric labels.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.trim() != name {
        return Some("it begins or ends with a space");
    }
    if name.starts_with('#') {
        return Some("# marks a tag");
    }
    if matches!(name, "." | "..") {
        return Some("in the address of its page it means a folder (RFC 3986, section 3.3)");
    }
    if name.contains(char::is_control) {
        return Some("it holds a control character");
    }
    (name.chars().count() > MAX_NAME_CHARS).then_some("it is too long")
}

fn short(name: &str) -> String {
    name.chars().take(MAX_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME_CHARS, fault};

    #[test]
    fn a_name_is_one_printable_line() {
        for name in ["koizumi", "小泉進次郎", "New York", "a.b", "...", "-"] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in ["", " a", "a\n", "a\u{1b}[2J", "#a", ".", ".."] {
            assert!(fault(name).is_some(), "{name:?}");
        }
        assert_eq!(fault(&"進".repeat(MAX_NAME_CHARS)), None);
        assert!(fault(&"進".repeat(MAX_NAME_CHARS + 1)).is_some());
    }
}
