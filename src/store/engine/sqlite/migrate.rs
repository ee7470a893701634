//! From whatever schema a file has to the one this program knows.

use std::path::{Path, PathBuf};

use super::{
    beside,
    connection::Connection,
    copy::copy,
    shape::{self, APPLICATION_ID, found},
};
use crate::store::StoreError;

/// Every schema change there ever was, in order: the Nth makes schema N of schema N-1.
/// Append-only: a file out there may be at any of them.
pub(in crate::store) const MIGRATIONS: &[&str] = &[
    include_str!("001.sql"),
    include_str!("002.sql"),
    include_str!("003.sql"),
    include_str!("004.sql"),
    include_str!("005.sql"),
    include_str!("006.sql"),
    include_str!("007.sql"),
    include_str!("008.sql"),
];

/// Brings the file to the newest schema; an older file is copied first.
///
/// # Errors
/// [`NotOurs`](StoreError::NotOurs), [`Newer`](StoreError::Newer): the file was not touched.
/// Otherwise the file is as it was.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let known = i64::try_from(migrations.len()).expect("nobody writes that many");
    let found = found(connection, path)?;
    if found > known {
        let path = path.into();
        return Err(StoreError::Newer { path, found, known });
    }
    shape::check(connection, path, up_to(migrations, found))?;
    connection.log_ahead()?;
    if found == known {
        return Ok(());
    }
    if found > 0 {
        copy(connection, &beside(path, &format!(".schema-{found}")))?;
    }
    connection.begin()?;
    let missing = migrations.iter().zip(1..).filter(|(_, to)| *to > found);
    apply(connection, missing)
        .and_then(|()| connection.commit())
        .inspect_err(|_| connection.rollback())
}

/// Those that made a file of this schema.
fn up_to<'a>(migrations: &'a [&'a str], found: i64) -> &'a [&'a str] {
    let count = usize::try_from(found).unwrap_or_default();
    &migrations[..count.min(migrations.len())]
}

/// Accepts only a file with exactly the schema this program knows.
pub(super) fn check(
    connection: &mut Connection,
    path: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let known = i64::try_from(migrations.len()).expect("nobody writes that many");
    let found = found(connection, path)?;
    let path = PathBuf::from(path);
    match found {
        0 => Err(StoreError::Missing { path }),
        _ if found > known => Err(StoreError::Newer { path, found, known }),
        _ if found < known => Err(StoreError::Older { path, found, known }),
        _ => shape::check(connection, &path, migrations),
    }
}

fn apply<'a>(
    connection: &Connection,
    migrations: impl Iterator<Item = (&'a &'a str, i64)>,
) -> Result<(), StoreError> {
    for (sql, to) in migrations {
        connection.batch(sql)?;
        connection.set_header("user_version", to)?;
    }
    connection.set_header("application_id", APPLICATION_ID)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{super::Tx as _, connection::Access},
        *,
    };

    const ONE: &str =
        "CREATE TABLE story (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT) STRICT";
    const TWO: &str = "ALTER TABLE story ADD COLUMN link TEXT";
    const BROKEN: &str = "CREATE TABLE more (x ANY) STRICT; DROP TABLE nothing";

    struct TempFile {
        directory: tempfile::TempDir,
        path: PathBuf,
    }

    fn temp_file() -> TempFile {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("store.db");
        TempFile { directory, path }
    }

    fn opened(path: &Path, migrations: &[&str]) -> Result<Connection, StoreError> {
        let mut connection = Connection::open(path, Access::Create)?;
        migrate(&mut connection, path, migrations)?;
        Ok(connection)
    }

    fn files(place: &TempFile) -> Vec<String> {
        let entries = std::fs::read_dir(place.directory.path()).expect("listed");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> = entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_older_file_is_copied_then_migrated_and_a_current_one_is_not() {
        let place = temp_file();
        let mut old = opened(&place.path, &[ONE]).expect("made");
        old.exec("INSERT INTO story (title) VALUES ('bells')", &[])
            .expect("inserted");
        drop(old);
        assert_eq!(files(&place), ["store.db"], "a new file needs no copy");
        // Left by an upgrade that was killed in the middle of its copy.
        std::fs::write(beside(&place.path, ".schema-1.part"), "half").expect("written");

        drop(opened(&place.path, &[ONE, TWO]).expect("migrated"));
        assert_eq!(files(&place), ["store.db", "store.db.schema-1"]);
        let mut new = opened(&place.path, &[ONE, TWO]).expect("current");
        let row = new.row("SELECT title, link FROM story", &[]);
        assert!(row.expect("both columns").is_some());

        let mut copy = opened(&beside(&place.path, ".schema-1"), &[ONE]).expect("as it was");
        let row = copy.row("SELECT * FROM story", &[]).expect("read");
        assert_eq!(
            row.expect("its row").take::<String>("title").expect("text"),
            "bells"
        );
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let place = temp_file();
        drop(opened(&place.path, &[ONE]).expect("made"));
        assert!(opened(&place.path, &[ONE, TWO, BROKEN]).is_err());
        let mut connection = opened(&place.path, &[ONE]).expect("still schema 1");
        let link = connection.rows("SELECT link FROM story", &[]);
        assert!(link.is_err(), "the first step was undone with the second");
    }

    #[test]
    fn a_store_of_schema_1_keeps_what_it_has_seen_and_alerted() {
        let place = temp_file();
        let old = opened(&place.path, &MIGRATIONS[..1]).expect("made");
        old.batch(
            "INSERT INTO origin (id, host, domain, due) VALUES (1, 'e.org', 'e.org', 0);
             INSERT INTO feed (id, name, url, origin, due, due_reason)
               VALUES (1, 'wire', 'https://e.org/feed', 1, 0, '');
             INSERT INTO item (id, feed, text_hash, title, authors, categories, summary, content,
                               seen_at)
               VALUES (7, 1, x'00', 'T', '[]', '[]', '', '', 0);
             INSERT INTO alert (id, item, feed, priority, created_at, data)
               VALUES (3, 7, 1, 0, 0, '{}');
             INSERT INTO alert_watch (item, watch, alert) VALUES (7, 'k', 3);
             INSERT INTO seen (feed, key, item, seen_at) VALUES (1, x'05', 7, 0)",
        )
        .expect("filled");
        drop(old);
        let mut new = opened(&place.path, MIGRATIONS).expect("migrated");
        let row = new.row(
            "SELECT w.item, w.watch, w.alert, s.item AS seen_item FROM alert_watch w JOIN seen s ON s.feed = 1",
            &[],
        );
        let mut row = row.expect("read").expect("both rows");
        let alert: (i64, String, i64) = (
            row.take("item").expect("a number"),
            row.take("watch").expect("text"),
            row.take("alert").expect("a number"),
        );
        assert_eq!(alert, (7, "k".into(), 3));
        assert_eq!(row.take::<i64>("seen_item").expect("a number"), 7);
    }

    #[test]
    fn a_command_takes_exactly_its_own_schema() {
        let place = temp_file();
        drop(opened(&place.path, &[ONE, TWO]).expect("made"));
        let mut connection = Connection::open(&place.path, Access::Write).expect("opened");
        let mut answer = |migrations| check(&mut connection, &place.path, migrations);
        assert!(answer(&[ONE, TWO]).is_ok());
        assert!(matches!(
            answer(&[ONE]),
            Err(StoreError::Newer {
                found: 2,
                known: 1,
                ..
            })
        ));
        assert!(matches!(
            answer(&[ONE, TWO, TWO]),
            Err(StoreError::Older {
                found: 2,
                known: 3,
                ..
            })
        ));
    }

    #[test]
    fn an_empty_file_is_no_store_to_a_command() {
        let place = temp_file();
        std::fs::write(&place.path, "").expect("made");
        let mut connection = Connection::open(&place.path, Access::Write).expect("opened");
        let answer = check(&mut connection, &place.path, MIGRATIONS);
        assert!(matches!(answer, Err(StoreError::Missing { .. })));
    }
}
