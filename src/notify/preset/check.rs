//! A preset tried before it is used.

use jiff::tz::TimeZone;

use super::{
    PresetError, PresetPart,
    answer::NAMES as ANSWER_NAMES,
    data::Preset,
    names::{NAMES, Subject, Values},
    request::Templates,
};
use crate::{
    model::Notice,
    notify::{
        engine::{TemplateError, names as asked},
        render,
        sample::trials,
    },
};

/// What a secret's table holds, which a table of parameters must not.
const SECRET_KEYS: [&str; 3] = ["env", "file", "credential"];
/// What a parameter that a receiver leaves out may be.
const SAMPLE_VALUE: &str = "1";
/// The same of a parameter named `url`, or one that begins the URL.
const SAMPLE_URL: &str = "https://example.org/sample";

/// Tries a preset: compiles its templates and expressions, and renders what it sends for the
/// notices of `trials`; with every parameter, and with only those that must be there.
///
/// # Errors
/// [`PresetError`]: what would otherwise be found out by a lost alert.
pub fn check_preset(preset: &Preset) -> Result<(), PresetError> {
    for parameter in &preset.parameters {
        let name = parameter.name.as_str();
        if NAMES.contains(&name) || SECRET_KEYS.contains(&name) {
            let fault = "it has a meaning of its own; choose another name";
            return Err(PresetPart::Parameter(name.to_owned()).wrong(fault));
        }
    }
    let templates = Templates::new(preset)?;
    for notice in trials() {
        for is_whole in [true, false] {
            try_request(preset, &templates, &values(preset, is_whole), &notice)?;
        }
    }
    for (name, expression) in preset.expressions() {
        if let Some(expression) = expression {
            let part = PresetPart::Expression(name);
            check_expression(expression).map_err(|error| part.failed(error))?;
        }
    }
    Ok(())
}

fn values(preset: &Preset, is_whole: bool) -> Values<'_> {
    let parameters = preset.parameters.iter();
    let values = parameters.map(|parameter| {
        let sample = match parameter.name.as_str() {
            "url" => SAMPLE_URL,
            _ => SAMPLE_VALUE,
        };
        let given = (is_whole || parameter.is_required).then_some(sample);
        let default = parameter.default.as_deref();
        (parameter.name.as_str(), default.or(given))
    });
    values.collect()
}

fn try_request(
    preset: &Preset,
    templates: &Templates,
    values: &Values<'_>,
    notice: &Notice,
) -> Result<(), PresetError> {
    let message = render::message(notice, &TimeZone::UTC);
    let rendered = templates.render(Subject {
        preset,
        values,
        notice,
        message: &message,
        now: notice.timestamp,
    });
    rendered
        .and_then(|made| made.check())
        .map_err(|fault| PresetError {
            error: fault.error.on(notice),
            ..fault
        })
}

fn check_expression(expression: &str) -> Result<(), TemplateError> {
    let fault = |message: String| TemplateError {
        message,
        line: None,
        range: None,
    };
    let unknown = asked(expression)?
        .into_iter()
        .find(|name| !ANSWER_NAMES.contains(&name.as_str()));
    match unknown {
        Some(name) => Err(fault(format!(
            "there is no `{name}`; an answer has status, body and json"
        ))),
        None => Ok(()),
    }
}
