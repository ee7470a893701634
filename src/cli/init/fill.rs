//! What a first config says, from flags and from answers.

mod feeds;
mod receiver;

use super::{
    super::{error::CliError, output::remark},
    ask::Asker,
    find::{self, Candidate, with_scheme},
    finish::Place,
};
use crate::config::{FirstConfig, NoProposal, Proposals};

pub(super) use receiver::with_sender;

/// What was answered.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) first: FirstConfig,
    /// From a flag, where the server is still to be asked for.
    pub(super) mail_to: Vec<String>,
    /// Typed: it goes into a file of its own.
    pub(super) password: Option<String>,
    pub(super) proposals: Proposals,
}

impl Answers {
    /// Takes the feed that a flag names. One that cannot be read now may be so later.
    pub(super) async fn take_feed(
        &mut self,
        target: &str,
        find: impl AsyncFn(&str) -> Result<Vec<Candidate>, CliError>,
    ) -> Result<(), CliError> {
        let address = with_scheme(target);
        match find(&address).await {
            Ok(found) => {
                let mut found = found.into_iter();
                let Some(first) = found.next() else {
                    return Ok(());
                };
                let others: Vec<String> = found.map(|it| it.url.to_string()).collect();
                if !others.is_empty() {
                    let (url, others) = (&first.url, others.join(", "));
                    remark(&format!(
                        "{target} has several feeds: the first, {url}, is added; the others are {others}"
                    ));
                }
                self.add_named(target, &first)
            }
            Err(error) => {
                let Some(url) = find::url(&address) else {
                    return Err(error);
                };
                let title = String::new();
                self.add_named(target, &Candidate { title, url })?;
                remark(&format!(
                    "warning: {target} is added, but could not be read now: {error}"
                ));
                Ok(())
            }
        }
    }

    /// One that a flag names cannot be left out silently.
    fn add_named(&mut self, target: &str, found: &Candidate) -> Result<(), CliError> {
        match self.propose(found) {
            Ok(_) => Ok(()),
            Err(NoProposal::Known(name)) => {
                remark(&format!("{target} is added already, as {name}"));
                Ok(())
            }
            Err(reason) => Err(CliError::Usage(format!("--feed {target}: {reason}"))),
        }
    }

    /// Adds a feed; its line in the config.
    fn propose(&mut self, found: &Candidate) -> Result<String, NoProposal> {
        let feed = self.proposals.propose(&found.title, &found.url, &[])?;
        let line = feed.line();
        self.first.feeds.push(feed);
        Ok(line)
    }

    /// Asks for what the flags have not said.
    pub(super) async fn fill(
        &mut self,
        asker: &mut Asker<'_>,
        place: &Place,
        find: impl AsyncFn(&str) -> Result<Vec<Candidate>, CliError>,
    ) -> Result<(), CliError> {
        if self.first.feeds.is_empty() {
            asker.say(
                "Which feeds shall Fivebells read? Type the address of a site or of a feed. When \
                 you are done, press Enter alone.",
            )?;
            self.ask_feeds(asker, find).await?;
        }
        if self.first.watches.is_empty() {
            asker.say(
                "Which words shall it look for? Type a name, a phrase, or A OR B. When you are \
                 done, press Enter alone.",
            )?;
            self.ask_watches(asker)?;
        }
        let is_half_said = !self.mail_to.is_empty() && self.first.mail.is_none();
        if is_half_said || self.first.receivers().is_empty() {
            self.ask_receiver(asker, place)?;
        }
        Ok(())
    }

    /// Adds a feed; says what became of it.
    pub(super) fn add(&mut self, found: &Candidate) -> String {
        match self.propose(found) {
            Ok(line) => format!("  + {line}"),
            Err(NoProposal::Known(name)) => format!("  added already, as {name}"),
            Err(reason) => format!("  not added: {}: {reason}", found.url),
        }
    }

    fn ask_watches(&mut self, asker: &mut Asker<'_>) -> Result<(), CliError> {
        loop {
            let typed = asker.ask("term:")?;
            if typed.is_empty() && !self.first.watches.is_empty() {
                return Ok(());
            }
            if typed.is_empty() {
                asker.say("  at least one is needed")?;
            } else if let Err(error) = self.first.watch(&typed) {
                let help = error.help.as_ref().map(|help| format!("; {help}"));
                asker.say(&format!("  {error}{}", help.unwrap_or_default()))?;
            }
        }
    }
}

#[cfg(test)]
mod tests;
