//! Receivers, services and mail servers in the config in effect.

use url::Url;

use super::{Writer, shown as bare};
use crate::{
    config::strings::{key, quoted},
    model::{Priority, Secret},
    notify::{
        Grade, Limits, MailAuth, MailOAuth, MailOptions, Parameter, Preset, PresetOptions,
        PresetValue, ReceiverKind, ReceiverOptions, WebhookOptions,
    },
};

impl Writer {
    pub(super) fn receiver(&mut self, receiver: &ReceiverOptions) {
        self.header("receiver", &receiver.name);
        match &receiver.kind {
            ReceiverKind::Terminal => self.value("stdout", "true"),
            ReceiverKind::Email(email) => {
                self.strings("email", email.to.iter().map(String::as_str));
                self.string("mail", &email.server);
                let templates = &email.templates;
                for (name, template) in [
                    ("subject", &templates.subject),
                    ("text", &templates.text),
                    ("html", &templates.html),
                ] {
                    if let Some(template) = template {
                        self.string(name, template);
                    }
                }
            }
            ReceiverKind::Exec(exec) => {
                self.strings("exec", exec.command.iter().map(String::as_str));
                self.string("input", exec.input.as_str());
                self.duration("timeout", exec.timeout);
            }
            ReceiverKind::Webhook(webhook) => self.webhook(webhook),
            ReceiverKind::Preset(preset) => self.service(preset),
        }
    }

    fn webhook(&mut self, webhook: &WebhookOptions) {
        if webhook.url_is_secret {
            self.string("webhook", Secret::HIDDEN);
        } else {
            self.string("webhook", &bare(&webhook.url));
        }
        self.string("method", webhook.method.as_str());
        if !webhook.secrets.is_empty() {
            self.strings("secret", webhook.secrets.iter().map(|_| Secret::HIDDEN));
        }
        if let Some(body) = &webhook.body {
            self.string("body", body);
        }
        self.hidden_table("headers", webhook.headers.iter().map(|(name, _)| name));
        self.value("allow_private", &webhook.allow_private.to_string());
        self.duration("timeout", webhook.timeout);
    }

    /// What a receiver says of its preset. Secrets are hidden, and so is the query of a URL.
    fn service(&mut self, service: &PresetOptions) {
        let values: Vec<String> = service
            .values
            .iter()
            .map(|value| format!("{} = {}", key(&value.name), quoted(&shown(value))))
            .collect();
        let values = format!("{{ {} }}", values.join(", "));
        self.value(&key(&service.preset.name), &values);
        self.hidden_table("headers", service.headers.iter().map(|(name, _)| name));
        self.value("allow_private", &service.allow_private.to_string());
        self.duration("timeout", service.timeout);
    }

    /// A preset of the config's own.
    pub(super) fn preset(&mut self, preset: &Preset) {
        self.header("preset", &preset.name);
        self.string("about", &preset.about);
        self.string("method", preset.method.as_str());
        self.string("url", &preset.url);
        let headers = preset.headers.iter();
        self.table(
            "headers",
            headers.map(|(name, value)| (key(name), quoted(value))),
        );
        if let Some(body) = &preset.body {
            self.string("body", body);
        }
        self.string("markup", preset.markup.as_str());
        self.string("unit", preset.unit.as_str());
        let count = if preset.is_text_only {
            "text"
        } else {
            "markup"
        };
        self.string("count", count);
        self.table("limit", limits(&preset.limits));
        let priorities = Priority::ALL.iter().zip(&preset.priority);
        self.table(
            "priority",
            priorities.map(|(priority, grade)| (priority.to_string(), grade_text(grade))),
        );
        let probe = ("probe", preset.probe.as_deref());
        for (name, text) in preset.expressions().into_iter().chain([probe]) {
            if let Some(text) = text {
                self.string(name, text);
            }
        }
        for parameter in &preset.parameters {
            self.parameter(parameter);
        }
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let mut entries = vec![
            ("about".to_owned(), quoted(&parameter.about)),
            ("secret".to_owned(), parameter.is_secret.to_string()),
            ("required".to_owned(), parameter.is_required.to_string()),
        ];
        let default = parameter.default.as_deref();
        entries.extend(default.map(|default| ("default".to_owned(), quoted(default))));
        let like = parameter.like.as_deref();
        entries.extend(like.map(|like| ("like".to_owned(), quoted(like))));
        self.table(
            &format!("parameters.{}", parameter.name),
            entries.into_iter(),
        );
    }

    /// A table on one line, where it holds anything.
    fn table(&mut self, name: &str, entries: impl Iterator<Item = (String, String)>) {
        let entries: Vec<String> = entries
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        if !entries.is_empty() {
            self.value(name, &format!("{{ {} }}", entries.join(", ")));
        }
    }

    pub(super) fn mail(&mut self, mail: &MailOptions) {
        match mail.name.as_str() {
            MailOptions::MAIN => self.line("\n[mail]"),
            name => self.header("mail", name),
        }
        let host = if mail.host.contains(':') {
            format!("[{}]", mail.host)
        } else {
            mail.host.clone()
        };
        self.string("server", &format!("{host}:{}", mail.port));
        self.string("security", mail.security.as_str());
        if let Some(login) = &mail.login {
            self.string("username", &login.username);
            match &login.auth {
                MailAuth::Password(_) => self.string("password", Secret::HIDDEN),
                MailAuth::OAuth(oauth) => self.value("oauth", &as_written(oauth)),
            }
        }
        self.string("from", &mail.from);
        if let Some(hello) = &mail.hello {
            self.string("hello", hello);
        }
        if let Some(path) = &mail.ca_file {
            self.path("ca_file", path);
        }
        self.duration("timeout", mail.timeout);
        if let Some(fallback) = &mail.fallback {
            self.string("fallback", fallback);
        }
    }
}

fn shown(value: &PresetValue) -> String {
    if value.is_secret {
        return Secret::HIDDEN.to_owned();
    }
    let text = value.value.expose();
    match Url::parse(text) {
        Ok(mut url) if url.query().is_some() => {
            url.set_query(None);
            format!("{url}?{}", Secret::HIDDEN)
        }
        _ => text.to_owned(),
    }
}

fn limits(limits: &Limits) -> impl Iterator<Item = (String, String)> {
    let limits = [
        ("title", limits.title),
        ("text", limits.text),
        ("message", limits.message),
        ("link", limits.link),
        ("body", limits.body),
    ];
    let set = limits
        .into_iter()
        .filter_map(|(name, limit)| Some((name, limit?)));
    set.map(|(name, limit)| (name.to_owned(), limit.to_string()))
}

fn grade_text(grade: &Grade) -> String {
    match grade {
        Grade::Number(number) => number.to_string(),
        Grade::Word(word) => quoted(word),
    }
}

fn as_written(oauth: &MailOAuth) -> String {
    let hidden = |secret: &Option<Secret>| secret.as_ref().map(|_| Secret::HIDDEN);
    let entries = [
        ("token_url", Some(oauth.token_url.as_str())),
        ("client_id", Some(oauth.client_id.as_str())),
        ("client_secret", hidden(&oauth.client_secret)),
        ("refresh_token", hidden(&oauth.refresh_token)),
        ("scope", oauth.scope.as_deref()),
    ];
    let entries = entries
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} = {}", quoted(value?))));
    format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
}
