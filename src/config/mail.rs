//! `[mail]` and `[mail.NAME]`: servers, and the templates of all mails.

mod server;

use std::collections::HashSet;

use self::server::{read_sender, read_server};
use super::{
    names::{Named, read_name},
    problem::Problem,
    schema::{MAIL, MAIL_SERVER},
    section::Section,
    templates::report_template,
    value::{Text, Value},
};
use crate::notify::{
    self, EmailOptions, MailOptions, MailPart, MailTemplates, ReceiverKind, ReceiverOptions,
};

/// The names that servers have, read well or not; none without `[mail]`.
#[derive(Debug, Default)]
pub(super) struct MailNames<'a>(Vec<&'a str>);

impl MailNames<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The server that is named where one is chosen.
    pub(super) fn choose(&self, text: Text<'_>) -> Option<String> {
        if self.0.contains(&text.text) {
            return Some(text.text.to_owned());
        }
        let (context, place) = (text.value.context, text.place());
        context.report_unknown(place, "mail server", text.text, self.0.iter().copied());
        None
    }
}

/// What `[mail]` and below it says.
#[derive(Debug, Default)]
pub(super) struct Mail<'a> {
    pub(super) names: MailNames<'a>,
    servers: Vec<Named<'a, MailOptions>>,
    /// Of a receiver that has none of its own.
    pub(super) templates: MailTemplates,
}

impl<'a> Mail<'a> {
    /// Reads `[mail]`.
    pub(super) fn read(value: Option<Value<'a>>) -> Self {
        let Some(value) = value else {
            return Self::default();
        };
        let is_key = |name| MAIL.keys.iter().any(|key| key.name == name);
        let mut others = value.entries().unwrap_or_default();
        others.retain(|entry| entry.is_table() && !is_key(entry.name()));
        let names: Vec<&str> = others.iter().map(Value::name).collect();
        let Some(section) = value.section_with("[mail]".to_owned(), &MAIL, &names) else {
            return Self::default();
        };
        let names = MailNames(std::iter::once(MailOptions::MAIN).chain(names).collect());
        let from = section.get("from").and_then(read_sender);
        let main = read_server(&section, MailOptions::MAIN, from.as_deref(), &names);
        let others = others.into_iter().filter_map(|entry| {
            let item = read_named(entry, from.as_deref(), &names)?;
            Some(Named { entry, item })
        });
        Self {
            servers: { main.into_iter() }
                .map(|item| Named { entry: value, item })
                .chain(others)
                .collect(),
            templates: read_templates(&section),
            names,
        }
    }

    /// Warns of a server that no mail can come to: whoever wrote it expects it to be used.
    pub(super) fn report_unused(&self, receivers: &[ReceiverOptions]) {
        let first = receivers
            .iter()
            .filter_map(|receiver| match &receiver.kind {
                ReceiverKind::Email(EmailOptions { server, .. }) => Some(server.as_str()),
                _ => None,
            });
        let reached: HashSet<&str> = first.flat_map(|name| self.way(name)).collect();
        for Named { entry, item } in &self.servers {
            if item.name != MailOptions::MAIN && !reached.contains(item.name.as_str()) {
                let message = format!("no mail goes through {:?}", item.name);
                let help = format!(
                    "write fallback = {0:?} under [mail], or mail = {0:?} in a receiver",
                    item.name
                );
                let problem = Problem::warning(entry.key_place(), message).help(help);
                entry.context.report_absence(problem);
            }
        }
    }

    pub(super) fn into_servers(self) -> Vec<MailOptions> {
        self.servers.into_iter().map(|server| server.item).collect()
    }

    /// The names that the fallbacks lead to from this one, itself the first, none of them twice.
    fn way<'b>(&'b self, name: &'b str) -> Vec<&'b str> {
        let mut way = Vec::new();
        let mut next = Some(name);
        while let Some(name) = next.filter(|name| !way.contains(name)) {
            way.push(name);
            let server = self.servers.iter().find(|server| server.item.name == name);
            next = server.and_then(|server| server.item.fallback.as_deref());
        }
        way
    }
}

fn read_named(entry: Value<'_>, from: Option<&str>, names: &MailNames<'_>) -> Option<MailOptions> {
    let name = read_name(entry, "mail server")?;
    if name == MailOptions::MAIN {
        let message = format!("{name:?} is the name of [mail] itself");
        let problem = Problem::error(entry.key_place(), message);
        entry.context.report(problem);
        return None;
    }
    let section = entry.section(format!("[mail.{name}]"), &MAIL_SERVER)?;
    read_server(&section, name, from, names)
}

/// Reads `subject`, `text` and `html`, of a receiver or of `[mail]`.
pub(super) fn read_templates(section: &Section<'_>) -> MailTemplates {
    MailTemplates {
        subject: read_template(section, "subject", MailPart::Subject),
        text: read_template(section, "text", MailPart::Text),
        html: read_template(section, "html", MailPart::Html),
    }
}

fn read_template(section: &Section<'_>, key: &'static str, part: MailPart) -> Option<String> {
    let template = section.string(key)?;
    if let Err(fault) = notify::check_mail_template(part, template.text) {
        report_template(&template, &fault);
    }
    Some(template.text.to_owned())
}
