//! One connection and its transactions.

use std::{
    cell::Cell,
    fs::File,
    io::ErrorKind,
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::{
    ErrorCode, OpenFlags,
    config::DbConfig,
    params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

use super::super::{Row, Tx, Value};
use crate::store::{StoreError, disk::beside, private};

/// How long a statement waits for another process that writes: `fivebells outbox retry` beside
/// the daemon, or a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });

/// Prepared statements kept; more than the store has.
const STATEMENTS: usize = 128;

/// What SQLite keeps beside the file, with the rights that the file has when it makes them.
const LOGS: [&str; 2] = ["-wal", "-shm"];

/// The log is cut back to this after a checkpoint, so that one big write does not keep its space.
const LOG_BYTES: i64 = 16 << 20;

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Write, and create the file where it is missing.
    Create,
    /// Write.
    Write,
    /// Read.
    Read,
}

/// How often to look whether another process has done writing. SQLite's own handler looks every
/// tenth of a second, and rarely finds the moments that one leaves which writes in steps.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Waits a moment; false once a statement has waited long enough.
fn wait_for_others(looks_before: i32) -> bool {
    thread_local! {
        static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
    }
    if looks_before == 0 {
        SINCE.set(Some(Instant::now()));
    }
    std::thread::sleep(LOOK_EVERY);
    SINCE
        .get()
        .is_some_and(|since| since.elapsed() < BUSY_TIMEOUT)
}

/// A connection with its settings made.
#[derive(Debug)]
pub(super) struct Connection(rusqlite::Connection);

impl Connection {
    /// Opens the file. Nothing is written to it yet, whoever it belongs to.
    pub(super) fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        if private::is_special(path) {
            return Err(StoreError::NotOurs { path: path.into() });
        }
        if access == Access::Create {
            create(path)?;
        }
        if access != Access::Read {
            private::tighten(path);
            for log in LOGS {
                private::tighten(&beside(path, log));
            }
        }
        Self::set_up(path, access).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::NotOurs { path: path.into() },
            // SQLite does not say why; the system does.
            Some(ErrorCode::CannotOpen) => unopened(path).unwrap_or_else(|| error.into()),
            _ => error.into(),
        })
    }

    /// An empty one that is no file.
    pub(super) fn in_memory() -> Result<Self, StoreError> {
        Ok(Self(rusqlite::Connection::open_in_memory()?))
    }

    fn set_up(path: &Path, access: Access) -> rusqlite::Result<Self> {
        let flags = match access {
            Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = rusqlite::Connection::open_with_flags(path, flags)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_handler(Some(wait_for_others))?;
        // Else a statement whose plan could depend on a parameter's value is prepared anew with
        // every value, as claims were.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // The first to read the file: what is no database is found out here.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(Self(connection))
    }

    /// Switches the file to write-ahead logging; it remembers.
    pub(super) fn log_ahead(&self) -> Result<(), StoreError> {
        Ok(self.0.pragma_update(None, "journal_mode", "WAL")?)
    }

    /// Foreign keys hold from now on. Not before migrations are done, which may rebuild tables.
    pub(super) fn enforce_references(&self) -> Result<(), StoreError> {
        Ok(self.0.pragma_update(None, "foreign_keys", true)?)
    }

    /// A number from the file's header.
    pub(super) fn header(&self, name: &str) -> Result<i64, StoreError> {
        Ok(self.0.pragma_query_value(None, name, |row| row.get(0))?)
    }

    /// Sets a number in the file's header; part of an open transaction.
    pub(super) fn set_header(&self, name: &str, value: i64) -> Result<(), StoreError> {
        Ok(self.0.pragma_update(None, name, value)?)
    }

    /// Differs from before once another connection has committed.
    pub(super) fn changes_by_others(&mut self) -> Result<i64, StoreError> {
        let row = self.row("PRAGMA data_version", &[])?;
        row.expect("this pragma always has a row").take(0)
    }

    /// Runs statements that return nothing.
    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.0.execute_batch(sql)?)
    }

    /// Begins a transaction that writes: what it reads stays true until its commit.
    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
        self.exec("BEGIN IMMEDIATE", &[]).map(drop)
    }

    /// Begins a transaction that reads one snapshot.
    pub(super) fn begin_read(&mut self) -> Result<(), StoreError> {
        self.exec("BEGIN", &[]).map(drop)
    }

    /// Commits; returns once the log is on the disk.
    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        self.exec("COMMIT", &[]).map(drop)
    }

    /// Ends a transaction without its changes, where one is open.
    pub(super) fn rollback(&mut self) {
        if self.in_transaction() {
            // A rollback only fails where the engine already rolled back.
            let _ = self.exec("ROLLBACK", &[]);
        }
    }

    /// False also after an error on which SQLite rolled all back by itself, such as a full disk.
    pub(super) fn in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }

    /// Marks the point [`rollback_to_savepoint`](Self::rollback_to_savepoint) returns to.
    pub(super) fn savepoint(&mut self) -> Result<(), StoreError> {
        self.exec("SAVEPOINT job", &[]).map(drop)
    }

    /// Keeps what was done since the savepoint.
    pub(super) fn release_savepoint(&mut self) -> Result<(), StoreError> {
        self.exec("RELEASE job", &[]).map(drop)
    }

    /// Undoes what was done since the savepoint.
    pub(super) fn rollback_to_savepoint(&mut self) -> Result<(), StoreError> {
        self.exec("ROLLBACK TO job", &[])?;
        self.release_savepoint()
    }

    /// Writes the log back into the file and empties it.
    pub(super) fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)", &[]).map(drop)
    }
}

/// Which of its files the system does not open, and why.
fn unopened(path: &Path) -> Option<StoreError> {
    let files = std::iter::once(path.to_owned()).chain(LOGS.map(|log| beside(path, log)));
    let mut faults = files.filter_map(|file| {
        let opened = File::options().read(true).write(true).open(&file);
        opened.err().map(|cause| (file, cause))
    });
    // The logs need not be there.
    let fault = faults.find(|(file, cause)| file == path || cause.kind() != ErrorKind::NotFound);
    fault.map(|(file, cause)| StoreError::io("open", file, cause))
}

/// SQLite would make a file that everybody may read; its log has the rights of the file.
fn create(path: &Path) -> Result<(), StoreError> {
    match private::create(path) {
        Err(cause) if cause.kind() != ErrorKind::AlreadyExists => {
            Err(StoreError::io("open", path, cause))
        }
        _ => Ok(()),
    }
}

impl Tx for Connection {
    fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let width = statement.column_count();
        let mut found = statement.query(params_from_iter(params))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values = (0..width).map(|column| Ok(value(row.get_ref(column)?)?));
            rows.push(Row(values.collect::<Result<_, StoreError>>()?));
        }
        Ok(rows)
    }

    fn exec(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.execute(params_from_iter(params))? as u64)
    }

    /// Without `RETURNING`, for which SQLite fills and empties a table of its own.
    fn insert(&mut self, sql: &str, params: &[Value]) -> Result<i64, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.insert(params_from_iter(params))?)
    }
}

fn value(column: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match column {
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(_) => Value::Text(column.as_str()?.to_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        // No table has a column of reals; an expression that made one is read as missing.
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    })
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
