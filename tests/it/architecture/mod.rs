//! The order of the layers and the sizes of files and functions, held by a test.

mod circles;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The layers from the bottom up. A module may use those of lower layers, never its siblings'.
const LAYERS: [&[&str]; 12] = [
    &["model", "linear", "watchdog"],
    &[
        "clock",
        "schedule",
        "calendar",
        "text",
        "suggest",
        "unwind",
        "files",
        "heavy",
        "metrics",
        "publisher",
    ],
    &["delivery_policy", "story"],
    &["http"],
    &[
        "fetch", "parse", "matcher", "notify", "store", "discover", "opml",
    ],
    &["poll", "deliver", "config"],
    &["scheduler"],
    &["app"],
    &["view"],
    &["web"],
    &["cli"],
    &["main", "lib"],
];

/// No file is longer, tests included.
const LONGEST_FILE: usize = 600;
/// Nine files in ten are no longer.
const LONG_FILE: usize = 300;
/// Half the files are no longer.
const MEDIAN_FILE: usize = 200;
/// No function is longer.
const LONGEST_FUNCTION: usize = 70;
/// Nine functions in ten are no longer.
const LONG_FUNCTION: usize = 40;

#[test]
fn arrows_point_down_only() {
    let layer_of = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        let from = layer_of(&module).unwrap_or_else(|| panic!("{module} has no layer"));
        for used in used_modules(&text) {
            let to = layer_of(&used).unwrap_or_else(|| panic!("{used} has no layer"));
            if used != module && to >= from {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn files_stay_small() {
    let lengths: BTreeMap<PathBuf, usize> = sources()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .collect();
    let over: Vec<_> = lengths
        .iter()
        .filter(|(_, lines)| **lines > LONGEST_FILE)
        .collect();
    assert!(over.is_empty(), "over {LONGEST_FILE} lines: {over:?}");
    let sorted = sorted(lengths.into_values());
    let (median, p90) = (percentile(&sorted, 50), percentile(&sorted, 90));
    assert!(
        median <= MEDIAN_FILE,
        "half the files are longer than {median} lines"
    );
    assert!(
        p90 <= LONG_FILE,
        "one file in ten is longer than {p90} lines"
    );
}

#[test]
fn functions_stay_small() {
    let mut lengths = Vec::new();
    let mut over = Vec::new();
    for (path, text) in sources() {
        for (name, lines) in functions(&text) {
            if lines > LONGEST_FUNCTION {
                over.push(format!("{}: {name}, {lines} lines", path.display()));
            }
            lengths.push(lines);
        }
    }
    assert!(over.is_empty(), "over {LONGEST_FUNCTION} lines: {over:?}");
    let p90 = percentile(&sorted(lengths.into_iter()), 90);
    assert!(
        p90 <= LONG_FUNCTION,
        "one function in ten is longer than {p90} lines"
    );
}

/// Only loops may start tasks; a step is straight-line code.
#[test]
fn only_loops_spawn_tasks() {
    for (path, text) in sources() {
        let module = module_of(&path);
        let spawns = [
            "tokio::spawn(",
            "task::spawn(",
            ".spawn(async",
            "JoinSet::new(",
        ];
        let is_test = path
            .components()
            .any(|part| part.as_os_str().to_string_lossy().contains("test"));
        if !is_test && !["scheduler", "app", "web"].contains(&module.as_str()) {
            let code = without_tests(&text);
            for spawn in spawns {
                assert!(!code.contains(spawn), "{} has {spawn}", path.display());
            }
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 40, "the sources were not found");
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            found.push((path, text));
        }
    }
}

/// The first part of the path below `src`.
fn module_of(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let first = below
        .expect("below src")
        .components()
        .next()
        .expect("a part");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Every `X` of `crate::X`, alone or in braces.
fn used_modules(text: &str) -> BTreeSet<String> {
    let is_name = |character: char| character.is_ascii_lowercase() || character == '_';
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            used.extend(top_level_names(group));
        } else {
            used.insert(
                rest.chars()
                    .take_while(|&character| is_name(character))
                    .collect(),
            );
        }
    }
    used.remove("");
    used
}

/// The first name of every part of a `{a::b, c::{d, e}}` group.
fn top_level_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    let (mut depth, mut in_name) = (0, true);
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(std::mem::take(&mut name));
                in_name = true;
            }
            ':' if depth == 0 => in_name = false,
            _ if depth == 0 && in_name && !character.is_whitespace() => name.push(character),
            _ => {}
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

/// Names and lengths of the functions that have a body, by the layout that rustfmt gives them.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let head = lines[start..]
            .iter()
            .position(|line| line.ends_with(['{', '}', ';']));
        let opens = head.is_some_and(|head| lines[start + head].ends_with('{'));
        let close = |line: &&str| line.strip_prefix(indent) == Some("}");
        let length = match lines[start..].iter().position(close) {
            Some(length) if opens => length + 1,
            _ => 1,
        };
        found.push((name, length));
    }
    found
}

/// The name in a line that begins a function.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for word in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    rest.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[test]
fn functions_are_measured_to_their_closing_brace() {
    let text = "fn a() {}\n\nimpl X {\n    pub(super) async fn b(\n        c: u8,\n    ) {\n        d();\n    }\n\n    fn e();\n}\n";
    assert_eq!(functions(text), [("a", 1), ("b", 5), ("e", 1)]);
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().expect("a first part")
}

fn sorted(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut lengths: Vec<usize> = lengths.collect();
    lengths.sort_unstable();
    lengths
}

fn percentile(sorted: &[usize], percent: usize) -> usize {
    sorted[(sorted.len() - 1) * percent / 100]
}
