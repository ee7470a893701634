//! Who is to be told.

use url::Url;

use super::{
    super::{super::error::CliError, ask::Asker, finish::Place},
    Answers,
};
use crate::config::FirstMail;

impl Answers {
    pub(super) fn ask_receiver(
        &mut self,
        asker: &mut Asker<'_>,
        place: &Place,
    ) -> Result<(), CliError> {
        if !self.mail_to.is_empty() {
            let to = std::mem::take(&mut self.mail_to);
            return self.ask_mail(asker, place, to);
        }
        asker.say("Where shall alerts go? 1: by mail. 2: to a webhook. 3: nowhere yet, they are only printed.")?;
        let choice = asker.ask_for("1, 2 or 3:", |answer| match answer {
            "1" | "mail" => Ok(1),
            "2" | "webhook" => Ok(2),
            "3" => Ok(3),
            _ => Err("type 1, 2 or 3".to_owned()),
        })?;
        match choice {
            1 => {
                let to = asker.ask_for(
                    "mail address, or several with commas between them:",
                    addresses,
                )?;
                self.ask_mail(asker, place, to)
            }
            2 => {
                let webhook =
                    asker.ask_for("URL of the webhook:", |answer| match Url::parse(answer) {
                        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.to_string()),
                        _ => Err("type a URL that begins with https:// or http://".to_owned()),
                    })?;
                self.first.webhook = Some(webhook);
                Ok(())
            }
            _ => {
                self.first.stdout = true;
                Ok(())
            }
        }
    }

    fn ask_mail(
        &mut self,
        asker: &mut Asker<'_>,
        place: &Place,
        to: Vec<String>,
    ) -> Result<(), CliError> {
        let server = asker.ask_for("mail server, such as mail.example.org:587:", |answer| {
            let is_host = !answer.is_empty() && !answer.contains([' ', '/', '@']);
            let host = is_host.then(|| answer.to_owned());
            host.ok_or_else(|| {
                "type the name of a host, with a port if it needs one: mail.example.org:587"
                    .to_owned()
            })
        })?;
        let name = asker.ask("user name at the mail server, or Enter if it needs none:")?;
        let mut login = None;
        if !name.is_empty() {
            let password = asker.ask_hidden("password (not shown as you type):")?;
            login = Some((name, place.secret()));
            self.password = Some(password);
        }
        let from = String::new();
        self.first.mail = Some(with_sender(FirstMail {
            to,
            from,
            server,
            login,
        }));
        Ok(())
    }
}

/// Servers take a mail from who logs in, and seldom from anybody else.
pub(in crate::cli::init) fn with_sender(mail: FirstMail) -> FirstMail {
    if !mail.from.is_empty() {
        return mail;
    }
    let login = mail.login.as_ref().map(|(name, _)| name.clone());
    let login = login.filter(|name| name.contains('@'));
    let from = login.or_else(|| mail.to.first().cloned());
    FirstMail {
        from: from.unwrap_or_default(),
        ..mail
    }
}

fn addresses(answer: &str) -> Result<Vec<String>, String> {
    let parts = answer.split(',').map(str::trim).filter(|it| !it.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    let is_address = |part: &String| {
        let (name, host) = part.rsplit_once('@').unwrap_or_default();
        !name.is_empty() && !host.is_empty() && !part.contains([' ', '<', '>', ':'])
    };
    if parts.is_empty() || !parts.iter().all(is_address) {
        return Err("type addresses only, such as desk@example.org".to_owned());
    }
    Ok(parts)
}
