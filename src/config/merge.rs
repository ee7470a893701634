//! Several files as one config: named things add up, a setting is written once.

use toml::{Spanned, de::DeTable};

use super::{
    context::Context,
    problem::{Problem, SourceLocation},
    schema::{Kind, TEST, TOP, Table},
    section::Section,
    shape,
    value::Value,
};

/// The tops of all files, the main one first.
pub(super) struct Files<'a> {
    pub(super) context: &'a Context<'a>,
    tops: Vec<Section<'a>>,
}

impl<'a> Files<'a> {
    /// Refuses what cannot be in two files.
    pub(super) fn new(context: &'a Context<'a>, tables: &'a [Spanned<DeTable<'a>>]) -> Self {
        let files = context.sources.files().zip(tables);
        let tops = files.map(|((file, _), table)| {
            let title = "the config".to_owned();
            Section::new(
                context,
                title,
                SourceLocation::whole(file),
                table.get_ref(),
                &TOP,
            )
        });
        let files = Self {
            context,
            tops: tops.collect(),
        };
        files.report_nested_includes();
        files.report_doubles();
        files
    }

    /// What the tables `key` of all files hold.
    pub(super) fn entries(&self, key: &'static str) -> Vec<Value<'a>> {
        let tables = self.tops.iter().filter_map(|top| top.get(key));
        tables
            .filter_map(|table| {
                if table.is_table() {
                    table.entries()
                } else {
                    shape::report_no_table(table)
                }
            })
            .flatten()
            .filter(|entry| !shape::report_key_as_name(*entry, key))
            .filter(|entry| !shape::report_dotted(*entry, key))
            .collect()
    }

    /// Whether entries may be missing for a fault that was reported: what is under this key is no
    /// table of them, or a table has an unknown name.
    pub(super) fn is_of_wrong_kind(&self, key: &'static str) -> bool {
        if self.tops.iter().any(Section::has_unknown_table) {
            return true;
        }
        let values = self.tops.iter().filter_map(|top| top.get(key));
        let is_empty = |value: Value<'_>| value.entries().is_some_and(|it| it.is_empty());
        values
            .into_iter()
            .any(|value| !(value.is_table() && is_empty(value)))
    }

    /// A setting, from the file that has it.
    pub(super) fn once(&self, key: &'static str) -> Option<Value<'a>> {
        self.tops.iter().find_map(|top| top.get(key))
    }

    /// A table of settings, from the file that has it.
    pub(super) fn section(&self, key: &'static str, schema: &'static Table) -> Option<Section<'a>> {
        self.once(key)?.section(format!("[{key}]"), schema)
    }

    /// Every `[[test]]`.
    pub(super) fn tests(&self) -> Vec<Section<'a>> {
        let values = self.tops.iter().filter_map(|top| top.get("test"));
        values
            .flat_map(Value::elements)
            .filter_map(|element| element.listed_section("[[test]]", &TEST))
            .collect()
    }

    fn report_nested_includes(&self) {
        for top in &self.tops[1..] {
            if let Some(value) = top.get("include") {
                let problem = Problem::error(value.key_place(), "an included file cannot include")
                    .help("name the files in the `include` of the main config");
                self.context.report(problem);
            }
        }
    }

    fn report_doubles(&self) {
        let settings = TOP.keys.iter().filter(|key| {
            !matches!(
                key.name,
                "include"
                    | "feed"
                    | "entity"
                    | "watch"
                    | "receiver"
                    | "preset"
                    | "publisher"
                    | "test"
            )
        });
        for key in settings {
            let mut values = self.tops.iter().filter_map(|top| top.get(key.name));
            let Some(first) = values.next() else {
                continue;
            };
            for value in values {
                let written = match key.kind {
                    Kind::Table => format!("[{}]", key.name),
                    _ => format!("`{}`", key.name),
                };
                let message = format!("{written} is in two files");
                let problem = Problem::error(value.key_place(), message)
                    .related(first.key_place(), "the other one");
                self.context.report(problem);
            }
        }
    }
}
