//! One value in the config and its place: what it is, or a problem that says what it should be.

use std::{
    fmt,
    ops::{Range, RangeInclusive},
    path::PathBuf,
    time::Duration,
};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{
    context::Context,
    hints::{bare_duration, bare_size, example, longest, meant_duration, meant_size},
    problem::{FileId, Problem, SourceLocation},
    schema::Kind,
    strings::written_span,
    units::{UnitError, duration_text, parse_duration, parse_size, size_text},
};
use crate::suggest::closest;

/// A value under a key. Reading it gives `None` where it is not what it should be; the problem is
/// reported by then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) file: FileId,
    key: &'a Spanned<DeString<'a>>,
    node: &'a Spanned<DeValue<'a>>,
}

/// A string and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) value: Value<'a>,
}

impl<'a> Value<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        file: FileId,
        key: &'a Spanned<DeString<'a>>,
        node: &'a Spanned<DeValue<'a>>,
    ) -> Self {
        Self {
            context,
            file,
            key,
            node,
        }
    }

    /// Where the value is written.
    pub(super) fn place(&self) -> SourceLocation {
        SourceLocation::new(self.file, self.node.span())
    }

    /// Where its key is written.
    pub(super) fn key_place(&self) -> SourceLocation {
        SourceLocation::new(self.file, self.key.span())
    }

    /// Its key.
    pub(super) fn name(&self) -> &'a str {
        self.key.get_ref()
    }

    /// Reports an error at the value.
    pub(super) fn error(&self, message: impl Into<String>) {
        self.context.report(Problem::error(self.place(), message));
    }

    /// Reports an error at the value, and what to write instead.
    pub(super) fn error_with(&self, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::error(self.place(), message).help(help);
        self.context.report(problem);
    }

    /// Reports a warning at the value.
    pub(super) fn warning(&self, message: impl Into<String>) {
        self.context.report(Problem::warning(self.place(), message));
    }

    /// Reports an error at the value without showing the value.
    pub(super) fn error_concealed(&self, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::error(self.place(), message).help(help);
        self.context.report(problem.concealed());
    }

    pub(super) fn is_table(&self) -> bool {
        self.node.get_ref().is_table()
    }

    pub(super) fn is_list(&self) -> bool {
        self.node.get_ref().is_array()
    }

    pub(super) fn is_string(&self) -> bool {
        self.node.get_ref().is_str()
    }

    /// A string, perhaps empty.
    pub(super) fn text(self, kind: Kind) -> Option<Text<'a>> {
        match self.node.get_ref() {
            DeValue::String(text) => Some(Text { text, value: self }),
            _ => self.mismatch(kind),
        }
    }

    /// A string with something in it.
    pub(super) fn string(self) -> Option<Text<'a>> {
        let text = self.text(Kind::String)?;
        if text.text.trim().is_empty() {
            self.error(format!("`{}` is empty", self.name()));
            return None;
        }
        Some(text)
    }

    /// A string, or a list of strings, as a list; each with something in it.
    pub(super) fn strings(self) -> Option<Vec<Text<'a>>> {
        match self.node.get_ref() {
            DeValue::String(_) => Some(vec![self.string()?]),
            DeValue::Array(_) => self.elements().map(Value::string).collect(),
            _ => self.mismatch(Kind::Strings),
        }
    }

    /// The elements of a list; a value that is no list is its only element.
    pub(super) fn elements(self) -> impl Iterator<Item = Value<'a>> {
        let nodes: Vec<_> = match self.node.get_ref() {
            DeValue::Array(array) => array.iter().collect(),
            _ => vec![self.node],
        };
        nodes.into_iter().map(move |node| Value { node, ..self })
    }

    pub(super) fn boolean(self) -> Option<bool> {
        match self.node.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.mismatch(Kind::Boolean),
        }
    }

    /// A whole number in `bounds`.
    pub(super) fn integer(self, kind: Kind, bounds: &RangeInclusive<u64>) -> Option<u64> {
        let DeValue::Integer(number) = self.node.get_ref() else {
            return self.mismatch(kind);
        };
        // A negative number is out of bounds like one that is too large.
        let value = u64::from_str_radix(number.as_str(), number.radix()).unwrap_or(u64::MAX);
        self.bounded(value, bounds, u64::to_string)
    }

    /// A whole number that may be negative; `None` where it is something else.
    pub(super) fn whole_number(self) -> Option<i64> {
        match self.node.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        }
    }

    /// A duration in `bounds`.
    pub(super) fn duration(self, bounds: &RangeInclusive<Duration>) -> Option<Duration> {
        let bare = |number: &str| bare_duration(number, bounds);
        let text = self.quantity(Kind::Duration, bare)?;
        let usual =
            "write a number and its unit: ms, s, m, h, d, w or y, such as \"15m\" or \"1h30m\"";
        let help = bare(text.trim()).or_else(|| meant_duration(text));
        let help = help.or_else(|| longest(text, *bounds.end()));
        let help = help.unwrap_or_else(|| usual.to_owned());
        let duration = self.unit(text, parse_duration(text), Duration::MAX, &help)?;
        self.bounded(duration, bounds, |length| duration_text(*length))
    }

    /// A size in `bounds`.
    pub(super) fn size(self, bounds: &RangeInclusive<u64>) -> Option<u64> {
        let bare = |number: &str| bare_size(number, bounds);
        let text = self.quantity(Kind::Size, bare)?;
        let usual =
            "write a number and its unit: B, KB, MB, GB, KiB, MiB or GiB, such as \"16 MiB\"";
        let help = bare(text.trim()).or_else(|| meant_size(text));
        let help = help.unwrap_or_else(|| usual.to_owned());
        let size = self.unit(text, parse_size(text), u64::MAX, &help)?;
        self.bounded(size, bounds, |bytes| size_text(*bytes))
    }

    /// A path, resolved from the directory of the config file it is written in.
    pub(super) fn path(self) -> Option<PathBuf> {
        let text = self.string()?;
        Some(self.context.resolve(self.file, text.text))
    }

    /// The entries of a table of free names, in the order it is written.
    pub(super) fn entries(self) -> Option<Vec<Value<'a>>> {
        let table = self.table()?;
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, node)| Value::new(self.context, self.file, key, node))
            .collect();
        entries.sort_by_key(|entry| entry.key.span().start);
        Some(entries)
    }

    pub(super) fn table(self) -> Option<&'a DeTable<'a>> {
        match self.node.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.mismatch(Kind::Table),
        }
    }

    /// The text of a quantity; for a bare number, the help names the units it could have meant.
    fn quantity(self, kind: Kind, bare: impl Fn(&str) -> Option<String>) -> Option<&'a str> {
        match self.node.get_ref() {
            DeValue::String(text) => Some(text),
            DeValue::Integer(number) => {
                let message = format!(
                    "the unit is missing: `{}` is {}",
                    self.name(),
                    kind.as_str()
                );
                let problem = Problem::error(self.place(), message);
                let help = bare(number.as_str());
                self.context.report(problem.help_if(help));
                None
            }
            _ => self.mismatch(kind),
        }
    }

    /// The quantity, or the problem with it; too large to count is `most`, beyond every bound.
    fn unit<T>(self, text: &str, read: Result<T, UnitError>, most: T, help: &str) -> Option<T> {
        match read {
            Ok(quantity) => Some(quantity),
            Err(UnitError::TooLarge) => Some(most),
            Err(error) => {
                let message = format!("`{}` cannot be {text:?}: {error}", self.name());
                self.error_with(message, help);
                None
            }
        }
    }

    fn bounded<T: PartialOrd>(
        self,
        value: T,
        bounds: &RangeInclusive<T>,
        text: impl Fn(&T) -> String,
    ) -> Option<T> {
        if bounds.contains(&value) {
            return Some(value);
        }
        let (least, most) = (text(bounds.start()), text(bounds.end()));
        self.error(format!("`{}` must be from {least} to {most}", self.name()));
        None
    }

    pub(super) fn mismatch<T>(self, expected: Kind) -> Option<T> {
        let help = self.unquoted(expected);
        let help = help.or_else(|| example(self.name()).map(str::to_owned));
        self.report_mismatch(expected, help)
    }

    /// The same, with what to write instead.
    pub(super) fn mismatch_with<T>(self, expected: Kind, help: &str) -> Option<T> {
        self.report_mismatch(expected, Some(help.to_owned()))
    }

    /// What to write where only quotes are too many or missing.
    fn unquoted(self, expected: Kind) -> Option<String> {
        let bare = match (expected, self.node.get_ref()) {
            (Kind::Boolean, DeValue::String(text)) => match text.trim().to_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => "true".to_owned(),
                "false" | "no" | "off" | "0" => "false".to_owned(),
                _ => return None,
            },
            (Kind::Boolean, DeValue::Integer(number)) => match number.as_str() {
                "0" => "false".to_owned(),
                _ => "true".to_owned(),
            },
            (Kind::Integer, DeValue::String(text)) => text.trim().parse::<u64>().ok()?.to_string(),
            (Kind::String, DeValue::Array(array)) if array.len() == 1 => {
                return Some("write the string alone, without [ and ]".to_owned());
            }
            _ => return None,
        };
        Some(format!("write {bare}, without quotes"))
    }

    fn report_mismatch<T>(self, expected: Kind, help: Option<String>) -> Option<T> {
        let found = match self.node.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let expected = expected.as_str();
        let message = format!("`{}` takes {expected}, not {found}", self.name());
        let problem = Problem::error(self.place(), message).help_if(help);
        self.context.report(problem);
        None
    }
}

impl Text<'_> {
    /// Where the whole string is written, quotes included.
    pub(super) fn place(&self) -> SourceLocation {
        self.value.place()
    }

    /// Where some bytes of its value are written.
    pub(super) fn place_of(&self, within: &Range<usize>) -> SourceLocation {
        let span = self.value.node.span();
        let source = &self.value.context.sources.get(self.value.file).text;
        match written_span(&source[span.clone()], self.text, within) {
            Some(within) => SourceLocation::new(
                self.value.file,
                span.start + within.start..span.start + within.end,
            ),
            None => self.place(),
        }
    }

    /// The text as a path from the directory of the config file it is written in.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        self.value.context.resolve(self.value.file, path)
    }

    /// Reports an error at the string.
    pub(super) fn error(&self, message: impl Into<String>) {
        self.value.error(message);
    }

    /// Reports an error at the string, and what to write instead.
    pub(super) fn error_with(&self, message: impl Into<String>, help: impl Into<String>) {
        self.value.error_with(message, help);
    }

    /// The value that parses as `T`, or an error that says what it can be.
    pub(super) fn one_of<T: Copy + fmt::Display>(&self, what: &str, all: &[T]) -> Option<T> {
        let names: Vec<String> = all.iter().map(T::to_string).collect();
        if let Some(index) = names.iter().position(|name| name == self.text) {
            return Some(all[index]);
        }
        let meant = closest(self.text, names.iter().map(String::as_str));
        let help = match meant {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("it can be {}", listed(&names)),
        };
        self.error_with(format!("{:?} is not a {what}", self.text), help);
        None
    }
}

/// `"a", "b" or "c"`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}
