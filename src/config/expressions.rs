//! The expression of a watch: `match`, the lists, or both.

use super::{
    problem::Problem,
    schema::Kind,
    section::Section,
    value::{Text, Value},
};
use crate::matcher::{Entity, Joined, Parts, Query, QueryError};

/// An expression, and the strings it was read from.
#[derive(Debug)]
pub(super) struct ReadExpression<'a> {
    joined: Joined,
    /// `match` and the entries, in the order they were joined.
    parts: Vec<Text<'a>>,
    watch: Value<'a>,
    /// The entities that it names.
    pub(super) entities: Vec<String>,
    /// In canonical form, entities expanded; equal where two expressions say the same the same way.
    pub(super) canonical: String,
}

/// The lists of a watch.
#[derive(Default)]
struct Lists<'a> {
    any: Vec<Text<'a>>,
    all: Vec<Text<'a>>,
    none: Vec<Text<'a>>,
    min: usize,
}

/// Reads the expression of a watch, in its short form or its long one. `None` where a string or a
/// list is missing or none; what is wrong in the expression itself is only reported.
pub(super) fn read_expression<'a>(
    watch: Value<'a>,
    section: Option<&Section<'a>>,
    entities: &[Entity],
) -> Option<ReadExpression<'a>> {
    let Some(section) = section else {
        let expression = watch.text(Kind::StringOrTable)?;
        return Some(ReadExpression::of(
            watch,
            Some(expression),
            &Lists::default(),
            entities,
        ));
    };
    let lists = read_lists(section);
    let expression = match section.get("match") {
        Some(value) => Some(value.text(Kind::String)?),
        None => None,
    };
    let lists = lists?;
    let is_positive = expression.is_some() || !lists.any.is_empty() || !lists.all.is_empty();
    if !is_positive {
        report_missing(section, &lists);
        return None;
    }
    Some(ReadExpression::of(watch, expression, &lists, entities))
}

fn report_missing(section: &Section<'_>, lists: &Lists<'_>) {
    if section.is_meant("any") || section.is_meant("all") {
        return;
    }
    if lists.none.is_empty() {
        section.require(
            "match",
            "such as match = \"Koizumi OR 小泉進次郎\", or any = [\"Koizumi\", \"小泉進次郎\"]",
        );
        return;
    }
    let message = format!("{} would match every other item", section.title);
    let help = "name what must be there too, in `match`, `any` or `all`";
    if let Some(none) = section.get("none") {
        let problem = Problem::error(none.key_place(), message).help(help);
        section.context.report_absence(problem);
    }
}

fn read_lists<'a>(section: &Section<'a>) -> Option<Lists<'a>> {
    let any = read_list(section, "any");
    let all = read_list(section, "all");
    let none = read_list(section, "none");
    let min = read_min(section, any.as_deref());
    Some(Lists {
        any: any?,
        all: all?,
        none: none?,
        min: min?,
    })
}

/// The entries of a list; none where it is not there.
fn read_list<'a>(section: &Section<'a>, key: &'static str) -> Option<Vec<Text<'a>>> {
    let Some(value) = section.get(key) else {
        return Some(Vec::new());
    };
    let entries = value.strings()?;
    if entries.is_empty() {
        let help = format!("leave `{key}` out, or write terms in it");
        value.error_with(format!("`{key}` is empty"), help);
        return None;
    }
    let mut seen = std::collections::HashSet::new();
    for entry in &entries {
        if !seen.insert(entry.text.trim()) {
            let message = format!("{:?} is twice in `{key}`", entry.text);
            let problem = Problem::warning(entry.place(), message);
            section.context.report(problem);
        }
    }
    Some(entries)
}

/// `min`, which needs as many entries in `any`.
fn read_min(section: &Section<'_>, any: Option<&[Text<'_>]>) -> Option<usize> {
    let Some(value) = section.get("min") else {
        return Some(1);
    };
    if section.get("any").is_none() {
        let message = "`min` says how many entries of `any` must hold, and there is no `any`";
        let problem = Problem::error(value.key_place(), message)
            .help("write any = [...], or leave `min` out");
        section.context.report(problem);
        return None;
    }
    let most = u64::try_from(any?.len()).unwrap_or(u64::MAX);
    let min = value.integer(Kind::Integer, &(1..=most))?;
    usize::try_from(min).ok()
}

impl<'a> ReadExpression<'a> {
    fn of(
        watch: Value<'a>,
        expression: Option<Text<'a>>,
        lists: &Lists<'a>,
        entities: &[Entity],
    ) -> Self {
        let texts = |list: &[Text<'a>]| list.iter().map(|entry| entry.text).collect::<Vec<_>>();
        let joined = Parts {
            expression: expression.map(|expression| expression.text),
            any: &texts(&lists.any),
            min: lists.min,
            all: &texts(&lists.all),
            none: &texts(&lists.none),
        }
        .join();
        let entries = lists.any.iter().chain(&lists.all).chain(&lists.none);
        let parts = expression.iter().chain(entries).copied().collect();
        let mut read = Self {
            joined,
            parts,
            watch,
            entities: Vec::new(),
            canonical: String::new(),
        };
        read.check(expression.is_some(), entities);
        read
    }

    /// As one string, for the matcher.
    pub(super) fn text(&self) -> &str {
        &self.joined.expression
    }

    /// Reports what the expression language says, at the very characters.
    fn check(&mut self, has_match: bool, entities: &[Entity]) {
        let mut is_good = true;
        for (at, part) in self.parts.iter().enumerate() {
            let is_match = has_match && at == 0;
            let query = if is_match {
                Query::parse_open(part.text, entities)
            } else {
                Query::parse_entry(part.text, entities)
            };
            match query {
                Ok(query) => {
                    self.entities.extend(query.entities().map(str::to_owned));
                    for warning in query.warnings() {
                        let place = part.place_of(&warning.span);
                        let problem =
                            Problem::warning(place, warning.message).help_if(warning.help);
                        part.value.context.report(problem);
                    }
                }
                Err(error) => {
                    is_good = false;
                    report(part, error);
                }
            }
        }
        if !is_good {
            return;
        }
        match Query::parse(self.text(), entities) {
            Ok(query) => self.canonical = query.to_string(),
            Err(error) => self.report(error),
        }
    }

    /// Reports an error in the joined expression at the characters it came from.
    pub(super) fn report(&self, error: QueryError) {
        if let Some((part, span)) = self.joined.locate(&error.span) {
            return report(&self.parts[part], QueryError { span, ..error });
        }
        let problem = Problem::error(self.watch.key_place(), error.message).help_if(error.help);
        self.watch.context.report(problem);
    }
}

/// Reports an error in one of the strings.
fn report(text: &Text<'_>, error: QueryError) {
    let problem = Problem::error(text.place_of(&error.span), error.message).help_if(error.help);
    let context = text.value.context;
    if error.unknown_entity {
        context.report_absence(problem);
    } else {
        context.report(problem);
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;
    use crate::config::{Environment, Source, Sources, context::Context, problem::FileId};

    /// Line and column of an error at the first "OR" of the expression `v = …`.
    fn place_of_or(toml: &str) -> (usize, usize) {
        let sources = Sources(vec![Source {
            path: "a.toml".into(),
            text: toml.to_owned(),
        }]);
        let environment = Environment::default();
        let context = Context::new(&sources, &environment);
        let table = DeTable::parse(toml).expect("TOML").into_inner();
        let (key, node) = table.get_key_value("v").expect("v");
        let value = Value::new(&context, FileId(0), key, node);
        let text = value.text(Kind::String).expect("a string");
        let start = text.text.find("OR").expect("an OR");
        let error = QueryError {
            message: "expected a term".to_owned(),
            span: start..start + 2,
            help: None,
            unknown_entity: false,
        };
        report(&text, error);
        let problems = context.into_problems();
        let at = sources.locate(&problems[0].place);
        (at.line, at.column)
    }

    #[test]
    fn a_fault_in_an_expression_is_shown_at_its_characters() {
        for (toml, place) in [
            ("v = 'a OR'", (1, 8)),
            ("v = \"小泉 OR\"", (1, 9)),
            ("v = \"\\u5C0F \\\"b\\\" OR\"", (1, 19)),
            ("w = 1\r\nv = \"\"\"\r\na\r\n  OR\"\"\"", (4, 3)),
            ("v = \"\"\"a \\\n   OR\"\"\"", (2, 4)),
        ] {
            assert_eq!(place_of_or(toml), place, "{toml}");
        }
    }
}
