//! SQL outside this directory must run on PostgreSQL too, and name the columns that its readers take.
//! This file is inside it, so that what it forbids can be written here.

use std::{
    collections::BTreeSet,
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

/// The columns that a file's readers take, and its SQL, in which all of them have to be named. Other
/// literals are part of that: they make it no stricter.
fn columns_and_sql(source: &str) -> (Vec<&str>, String) {
    let mut columns = Vec::new();
    let mut parts = source.split(".take");
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (call, behind) = part.split_once(')').unwrap_or((part, ""));
        columns.extend(call.split('"').nth(1));
        rest.push_str(behind);
    }
    let rest = rest.replace("'\"'", "").replace("\\\"", "");
    let literals: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
    (columns, literals.join(" "))
}

fn unknown_columns(source: &str) -> Vec<&str> {
    let (columns, sql) = columns_and_sql(source);
    let words: BTreeSet<&str> = sql
        .split(|it: char| !(it.is_ascii_alphanumeric() || it == '_'))
        .collect();
    let unknown = columns.into_iter().filter(|name| !words.contains(name));
    unknown.collect()
}

/// Statements that no test runs are checked by this; all others by the names of their rows too.
#[test]
fn a_reader_takes_columns_that_its_sql_names() {
    let mut files = Vec::new();
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    sources(&store, &mut files);
    let mut found = 0;
    for file in files {
        let source = fs::read_to_string(&file).expect("read");
        found += columns_and_sql(&source).0.len();
        assert_eq!(unknown_columns(&source), [""; 0], "{}", file.display());
    }
    assert!(found > 100, "readers were found: {found}");
}

#[test]
fn a_column_without_sql_is_found() {
    let reader = "const SQL: &str = \"SELECT due, count(*) AS items FROM feed\";
        Feed { due: row.take(\"due\")?, items: row.take::<u32>(\"items\")?, name: row.take(\"name\")? }";
    assert_eq!(unknown_columns(reader), ["name"]);
}
