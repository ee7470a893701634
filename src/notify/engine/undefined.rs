//! A name in a template that does not exist: where it is, and what was probably meant.

use std::ops::Range;

use minijinja::ErrorKind;
use serde_json::Value;

use super::{TemplateError, explain as explain_plain};
use crate::suggest::closest;

/// What other programs call our names.
const FOREIGN: [(&str, &str); 12] = [
    ("url", "link"),
    ("href", "link"),
    ("description", "summary"),
    ("body", "summary"),
    ("text", "summary"),
    ("date", "published"),
    ("pubdate", "published"),
    ("pub_date", "published"),
    ("author", "authors"),
    ("headline", "title"),
    ("tags", "categories"),
    ("lang", "language"),
];

/// The engine's error in our words; `names` is what the template was given.
pub(super) fn explain(error: &minijinja::Error, source: &str, names: &Value) -> TemplateError {
    let plain = explain_plain(error, source);
    if error.kind() != ErrorKind::UndefinedError {
        return plain;
    }
    let Some(range) = error.range().and_then(|range| name_at(source, range)) else {
        return plain;
    };
    let name = &source[range.clone()];
    let meant = meant(name, names).map(|meant| format!("; did you mean `{meant}`?"));
    TemplateError {
        message: format!(
            "undefined value: `{name}` is undefined{}",
            meant.unwrap_or_default()
        ),
        range: Some(range),
        ..plain
    }
}

/// The name that an error is about. One that a filter meets is placed at the filter, behind the name.
fn name_at(source: &str, range: Range<usize>) -> Option<Range<usize>> {
    let piece = source.get(range.clone())?;
    let before = source[..range.start].trim_end();
    let is_name = |piece: &str| {
        let mut letters = piece.chars();
        let starts = letters
            .next()
            .is_some_and(|it| it.is_alphabetic() || it == '_');
        starts && letters.all(is_of_name)
    };
    let Some(before) = before.strip_suffix('|') else {
        return is_name(piece).then_some(range);
    };
    let given = before.trim_end();
    let start = given.rfind(|letter| !is_of_name(letter));
    let start = start.map_or(0, |at| {
        at + given[at..].chars().next().map_or(0, char::len_utf8)
    });
    is_name(&given[start..]).then_some(start..given.len())
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '[' | ']')
}

/// The name that is there and was probably meant.
fn meant(name: &str, names: &Value) -> Option<String> {
    let mut parts: Vec<&str> = name.split('.').collect();
    let last = parts.pop()?;
    let mut parent = names;
    for (at, part) in parts.iter().enumerate() {
        if let Some(value) = parent.get(part) {
            parent = value;
            continue;
        }
        let next = name.split('.').nth(at + 1)?;
        let having = having(parent, next);
        let (before, behind) = (parts[..at].join("."), name.split('.').skip(at + 1));
        let whole = [before.as_str(), alike(part, &having)?].into_iter();
        let whole = whole.chain(behind).filter(|it| !it.is_empty());
        return Some(whole.collect::<Vec<_>>().join("."));
    }
    let joined = |parent: &str, found: &str| match parent {
        "" => found.to_owned(),
        parent => format!("{parent}.{found}"),
    };
    if let Some(found) = alike(last, parent) {
        return Some(joined(&parts.join("."), found));
    }
    // `{{ title }}`, as most other programs have it.
    let mut below = ["item", "feed"].into_iter().filter(|_| parts.is_empty());
    below.find_map(|group| {
        let of_group = names.get(group)?;
        let found = match of_group.as_object()?.get_key_value(last) {
            Some((key, _)) => key,
            None => alike(last, of_group)?,
        };
        Some(joined(group, found))
    })
}

/// Those of a table's entries in which this name is.
fn having(parent: &Value, name: &str) -> Value {
    let entries = parent.as_object().into_iter().flatten();
    let having = entries.filter(|(_, value)| value.get(name).is_some());
    having
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn alike<'a>(name: &str, parent: &'a Value) -> Option<&'a str> {
    let keys = || {
        parent
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key.as_str())
    };
    let plain = name.to_lowercase();
    let ours = FOREIGN.iter().find(|(foreign, _)| *foreign == plain);
    let ours = ours.and_then(|(_, ours)| keys().find(|key| key == ours));
    ours.or_else(|| closest(name, keys()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Engine, Escape};

    #[test]
    fn a_name_that_is_not_there_is_named_at_its_place_with_the_one_that_was_meant() {
        let names = json!({
            "item": {"title": "t", "link": "l", "summary": "s"},
            "feed": {"name": "n"},
            "watches": ["w"],
            "time": "now",
        });
        for (template, name, meant) in [
            ("{{ item.titel }}", "item.titel", Some("item.title")),
            (
                "é {{ item.titel | tojson }}",
                "item.titel",
                Some("item.title"),
            ),
            ("{{item.titel|tojson}}", "item.titel", Some("item.title")),
            ("{{ item.url | urlencode }}", "item.url", Some("item.link")),
            ("{{ title | tojson }}", "title", Some("item.title")),
            (
                "{{ itme.title | tojson }}",
                "itme.title",
                Some("item.title"),
            ),
            ("{{ name }}", "name", Some("feed.name")),
            ("{{ nobody | tojson }}", "nobody", None),
        ] {
            let engine = Engine::new(template, Escape::Nothing).expect(template);
            let error = engine.render(&names).expect_err(template);
            let range = error.range.clone().expect("a place");
            assert!(
                name.starts_with(&template[range.clone()]) || template[range.clone()] == *name,
                "{template}: {}",
                &template[range]
            );
            let hint = meant.map(|meant| format!("did you mean `{meant}`?"));
            match hint {
                Some(hint) => assert!(error.message.contains(&hint), "{template}: {error}"),
                None => assert!(!error.message.contains("mean"), "{template}: {error}"),
            }
        }
    }
}
