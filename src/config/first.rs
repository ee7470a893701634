//! A first config, written for somebody who goes on writing it.

use std::fmt::Write as _;

use super::{
    limits::MAX_NAME_CHARS,
    names,
    propose::{Proposal, slug},
    strings::{key, quoted},
};
use crate::matcher::{Parts, Query, QueryError};

/// The longest term that names its watch as it is written.
const MAX_TERM_NAME_CHARS: usize = 30;

/// What a first config says.
#[derive(Debug, Clone, Default)]
pub struct FirstConfig {
    /// The feeds.
    pub feeds: Vec<Proposal>,
    /// The watches.
    pub watches: Vec<FirstWatch>,
    /// Who gets mail, and through which server.
    pub mail: Option<FirstMail>,
    /// The URL of a webhook.
    pub webhook: Option<String>,
    /// Whether alerts are printed.
    pub stdout: bool,
}

/// A name and an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstWatch {
    /// Unlike every other's.
    pub name: String,
    /// It parses.
    pub expression: String,
}

/// Mail, and its server.
#[derive(Debug, Clone)]
pub struct FirstMail {
    /// The addresses.
    pub to: Vec<String>,
    /// The sender.
    pub from: String,
    /// `host` or `host:port`.
    pub server: String,
    /// The name of the login, and where its password is.
    pub login: Option<(String, SecretPlace)>,
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// In this environment variable.
    Env(String),
    /// In this file.
    File(String),
    /// In this credential of systemd.
    Credential(String),
}

impl SecretPlace {
    /// Reads `env:NAME`, `file:PATH` or `credential:NAME`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, place) = text.split_once(':')?;
        let place = place.trim().to_owned();
        match kind.trim() {
            _ if place.is_empty() => None,
            "env" => Some(Self::Env(place)),
            "file" => Some(Self::File(place)),
            "credential" => Some(Self::Credential(place)),
            _ => None,
        }
    }

    fn written(&self) -> String {
        let (key, place) = match self {
            Self::Env(place) => ("env", place),
            Self::File(place) => ("file", place),
            Self::Credential(place) => ("credential", place),
        };
        format!("{{ {key} = {} }}", quoted(place))
    }
}

impl FirstConfig {
    /// Adds a watch for a term as people say it, or for an expression; words without any sign of the
    /// language are a phrase.
    ///
    /// # Errors
    /// What is wrong in the expression.
    pub fn watch(&mut self, term: &str) -> Result<(), QueryError> {
        Query::parse_entry(term, &[])?;
        let parts = Parts {
            any: &[term],
            min: 1,
            ..Parts::default()
        };
        let expression = parts.join().expression;
        Query::parse(&expression, &[])?;
        let is_known = |name: &str| self.watches.iter().any(|watch| watch.name == name);
        let name = watch_name(term);
        let numbers = (2..).map(|number| format!("{name}-{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbers);
        let name = names.find(|name| !is_known(name)).unwrap_or(name);
        self.watches.push(FirstWatch { name, expression });
        Ok(())
    }

    /// The names of the receivers.
    pub fn receivers(&self) -> Vec<&'static str> {
        let all = [
            (self.mail.is_some(), "mail"),
            (self.webhook.is_some(), "webhook"),
            (self.stdout, "screen"),
        ];
        let there = all.into_iter().filter(|(is_there, _)| *is_there);
        there.map(|(_, name)| name).collect()
    }
}

/// The term itself where it is short and a name, else its Latin letters.
fn watch_name(term: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || letter == '-';
    if term.chars().all(is_plain) && term.chars().count() <= MAX_TERM_NAME_CHARS {
        return term.to_lowercase();
    }
    let cut: String = term.chars().take(MAX_NAME_CHARS).collect();
    let slug = slug(&cut).map(|slug| slug.to_lowercase());
    let slug = slug.filter(|slug| names::fault(slug).is_none());
    slug.unwrap_or_else(|| "watch".to_owned())
}

impl FirstConfig {
    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# Fivebells: what is read, what is watched for, and who is notified.\n#\n\
             #   fivebells check     says what is wrong here\n\
             #   fivebells reload    puts changes in force\n#\n\
             # Every other key: fivebells man fivebells.toml\n\n",
        );
        let receivers = self.receivers();
        if receivers.len() > 1 {
            let names: Vec<String> = receivers.iter().map(|name| quoted(name)).collect();
            let names = names.join(", ");
            line(
                &mut text,
                "# Who is notified by every watch that does not say.",
            );
            line(&mut text, &format!("notify = [{names}]\n"));
        }
        self.feeds_and_watches(&mut text);
        self.receivers_section(&mut text);
        self.rest(&mut text);
        text
    }

    fn feeds_and_watches(&self, text: &mut String) {
        text.push_str(
            "# What is read: NAME = \"URL\". The first poll of a feed only remembers what is there;\n\
             # what comes after it is news. `fivebells add --write URL` adds the feeds of a site.\n\
             [feed]\n",
        );
        for feed in &self.feeds {
            line(text, &feed.line());
        }
        text.push_str(
            "\n# What is watched for: NAME = \"expression\". Case, accents and width do not matter.\n\
             #   pair = '(Koizumi OR 小泉進次郎) NOT \"Koizumi Yakumo\"'\n\
             # `fivebells try EXPRESSION` shows what one would have found.\n\
             [watch]\n",
        );
        for FirstWatch { name, expression } in &self.watches {
            line(text, &format!("{} = {}", key(name), quoted(expression)));
        }
    }

    fn receivers_section(&self, text: &mut String) {
        let receivers = self.receivers();
        let what = match receivers.len() {
            1 => "Who is notified. The only receiver gets everything.",
            _ => "Who is notified. A watch can choose: notify = [\"mail\"].",
        };
        line(text, &format!("\n# {what}"));
        if let Some(mail) = &self.mail {
            let to: Vec<String> = mail.to.iter().map(|address| quoted(address)).collect();
            line(
                text,
                &format!("[receiver.mail]\nemail = [{}]\n", to.join(", ")),
            );
        }
        if let Some(webhook) = &self.webhook {
            let webhook = quoted(webhook);
            line(text, &format!("[receiver.webhook]\nwebhook = {webhook}\n"));
        }
        if self.stdout {
            line(text, "[receiver.screen]\nstdout = true\n");
        }
        let Some(mail) = &self.mail else {
            return;
        };
        line(text, "# The server that takes the mail.\n[mail]");
        line(text, &format!("server   = {}", quoted(&mail.server)));
        if let Some((name, password)) = &mail.login {
            line(text, &format!("username = {}", quoted(name)));
            line(text, &format!("password = {}", password.written()));
        }
        line(text, &format!("from     = {}\n", quoted(&mail.from)));
    }

    fn rest(&self, text: &mut String) {
        text.push_str(
            "# Publishers see this in the User-Agent, and can write to you before they block you.\n\
             # [poll]\n\
             # contact = \"you@example.org\"\n\n\
             # Headlines and the watches they must match; `fivebells test` tries them.\n",
        );
        if let Some(watch) = self.watches.first() {
            let name = quoted(&watch.name);
            line(text, "# [[test]]\n# title  = \"A headline\"");
            line(text, &format!("# expect = [{name}]"));
        }
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes all that is written");
}

#[cfg(test)]
mod tests;
