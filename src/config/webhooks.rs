//! A receiver that is a webhook.

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::{
    headers::{own_header, read_headers},
    hints::meant_variable,
    limits::{MAX_WEBHOOK_SECRETS, TIMEOUT, WEBHOOK_KEY_BYTES},
    presets::named,
    problem::Problem,
    schema::Kind,
    secrets::is_unread,
    section::Section,
    templates::report_template,
    urls::url_fault,
    value::Value,
};
use crate::{
    model::Secret,
    notify::{self, HookMethod, ReceiverKind, WebhookOptions},
};

/// The methods of a request with a body.
const METHODS: [HookMethod; 3] = [HookMethod::Post, HookMethod::Put, HookMethod::Patch];

/// Reads `webhook = "…"` and what goes with it.
pub(super) fn read_webhook(section: &Section<'_>, value: Value<'_>) -> Option<ReceiverKind> {
    let secrets = section.get("secret").and_then(read_signing_keys);
    let body = section.get("body").and_then(Value::string);
    let headers = section
        .get("headers")
        .and_then(|headers| read_headers(headers, own_header));
    let allow_private = section.boolean("allow_private");
    let timeout = section.duration("timeout", &TIMEOUT);
    let method = named(section, "method", "method", &METHODS, HookMethod::as_str);
    let url = read_webhook_url(value);
    let options = WebhookOptions {
        url: url?,
        url_is_secret: !value.is_string(),
        method: method.unwrap_or_default(),
        secrets: secrets.unwrap_or_default(),
        body: body.as_ref().map(|body| body.text.to_owned()),
        headers: headers.unwrap_or_default(),
        allow_private: allow_private.unwrap_or(false),
        timeout: timeout.unwrap_or(WebhookOptions::TIMEOUT),
    };
    if let Some(body) = body
        && let Err(fault) = notify::check_template(body.text, options.is_json())
    {
        report_template(&body, &fault);
    }
    Some(ReceiverKind::Webhook(options))
}

fn read_webhook_url(value: Value<'_>) -> Option<Url> {
    let (shown, url) = if value.is_string() {
        let text = value.string()?;
        (format!("{:?}", text.text), Url::parse(text.text))
    } else if value.is_table() {
        let secret = value.secret()?;
        ("the secret".to_owned(), Url::parse(secret.expose().trim()))
    } else if value.is_list() {
        let help = "a webhook has one URL: make each a receiver of its own";
        return value.mismatch_with(Kind::StringOrSecret, help);
    } else {
        return value.mismatch(Kind::StringOrSecret);
    };
    match url {
        Err(error) => {
            let message = format!("{shown} is not a URL: {}", url_fault(error));
            let problem = Problem::error(value.place(), message);
            value.context.report(problem.help_if(with_scheme(value)));
        }
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            let message = format!("{shown} is not an http: or https: URL");
            let problem = Problem::error(value.place(), message);
            value.context.report(problem.help_if(as_secret(value)));
        }
        Ok(url) if value.is_string() && has_login(&url) => {
            let help = "write webhook = { env = \"NAME\" } with the whole URL in the variable";
            let message = "the URL holds a user name or password, which is a secret";
            value.error_concealed(message, help);
        }
        Ok(url) => return Some(url),
    }
    None
}

/// The URL that was probably meant, where it is in the config.
fn with_scheme(value: Value<'_>) -> Option<String> {
    let text = value.is_string().then(|| value.text(Kind::String))??.text;
    if let Some(meant) = meant_variable(value.name(), text) {
        return Some(meant);
    }
    let is_host = text.contains('.') && !text.contains(char::is_whitespace);
    let url = format!("https://{}", text.trim_start_matches('/'));
    is_host.then(|| format!("write {url:?}"))
}

/// The table that was probably meant: `credential:NAME` is not one.
fn as_secret(value: Value<'_>) -> Option<String> {
    let text = value.is_string().then(|| value.text(Kind::String))??.text;
    let (source, name) = text.split_once(':')?;
    let is_source = ["env", "file", "credential"].contains(&source);
    is_source.then(|| format!("write {} = {{ {source} = {name:?} }}", value.name()))
}

/// Whether a URL holds a user name or password.
pub(super) fn has_login(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn read_signing_keys(value: Value<'_>) -> Option<Vec<Secret>> {
    let elements: Vec<_> = value.elements().collect();
    if elements.is_empty() || elements.len() > MAX_WEBHOOK_SECRETS {
        let message = format!("`secret` takes one key, or {MAX_WEBHOOK_SECRETS} while they rotate");
        value.error(message);
        return None;
    }
    elements.into_iter().map(read_signing_key).collect()
}

fn read_signing_key(value: Value<'_>) -> Option<Secret> {
    let secret = value.secret()?;
    if is_unread(&secret) {
        return Some(secret);
    }
    let fault = match secret
        .expose()
        .strip_prefix("whsec_")
        .map(|key| STANDARD.decode(key))
    {
        None => "it does not begin with whsec_".to_owned(),
        Some(Err(_)) => "what follows whsec_ is not base64".to_owned(),
        Some(Ok(key)) if !WEBHOOK_KEY_BYTES.contains(&key.len()) => format!(
            "it has {} bytes, not {} to {}",
            key.len(),
            WEBHOOK_KEY_BYTES.start(),
            WEBHOOK_KEY_BYTES.end()
        ),
        Some(Ok(_)) => return Some(secret),
    };
    let help = "make a key with: echo whsec_$(openssl rand -base64 32)";
    value.error_with(format!("this is no Standard Webhooks key: {fault}"), help);
    None
}
