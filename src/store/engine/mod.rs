//! The seam between the store's SQL and the database that runs it.
//!
//! Every query of the store is written once, in the subset that SQLite and PostgreSQL share:
//! `?N` placeholders, BIGINT milliseconds, TEXT, BLOB, `ON CONFLICT`, `UPDATE … RETURNING`,
//! `CAST` where a placeholder's type cannot be seen from its place. It reaches an engine through
//! the methods of [`Tx`]; definitions, settings and transactions are the engine's own.

mod row;
pub(super) mod sqlite;
mod value;

pub(super) use row::Row;
pub(super) use value::{FromValue, Value, millis, values};

use super::StoreError;

/// An open transaction.
pub(super) trait Tx {
    /// Runs a statement and returns the rows it gives, all of them.
    fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs a statement and returns how many rows it changed.
    fn exec(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError>;

    /// Runs an `INSERT` of one row into a table with an `id` and returns that id.
    fn insert(&mut self, sql: &str, params: &[Value]) -> Result<i64, StoreError>;

    /// The first row of a statement.
    fn row(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }
}

impl dyn Tx + '_ {
    /// The value of the only column in the first row of a statement.
    pub(super) fn value<T: FromValue>(
        &mut self,
        sql: &str,
        params: &[Value],
    ) -> Result<Option<T>, StoreError> {
        self.row(sql, params)?.map(Row::only).transpose()
    }

    /// The values of the only column of a statement, one a row.
    pub(super) fn column<T: FromValue>(
        &mut self,
        sql: &str,
        params: &[Value],
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.rows(sql, params)?.into_iter();
        rows.map(Row::only).collect()
    }
}
