//! SQL outside this directory must run on PostgreSQL too. This file is inside it, so that
//! what it forbids can be written here.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What SQLite takes and PostgreSQL does not, and the other way round. Lower case, one space.
const BANNED: [&str; 14] = [
    "rowid",
    "autoincrement",
    "insert or ",
    "replace into",
    "now()",
    "datetime(",
    "strftime(",
    "julianday(",
    "unixepoch(",
    "ifnull(",
    "last_insert",
    "sqlite_schema",
    "pragma ",
    " glob ",
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("engine/sqlite") {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// Lower case, every run of white space one space, comments left out.
fn normal(source: &str) -> String {
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: Vec<&str> = code.flat_map(str::split_whitespace).collect();
    code.join(" ").to_lowercase()
}

/// `WITH … AS (UPDATE …)`: PostgreSQL takes it, SQLite does not.
fn changes_in_with(code: &str) -> bool {
    ["insert", "update", "delete"].iter().any(|verb| {
        code.contains(&format!(" as ({verb} ")) || code.contains(&format!(" as ( {verb} "))
    })
}

fn offence(source: &str) -> Option<&'static str> {
    let code = normal(source);
    if changes_in_with(&code) {
        return Some("a change inside WITH");
    }
    BANNED.into_iter().find(|banned| code.contains(banned))
}

#[test]
fn sql_outside_the_engine_is_portable() {
    let mut files = Vec::new();
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    sources(&store, &mut files);
    assert!(files.len() > 15, "the sources were found");
    for file in files {
        let source = fs::read_to_string(&file).expect("read");
        assert_eq!(offence(&source), None, "{}", file.display());
    }
}

#[test]
fn an_offence_is_found_however_it_is_laid_out() {
    assert_eq!(offence("\"SELECT RowId FROM t\""), Some("rowid"));
    assert_eq!(
        offence("\"INSERT\n   OR IGNORE INTO t\""),
        Some("insert or ")
    );
    let with = "\"WITH gone AS (\n DELETE FROM t RETURNING id) SELECT id FROM gone\"";
    assert!(offence(with).is_some());
    assert_eq!(offence("// no now() here"), None);
}
