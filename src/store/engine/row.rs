//! Rows that a statement gives, whose values are taken by the names of their columns.
//!
//! A column that is an expression has a name by `AS`: engines differ in what they call it else. Only a
//! statement of a single column needs none, see [`Row::only`] and [`Tx::value`](super::Tx).

use std::sync::Arc;

use super::value::{FromValue, Value};
use crate::store::StoreError;

/// The names of a statement's columns, in their order; one for all its rows.
#[derive(Debug, Clone)]
pub(super) struct Columns(Arc<str>);

/// Behind each name; no column is called so.
const END: char = ',';

impl Columns {
    /// In debug builds, tests among them, a statement of which a reader could take the wrong column
    /// panics.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = String::with_capacity(256);
        for name in names {
            all.push_str(name);
            all.push(END);
        }
        debug_assert!(Self::are_clear(&all), "give each column a name: {all}");
        Self(all.into())
    }

    /// Whether each has a name of its own that is one in every engine.
    fn are_clear(all: &str) -> bool {
        let names: Vec<&str> = all.split_terminator(END).collect();
        let is_name = |name: &str| name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        let is_only_one = |name: &str| names.iter().filter(|it| **it == name).count() == 1;
        let is_clear = |name: &&str| is_name(name) && is_only_one(name);
        names.len() <= 1 || names.iter().all(is_clear)
    }

    /// The first column of this name from there on.
    fn find(&self, name: &str, from: Position) -> Option<Position> {
        let mut position = from;
        for column in self.0[from.byte..].split_terminator(END) {
            if column == name {
                return Some(position);
            }
            position = position.behind(column);
        }
        None
    }
}

/// A column: its number, and where its name begins.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    column: usize,
    byte: usize,
}

impl Position {
    const fn behind(self, name: &str) -> Self {
        Self {
            column: self.column + 1,
            byte: self.byte + name.len() + END.len_utf8(),
        }
    }
}

/// One row.
#[derive(Debug)]
pub(in crate::store) struct Row {
    columns: Columns,
    values: Vec<Value>,
    /// Readers take columns in their order as a rule, so this one is looked at first.
    next: Position,
}

impl Row {
    pub(super) fn new(columns: Columns, values: Vec<Value>) -> Self {
        Self {
            columns,
            values,
            next: Position::default(),
        }
    }

    /// Takes the value of the column of this name out of the row.
    ///
    /// # Errors
    /// [`Unreadable`](StoreError::Unreadable): there is no such column, or it is of another type.
    pub(in crate::store) fn take<T: FromValue>(&mut self, name: &str) -> Result<T, StoreError> {
        let found = self.columns.find(name, self.next);
        let position = found.or_else(|| self.columns.find(name, Position::default()));
        let position = position.ok_or_else(|| unreadable(format!("there is no column {name}")))?;
        self.next = position.behind(name);
        read(std::mem::take(&mut self.values[position.column]))
            .map_err(|what| unreadable(format!("column {name} {what}")))
    }

    /// The value of a row that has a single column.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(in crate::store) fn only<T: FromValue>(self) -> Result<T, StoreError> {
        let Ok([value]) = <[Value; 1]>::try_from(self.values) else {
            return Err(unreadable("it has more columns than one".into()));
        };
        read(value).map_err(|what| unreadable(format!("its only column {what}")))
    }
}

fn read<T: FromValue>(value: Value) -> Result<T, String> {
    T::from_value(value).ok_or_else(|| format!("is no {}", std::any::type_name::<T>()))
}

fn unreadable(detail: String) -> StoreError {
    StoreError::Unreadable {
        what: "a row",
        detail,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn row(names: &[&str], values: Vec<Value>) -> Row {
        Row::new(Columns::new(names.iter().copied()), values)
    }

    #[test]
    fn values_are_taken_by_name_in_any_order() {
        let names = ["id", "due", "due_reason", "name"];
        let values = vec![
            Value::Int(1),
            Value::Int(2),
            Value::Text("three".into()),
            Value::Text("four".into()),
        ];
        let mut row = row(&names, values);
        assert_eq!(row.take::<i64>("due").expect("there"), 2);
        assert_eq!(row.take::<String>("name").expect("there"), "four");
        assert_eq!(row.take::<i64>("id").expect("there"), 1);
        assert_eq!(row.take::<String>("due_reason").expect("there"), "three");
    }

    #[test]
    fn a_name_that_the_statement_does_not_have_is_an_error() {
        let mut row = row(&["due_reason", "reason"], vec![Value::Null, Value::Null]);
        for name in ["due", "reaso", "reasons", "", "due_reason,reason", "n"] {
            assert!(row.take::<Option<i64>>(name).is_err(), "{name:?}");
        }
        assert!(row.only::<Option<i64>>().is_err(), "there are two");
    }

    #[test]
    fn a_column_of_another_type_is_an_error_not_a_guess() {
        let values = vec![
            Value::Text("7".into()),
            Value::Int(-1),
            Value::Null,
            Value::Int(i64::MAX),
        ];
        let mut row = row(&["text", "negative", "null", "late"], values);
        assert!(row.take::<Timestamp>("late").is_err());
        assert!(row.take::<i64>("text").is_err());
        assert!(row.take::<u32>("negative").is_err());
        assert!(row.take::<i64>("null").is_err());
    }

    #[test]
    fn columns_that_a_reader_could_mix_up_are_found() {
        for (names, is_clear) in [
            ("count(*),", true),
            ("id,", true),
            ("id,name,", true),
            ("id,count(*),", false),
            ("name,id,name,", false),
            ("id,5,", false),
        ] {
            assert_eq!(Columns::are_clear(names), is_clear, "{names}");
        }
    }
}
