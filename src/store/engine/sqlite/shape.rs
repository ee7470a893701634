//! Which schema a file has, and whether it has exactly the tables that this says.
//!
//! A file that somebody else has written may bring triggers and views, which run with our
//! statements.

use std::{collections::BTreeMap, path::Path};

use super::{
    super::{Row, Tx as _},
    connection::Connection,
};
use crate::store::StoreError;

/// Is in the header of every file of ours (`file(1)` and we can tell): "5bel".
pub(in crate::store) const APPLICATION_ID: i64 = 0x3562_656c;

/// Everything in a schema but what SQLite itself makes, by kind and name.
type Shape = BTreeMap<(String, String), String>;

/// The file's schema; 0 is a new file.
///
/// # Errors
/// [`NotOurs`](StoreError::NotOurs).
pub(super) fn found(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let id = connection.header("application_id")?;
    let version = connection.header("user_version")?;
    let blank = connection.header("schema_version")? == 0;
    match id {
        APPLICATION_ID if version > 0 => Ok(version),
        0 if blank && version == 0 => Ok(0),
        _ => Err(StoreError::NotOurs { path: path.into() }),
    }
}

/// Compares an open file with what these migrations make.
///
/// # Errors
/// [`Altered`](StoreError::Altered).
pub(super) fn check(
    connection: &mut Connection,
    path: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let mut fresh = Connection::in_memory()?;
    for sql in migrations {
        fresh.batch(sql)?;
    }
    let (found, expected) = (shape(connection)?, shape(&mut fresh)?);
    let strange = found
        .iter()
        .find(|(name, sql)| expected.get(*name) != Some(*sql));
    let missing = expected.iter().find(|(name, _)| !found.contains_key(*name));
    match strange.or(missing) {
        None => Ok(()),
        Some(((kind, name), _)) => Err(StoreError::Altered {
            path: path.into(),
            what: format!("{kind} {name}"),
        }),
    }
}

fn shape(connection: &mut Connection) -> Result<Shape, StoreError> {
    let rows = connection.rows(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        &[],
    )?;
    let one = |mut row: Row| {
        let sql: Option<String> = row.take("sql")?;
        let sql = sql.unwrap_or_default();
        // How it is laid out may change with the version that wrote it.
        let sql: String = sql.split(|c: char| c.is_whitespace() || c == '"').collect();
        Ok(((row.take("type")?, row.take("name")?), sql))
    };
    rows.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::migrate::MIGRATIONS, *};

    #[test]
    fn a_file_with_more_less_or_other_tables_than_ours_is_refused() {
        for (change, what) in [
            ("", None),
            ("ANALYZE", None),
            (
                "CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM alert; END",
                Some("trigger t"),
            ),
            ("CREATE VIEW v AS SELECT 1", Some("view v")),
            ("DROP INDEX alert_item", Some("index alert_item")),
            ("ALTER TABLE mute ADD COLUMN x TEXT", Some("table mute")),
        ] {
            let mut connection = Connection::in_memory().expect("opened");
            for sql in MIGRATIONS {
                connection.batch(sql).expect("made");
            }
            connection.batch(change).expect("changed");
            let checked = check(&mut connection, Path::new("f"), MIGRATIONS);
            let found = match checked {
                Ok(()) => None,
                Err(StoreError::Altered { what, .. }) => Some(what),
                Err(error) => panic!("{error}"),
            };
            assert_eq!(found.as_deref(), what, "{change}");
        }
    }
}
