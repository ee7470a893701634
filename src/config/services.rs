//! A receiver of a preset: `slack = …`, `telegram = { … }`.

use std::sync::Arc;

use super::{
    headers::{own_header, read_headers},
    limits::TIMEOUT,
    parameters::warn_if_unlike,
    problem::Problem,
    schema::{Kind, SECRET},
    secrets::{HOW, is_unread},
    section::Section,
    value::Value,
    webhooks::has_login,
};
use crate::{
    model::Secret,
    notify::{Parameter, Preset, PresetOptions, PresetValue, ReceiverKind, WebhookOptions},
    suggest::closest,
};

/// Reads what a receiver says of a preset. A bare value is the only parameter that must be there.
pub(super) fn read_service(
    section: &Section<'_>,
    preset: &Arc<Preset>,
    value: Value<'_>,
) -> Option<ReceiverKind> {
    let values = if is_bare(value) {
        vec![read_bare(preset, value)?]
    } else {
        read_table(preset, value)?
    };
    let headers = section
        .get("headers")
        .and_then(|headers| read_headers(headers, own_header));
    let options = PresetOptions {
        preset: Arc::clone(preset),
        values,
        headers: headers.unwrap_or_default(),
        allow_private: section.boolean("allow_private").unwrap_or(false),
        timeout: section
            .duration("timeout", &TIMEOUT)
            .unwrap_or(WebhookOptions::TIMEOUT),
    };
    let is_unread = options.values.iter().any(|it| is_unread(&it.value));
    if !is_unread && let Err(fault) = options.check_url() {
        value.error_concealed(fault.to_string(), usage(preset));
        return None;
    }
    Some(ReceiverKind::Preset(options))
}

/// A string, or a table that is a secret's.
fn is_bare(value: Value<'_>) -> bool {
    let is_secret = |entries: Vec<Value<'_>>| {
        let mut entries = entries.iter();
        entries.any(|entry| SECRET.keys.iter().any(|key| key.name == entry.name()))
    };
    !value.is_table() || value.entries().is_some_and(is_secret)
}

fn read_bare(preset: &Preset, value: Value<'_>) -> Option<PresetValue> {
    if !value.is_table() && !value.is_string() {
        return value.mismatch(Kind::Preset);
    }
    let Some(parameter) = preset.main_parameter() else {
        let message = format!("`{}` takes a table", preset.name);
        value.error_concealed(message, usage(preset));
        return None;
    };
    read_value(parameter, value)
}

fn read_table(preset: &Preset, value: Value<'_>) -> Option<Vec<PresetValue>> {
    let entries = value.entries()?;
    let values = entries.iter().map(|entry| {
        let mut known = preset.parameters.iter();
        let Some(parameter) = known.find(|one| one.name == entry.name()) else {
            report_unknown(preset, *entry);
            return None;
        };
        read_value(parameter, *entry)
    });
    // All are read before the first fault ends it.
    let values: Vec<Option<PresetValue>> = values.collect();
    let is_known = |entry: &Value<'_>| {
        let mut known = preset.parameters.iter();
        known.any(|one| one.name == entry.name())
    };
    if !entries.iter().all(is_known) {
        // What is missing is probably there under another name.
        return None;
    }
    let mut missing = preset.parameters.iter().filter(|parameter| {
        let is_given = entries.iter().any(|entry| entry.name() == parameter.name);
        parameter.is_required && !is_given
    });
    if let Some(parameter) = missing.next() {
        let message = format!("`{}` needs `{}`", preset.name, parameter.name);
        let problem = Problem::error(value.key_place(), message)
            .help(format!("{}: {}", parameter.name, parameter.about));
        value.context.report_absence(problem);
        return None;
    }
    values.into_iter().collect()
}

fn report_unknown(preset: &Preset, entry: Value<'_>) {
    let known = preset.parameters.iter().map(|one| one.name.as_str());
    // `bot_token`, `chat_id`: other programs' names hold ours.
    let name = entry.name().to_lowercase();
    let mut parts = name.split(['_', '-']);
    let part = parts.find_map(|part| known.clone().find(|known| *known == part));
    let help = match part.or_else(|| closest(entry.name(), known)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => usage(preset),
    };
    let name = entry.name().escape_debug();
    let message = format!("unknown key `{name}` in `{}`", preset.name);
    let problem = Problem::error(entry.key_place(), message).help(help);
    entry.context.report(problem);
}

fn read_value(parameter: &Parameter, value: Value<'_>) -> Option<PresetValue> {
    let is_secret = value.is_table() || parameter.is_secret;
    let secret = if is_secret && value.is_string() {
        let message = format!(
            "`{}` is a secret and does not belong in a config",
            value.name()
        );
        let help = format!("it is {}; {HOW}", parameter.about);
        value.error_concealed(message, help);
        return None;
    } else if is_secret {
        let secret = value.secret()?;
        Secret::new(secret.expose().trim())
    } else {
        Secret::new(value.string()?.text)
    };
    let url = url::Url::parse(secret.expose());
    if !is_secret && url.is_ok_and(|url| has_login(&url)) {
        let help = "write { env = \"NAME\" } in its place, with the whole URL in the variable";
        let message = "the URL holds a user name or password, which is a secret";
        value.error_concealed(message, help);
        return None;
    }
    warn_if_unlike(parameter, &secret, value);
    Some(PresetValue {
        name: parameter.name.clone(),
        value: secret,
        is_secret,
    })
}

/// What the preset takes: `telegram = { token = { credential = "…" }, chat = "…" }`.
fn usage(preset: &Preset) -> String {
    let required = preset.parameters.iter().filter(|one| one.is_required);
    let parameters: Vec<String> = required
        .map(|parameter| {
            let value = if parameter.is_secret {
                "{ credential = \"…\" }"
            } else {
                "\"…\""
            };
            format!("{} = {value}", parameter.name)
        })
        .collect();
    let about: Vec<String> = preset
        .parameters
        .iter()
        .filter(|one| one.is_required)
        .map(|one| format!("{}: {}", one.name, one.about))
        .collect();
    let (name, about) = (&preset.name, about.join("; "));
    format!("write {name} = {{ {} }}; {about}", parameters.join(", "))
}
