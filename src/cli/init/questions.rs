//! The questions about what the flags have not said.

use url::Url;

use super::{
    super::error::CliError,
    answers::{Answers, Candidate, addresses, url, with_scheme, with_sender},
    ask::Asker,
};
use crate::config::{FirstMail, SecretPlace};
use crate::view::words::one_line;

/// Asks for what is missing. The config is to find a password that is typed at `password`.
pub(super) async fn ask_missing(
    answers: &mut Answers,
    asker: &mut Asker<'_>,
    password: SecretPlace,
    find: impl AsyncFn(&str) -> Result<Vec<Candidate>, CliError>,
) -> Result<(), CliError> {
    if answers.first.feeds.is_empty() {
        asker.say(
            "Which feeds shall Fivebells read? Type the address of a site or of a feed. When \
             you are done, press Enter alone.",
        )?;
        ask_feeds(answers, asker, find).await?;
    }
    if answers.first.watches.is_empty() {
        asker.say(
            "Which words shall it look for? Type a name, a phrase, or A OR B. When you are \
             done, press Enter alone.",
        )?;
        ask_watches(answers, asker)?;
    }
    let is_half_said = !answers.mail_to.is_empty() && answers.first.mail.is_none();
    if is_half_said || answers.first.receivers().is_empty() {
        ask_receiver(answers, asker, password)?;
    }
    Ok(())
}

async fn ask_feeds(
    answers: &mut Answers,
    asker: &mut Asker<'_>,
    find: impl AsyncFn(&str) -> Result<Vec<Candidate>, CliError>,
) -> Result<(), CliError> {
    loop {
        let typed = asker.ask("site or feed:")?;
        if typed.is_empty() && !answers.first.feeds.is_empty() {
            return Ok(());
        }
        if typed.is_empty() {
            asker.say("  at least one is needed")?;
            continue;
        }
        let address = with_scheme(&typed);
        match find(&address).await {
            Ok(found) => choose(answers, asker, &found)?,
            Err(error) => {
                asker.say(&format!("  {}", one_line(&error.to_string(), 300)))?;
                if let Some(url) = url(&address)
                    && asker.yes("  add it anyway?", false)?
                {
                    let title = String::new();
                    asker.say(&answers.add(&Candidate { title, url }))?;
                }
            }
        }
    }
}

/// Of several feeds some can be chosen.
fn choose(
    answers: &mut Answers,
    asker: &mut Asker<'_>,
    found: &[Candidate],
) -> Result<(), CliError> {
    if let [only] = found {
        return asker.say(&answers.add(only));
    }
    for (number, Candidate { title, url }) in (1..).zip(found) {
        asker.say(&format!("  {number}. {} {url}", one_line(title, 80)))?;
    }
    let chosen = asker.ask_for(
        "  which of them? type their numbers, or Enter for the first:",
        |answer| numbers(answer, found.len()),
    )?;
    for number in chosen {
        asker.say(&answers.add(&found[number - 1]))?;
    }
    Ok(())
}

/// Numbers from 1 to `most`, with spaces or commas between.
fn numbers(answer: &str, most: usize) -> Result<Vec<usize>, String> {
    if answer.is_empty() {
        return Ok(vec![1]);
    }
    let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
    let numbers = words.map(|word| word.parse().ok().filter(|it| (1..=most).contains(it)));
    let numbers: Option<Vec<usize>> = numbers.collect();
    numbers.ok_or_else(|| format!("type numbers from 1 to {most}"))
}

fn ask_watches(answers: &mut Answers, asker: &mut Asker<'_>) -> Result<(), CliError> {
    loop {
        let typed = asker.ask("term:")?;
        if typed.is_empty() && !answers.first.watches.is_empty() {
            return Ok(());
        }
        if typed.is_empty() {
            asker.say("  at least one is needed")?;
        } else if let Err(error) = answers.first.watch(&typed) {
            let help = error.help.as_ref().map(|help| format!("; {help}"));
            asker.say(&format!("  {error}{}", help.unwrap_or_default()))?;
        }
    }
}

fn ask_receiver(
    answers: &mut Answers,
    asker: &mut Asker<'_>,
    password: SecretPlace,
) -> Result<(), CliError> {
    if !answers.mail_to.is_empty() {
        let to = std::mem::take(&mut answers.mail_to);
        return ask_mail(answers, asker, password, to);
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
            ask_mail(answers, asker, password, to)
        }
        2 => {
            let webhook =
                asker.ask_for("URL of the webhook:", |answer| match Url::parse(answer) {
                    Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.to_string()),
                    _ => Err("type a URL that begins with https:// or http://".to_owned()),
                })?;
            answers.first.webhook = Some(webhook);
            Ok(())
        }
        _ => {
            answers.first.stdout = true;
            Ok(())
        }
    }
}

fn ask_mail(
    answers: &mut Answers,
    asker: &mut Asker<'_>,
    password: SecretPlace,
    to: Vec<String>,
) -> Result<(), CliError> {
    let server = asker.ask_for("mail server, such as mail.example.org:587:", |answer| {
        let is_host = !answer.is_empty() && !answer.contains([' ', '/', '@']);
        let host = is_host.then(|| answer.to_owned());
        host.ok_or_else(|| {
            "type the name of a host, with a port if it needs one: mail.example.org:587".to_owned()
        })
    })?;
    let name = asker.ask("user name at the mail server, or Enter if it needs none:")?;
    let mut login = None;
    if !name.is_empty() {
        let typed = asker.ask_hidden("password (not shown as you type):")?;
        login = Some((name, password));
        answers.password = Some(typed);
    }
    let from = String::new();
    answers.first.mail = Some(with_sender(FirstMail {
        to,
        from,
        server,
        login,
    }));
    Ok(())
}

#[cfg(test)]
mod tests;
