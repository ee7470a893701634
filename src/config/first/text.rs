//! A first config as text, commented for who goes on writing it.

use std::fmt::Write as _;

use super::{FirstConfig, FirstWatch};
use crate::config::quote::{key, quoted};

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
