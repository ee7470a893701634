//! `add`: the lines that put a feed into the config, printed or written.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    config,
    error::{Answer, CliError},
    output::{self, Output, remark},
    visitor::{Visited, Visitor},
};
use crate::{
    config::{AddError, Config, Environment, Proposal, Proposals, add_feeds},
    parse::ParsedFeed,
};

/// Print the line that adds a feed to the config, or write it there.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The feed, or a web page that names feeds.
    #[arg(value_name = "URL")]
    target: String,

    #[command(flatten)]
    destination: Destination,
}

/// Where new feeds go.
#[derive(Debug, Args)]
pub(super) struct Destination {
    /// Write the lines to the config, if it has no errors then. Comments and layout are kept.
    #[arg(long)]
    write: bool,

    /// Which file of the config to write to; by default the main one.
    #[arg(long, value_name = "FILE", requires = "write")]
    file: Option<PathBuf>,
}

impl Add {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = self.destination.config(path)?;
        let visitor = Visitor::to(&self.target, config.as_ref())?;
        let mut adder = Adder::beside(config.as_ref());
        match visitor.visit().await? {
            Visited::Feed(seen) => adder.add(&visitor.url, &seen.feed),
            Visited::Page(feeds) => {
                let count = match feeds.len() {
                    1 => "1 feed".to_owned(),
                    count => format!("{count} feeds"),
                };
                remark(&format!("{} is a web page that names {count}", self.target));
                for found in feeds {
                    match visitor.follow(&found).await {
                        Ok(seen) => adder.add(&found.url, &seen.feed),
                        Err(error) => remark(&format!("left out: {error}")),
                    }
                }
            }
        }
        self.destination.put(path, &adder.added, output)?;
        Ok(!adder.added.is_empty())
    }
}

impl Destination {
    /// The config that the feeds go beside. One that is to be written to must be good but for its
    /// secrets, which only the service may have.
    pub(super) fn config(&self, path: &Path) -> Result<Option<Config>, CliError> {
        if !self.write {
            return Ok(config::load_if_good(path));
        }
        if !path.exists() {
            let path = path.display();
            let help = "`fivebells init` writes a first one";
            let message = format!("there is no {path}; help: {help}");
            return Err(CliError::Config(message));
        }
        let environment = Environment::of_process();
        let loaded = crate::config::load(path, &environment);
        let loaded = loaded.or_else(|_| crate::config::load(path, &environment.without_secrets()));
        let loaded = loaded.map_err(|errors| config::broken(&errors))?;
        Ok(Some(loaded.config))
    }

    /// Prints the lines, and writes them first where that is wanted.
    pub(super) fn put(
        &self,
        path: &Path,
        added: &[Proposal],
        output: &Output,
    ) -> Result<(), CliError> {
        if added.is_empty() {
            return Ok(());
        }
        let file = self.file.as_deref().unwrap_or(path);
        if self.write {
            let environment = Environment::of_process().without_secrets();
            add_feeds(path, self.file.as_deref(), added, &environment).map_err(refused)?;
        }
        for proposal in added {
            output.print(proposal, Proposal::line)?;
        }
        if self.write {
            let (what, them) = match added.len() {
                1 => ("1 feed".to_owned(), "it"),
                many => (format!("{many} feeds"), "them"),
            };
            let file = file.display();
            remark(&format!(
                "{what} added to {file}; `fivebells reload` puts {them} in force"
            ));
        } else if !output.is_json() {
            remark("the lines belong below [feed] in the config; with --write they are put there");
        }
        Ok(())
    }
}

fn refused(error: AddError) -> CliError {
    match error {
        AddError::Config(errors) => {
            let report = errors.report.render(output::stderr_color());
            CliError::Config(format!(
                "nothing was written, for the config would have errors:\n{report}"
            ))
        }
        error => CliError::Failed(error.to_string()),
    }
}

/// Collects proposals.
struct Adder {
    proposals: Proposals,
    added: Vec<Proposal>,
}

impl Adder {
    fn beside(config: Option<&Config>) -> Self {
        Self {
            proposals: Proposals::beside(config),
            added: Vec::new(),
        }
    }

    fn add(&mut self, url: &url::Url, feed: &ParsedFeed) {
        let title = feed.title.as_deref().unwrap_or_default();
        match self.proposals.propose(title, url, &[]) {
            Ok(proposal) => self.added.push(proposal),
            Err(reason) => remark(&format!("left out: {url}: {reason}")),
        }
    }
}
