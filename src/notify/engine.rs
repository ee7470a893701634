//! The template engine: minijinja, strict and bounded.

mod bounds;
mod filters;
#[cfg(test)]
mod tests;
mod undefined;

use std::{collections::HashSet, fmt::Write as _, io, ops::Range};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use minijinja::{
    AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, filters as library,
    value::{Kwargs, Serde},
};
use ring::hmac;
use serde::{Serialize, de::IgnoredAny};

use self::bounds::{Source, bounded};
use crate::{model::Notice, suggest::closest};

/// The most instructions one rendering may take: some 10 ms.
const FUEL: u64 = 500_000;
/// The most that a template may make.
pub(super) const MAX_OUTPUT_BYTES: usize = 1024 * 1024;
/// The longest piece of a template that its error repeats.
const MAX_QUOTED_BYTES: usize = 100;
/// The name a template has in the engine.
const NAME: &str = "template";

/// A template that does not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What is wrong, in words.
    pub message: String,
    /// The line of the template, from 1, where there is one.
    pub line: Option<usize>,
    /// Where in the template, in bytes, if that is known.
    pub range: Option<Range<usize>>,
}

impl TemplateError {
    /// The same, with the notice that it was found on.
    pub(super) fn on(self, notice: &Notice) -> Self {
        let kind = notice.event.kind();
        Self {
            message: format!("{} (in a notice of type {kind})", self.message),
            ..self
        }
    }

    /// What a reader sees of a notice whose template failed.
    pub(super) fn note(&self) -> String {
        let line = self.line.map(|line| format!(" in line {line}"));
        let line = line.unwrap_or_default();
        format!("The receiver's template failed{line} on this notice: {self}")
    }
}

/// What is done to the values that a template writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// They stand as they are; `| tojson` and `| urlencode` are the template's to write.
    Nothing,
    /// They are text in HTML.
    Html,
}

/// A compiled template. A name that does not exist is an error, not an empty string.
#[derive(Debug)]
pub(super) struct Engine(Environment<'static>);

impl Engine {
    pub(super) fn new(source: &str, escape: Escape) -> Result<Self, TemplateError> {
        let mut environment = environment(UndefinedBehavior::Strict);
        // The engine's own make `null` and nothing of a name that does not exist.
        environment.add_filter(
            "engine tojson",
            |value: &Value, indent: Option<Value>, args: Kwargs| {
                library::tojson(defined(value)?, indent, args)
            },
        );
        environment.add_filter("engine urlencode", |value: &Value| {
            library::urlencode(defined(value)?)
        });
        environment.set_auto_escape_callback(move |_| match escape {
            Escape::Nothing => AutoEscape::None,
            Escape::Html => AutoEscape::Html,
        });
        bounded(Source::Template(source), || {
            environment
                .add_template_owned(NAME, source.to_owned())
                .map_err(|error| explain(&error, source))?;
            Ok(Self(environment))
        })
    }

    pub(super) fn render(&self, names: &impl Serialize) -> Result<Vec<u8>, TemplateError> {
        let template = self.0.get_template(NAME).expect("`new` added it");
        let mut output = Output(Vec::new());
        template
            .render_captured_to(Serde(names), &mut output)
            .map_err(|error| {
                let names = serde_json::to_value(names).unwrap_or_default();
                undefined::explain(&error, template.source(), &names)
            })?;
        Ok(output.0)
    }
}

/// Whether `body` is JSON; `text` is a name to write right.
///
/// # Errors
/// [`TemplateError`] about all of the template.
pub(super) fn json(body: &[u8], text: &str) -> Result<(), TemplateError> {
    let read = serde_json::from_slice::<IgnoredAny>(body);
    read.map(drop).map_err(|error| TemplateError {
        message: format!(
            "does not make JSON: {error} of what it renders; \
             write texts as {{{{ {text} | tojson }}}}, without quotes around"
        ),
        line: None,
        range: None,
    })
}

fn defined(value: &Value) -> Result<&Value, minijinja::Error> {
    if value.is_undefined() {
        let fault = "what it is given does not exist";
        return Err(minijinja::Error::new(ErrorKind::UndefinedError, fault));
    }
    Ok(value)
}

/// The value of an expression, such as `json.retry_after`. A name that does not exist is
/// undefined, and so is all below it: it is asked of what a stranger answers. [`names`] has found it
/// to keep the bounds.
pub(super) fn evaluate(expression: &str, names: &impl Serialize) -> Result<Value, TemplateError> {
    let environment = environment(UndefinedBehavior::Chainable);
    environment
        .compile_expression(expression)
        .and_then(|compiled| compiled.eval(Serde(names)))
        .map_err(|error| explain(&error, expression))
}

/// The names that an expression asks for.
///
/// # Errors
/// [`TemplateError`] where it is none, or breaks a bound.
pub(super) fn names(expression: &str) -> Result<HashSet<String>, TemplateError> {
    let environment = environment(UndefinedBehavior::Chainable);
    bounded(Source::Expression(expression), || {
        let compiled = environment.compile_expression(expression);
        let compiled = compiled.map_err(|error| explain(&error, expression))?;
        Ok(compiled.undeclared_variables(false))
    })
}

fn environment(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut environment = Environment::empty();
    filters::add(&mut environment);
    environment.set_undefined_behavior(undefined);
    environment.set_fuel(Some(FUEL));
    // Errors then know their place.
    environment.set_debug(true);
    environment.add_filter("base64", |text: &str| {
        let encoded = Value::from(STANDARD.encode(text));
        filters::short(&encoded).map(|()| encoded)
    });
    environment.add_filter("hmac_sha256", hmac_sha256);
    environment.add_filter("rfc3339", rfc3339);
    environment
}

/// The HMAC of a text under a key, in hexadecimal digits, or as `base64`: for services that sign in
/// their own way.
fn hmac_sha256(text: &Value, key: &Value, form: Option<&str>) -> Result<String, minijinja::Error> {
    let [text, key] = [defined(text)?.to_string(), defined(key)?.to_string()];
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, text.as_bytes());
    match form {
        None | Some("hex") => Ok(hex(tag.as_ref())),
        Some("base64") => Ok(STANDARD.encode(tag)),
        Some(other) => Err(invalid(format!(
            "a signature is \"hex\" or \"base64\", not {other:?}"
        ))),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a String takes every write");
        digits
    })
}

/// Seconds since 1970 as a date and time in UTC.
fn rfc3339(seconds: i64) -> Result<String, minijinja::Error> {
    let time = Timestamp::from_second(seconds);
    let time = time.map_err(|_| invalid(format!("{seconds} is no time")))?;
    Ok(time.to_string())
}

fn invalid(fault: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, fault)
}

/// The engine's error in our words, with the piece of the template that it is about.
pub(super) fn explain(error: &minijinja::Error, source: &str) -> TemplateError {
    let range = error.range();
    let piece = range.clone().and_then(|range| source.get(range));
    let mut message = error.kind().to_string();
    if let Some(detail) = error.detail() {
        message = format!("{message}: {detail}");
    }
    if error.kind() == ErrorKind::WriteFailure {
        let mib = MAX_OUTPUT_BYTES >> 20;
        message = format!("it makes more than {mib} MiB");
    }
    if let Some(hint) = misspelled(error, piece) {
        message.push_str(&hint);
    } else if let Some(piece) = piece.filter(|piece| is_worth_quoting(piece, &message)) {
        message = format!("{message} near `{piece}`");
    }
    TemplateError {
        message,
        line: error.line(),
        range,
    }
}

fn is_worth_quoting(piece: &str, message: &str) -> bool {
    let is_short = (1..=MAX_QUOTED_BYTES).contains(&piece.len());
    is_short && !message.contains(piece)
}

/// What was probably meant by a filter or a statement that the engine does not have.
fn misspelled(error: &minijinja::Error, piece: Option<&str>) -> Option<String> {
    const FILTERS: [&str; 15] = [
        "base64",
        "default",
        "first",
        "int",
        "join",
        "last",
        "length",
        "lower",
        "replace",
        "sort",
        "title",
        "tojson",
        "trim",
        "upper",
        "urlencode",
    ];
    let detail = error.detail().unwrap_or_default();
    match (error.kind(), piece?) {
        (ErrorKind::UnknownFilter, "json" | "to_json" | "jsonify") => {
            Some("; did you mean `tojson`?".to_owned())
        }
        (ErrorKind::UnknownFilter, filter) => {
            closest(filter, FILTERS).map(|meant| format!("; did you mean `{meant}`?"))
        }
        (ErrorKind::SyntaxError, "end") => Some("; did you mean `endif` or `endfor`?".to_owned()),
        (ErrorKind::SyntaxError, ".") if detail.starts_with("unexpected") => {
            Some("; a name has no dot before it: `item.title`".to_owned())
        }
        _ => None,
    }
}

/// A buffer that refuses to outgrow [`MAX_OUTPUT_BYTES`].
struct Output(Vec<u8>);

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
