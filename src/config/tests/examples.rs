//! The example configs and the documentation hold every key and load.

use std::{fs, path::Path};

use super::environment;
use crate::config::{
    load,
    schema::{TABLES, Table},
};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

/// The lines of `fivebells.toml` that belong to a table, comment marks taken off.
fn lines_of(example: &str, table: &Table) -> Vec<String> {
    let root = table.header.split('.').next().expect("a first part");
    let mut at = String::new();
    let mut lines = Vec::new();
    for line in example.lines() {
        if line.starts_with('[') {
            let header = line.trim_matches(['[', ']']);
            at = header
                .split(['.', ']'])
                .next()
                .expect("a first part")
                .to_owned();
        }
        if at == root {
            lines.push(line.trim_start_matches(['#', ' ']).to_owned());
        }
    }
    lines
}

#[test]
fn both_examples_load_without_a_problem() {
    for name in ["config/fivebells.toml", "config/quickstart.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let loaded = load(&path, &environment()).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(loaded.warnings.render(false), "", "{name}");
    }
}

#[test]
fn the_long_example_has_every_key() {
    let example = read("config/fivebells.toml");
    for table in TABLES.into_iter().filter(|table| !table.header.is_empty()) {
        if [
            "a secret",
            "an interval",
            "a digest",
            "quiet hours",
            "a rate",
            "a corroboration",
            "an escalation",
            "a parameter",
            "a limit",
            "grades",
            "oauth",
            "a trusted proxy",
        ]
        .contains(&table.header)
        {
            continue;
        }
        let lines = lines_of(&example, table);
        for key in table.keys {
            let is_there = lines.iter().any(|line| {
                let rest = line.strip_prefix(key.name);
                rest.is_some_and(|rest| rest.trim_start().starts_with('='))
            });
            assert!(
                is_there,
                "`{}` of [{}] is not in the example",
                key.name, table.header
            );
        }
    }
}

#[test]
fn the_documentation_has_every_key_as_it_is_declared() {
    let documentation = read("docs/configuration.md");
    for table in TABLES {
        for key in table.keys {
            let row = format!("| `{}` | {} | {} |", key.name, key.kind.as_str(), key.about);
            assert!(
                documentation.contains(&row),
                "docs/configuration.md lacks the row\n{row}"
            );
        }
    }
}

#[test]
fn the_sample_feed_has_six_stories() {
    let feed = feed_rs::parser::parse(read("config/sample.xml").as_bytes()).expect("a feed");
    assert_eq!(feed.entries.len(), 6);
}
