//! `add`: the lines that put a feed into the config.

use std::path::Path;

use clap::Args;

use super::{
    Answer, config,
    output::{Output, remark},
    visitor::{Visited, Visitor},
};
use crate::{
    config::{Config, Proposal, Proposals},
    parse::ParsedFeed,
};

/// Print the line that adds a feed to the config; nothing is written.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The feed, or a web page that names feeds.
    #[arg(value_name = "URL")]
    target: String,
}

impl Add {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::load_if_good(path);
        let visitor = Visitor::to(&self.target, config.as_ref())?;
        let mut adder = Adder::beside(config.as_ref(), output);
        match visitor.visit().await? {
            Visited::Feed(seen) => adder.add(&visitor.url, &seen.feed)?,
            Visited::Page(feeds) => {
                let count = feeds.len();
                remark(&format!(
                    "{} is a web page; feeds it names: {count}",
                    self.target
                ));
                for found in feeds {
                    match visitor.follow(&found).await {
                        Ok(seen) => adder.add(&found.url, &seen.feed)?,
                        Err(error) => remark(&format!("left out: {error}")),
                    }
                }
            }
        }
        if adder.added > 0 && !output.is_json() {
            remark("the lines belong below [feed] in the config");
        }
        Ok(adder.added > 0)
    }
}

/// Prints proposals.
struct Adder<'a> {
    proposals: Proposals,
    output: &'a Output,
    added: usize,
}

impl<'a> Adder<'a> {
    fn beside(config: Option<&Config>, output: &'a Output) -> Self {
        Self {
            proposals: Proposals::beside(config),
            output,
            added: 0,
        }
    }

    fn add(&mut self, url: &url::Url, feed: &ParsedFeed) -> Result<(), super::CliError> {
        let title = feed.title.as_deref().unwrap_or_default();
        match self.proposals.propose(title, url, &[]) {
            Ok(proposal) => {
                self.added += 1;
                self.output.print(&proposal, Proposal::line)?;
            }
            Err(reason) => remark(&format!("left out: {url}: {reason}")),
        }
        Ok(())
    }
}
