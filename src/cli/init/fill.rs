//! What a first config says, from flags and from answers.

mod feeds;
mod receiver;

use url::Url;

use super::{
    super::{error::CliError, output::remark},
    ask::Asker,
    find::{Candidate, with_scheme},
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
                        "{target} names several feeds; {url} is taken, not {others}"
                    ));
                }
                self.add(&first);
                Ok(())
            }
            Err(error) => {
                let Ok(url) = Url::parse(&address) else {
                    return Err(error);
                };
                remark(&format!("warning: taken as it is, but {error}"));
                let title = String::new();
                self.add(&Candidate { title, url });
                Ok(())
            }
        }
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
                "Which feeds are to be read? The address of a site or of a feed; Enter ends.",
            )?;
            self.ask_feeds(asker, find).await?;
        }
        if self.first.watches.is_empty() {
            asker.say("What is to be watched for? A name, a phrase, or A OR B; Enter ends.")?;
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
        let proposed = self.proposals.propose(&found.title, &found.url, &[]);
        match proposed {
            Ok(feed) => {
                let told = format!("  + {}", feed.line());
                self.first.feeds.push(feed);
                told
            }
            Err(NoProposal::Known(name)) => format!("  it is there already, as {name}"),
            Err(reason) => format!("  left out: {}: {reason}", found.url),
        }
    }

    fn ask_watches(&mut self, asker: &mut Asker<'_>) -> Result<(), CliError> {
        loop {
            let typed = asker.ask("term:")?;
            if typed.is_empty() && !self.first.watches.is_empty() {
                return Ok(());
            }
            if typed.is_empty() {
                asker.say("  one at least")?;
            } else if let Err(error) = self.first.watch(&typed) {
                let help = error.help.as_ref().map(|help| format!("; {help}"));
                asker.say(&format!("  {error}{}", help.unwrap_or_default()))?;
            }
        }
    }
}

#[cfg(test)]
mod tests;
