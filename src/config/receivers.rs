//! `[receiver]`.

use std::collections::HashSet;

use super::{
    exec::read_exec,
    mail::{Mail, read_templates},
    names::read_name,
    presets::Presets,
    problem::Problem,
    schema::RECEIVER,
    section::Section,
    services::read_service,
    shape::{address_help, report_no_entry},
    value::Value,
    webhooks::read_webhook,
};
use crate::notify::{
    EmailOptions, MailOptions, MailTemplates, ReceiverKind, ReceiverOptions, is_recipient,
};

/// Keys that only a receiver of mail has.
const MAIL_KEYS: [&str; 4] = ["mail", "subject", "text", "html"];
/// Keys that only a webhook has.
const WEBHOOK_KEYS: [&str; 3] = ["method", "secret", "body"];
/// Keys that only what is reached by HTTP has.
const HTTP_KEYS: [&str; 2] = ["headers", "allow_private"];

/// Reads one entry of `[receiver]`.
pub(super) fn read_receiver(
    entry: Value<'_>,
    presets: &Presets,
    mail: &Mail<'_>,
) -> Option<ReceiverOptions> {
    let name = read_name(entry, "receiver")?;
    if report_no_entry(entry, "receiver") {
        return None;
    }
    let title = format!("[receiver.{name}]");
    let own: Vec<&str> = presets.own_names().collect();
    let section = entry.section_with(title, &RECEIVER, &own)?;
    let plain = ["email", "webhook", "exec", "stdout"].map(|key| section.get(key));
    let services: Vec<_> = presets
        .names()
        .filter_map(|name| section.get_named(name))
        .collect();
    let kind = match (plain, &services[..]) {
        ([Some(email), None, None, None], []) => {
            read_email(&section, email, mail).map(ReceiverKind::Email)
        }
        ([None, Some(webhook), None, None], []) => read_webhook(&section, webhook),
        ([None, None, Some(exec), None], []) => read_exec(&section, exec),
        ([None, None, None, Some(stdout)], []) => read_stdout(stdout),
        ([None, None, None, None], [value]) => {
            // One that could not be read was reported before.
            read_service(&section, presets.get(value.name())?, *value)
        }
        ([None, None, None, None], []) => {
            report_nowhere(&section);
            return None;
        }
        _ => {
            let message = format!(
                "{} takes exactly one of email, webhook, exec, stdout or a service",
                section.title
            );
            section.error_with(message, "make each a receiver of its own");
            return None;
        }
    }?;
    report_useless_keys(&section, &kind);
    Some(ReceiverOptions {
        name: name.to_owned(),
        kind,
    })
}

fn report_nowhere(section: &Section<'_>) {
    let ways = ["email", "webhook", "exec", "stdout"];
    if ways.iter().any(|way| section.is_meant(way)) {
        return;
    }
    let help = "add email = [\"you@example.org\"], webhook = \"https://…\", exec = [\"/path\"], \
                stdout = true \
                or a service such as ntfy = \"https://ntfy.sh/…\"";
    let message = format!("{} does not say where to send", section.title);
    let problem = Problem::error(section.place.clone(), message).help(help);
    section.context.report_absence(problem);
}

/// Keys that do nothing for this kind of receiver.
fn report_useless_keys(section: &Section<'_>, kind: &ReceiverKind) {
    let is_webhook = matches!(kind, ReceiverKind::Webhook(_));
    let is_http = is_webhook || matches!(kind, ReceiverKind::Preset(_));
    let useless = |keys: &'static [&'static str], is_useful: bool, who: &str| {
        let found = keys.iter().filter_map(|key| section.get(key));
        for value in found.filter(|_| !is_useful) {
            let message = format!("`{}` is of use to {who} only", value.name());
            let problem = Problem::error(value.key_place(), message);
            section.context.report(problem);
        }
    };
    let is_mail = matches!(kind, ReceiverKind::Email(_));
    useless(&MAIL_KEYS, is_mail, "a receiver of mail");
    useless(&WEBHOOK_KEYS, is_webhook, "a webhook");
    useless(&HTTP_KEYS, is_http, "a webhook or a service");
    let is_program = matches!(kind, ReceiverKind::Exec(_));
    useless(&["input"], is_program, "a program");
    let has_end = is_http || is_program;
    useless(&["timeout"], has_end, "a webhook, a service or a program");
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

fn read_email(section: &Section<'_>, value: Value<'_>, mail: &Mail<'_>) -> Option<EmailOptions> {
    if mail.names.is_empty() {
        let message = format!("{} gets mail, but there is no mail server", section.title);
        let help = "add [mail] with server = \"…\" and from = \"…\"";
        let problem = Problem::error(section.place.clone(), message).help(help);
        section.context.report_absence(problem);
    }
    let server = section
        .string("mail")
        .and_then(|text| mail.names.choose(text));
    let own = read_templates(section);
    let templates = MailTemplates {
        subject: own.subject.or_else(|| mail.templates.subject.clone()),
        text: own.text.or_else(|| mail.templates.text.clone()),
        html: own.html.or_else(|| mail.templates.html.clone()),
    };
    let mut seen = HashSet::new();
    let mut to = Vec::new();
    for text in value.strings()? {
        if !is_recipient(text.text) {
            let help = address_help(text.text);
            text.error_with(format!("{:?} is not a mail address", text.text), help);
        } else if seen.insert(text.text) {
            to.push(text.text.to_owned());
        } else {
            text.value.warning(format!("{:?} is here twice", text.text));
        }
    }
    if value.elements().next().is_none() {
        value.error("there is no address");
    }
    Some(EmailOptions {
        to,
        server: server.unwrap_or_else(|| MailOptions::MAIN.to_owned()),
        templates,
    })
}
