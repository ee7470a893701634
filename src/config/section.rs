//! One table of the config, read key by key.

use std::{ops::RangeInclusive, time::Duration};

use toml::de::DeTable;

use super::{
    context::Context,
    foreign,
    problem::{Problem, SourceLocation},
    schema::{Key, Kind, Table},
    value::{Text, Value},
};

/// A table whose keys are those of its [`Table`]; all others are reported when it is made.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) context: &'a Context<'a>,
    /// As it is written, such as `[feed.nhk]`.
    pub(super) title: String,
    /// The name in its header, or its key; the whole file for its top.
    pub(super) place: SourceLocation,
    table: &'a DeTable<'a>,
    schema: &'static Table,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        title: String,
        place: SourceLocation,
        table: &'a DeTable<'a>,
        schema: &'static Table,
    ) -> Self {
        Self::with(context, title, place, table, schema, &[])
    }

    /// With keys beside those of the schema, which the config itself defines.
    pub(super) fn with(
        context: &'a Context<'a>,
        title: String,
        place: SourceLocation,
        table: &'a DeTable<'a>,
        schema: &'static Table,
        more: &[&str],
    ) -> Self {
        let section = Self {
            context,
            title,
            place,
            table,
            schema,
        };
        section.report_unknown_keys(more);
        section
    }

    /// The value of a key of the schema.
    pub(super) fn get(&self, name: &'static str) -> Option<Value<'a>> {
        debug_assert!(self.declared(name).is_some(), "{name} is not in the schema");
        self.get_named(name)
    }

    /// The value of a key that may be one of the config's own.
    pub(super) fn get_named(&self, name: &str) -> Option<Value<'a>> {
        let (key, node) = self.table.get_key_value(name)?;
        Some(Value::new(self.context, self.place.file, key, node))
    }

    /// The value of a key that must be there.
    pub(super) fn require(&self, name: &'static str, help: &str) -> Option<Value<'a>> {
        let value = self.get(name);
        if value.is_none() && !self.is_meant(name) {
            let message = format!("{} needs `{name}`", self.title);
            let problem = Problem::error(self.place.clone(), message).help(help);
            self.context.report_absence(problem);
        }
        value
    }

    pub(super) fn string(&self, name: &'static str) -> Option<Text<'a>> {
        self.get(name)?.string()
    }

    pub(super) fn strings(&self, name: &'static str) -> Option<Vec<Text<'a>>> {
        self.get(name)?.strings()
    }

    pub(super) fn boolean(&self, name: &'static str) -> Option<bool> {
        self.get(name)?.boolean()
    }

    pub(super) fn duration(
        &self,
        name: &'static str,
        bounds: &RangeInclusive<Duration>,
    ) -> Option<Duration> {
        self.get(name)?.duration(bounds)
    }

    /// Whether it holds a table under a key that it does not have.
    pub(super) fn has_unknown_table(&self) -> bool {
        let mut entries = self.table.iter();
        entries.any(|(key, node)| {
            let is_table = node.get_ref().is_table() || node.get_ref().is_array();
            is_table && self.declared(key.get_ref()).is_none()
        })
    }

    fn declared(&self, name: &str) -> Option<&'static Key> {
        self.schema.keys.iter().find(|key| key.name == name)
    }

    /// Whether a key that it does not have was probably meant for this one, which is said there.
    pub(super) fn is_meant(&self, name: &str) -> bool {
        let keys = self.table.iter().map(|(key, _)| key.get_ref());
        let mut unknown = keys.filter(|key| self.declared(key).is_none());
        let (meant, written) = (
            format!("did you mean `{name}`?"),
            format!("write {name} = "),
        );
        unknown.any(|key| {
            let help = foreign::help(&self.title, self.schema, &[], key);
            help == meant || help.starts_with(&written)
        })
    }

    fn report_unknown_keys(&self, more: &[&str]) {
        for (key, node) in self.table {
            if self.declared(key.get_ref()).is_some() || more.contains(&key.get_ref().as_ref()) {
                continue;
            }
            if self.context.is_full() {
                return;
            }
            let name = key.get_ref();
            let value = Value::new(self.context, self.place.file, key, node);
            let mut help = foreign::help(&self.title, self.schema, more, name);
            if self.schema.header.is_empty()
                && help.starts_with(&format!("{} takes", self.title))
                && let Some(table) = node.get_ref().as_table()
                && let Some(meant) = foreign::help_by_keys(name, keys_of(table))
            {
                help = meant;
            }
            let message = format!("unknown key `{}` in {}", name.escape_debug(), self.title);
            self.context
                .report(Problem::error(value.key_place(), message).help(help));
        }
    }
}

fn keys_of<'a>(table: &'a DeTable<'_>) -> impl Iterator<Item = &'a str> {
    table.iter().map(|(key, _)| key.get_ref().as_ref())
}

impl Section<'_> {
    /// Reports an error at the section's name, and what to write instead.
    pub(super) fn error_with(&self, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::error(self.place.clone(), message).help(help);
        self.context.report(problem);
    }

    pub(super) fn integer(&self, name: &'static str, bounds: &RangeInclusive<u64>) -> Option<u64> {
        self.get(name)?.integer(Kind::Integer, bounds)
    }

    pub(super) fn size(&self, name: &'static str, bounds: &RangeInclusive<u64>) -> Option<u64> {
        self.get(name)?.size(bounds)
    }
}

impl<'a> Value<'a> {
    /// A table that holds the keys of `schema`.
    pub(super) fn section(self, title: String, schema: &'static Table) -> Option<Section<'a>> {
        let table = self.table()?;
        let section = Section::new(self.context, title, self.key_place(), table, schema);
        Some(section)
    }

    /// A table that holds the keys of `schema`, and `more` of the config's own.
    pub(super) fn section_with(
        self,
        title: String,
        schema: &'static Table,
        more: &[&str],
    ) -> Option<Section<'a>> {
        let (table, place) = (self.table()?, self.key_place());
        Some(Section::with(
            self.context,
            title,
            place,
            table,
            schema,
            more,
        ))
    }

    /// A table in a list of tables.
    pub(super) fn listed_section(self, title: &str, schema: &'static Table) -> Option<Section<'a>> {
        let table = self.table()?;
        let section = Section::new(self.context, title.to_owned(), self.place(), table, schema);
        Some(section)
    }
}
