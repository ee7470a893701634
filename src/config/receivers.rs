//! `[receiver]`.

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::{
    headers::read_headers,
    limits::{MAX_WEBHOOK_SECRETS, TIMEOUT, WEBHOOK_KEY_BYTES},
    names::read_name,
    problem::Problem,
    schema::{Kind, RECEIVER},
    section::Section,
    urls::url_fault,
    value::{Text, Value},
};
use crate::{
    model::Secret,
    notify::{self, EmailOptions, ReceiverKind, ReceiverOptions, WebhookOptions},
};

/// Headers that are ours to set: who we are, how long the body is, and the signature.
const OWN_HEADERS: [&str; 8] = [
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "user-agent",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];
/// Keys that only a webhook has.
const WEBHOOK_KEYS: [&str; 5] = ["secret", "body", "headers", "allow_private", "timeout"];

/// Reads one entry of `[receiver]`.
pub(super) fn read_receiver(entry: Value<'_>) -> Option<ReceiverOptions> {
    let name = read_name(entry, "receiver")?;
    let section = entry.section(format!("[receiver.{name}]"), &RECEIVER)?;
    let kind = match ["email", "webhook", "stdout"].map(|key| section.get(key)) {
        [Some(email), None, None] => read_email(email).map(ReceiverKind::Email),
        [None, Some(webhook), None] => read_webhook(&section, webhook),
        [None, None, Some(stdout)] => read_stdout(stdout),
        [None, None, None] => {
            let help =
                "add email = [\"you@example.org\"], webhook = \"https://…\" or stdout = true";
            let message = format!("[receiver.{name}] does not say where to send");
            let problem = Problem::error(section.place.clone(), message).help(help);
            section.context.report_absence(problem);
            None
        }
        _ => {
            let message = format!("[receiver.{name}] takes exactly one of email, webhook, stdout");
            section.error_with(message, "make each a receiver of its own");
            None
        }
    };
    if section.get("webhook").is_none() && kind.is_some() {
        report_webhook_keys(&section);
    }
    Some(ReceiverOptions {
        name: name.to_owned(),
        kind: kind?,
    })
}

fn report_webhook_keys(section: &Section<'_>) {
    for value in WEBHOOK_KEYS.into_iter().filter_map(|key| section.get(key)) {
        let message = format!("`{}` is of use to a webhook only", value.name());
        section
            .context
            .report(Problem::error(value.key_place(), message));
    }
}

fn read_stdout(value: Value<'_>) -> Option<ReceiverKind> {
    if value.boolean()? {
        return Some(ReceiverKind::Terminal);
    }
    value.error_with(
        "`stdout` can only be true",
        "delete the receiver to be rid of it",
    );
    None
}

fn read_email(value: Value<'_>) -> Option<EmailOptions> {
    let mut seen = HashSet::new();
    let mut to = Vec::new();
    for text in value.strings()? {
        if text.text.parse::<lettre::Address>().is_err() {
            let help = "write the bare address, such as \"desk@example.org\"";
            text.error_with(format!("{:?} is not a mail address", text.text), help);
        } else if seen.insert(text.text) {
            to.push(text.text.to_owned());
        } else {
            text.value
                .warning(format!("{:?} stands here twice", text.text));
        }
    }
    if value.elements().next().is_none() {
        value.error("there is no address");
    }
    Some(EmailOptions { to })
}

fn read_webhook(section: &Section<'_>, value: Value<'_>) -> Option<ReceiverKind> {
    let secrets = section.get("secret").and_then(read_signing_keys);
    let body = section.get("body").and_then(Value::string);
    let headers = section
        .get("headers")
        .and_then(|headers| read_headers(headers, own_header));
    let allow_private = section.boolean("allow_private");
    let timeout = section.duration("timeout", &TIMEOUT);
    let url = read_webhook_url(value);
    let options = WebhookOptions {
        url: url?,
        url_is_secret: !value.is_string(),
        secrets: secrets.unwrap_or_default(),
        body: body.as_ref().map(|body| body.text.to_owned()),
        headers: headers.unwrap_or_default(),
        allow_private: allow_private.unwrap_or(false),
        timeout: timeout.unwrap_or(WebhookOptions::TIMEOUT),
    };
    if let Some(body) = body {
        check_body(&body, options.is_json());
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
    } else {
        return value.mismatch(Kind::StringOrSecret);
    };
    match url {
        Err(error) => value.error(format!("{shown} is not a URL: {}", url_fault(error))),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            value.error(format!("{shown} is not an http: or https: URL"));
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

fn has_login(url: &Url) -> bool {
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

/// A template that does not work is found out here, not by an alert that is lost.
fn check_body(body: &Text<'_>, is_json: bool) {
    let Err(fault) = notify::check_template(body.text, is_json) else {
        return;
    };
    let place = match (&fault.range, fault.line) {
        (Some(range), _) => body.place_of(range),
        (None, Some(line)) => body.place_of(&line_of(body.text, line)),
        (None, None) => body.place(),
    };
    let message = format!("the template is wrong: {fault}");
    body.value.context.report(Problem::error(place, message));
}

/// The bytes of a line of `text`, counted from 1, without the space around it.
fn line_of(text: &str, line: usize) -> std::ops::Range<usize> {
    let start = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text[start..].lines().next().unwrap_or("");
    let start = start + line.len() - line.trim_start().len();
    start..start + line.trim().len()
}

fn own_header(name: &str) -> Option<&'static str> {
    let is_own = OWN_HEADERS.contains(&name);
    is_own.then_some("Fivebells itself sets it")
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn a_line_without_the_space_around_it() {
        let text = "{\n  {{ a }}\r\n\n}";
        assert_eq!(&text[line_of(text, 1)], "{");
        assert_eq!(&text[line_of(text, 2)], "{{ a }}");
        assert_eq!(&text[line_of(text, 3)], "");
        assert_eq!(&text[line_of(text, 4)], "}");
        assert_eq!(&text[line_of(text, 9)], "");
        assert_eq!(&text[line_of(text, 0)], "{");
    }
}
