//! One word for one thing: the words that docs/glossary.md has retired are gone.

use std::{collections::BTreeMap, fs, path::Path};

use super::collect;

/// Where a retired word stays: where it is retired, and what shows what older versions wrote.
const OLD: [&str; 2] = ["src/store/engine/sqlite/upgrade.rs", "docs/glossary.md"];
/// What begins a name that is stored or sent, and so stays readable.
const STORED: [&str; 4] = ["serde(", "_KEY", "\\\"", "json"];

#[test]
fn retired_words_are_gone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let retired = retired(&read(&root.join("docs/glossary.md")));
    assert!(retired.len() > 10, "the glossary has a table of them");
    let mut found = Vec::new();
    for file in files(root) {
        let name = file.strip_prefix(root).expect("below it").display();
        let name = name.to_string();
        if OLD.contains(&name.as_str()) {
            continue;
        }
        for (number, line) in (1..).zip(read(&file).lines()) {
            if STORED.iter().any(|mark| line.contains(mark)) {
                continue;
            }
            for word in words(line) {
                if let Some(instead) = retired.get(&word.to_lowercase()) {
                    found.push(format!("{name}:{number}: {word}, which is {instead}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The first two columns of the table below `## Retired words`.
fn retired(glossary: &str) -> BTreeMap<String, String> {
    let table = glossary.split("\n## Retired words\n").nth(1);
    let rows = table.unwrap_or_default().lines();
    let rows = rows.filter(|row| !row.starts_with("| retired |"));
    rows.filter_map(|row| {
        let mut cells = row.strip_prefix("| ")?.split(" | ");
        let (old, new) = (cells.next()?, cells.next()?);
        let new = new.trim_end_matches(" |");
        let words = old
            .split(", ")
            .map(|word| (word.to_owned(), new.to_owned()));
        Some(words.collect::<Vec<_>>())
    })
    .flatten()
    .collect()
}

fn files(root: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for folder in ["src", "tests/it", "tests/campaign", "benches"] {
        collect(&root.join(folder), &mut found);
    }
    let mut found: Vec<_> = found.into_iter().map(|(path, _)| path).collect();
    for folder in ["", "docs", "config"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let ending = path.extension().and_then(|it| it.to_str());
            let is_text =
                matches!(ending, Some("md")) || (!folder.is_empty() && ending == Some("toml"));
            if is_text && !path.ends_with("CHANGELOG.md") {
                found.push(path);
            }
        }
    }
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).expect("UTF-8")
}

/// The words of a line, also those that are parts of a name.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_alphanumeric())
}
