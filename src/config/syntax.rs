//! What the TOML library says about a file, in our words.

mod formats;
mod hints;

use std::ops::Range;

use toml::{Spanned, de::DeTable};

use super::{
    context::Context,
    problem::{FileId, Problem, SourceLocation},
};

/// Reads a file as TOML. What can be read around faults of the syntax is still there.
pub(super) fn parse<'a>(context: &mut Context<'a>, file: FileId) -> Spanned<DeTable<'a>> {
    let text = &context.sources.get(file).text;
    let (table, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map(|span| span.start));
    for error in errors {
        let span = error.span().map(|span| within(text, &span));
        let written = span.clone().map_or("", |span| &text[span]);
        let at = span.as_ref().map_or(text.len(), |span| span.start);
        let (mut message, mut help) = explain(error.message(), written);
        let is_plain = ["is here twice", "too deeply", "a comma"];
        if !is_plain.iter().any(|plain| message.contains(plain)) {
            if let Some(list) = hints::open_list(text, at) {
                let (message, help) = hints::of_open_list(text, list);
                let place = SourceLocation::new(file, list..list + 1);
                context.report_syntax_to_the_end(Problem::error(place, message).help(help));
                break;
            }
            if let Some(word) = formats::of_word(written) {
                message = format!("TOML has no value `{written}`");
                help = Some(word);
            } else if message != "a string needs quotes" || !hints::is_quotable(written) {
                let other = formats::of_line(text, at).or_else(|| hints::of_line(text, at));
                help = other.or(help);
            }
        }
        let problem = Problem::error(SourceLocation { file, span }, message).help_if(help);
        context.report_syntax(problem);
    }
    table
}

/// A fault at the end of a line is shown there, not at the start of the next.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    start..text.floor_char_boundary(span.end).max(start)
}

/// The library's message, made ours where it is often seen; others are shown as they are.
fn explain(message: &str, written: &str) -> (String, Option<String>) {
    if message == "duplicate key" {
        let help = format!("`{written}` is already above: TOML takes a key, and a [table], once");
        return (format!("`{written}` is here twice"), Some(help));
    }
    let is_word = message.starts_with("invalid boolean") && !hints::is_boolean(written);
    if message.starts_with("string values must be quoted") || is_word {
        let quoted = toml::Value::String(hints::unquoted(written).to_owned()).to_string();
        return (
            "a string needs quotes".to_owned(),
            Some(format!("write {quoted}")),
        );
    }
    if written.is_empty() && message.starts_with("invalid") && message.contains("string, expected")
    {
        return (
            "this string has no end".to_owned(),
            Some("close it with the quote it began with".to_owned()),
        );
    }
    if message.contains("missing comma") {
        let help = "put a comma between the two".to_owned();
        return ("a comma is missing".to_owned(), Some(help));
    }
    if message.contains("recurs") {
        return ("this is nested too deeply".to_owned(), None);
    }
    (format!("this is not TOML: {message}"), None)
}
