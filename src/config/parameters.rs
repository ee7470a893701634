//! `[preset.NAME.parameters]`: what a receiver says of itself, and what that should look like.

use regex::Regex;

use super::{
    problem::Problem,
    schema::PRESET_PARAMETER,
    section::Section,
    value::{Text, Value},
};
use crate::{model::Secret, notify::Parameter};

/// `parameters` of a preset, by name.
pub(super) fn read_parameters(section: &Section<'_>) -> Vec<Parameter> {
    let parameters = section.get("parameters").and_then(Value::entries);
    let parameters = parameters.unwrap_or_default().into_iter();
    parameters.filter_map(read_parameter).collect()
}

fn read_parameter(entry: Value<'_>) -> Option<Parameter> {
    let name = entry.name();
    let mut letters = name.chars();
    let is_first = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let is_name = letters.next().is_some_and(is_first)
        && letters.all(|letter| is_first(letter) || letter.is_ascii_digit());
    if !is_name {
        let message = format!("{name:?} cannot be the name of a parameter");
        let problem = Problem::error(entry.key_place(), message)
            .help("templates know names of a-z, 0-9 and _");
        entry.context.report(problem);
        return None;
    }
    let section = entry.section(format!("the parameter `{name}`"), &PRESET_PARAMETER)?;
    let about = section.string("about").map(owned);
    let default = section.string("default").map(owned);
    let like = section.string("like").and_then(read_pattern);
    let is_required = section.boolean("required").unwrap_or(default.is_none());
    Some(Parameter {
        name: name.to_owned(),
        about: about.unwrap_or_else(|| name.to_owned()),
        is_secret: section.boolean("secret").unwrap_or(false),
        is_required,
        default,
        like,
    })
}

fn owned(text: Text<'_>) -> String {
    text.text.to_owned()
}

fn read_pattern(text: Text<'_>) -> Option<String> {
    match Regex::new(text.text) {
        Ok(_) => Some(owned(text)),
        Err(error) => {
            let error = error.to_string();
            let line = error.lines().last().unwrap_or_default().trim();
            text.error(format!("`like` is no regular expression: {line}"));
            None
        }
    }
}

/// Warns of a value that is most likely not what the service wants. It is used all the same: who
/// knows what is between us and the service.
pub(super) fn warn_if_unlike(parameter: &Parameter, secret: &Secret, value: Value<'_>) {
    let pattern = parameter.like.as_deref().map(Regex::new);
    let Some(Ok(pattern)) = pattern else {
        return;
    };
    if pattern.is_match(secret.expose()) {
        return;
    }
    let message = format!(
        "`{}` does not look like {}",
        parameter.name, parameter.about
    );
    value
        .context
        .report(Problem::warning(value.place(), message));
}
