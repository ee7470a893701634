//! `init`: a first config, by asking or by flags.

mod answers;
mod ask;
mod config_file;
mod questions;

use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    error::{Answer, CliError},
    output::{Output, remark, stderr_columns},
};
use crate::config::{FirstConfig, FirstMail, SecretPlace};
use answers::{Answers, addresses, find, is_web, with_sender};
use ask::{Asker, echo};
use config_file::ConfigFile;
use questions::ask_missing;

/// Write a first config, from your answers on a terminal or from flags.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// A feed, or a site that names one; may be given several times.
    #[arg(long = "feed", value_name = "URL")]
    feeds: Vec<String>,

    /// A term or an expression to watch for; may be given several times.
    #[arg(long = "watch", value_name = "TERM")]
    watches: Vec<String>,

    /// Who gets mail; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    mail_to: Vec<String>,

    /// The sender; the login or the first recipient if not given.
    #[arg(long, value_name = "ADDRESS", requires = "mail_to")]
    mail_from: Option<String>,

    /// The mail server, `host` or `host:port`.
    #[arg(long, value_name = "HOST", requires = "mail_to")]
    smtp: Option<String>,

    /// The login at the mail server.
    #[arg(long, value_name = "NAME", requires_all = ["smtp", "smtp_password"])]
    smtp_user: Option<String>,

    /// Where the password of that login is: `env:NAME`, `file:PATH` or `credential:NAME`.
    #[arg(long, value_name = "PLACE", requires = "smtp_user")]
    smtp_password: Option<String>,

    /// The URL of a webhook: it gets a request for each alert.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,

    /// Print alerts, where the service's output goes.
    #[arg(long)]
    stdout: bool,

    /// The file to write. Without it: what -c names; without that, ./fivebells.toml if you are not
    /// root.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace a file that is there.
    #[arg(long)]
    force: bool,

    /// Ask no questions.
    #[arg(long, short)]
    yes: bool,
}

impl Init {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let file = ConfigFile::of(self.output.as_deref(), path);
        if !self.force && std::fs::symlink_metadata(&file.path).is_ok() {
            let path = file.path.display();
            let help = "--force replaces it, `fivebells add --write` adds feeds to it";
            let message = format!("{path} exists already; help: {help}");
            return Err(CliError::Failed(message));
        }
        let is_asking = !self.yes && io::stdin().is_terminal() && io::stderr().is_terminal();
        let mut answers = self.given()?;
        if !is_asking {
            self.refuse_half()?;
        }
        for feed in &self.feeds {
            answers.take_feed(feed, find).await?;
        }
        for term in &self.watches {
            let taken = answers.first.watch(term);
            taken.map_err(|error| CliError::Usage(format!("--watch {term:?}: {error}")))?;
        }
        if !is_asking {
            file.write(&answers, self.force)?;
            file.print_next(&answers, output)?;
            return Ok(true);
        }
        let (mut input, mut screen) = (io::stdin().lock(), io::stderr());
        let mut asker = Asker::new(&mut input, &mut screen, &echo, stderr_columns());
        ask_missing(&mut answers, &mut asker, file.secret(), find).await?;
        file.write(&answers, self.force)?;
        remark(&format!("written: {}", file.path.display()));
        let wants = asker.yes("Send a test alert now?", true)?;
        let reached = !wants || file.try_out(&answers, output).await?;
        file.print_next(&answers, output)?;
        Ok(reached)
    }

    /// What the flags say of receivers.
    fn given(&self) -> Result<Answers, CliError> {
        self.check_receivers()?;
        let password = self.smtp_password.as_deref().map(|place| {
            // What it is instead may be the password: it is not shown.
            let help = "write env:NAME, file:PATH or credential:NAME, never the password itself";
            SecretPlace::parse(place).ok_or_else(|| {
                CliError::Usage(format!(
                    "--smtp-password does not say where the password is; help: {help}"
                ))
            })
        });
        let login = self.smtp_user.clone().zip(password.transpose()?);
        let mail = self.smtp.clone().map(|server| FirstMail {
            to: self.mail_to.clone(),
            from: self.mail_from.clone().unwrap_or_default(),
            server,
            login,
        });
        let first = FirstConfig {
            mail: mail.map(with_sender),
            webhook: self.webhook.clone(),
            stdout: self.stdout,
            ..FirstConfig::default()
        };
        Ok(Answers {
            first,
            mail_to: self.mail_to.clone(),
            ..Answers::default()
        })
    }

    /// Names the flag that is wrong: the config that it would make is not there to be looked at.
    fn check_receivers(&self) -> Result<(), CliError> {
        let wrong = |flag, value: &str, help: &str| {
            CliError::Usage(format!("{flag} {value:?} cannot be used; help: {help}"))
        };
        if let Some(url) = &self.webhook
            && !is_web(url)
        {
            return Err(wrong("--webhook", url, "write a URL with https://"));
        }
        let senders = self.mail_from.iter().map(|from| ("--mail-from", from));
        let recipients = self.mail_to.iter().map(|to| ("--mail-to", to));
        for (flag, address) in recipients.chain(senders) {
            match addresses(address) {
                Ok(one) if one.len() == 1 => {}
                Ok(_) => return Err(wrong(flag, address, "give the flag once for each address")),
                Err(help) => return Err(wrong(flag, address, &help)),
            }
        }
        Ok(())
    }

    /// Says which flags are missing where nobody can be asked.
    fn refuse_half(&self) -> Result<(), CliError> {
        let has_receiver = self.smtp.is_some() || self.webhook.is_some() || self.stdout;
        let missing = [
            (self.feeds.is_empty(), "--feed URL"),
            (self.watches.is_empty(), "--watch TERM"),
            (
                !self.mail_to.is_empty() && self.smtp.is_none(),
                "--smtp HOST",
            ),
            (
                !has_receiver && self.mail_to.is_empty(),
                "--mail-to ADDRESS with --smtp HOST, --webhook URL or --stdout",
            ),
        ];
        let missing = missing.iter().filter(|(is_missing, _)| *is_missing);
        let missing: Vec<&str> = missing.map(|(_, flag)| *flag).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join("; ");
        let why = if self.yes {
            "--yes asks no questions"
        } else {
            "there is no terminal to ask questions on"
        };
        Err(CliError::Usage(format!(
            "{why}, so these must be given: {missing}"
        )))
    }
}
